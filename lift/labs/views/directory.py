"""The public pages: labs, one lab, one asset. No serial numbers, no network addresses: cards carry none (V2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for

from lift.core import clock
from lift.core.errors import require_found
from lift.labs import queries, texts
from lift.labs.enums import AccessClass
from lift.labs.permissions import can_see_desk
from lift.labs.policy.rules import effective_rules
from lift.labs.queries.directory import Directory, Filters
from lift.labs.views import shown
from lift.labs.views.blueprint import bp
from lift.labs.views.state import state_of
from lift.training import queries as training
from lift.training.queries import rows
from lift.web.current import current_actor
from lift.web.guard import public
from lift.web.i18n import gettext as _
from lift.web.i18n import say
from lift.web.i18n import texts as in_language

LOOK_AHEAD = timedelta(days=7)
WINDOWS_SHOWN = 6
USUAL_MINUTES = 60
SESSIONS_SHOWN = 4
NAMES = ("country", "type", "access")


@bp.get("/labs")
@public
def labs() -> str:
    """All labs, narrowed by the address."""
    chosen = {name: frozenset(request.args.getlist(name)) for name in NAMES}
    found = queries.directory(Filters(**chosen), clock.now())
    groups = filter_groups(found, chosen)
    return render_template("labs/list.html", found=found, groups=groups, chips=chips(groups), shown=shown, words=texts)


@bp.get("/labs/<slug>")
@public
def lab(slug: str) -> str:
    """One lab: hours in its own zone, assets and what can be done with them."""
    now = clock.now()
    card = require_found(queries.lab_card(slug, now))
    row = require_found(queries.lab_by_slug(slug))
    days = queries.days_that_differ(card.id, now.date())
    desk = can_see_desk(current_actor(), row)
    sessions = sessions_here(card.id)
    return render_template("labs/lab.html", lab=card, days=days, sessions=sessions, desk=desk, shown=shown, words=texts)


@bp.get("/assets/<key>")
@public
def asset(key: str) -> str:
    """One asset: class, rules in force and where each comes from, safe state, free time."""
    row = require_found(queries.asset_by_key(key))
    now, rules = clock.now(), effective_rules(row)
    inside = can_see_desk(current_actor(), row.lab)
    return render_template(
        "labs/asset.html", asset=row, lab=row.lab, desk=inside, state=state_of(row, inside=inside, now=now),
        windows=queries.free_windows(row, now, now + LOOK_AHEAD, rules.min_minutes)[:WINDOWS_SHOWN],
        minutes=min(max(USUAL_MINUTES, rules.min_minutes), rules.max_minutes),
        rules=shown.rule_rows(rules), shown=shown, words=texts,
    )  # fmt: skip


def sessions_here(lab_id: UUID) -> list[dict[str, Any]]:
    """The next sessions in a lab, for a firm like the reader's."""
    firm = training.firm_of(current_actor().organisation_id)
    cards = training.sessions_of(lab_id=lab_id, firm=firm)[:SESSIONS_SHOWN]
    return [rows.session_row(card, url=url_for("training.session", code=card.code)) for card in cards]


def filter_groups(
    found: Directory, chosen: dict[str, frozenset[str]]
) -> list[tuple[str, str, list[dict[str, object]]]]:
    """The rail: country, kind of asset, what one may do with it, each with its count."""
    countries = {code: shown.country(code) for code in sorted(found.countries, key=shown.country)}
    types = {key: in_language(title) for key, title in found.type_titles.items()}
    classes = {access.value: say(texts.ACCESS[access]) for access in AccessClass}
    groups = (("country", _("Country"), countries, found.countries), ("type", _("Kind of asset"), types, found.types),
              ("access", _("What you can do"), classes, found.classes))  # fmt: skip
    return [
        (name, title, [{"value": value, "label": label, "count": counts.get(value, 0), "chosen": value in chosen[name]}
                       for value, label in labels.items() if counts.get(value) or value in chosen[name]])
        for name, title, labels, counts in groups
    ]  # fmt: skip


def chips(groups: list[tuple[str, str, list[dict[str, object]]]]) -> list[tuple[str, str]]:
    """What is chosen, each with the address without it."""
    now = [(name, option) for name, _title, options in groups for option in options if option["chosen"]]
    return [(str(option["label"]), _without(name, str(option["value"]))) for name, option in now]


def _without(name: str, value: str) -> str:
    """The address of this list without one of its filters."""
    rest: dict[str, Any] = {n: [v for v in request.args.getlist(n) if (n, v) != (name, value)] for n in NAMES}
    return url_for("labs.labs", **rest)
