"""Home: who the network is, what comes next, a machine to watch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import render_template, url_for

from lift.front.views.blueprint import bp
from lift.front.views.tile import tile_of_home
from lift.network import queries as network
from lift.people.enums import OrganisationKind
from lift.training import queries as training
from lift.training.enums import SeatsBand
from lift.training.queries import rows
from lift.training.queries.catalogue import SessionFilters
from lift.training.queries.firms import Firm
from lift.web.current import current_actor
from lift.web.guard import public
from lift.web.i18n import gettext as _
from lift.web.i18n import ngettext

SHOWN_SESSIONS = 3
NOT_OPEN = (SeatsBand.FULL, SeatsBand.CLOSED)


@dataclass(frozen=True)
class Spot:
    """An organisation on the map."""

    name: str
    short_name: str
    kind: str
    city: str
    lat: float | None
    lon: float | None
    url: str


@bp.get("/")
@public
def home() -> str:
    """What LIFT is, in one look."""
    firm = training.firm_of(current_actor().organisation_id)
    spots, links = _network()
    found = [card for card in training.session_catalogue(SessionFilters(), firm).cards if card.band not in NOT_OPEN]
    shown = [rows.session_row(card, url=url_for("training.session", code=card.code)) for card in found[:SHOWN_SESSIONS]]
    return render_template(
        "front/home.html", organisations=spots, links=links, partner_counts=_counts(spots), sessions=shown,
        session_count=len(found), price_for=_price_for(firm), tile=tile_of_home(),
    )  # fmt: skip


def _network() -> tuple[list[Spot], list[tuple[str, str]]]:
    found = {row.organisation.id: row.organisation for row in network.partners()}
    spots = [
        Spot(o.name, o.short_name, o.kind.value, o.city, o.lat, o.lon, url_for("network.partner", slug=o.slug))
        for o in found.values()
    ]
    pairs = [(found[a].short_name, found[b].short_name) for a, b in network.lead_links() if a in found and b in found]
    return spots, pairs


def _counts(spots: list[Spot]) -> list[tuple[str, str]]:
    """How many of each kind the map shows, as its key."""
    number = Counter(spot.kind for spot in spots)
    universities, centres = number["university"], number["competence_centre"]
    words = [
        (OrganisationKind.UNIVERSITY, ngettext("%(num)s university", "%(num)s universities", universities)),
        (OrganisationKind.COMPETENCE_CENTRE, ngettext("%(num)s competence centre", "%(num)s competence centres", centres)),
        (OrganisationKind.INNOVATION_COMMUNITY, _("innovation community")),
    ]  # fmt: skip
    return [(kind.value, text) for kind, text in words if number[kind.value]]


def _price_for(firm: Firm | None) -> str:
    return str(_("Prices are for your firm.") if firm else _("Prices are for a firm with fewer than 250 people."))
