"""Pages of hubs: the clusters' doors for small firms."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lift.clusters import profile, queries, services, texts
from lift.clusters.forms import HubTextForm
from lift.clusters.models import HubText
from lift.clusters.permissions import can_write_hub
from lift.clusters.policy import eu_compare
from lift.clusters.policy import fits as policy
from lift.clusters.queries import HubRow, eu
from lift.clusters.views.blueprint import bp
from lift.content import queries as content
from lift.core import clock
from lift.core.errors import Invalid, Problem, require_found
from lift.core.i18n import Text
from lift.people.enums import SizeClass
from lift.training import queries as training
from lift.training.queries import rows
from lift.training.queries.catalogue import SessionCard
from lift.web.current import current_actor
from lift.web.guard import public, signed_in
from lift.web.i18n import gettext as _
from lift.web.i18n import say
from lift.web.i18n import texts as pick

MOST = 3


@bp.get("/hubs")
@public
def hubs() -> str:
    """All hubs."""
    return render_template("clusters/hubs.html", hubs=[_card(row) for row in queries.hubs()])


@bp.get("/my-hub")
@signed_in
def my_hub() -> Response:
    """The hub of the cluster that the person acts for; all hubs for who acts for none."""
    mine = queries.hub_of(current_actor().organisation_id)
    return redirect(url_for("clusters.hub", slug=mine) if mine else url_for("clusters.hubs"))


@bp.get("/hubs/<slug>")
@public
def hub(slug: str) -> str:
    """One hub: computed profile, what people wrote, and the way to a seat."""
    row = require_found(queries.hub(slug))
    return _page(row, HubTextForm() if can_write_hub(current_actor(), row.organisation.id) else None)


@bp.post("/hubs/<slug>")
@signed_in
def write(slug: str) -> str | Response | tuple[str, int]:
    """Write or replace the outlook; earlier ones are kept."""
    row, form, me = require_found(queries.hub(slug)), HubTextForm(), current_actor()
    if not form.validate_on_submit():
        return _page(row, form), 422
    try:
        services.write_text(
            row.hub.id, "outlook", form.texts(), actor=me, author_id=me.person_id, author_name=me.name
        )  # fmt: skip
    except Invalid as wrong:
        return _page(row, form, wrong.problems), 422
    flash(_("The outlook is on the page, with your name and today’s date."))
    return redirect(url_for("clusters.hub", slug=slug))


def _page(row: HubRow, form: HubTextForm | None, problems: tuple[Problem, ...] = ()) -> str:
    found, body, offers = row.hub.profile or {}, row.organisation, _catalogue(row)
    editing = bool((form and form.errors) or problems or "edit" in request.args)
    return render_template(
        "clusters/hub.html", hub=row.hub, body=body, figures=profile.figures(found), areas=profile.areas(found),
        sum_note=profile.area_sum_note(found), trajectory=profile.trajectory(found, clock.now().date()),
        projects=profile.projects(found), confidence=found.get("confidence"), outlook=_newest(row, "outlook"),
        about=_newest(row, "about"), sessions=_sessions(row, offers), modules=_modules(row), form=form, problems=problems,
        may_write=can_write_hub(current_actor(), body.id), words=texts, spaced=profile.spaced, source=found,
        place=f"{body.city}, {rows.country_name(body.country)}", editing=editing,
        find_url=_find_url(body.country, offers), computed_facts=_computed(row),
    )  # fmt: skip


def _computed(row: HubRow) -> dict[str, Any] | None:
    """What the published files say, beside the source; None while no file is loaded or the body's id is unknown."""
    identity = eu.pic_of(row.organisation.id)
    found = eu.profile(identity.pic, clock.now().date()) if identity else None
    if found is None or identity is None:
        return None
    return {"profile": found, "identity": identity, "lines": eu_compare.lines(row.hub.profile, found),
            "changes": eu_compare.changes(eu.snapshots(row.hub.id))}  # fmt: skip


def _newest(row: HubRow, kind: str) -> HubText | None:
    return next((text for text in row.hub.texts if text.kind == kind), None)


def _find_url(country: str, offers: list[SessionCard]) -> str:
    """The catalogue, for the hub's own country where something is taught there."""
    here = any(card.country == country for card in offers)
    return url_for("training.sessions", country=country) if here else url_for("training.sessions")


def _catalogue(row: HubRow) -> list[SessionCard]:
    """Sessions with a seat or a list, seen by a small firm at the hub's seat."""
    body = row.organisation
    facts = training.CompanyFacts(body.id, body.id, (row.hub.regions or [""])[0], SizeClass.SMALL.value)
    firm = training.Firm(facts, SizeClass.SMALL, None, body.country, body.lat, body.lon)
    return [card for card in training.sessions_of(firm=firm) if card.enrollable]


def _sessions(row: HubRow, offers: list[SessionCard]) -> list[dict[str, Any]]:
    body, found = row.organisation, row.hub.profile
    rated = [
        (policy.reasons(
            profile=found, hub=body.short_name, country=body.country, hub_city=card.city, topic=card.topic,
            topic_words=pick(card.topic_title), language=card.language, language_words=rows.language_name(card.language),
            kilometres=card.kilometres, remote=card.mode == "remote"), card)
        for card in offers
    ]  # fmt: skip
    chosen = sorted(policy.best(rated, MOST), key=lambda pair: pair[1].starts_at)
    return [{**rows.session_row(card, url=url_for("training.session", code=card.code)), "reasons": _said(why)}
            for why, card in chosen]  # fmt: skip


def _modules(row: HubRow) -> list[dict[str, Any]]:
    body = row.organisation
    rated = [
        (policy.reasons(
            profile=row.hub.profile, hub=body.short_name, country=body.country, hub_city=body.city,
            topic=card.group.slug, topic_words=pick(card.group.title)), card)
        for card in content.published_modules()
    ]  # fmt: skip
    return [{"title": pick(card.version.title), "url": url_for("content.module", slug=card.module.slug),
             "minutes": card.version.minutes, "reasons": _said(why)} for why, card in policy.best(rated, MOST)]  # fmt: skip


def _said(why: list[Text]) -> str:
    """Up to two reasons as sentences."""
    return " ".join(say(reason) for reason in why[:2]) or say(texts.FITS_NOTHING)


def _card(row: HubRow) -> dict[str, Any]:
    body = row.organisation
    return {"name": body.name, "mark": body.initials, "url": url_for("clusters.hub", slug=row.hub.slug),
            "tagline": pick(row.hub.tagline), "place": f"{body.city}, {rows.country_name(body.country)}",
            "figures": profile.figures(row.hub.profile or {})[:1] + profile.figures(row.hub.profile or {})[3:5],
            "invented": body.source == "demo world" and "invented" in body.name.lower()}  # fmt: skip
