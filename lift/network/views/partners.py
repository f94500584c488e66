"""Partners: who signed, and for the network's office who is on the way."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import render_template, request, url_for

from lift.content import queries as content
from lift.core import clock
from lift.core.errors import require_found
from lift.core.i18n import pick
from lift.front import queries as whole
from lift.network import queries, texts
from lift.network.enums import PartnerState
from lift.network.permissions import ACADEMIC, can_see_pipeline
from lift.network.queries import PartnerRow
from lift.network.views.blueprint import bp
from lift.network.views.sources import facts_of, labs_source
from lift.people.texts import kind_label
from lift.training import queries as training
from lift.training.queries import rows
from lift.training.queries.catalogue import SessionFilters
from lift.web.current import current_actor
from lift.web.guard import public
from lift.web.i18n import gettext as _
from lift.web.i18n import language, say

if TYPE_CHECKING:
    from lift.people.models import Organisation

ON_THE_WAY = (PartnerState.APPLIED, PartnerState.CHECKED, PartnerState.AGREED, PartnerState.TRIAL)


@bp.get("/partners")
@public
def partners() -> str:
    """The public list; for the network's office every state with its clock and owner."""
    office = can_see_pipeline(current_actor())
    found = queries.partners(public=not office)
    chosen = _state(request.args.get("state", ""), office)
    shown = [row for row in found if chosen is None or row.partner.state is chosen]
    cards = [_card(row) for row in shown]
    return render_template(
        "network/partners.html", office=office, cards=cards, states=_tabs(found, chosen) if office else [],
        lanes=_lanes(found) if office and chosen is None else [], facts=queries.facts(),
    )  # fmt: skip


@bp.get("/partners/<slug>")
@public
def partner(slug: str) -> str:
    """One body: every fact with its source, its labs, groups, modules and sessions."""
    office = can_see_pipeline(current_actor())
    row = require_found(queries.partner(slug, public=not office))
    body = row.organisation
    return render_template(
        "network/partner.html", row=row, body=body, kind=say(kind_label(body)), office=office,
        facts=facts_of(row.partner, body, rows.country_name(body.country)), labs=whole.labs_of(body.id),
        labs_source=labs_source(body), groups=queries.groups_of(body.id), modules=_modules(body), sessions=_sessions(slug),
        contacts=queries.public_contacts(body.id), changes=queries.changes_of(body.id) if office else [],
        state=texts.STATES[row.partner.state], tone=texts.TONES[row.partner.state], state_words=texts.STATES,
    )  # fmt: skip


def _state(asked: str, office: bool) -> PartnerState | None:
    """The state in the address; anything else shows all."""
    return PartnerState(asked) if office and asked in list(PartnerState) else None


def _card(row: PartnerRow) -> dict[str, Any]:
    body = row.organisation
    return {
        "name": body.name,
        "mark": body.initials,
        "url": url_for("network.partner", slug=body.slug),
        "kind": say(kind_label(body)),
        "place": f"{body.city}, {rows.country_name(body.country)}",
        "role": say(texts.SHORT_ROLES[row.partner.network_role]),
        "office": row.partner.network_role in ("activity_leader", "business_owner"),
        "signed": row.partner.in_agreement,
        "state": say(texts.STATES[row.partner.state]),
        "tone": texts.TONES[row.partner.state],
    }


def _tabs(found: list[PartnerRow], chosen: PartnerState | None) -> list[tuple[str, str, bool]]:
    number = Counter(row.partner.state for row in found)
    here = url_for("network.partners")
    tabs = [(_("All (%(n)s)", n=len(found)), here, chosen is None)]
    return tabs + [
        (f"{say(texts.STATES[s]).capitalize()} ({number[s]})", f"{here}?state={s.value}", chosen is s)
        for s in PartnerState
        if number[s] or chosen is s
    ]


def _lanes(found: list[PartnerRow]) -> list[dict[str, Any]]:
    """The way in as a board: a lane a state, each card with its days and who has it."""
    changes, offices, now = queries.last_changes(), queries.office_bodies(), clock.now()
    return [
        {
            "title": say(texts.STATES[state]).capitalize(),
            "cards": [
                {**_card(row), **_clock(row.organisation.id, changes, now), "owner": _owner(row.organisation, offices)}
                for row in found
                if row.partner.state is state
            ],
        }
        for state in (*ON_THE_WAY, PartnerState.SUSPENDED)
        if state is not PartnerState.SUSPENDED or any(row.partner.state is state for row in found)
    ]


def _clock(organisation_id: UUID, changes: dict[UUID, Any], now: datetime) -> dict[str, Any]:
    change = changes.get(organisation_id)
    if change is None:
        return {"days": None, "reason": ""}
    return {"days": (now - change.at).days, "reason": "" if change.reason == "entered" else change.reason}


def _owner(body: Organisation, offices: dict[str, Organisation]) -> str:
    """Who has the case: the activity leader for academic bodies, the business owner for the others (V4)."""
    role = "activity_leader" if body.kind in ACADEMIC else "business_owner"
    office = offices.get(role)
    word = say(texts.SHORT_ROLES[role])
    return f"{word}, {office.short_name}" if office else word


def _modules(body: Organisation) -> list[dict[str, Any]]:
    """Published modules with this body among their credits."""
    return [
        {"title": pick(card.version.title, language()), "url": url_for("content.module", slug=card.module.slug),
         "share": card.version.credits[body.slug]}
        for card in content.published_modules()
        if body.slug in card.version.credits
    ]  # fmt: skip


def _sessions(slug: str) -> list[dict[str, Any]]:
    firm = training.firm_of(current_actor().organisation_id)
    cards = training.session_catalogue(SessionFilters(), firm).cards
    found = [card for card in cards if card.host_slug == slug]
    return [rows.session_row(card, url=url_for("training.session", code=card.code)) for card in found[:3]]
