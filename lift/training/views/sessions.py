"""The catalogue: list with its rail, one session, and the same list as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request, url_for

from lift.content.queries import version_with_steps
from lift.core.actor import Role, Scope
from lift.core.errors import require_found
from lift.training import queries
from lift.training.enums import LengthBand, SeatsBand, SessionMode
from lift.training.forms import filters_from
from lift.training.queries import rows
from lift.training.queries.catalogue import GROUPS, Catalogue, SessionCard, SessionFilters
from lift.training.views.blueprint import bp
from lift.web.current import current_actor
from lift.web.guard import public
from lift.web.i18n import gettext as _
from lift.web.i18n import localdate, say, texts

PAGE = 8


@bp.get("/sessions")
@public
def sessions() -> str:
    """Coming sessions, filtered by the address."""
    firm = queries.firm_of(current_actor().organisation_id)
    filters = filters_from(request.args)
    found = queries.session_catalogue(filters, firm)
    page = _page(len(found.cards))
    cards = found.cards[page["first"] - 1 : page["last"]]
    shown = [row_of(card, primary=at == 0) for at, card in enumerate(cards)]
    return render_template("training/sessions.html", rows=shown, found=found, firm=firm, page=page,
                           groups=_groups(found, filters), chips=_chips(found, filters), filters=filters,
                           hosts=_hosts(), highest=-(-found.highest_price // 100), csv_url=_address("training.sessions_csv"),
                           firm_words=rows.firm_words(firm) if firm else "")  # fmt: skip


@bp.get("/sessions.csv")
@public
def sessions_csv() -> Response:
    """The same list for a spreadsheet."""
    firm = queries.firm_of(current_actor().organisation_id)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Code"), _("Title"), _("Host"), _("First day"), _("When"), _("Where"), _("Place"), _("Language"),
                     _("EUR per person"), _("List price, EUR"), _("Seats"), _("Enrol until")])  # fmt: skip
    for card in queries.session_catalogue(filters_from(request.args), firm).cards:
        writer.writerow(_line(card))
    return Response(out.getvalue(), mimetype="text/csv; charset=utf-8",
                    headers={"Content-Disposition": "attachment; filename=sessions.csv"})  # fmt: skip


@bp.get("/sessions/<code>")
@public
def session(code: str) -> str:
    """One session: what, when, where, what it costs, and the way in."""
    firm = queries.firm_of(current_actor().organisation_id)
    card = require_found(queries.session_card(code, firm))
    return render_template("training/session.html", card=card, row=row_of(card), firm=firm,
                           may_ask=current_actor().organisation_id is not None and not may_enrol(),
                           days=[(d, rows.hours_words(card, d)) for d in rows.days_of(card)],
                           version=require_found(version_with_steps(card.version_id)))  # fmt: skip


def row_of(card: SessionCard, *, primary: bool = False) -> dict[str, Any]:
    """A card with its addresses."""
    return rows.session_row(card, url=url_for("training.session", code=card.code),
                            enrol_url=url_for("training.enrol", code=card.code), primary=primary)  # fmt: skip


def may_enrol() -> bool:
    """Whether the person could enrol somebody, as far as a page has to know."""
    actor = current_actor()
    return actor.organisation_id is not None and actor.has(Role.OWNER, Scope.COMPANY, actor.organisation_id)


def _hosts() -> bool:
    """Whether the person has sessions of an own lab to decide on."""
    actor = current_actor()
    return actor.has(Role.PARTNER_ADMIN) or actor.has(Role.LAB_MANAGER)


def _page(total: int) -> dict[str, Any]:
    asked = request.args.get("page", "1")
    last_page = max(1, -(-total // PAGE))
    number = min(int(asked), last_page) if asked.isascii() and asked.isdigit() and int(asked[:6]) else 1
    return {"first": (number - 1) * PAGE + 1, "last": min(total, number * PAGE), "total": total,
            "previous_url": _address("training.sessions", page=number - 1) if number > 1 else "",
            "next_url": _address("training.sessions", page=number + 1) if number < last_page else ""}  # fmt: skip


def _address(endpoint: str, *, but: tuple[str, str] | None = None, page: int = 1) -> str:
    """This list's address with another page, or without one choice."""
    pairs = [(k, v) for k, v in request.args.items(multi=True) if v and k != "page" and (k, v) != but]
    pairs += [("page", str(page))] if page > 1 else []
    return url_for(endpoint) + (f"?{urlencode(pairs)}" if pairs else "")


def _groups(found: Catalogue, filters: SessionFilters) -> list[tuple[str, str, list[dict[str, Any]]]]:
    titles = {"topic": _("Topic"), "language": _("Language"), "country": _("Country"), "mode": _("Where"),
              "length": _("Length"), "seats": _("Seats")}  # fmt: skip
    return [(name, titles[name], _options(name, found, filters)) for name in GROUPS]


def _options(name: str, found: Catalogue, filters: SessionFilters) -> list[dict[str, Any]]:
    chosen = getattr(filters, name)
    known: dict[str, list[str]] = {
        "mode": [m.value for m in SessionMode],
        "length": [b.value for b in LengthBand],
        "seats": [b.value for b in SeatsBand],
    }
    order = known.get(name)
    values = order if order else sorted({*found.facts[name], *chosen})
    return [{"value": v, "label": label_of(name, v, found), "count": found.counts[name].get(v, 0), "chosen": v in chosen}
            for v in values if order is None or v in found.facts[name] or v in chosen]  # fmt: skip


def label_of(name: str, value: str, found: Catalogue) -> str:
    """An option in words."""
    lengths = {
        LengthBand.ONE_DAY: _("Up to a day"),
        LengthBand.TWO_DAYS: _("Two days"),
        LengthBand.MORE_DAYS: _("More days"),
    }
    if name == "topic":
        return texts(found.titles.get(value)) or value.replace("-", " ").capitalize()
    if name == "language":
        return rows.language_name(value)
    if name == "country":
        return rows.country_name(value)
    if name == "length":
        return str(lengths[LengthBand(value)])
    return say(rows.MODES[SessionMode(value)] if name == "mode" else rows.BANDS[SeatsBand(value)])


def _chips(found: Catalogue, filters: SessionFilters) -> list[tuple[str, str]]:
    chips = [(label_of(name, value, found), _address("training.sessions", but=(name, value)))
             for name in GROUPS for value in sorted(getattr(filters, name))]  # fmt: skip
    if filters.price is not None:
        eur = filters.price // 100
        chips.append((_("Up to EUR %(n)s", n=eur), _address("training.sessions", but=("price", request.args["price"]))))
    for name, sentence in (("since", _("From %(day)s")), ("until", _("Until %(day)s"))):
        day = getattr(filters, name)
        if day is not None:
            chips.append(
                (sentence % {"day": localdate(day)}, _address("training.sessions", but=(name, day.isoformat())))
            )
    return chips


def _line(card: SessionCard) -> list[object]:
    row = row_of(card)
    return [card.code, row["title"], row["host"], card.days[0].isoformat(), row["when"], row["mode"], row["place"],
            row["language"], card.price_cents / 100, card.list_cents / 100, row["seats_word"],
            card.enrol_until.isoformat()]  # fmt: skip
