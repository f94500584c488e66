"""The rules of a lab and of an asset: what differs and where it comes from; a new lab or asset after six answers."""

from __future__ import annotations

from datetime import time
from typing import Any

from babel.core import get_global
from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lift.core import clock
from lift.core.errors import Forbidden, Invalid, Problem, require, require_found
from lift.core.i18n import Text
from lift.labs import queries, services, texts
from lift.labs.enums import AccessClass, Preset
from lift.labs.forms.rules import AS_LAB, AssetRulesForm, NewAssetForm, NewLabForm, RulesForm
from lift.labs.models import Asset, Lab
from lift.labs.permissions import can_add_lab, can_see_desk, can_set_rules
from lift.labs.policy.rules import Rules, effective_rules, inherited_rules, lab_rules, preset_rules
from lift.labs.queries.kinds import asset_types
from lift.labs.queries.overrides import overrides_of
from lift.labs.views import shown
from lift.labs.views.blueprint import bp
from lift.web.current import current_actor
from lift.web.guard import signed_in
from lift.web.i18n import get_locale, say
from lift.web.i18n import gettext as _

Page = str | Response | tuple[str, int]


@bp.route("/labs/<slug>/rules", methods=["GET", "POST"])
@signed_in
def lab_rules_page(slug: str) -> Page:
    """What the lab changed, and the form that changes it."""
    lab = seen_lab(slug)
    form = RulesForm()
    form.offer(of_asset=False)
    if not form.is_submitted():
        form.preset.data = lab.preset.value
        form.show(lab.rules)
        return lab_page(lab, form)
    if not form.validate():
        return lab_page(lab, form, 422)
    try:
        services.set_lab_rules(lab.id, Preset(form.preset.data), form.changes(), actor=current_actor())
    except Invalid as invalid:
        return lab_page(seen_lab(slug), form, 422, form.tell(invalid.problems))
    return saved("labs.lab_rules_page", slug=slug)


@bp.route("/assets/<key>/rules", methods=["GET", "POST"])
@signed_in
def asset_rules_page(key: str) -> Page:
    """What the asset changed, and the form that changes it."""
    asset = seen_asset(key)
    form = AssetRulesForm()
    form.offer(of_asset=True)
    if not form.is_submitted():
        return asset_page(asset, filled(form, asset))
    if not form.validate():
        return asset_page(asset, form, 422)
    try:
        set_asset(asset, form)
    except Invalid as invalid:
        return asset_page(seen_asset(key), form, 422, form.tell(invalid.problems))
    return saved("labs.asset_rules_page", key=key)


@bp.route("/labs/new", methods=["GET", "POST"])
@signed_in
def new_lab() -> Page:
    """Six answers, and the lab has rules and hours."""
    actor = current_actor()
    require(can_add_lab(actor, actor.organisation_id), Problem("R2", texts.MAY_NOT_ADD_LAB, owner="labs"))
    form = NewLabForm()
    form.offer(places())
    if not form.validate_on_submit():
        return render_template(
            "labs/new_lab.html", form=form, notes=preset_notes()
        ), 422 if form.is_submitted() else 200
    lab = services.open_lab(answers(form), actor=actor)
    flash(_("%(lab)s is there. Add its first asset; then it can be booked.", lab=lab.name))
    return redirect(url_for("labs.new_asset", slug=lab.slug))


@bp.route("/labs/<slug>/assets/new", methods=["GET", "POST"])
@signed_in
def new_asset(slug: str) -> Page:
    """Six answers, and the asset can be booked."""
    lab = seen_lab(slug)
    require(can_set_rules(current_actor(), lab), may_not_set(lab))
    form = NewAssetForm()
    form.offer(asset_types())
    if not form.validate_on_submit():
        page = render_template("labs/new_asset.html", lab=lab, form=form, notes=preset_notes())
        return page, 422 if form.is_submitted() else 200
    asset = services.add_asset(lab.id, actor=current_actor(), **asset_answers(form))
    flash(_("%(asset)s can be booked.", asset=asset.name))
    return redirect(url_for("labs.desk", lab=slug, asset=asset.key))


def seen_lab(slug: str) -> Lab:
    """404 unknown, 403 for people who do not work there."""
    lab = require_found(queries.lab_by_slug(slug))
    actor = current_actor()
    may = Problem("R2", Text(texts.MAY_NOT_SEE_DESK, {"lab": lab.name}), owner=lab.name)
    require(can_see_desk(actor, lab) or can_set_rules(actor, lab), may)
    return lab


