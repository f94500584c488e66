"""Each fact of a partner's page with where it comes from (N11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lift.network import texts
from lift.people.texts import kind_label
from lift.web.i18n import gettext as _
from lift.web.i18n import say

if TYPE_CHECKING:
    from lift.network.models import Partner
    from lift.people.models import Organisation

PUBLIC_PAGE = "public page: "


@dataclass(frozen=True)
class Fact:
    """One line: what, the value, its source, where the value leads ('' for nowhere)."""

    what: str
    value: str
    source: str
    url: str = ""


def facts_of(partner: Partner, body: Organisation, country: str) -> list[Fact]:
    """What the page says of a body, a line each."""
    named = _source_of_membership(body)
    known = say(texts.DEMO) if is_invented(body) else say(texts.UNVERIFIED)
    kind = say(kind_label(body))
    place = f"{body.city}, {country}" if body.city else country
    lines = [
        Fact(_("What it is"), f"{kind[:1].upper()}{kind[1:]}", named),
        Fact(_("Role in the network"), say(texts.NETWORK_ROLES[partner.network_role]), named),
        Fact(_("Agreement"), agreement(partner), named),
        Fact(_("Place"), place, known),
    ]
    if body.website:
        lines.append(Fact(_("Web address"), body.website, known, body.website))
    return lines


def agreement(partner: Partner) -> str:
    """Signed or not, which version, and that the day is not known where it is not."""
    if not partner.in_agreement:
        return str(_("Has not signed the agreement."))
    version = partner.agreement_version or "?"
    if partner.signed_on is None:
        return str(_("Signed, version %(version)s. The source gives no day.", version=version))
    return str(_("Signed on %(day)s, version %(version)s.", day=partner.signed_on.isoformat(), version=version))


def is_invented(body: Organisation) -> bool:
    """Bodies of the demo world."""
    return body.source == "demo world"


def labs_source(body: Organisation) -> str:
    """The public pages that name the labs of a body, as its source says; '' when it names none."""
    return next((part.removeprefix(PUBLIC_PAGE) for part in _parts(body) if part.startswith(PUBLIC_PAGE)), "")


def _source_of_membership(body: Organisation) -> str:
    if is_invented(body):
        return say(texts.DEMO)
    if any(part.startswith("seed:") for part in _parts(body)):
        return say(texts.ARTICLE)
    return body.source or say(texts.NO_SOURCE)


def _parts(body: Organisation) -> list[str]:
    return body.source.split("; ")
