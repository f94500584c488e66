"""Labs, assets, free time and bookings under /api/v1."""

from __future__ import annotations

from uuid import UUID

from flask import url_for

from lift.core import clock
from lift.core.errors import require_found
from lift.labs import queries, services
from lift.labs.models import Booking
from lift.labs.permissions import can_see_booking
from lift.labs.schemas import (
    AssetOut,
    AssetPage,
    AssetQuery,
    BookingIn,
    BookingOut,
    BookingPage,
    BookingQuery,
    LabOut,
    LabPage,
    MoveIn,
    Span,
    WindowList,
    WindowsQuery,
)
from lift.web.api import PageQuery, api_blueprint, cut, decode_cursor, scoped
from lift.web.current import current_actor
from lift.web.idempotency import idempotent

bp = api_blueprint("labs", __name__)


@bp.get("/labs")
@scoped("labs:read")
@bp.input(PageQuery, location="query")
@bp.output(LabPage)
def labs(query_data: PageQuery) -> LabPage:
    """All labs with their assets."""
    rows = queries.lab_cards(clock.now(), after=decode_cursor(query_data.cursor), limit=query_data.limit + 1)
    page, following = cut(rows, query_data.limit, lambda card: card.id)
    return LabPage(items=[LabOut.of(card) for card in page], next=following)


@bp.get("/labs/<slug>")
@scoped("labs:read")
@bp.output(LabOut)
def lab(slug: str) -> LabOut:
    """One lab by its slug."""
    return LabOut.of(require_found(queries.lab_card(slug, clock.now())))


@bp.get("/assets")
@scoped("labs:read")
@bp.input(AssetQuery, location="query")
@bp.output(AssetPage)
def assets(query_data: AssetQuery) -> AssetPage:
    """All assets, or those of one lab."""
    after = decode_cursor(query_data.cursor)
    rows = queries.asset_cards(lab_id=query_data.lab_id, after=after, limit=query_data.limit + 1)
    page, following = cut(rows, query_data.limit, lambda row: row[1].id)
    return AssetPage(items=[AssetOut.of(lab_id, card) for lab_id, card in page], next=following)


@bp.get("/assets/<uuid:asset_id>")
@scoped("labs:read")
@bp.output(AssetOut)
def asset(asset_id: UUID) -> AssetOut:
    """One asset."""
    found = require_found(queries.asset_card(asset_id))
    return AssetOut.of(*found)


@bp.get("/assets/<uuid:asset_id>/windows")
@scoped("labs:read")
@bp.input(WindowsQuery, location="query")
@bp.output(WindowList)
def windows(asset_id: UUID, query_data: WindowsQuery) -> WindowList:
    """When the asset can be booked for at least so many minutes."""
    row = require_found(queries.asset_by_id(asset_id))
    free = queries.free_windows(row, query_data.since, query_data.until, query_data.minutes)
    return WindowList(items=[Span.of(window) for window in free])


@bp.get("/bookings")
@scoped("bookings:read")
@bp.input(BookingQuery, location="query")
@bp.output(BookingPage)
def bookings(query_data: BookingQuery) -> BookingPage:
    """Bookings that you may see: your own, your organisation's, those of the labs that you run."""
    rows = queries.bookings_page(
        current_actor(),
        lab_id=query_data.lab_id,
        since=query_data.since,
        until=query_data.until,
        after=decode_cursor(query_data.cursor),
        limit=query_data.limit + 1,
    )
    page, following = cut(rows, query_data.limit, lambda row: row.id)
    held = queries.assets_of_bookings([row.id for row in page])
    return BookingPage(items=[BookingOut.of(row, held[row.id]) for row in page], next=following)


@bp.post("/bookings")
@scoped("bookings:write")
@idempotent
@bp.input(BookingIn)
@bp.output(BookingOut, status_code=201)
def create_booking(json_data: BookingIn) -> tuple[BookingOut, int, dict[str, str]]:
    """Book assets of one lab: all or none. Refused with 409, every reason and the nearest free starts."""
    actor = current_actor()
    fields = json_data.model_dump(exclude={"present", "asset_ids"})
    holder = actor.person_id if json_data.present else None
    request = services.BookingRequest(tuple(json_data.asset_ids), holder_id=holder, **fields)
    made = services.book_assets(request, actor=actor)
    return shown(made), 201, {"Location": url_for("labs_api.booking", booking_id=made.id)}


@bp.get("/bookings/<uuid:booking_id>")
@scoped("bookings:read")
@bp.output(BookingOut)
def booking(booking_id: UUID) -> BookingOut:
    """One booking."""
    return shown(visible(booking_id))


@bp.patch("/bookings/<uuid:booking_id>")
@scoped("bookings:write")
@bp.input(MoveIn)
@bp.output(BookingOut)
def move_booking(booking_id: UUID, json_data: MoveIn) -> BookingOut:
    """Move it; when that is refused, it stays where it was."""
    row = visible(booking_id)
    return shown(services.move_booking(row.code, json_data.start, json_data.end, actor=current_actor()))


@bp.delete("/bookings/<uuid:booking_id>")
@scoped("bookings:write")
@bp.output(BookingOut)
def cancel_booking(booking_id: UUID) -> BookingOut:
    """Give it back; the answer says whether that was in time."""
    row = visible(booking_id)
    return shown(services.cancel_booking(row.code, actor=current_actor()))


def visible(booking_id: UUID) -> Booking:
    """The booking, or 404 for whom it is not."""
    row = queries.booking_by_id(booking_id)
    return require_found(row if row and can_see_booking(current_actor(), row) else None)


def shown(row: Booking) -> BookingOut:
    """As the API tells it."""
    return BookingOut.of(row, queries.assets_of_bookings([row.id])[row.id])