def seen_asset(key: str) -> Asset:
    """As ``seen_lab``, by the asset."""
    asset = require_found(queries.asset_by_key(key))
    seen_lab(asset.lab.slug)
    return asset


def may_not_set(lab: Lab) -> Problem:
    """Who may."""
    return Problem("R2", Text(texts.MAY_NOT_SET_RULES, {"lab": lab.name}), owner=lab.name)


def filled(form: AssetRulesForm, asset: Asset) -> AssetRulesForm:
    """With what the asset has now."""
    form.preset.data = asset.preset.value if asset.preset else AS_LAB
    form.show(asset.rules)
    form.setup.data, form.teardown.data = asset.setup_minutes, asset.teardown_minutes
    return form


def set_asset(asset: Asset, form: AssetRulesForm) -> None:
    """The verb with what the form says."""
    services.set_asset_rules(
        asset.id, form.chosen_preset(), form.changes(), setup=form.setup.data or 0, teardown=form.teardown.data or 0,
        actor=current_actor(),
    )  # fmt: skip


def lab_page(lab: Lab, form: RulesForm, status: int = 200, problems: Any = ()) -> tuple[str, int]:
    """The page of a lab's rules."""
    may = can_set_rules(current_actor(), lab)
    if form.is_submitted() and not may:
        raise Forbidden(may_not_set(lab))
    page = render_template(
        "labs/rules.html", lab=lab, form=form, problems=problems, may=may, rows=differing(lab_rules(lab)),
        comes=comes(preset_rules(lab.preset), form), notes=preset_notes(),
        per_asset=[(asset, differing(effective_rules(asset))) for asset in lab.assets], words=texts, shown=shown,
        overrides=overrides_of(lab.id, clock.now()),
    )  # fmt: skip
    return page, status


def asset_page(asset: Asset, form: AssetRulesForm, status: int = 200, problems: Any = ()) -> tuple[str, int]:
    """The page of an asset's rules."""
    may = can_set_rules(current_actor(), asset.lab)
    if form.is_submitted() and not may:
        raise Forbidden(may_not_set(asset.lab))
    page = render_template(
        "labs/asset_rules.html", asset=asset, lab=asset.lab, form=form, problems=problems, may=may,
        rows=differing(effective_rules(asset)), comes=comes(inherited_rules(asset), form), notes=preset_notes(),
        words=texts,
    )  # fmt: skip
    return page, status


def differing(rules: Rules) -> list[tuple[str, str, str, str]]:
    """Rules that somebody set on top of a preset: name, value, where it comes from, what the lab's preset would say."""
    return [
        (name, value, source, shown.rule_value(rule, rules.instead(rule)))
        for rule, (name, value, source) in zip(texts.RULES, shown.rule_rows(rules), strict=True)
        if rules.differs(rule)
    ]


def comes(rules: Rules, form: RulesForm) -> dict[str, str]:
    """What each rule is when its field is left empty."""
    return {name: shown.rule_value(name, getattr(rules, name)) for name in form.rule_fields()}


def preset_notes() -> dict[str, str]:
    """One sentence a rule set."""
    return {preset.value: say(words) for preset, words in texts.PRESETS_LONG.items()}


def places() -> list[tuple[str, str]]:
    """Countries of Europe with their clocks, in the reader's language."""
    zones = get_global("zone_territories").items()
    names = get_locale().territories
    found = [(f"{country} {zone}", f"{names.get(country, country)} ({zone})") for zone, country in zones
             if zone.startswith(("Europe/", "Atlantic/"))]  # fmt: skip
    return sorted(found, key=lambda place: place[1])


def answers(form: NewLabForm) -> services.LabAnswers:
    """The six answers."""
    country, zone = (form.place.data or "").split(" ", 1)
    hours = (form.opens.data or time(), form.closes.data or time())
    return services.LabAnswers(
        form.name.data or "", form.city.data or "", country, zone, dict.fromkeys(form.days.data or (), hours),
        Preset(form.preset.data),
    )  # fmt: skip


def asset_answers(form: NewAssetForm) -> dict[str, Any]:
    """The six answers."""
    return {
        "key": services.slug_of(form.name.data or ""), "name": form.name.data, "type_key": form.kind.data,
        "access": AccessClass(form.access.data), "preset": form.chosen_preset(), "setup_minutes": form.setup.data or 0,
        "teardown_minutes": form.teardown.data or 0,
    }  # fmt: skip


def saved(endpoint: str, **values: Any) -> Response:
    """Back to the page, with a quiet line."""
    flash(_("Saved. Bookings that stand are not touched; new ones and changes follow the new rules."))
    return redirect(url_for(endpoint, **values))
