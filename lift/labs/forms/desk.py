"""Forms of the desk. Dates and times are the lab's wall clock; what was typed is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from wtforms import DateField, HiddenField, SelectField, StringField, TextAreaField, TimeField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from lift.core.errors import refuse_if
from lift.labs import texts
from lift.labs.enums import BlockKind, Purpose
from lift.labs.models import Asset
from lift.labs.policy.rules import effective_rules
from lift.labs.policy.wallclock import instant_at, wall_problems
from lift.web.forms import LiftForm
from lift.web.i18n import gettext as _
from lift.web.i18n import lazy_gettext as _l
from lift.web.i18n import say

MOST_LENGTHS = 16
ALL_LABS = "*"
"""A choice beside the assets: every lab that one runs."""
FIRST_YEAR, LAST_YEAR = 2000, 2199


class ChosenField(HiddenField):
    """Empty in the page; the button that was pressed sends the same name once more, and the last value counts."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist[-1:])


class TimeForm(LiftForm):
    """A day, a start and a length. ``instead`` is a start that the page offered, chosen by one press."""

    day = DateField(_l("Day"), [InputRequired(_l("Choose a day, for example 2026-11-30."))])
    start = TimeField(_l("Start, by the lab's clock"), [InputRequired(_l("Type a time, for example 09:30."))])
    minutes = SelectField(_l("Length"), coerce=int)
    instead = ChosenField()
    lengths: Sequence[int] = ()

    def validate_day(self, field: Any) -> None:
        """Far years break calendars, not only rules."""
        if field.data is not None and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
            raise ValidationError(say(texts.NO_SUCH_YEAR))

    def offer_lengths(self, assets: Sequence[Asset], also: Sequence[int] = ()) -> None:
        """What the rules of these assets allow, and ``also`` what a booking lasts now."""
        self.lengths = sorted({*lengths_of(assets), *also})
        self.minutes.choices = [(n, length_words(n)) for n in self.lengths]

    def instants(self, zone: str) -> tuple[datetime, datetime]:
        """Start and end as instants. Raises Refused when the lab's clocks show that time never, or twice (B1)."""
        length = timedelta(minutes=self.minutes.data)
        offered = instant_of(self.instead.data)
        if offered is not None:
            return offered, offered + length
        start = wall_start(*self.wall(), zone)
        return start, start + length

    def wall(self) -> tuple[date, time]:
        """Day and time of a form that has passed its validators."""
        if self.day.data is None or self.start.data is None:
            raise ValueError("the form was not validated")
        return self.day.data, self.start.data

    def show(self, start: datetime, minutes: int, zone: str) -> None:
        """Put an instant into the fields."""
        local = start.astimezone(ZoneInfo(zone))
        self.day.data, self.start.data, self.minutes.data = local.date(), local.time(), minutes


class BookForm(TimeForm):
    """A booking of one asset of the lab."""

    asset = SelectField(_l("Asset"))
    purpose = SelectField(_l("What for"), default=Purpose.TRAINING.value)
    title = StringField(
        _l("Title, as others read it"), [Optional(), Length(max=80, message=_l("Use 80 characters at most."))]
    )
    present = SelectField(_l("Whose time is booked with it"), default="me")

    def offer(self, assets: Sequence[Asset]) -> None:
        """The choices, in the reader's language."""
        self.asset.choices = [(asset.key, asset.name) for asset in assets]
        self.purpose.choices = [(purpose.value, say(words)) for purpose, words in texts.PURPOSES.items()]
        self.present.choices = [("me", _("mine: I am there")), ("nobody", _("nobody's: only the asset"))]
        self.offer_lengths(assets)

    def holder(self, person_id: UUID | None) -> UUID | None:
        """Whose time is taken."""
        return person_id if self.present.data == "me" else None


class MoveForm(TimeForm):
    """Another time for the same booking."""


class CancelForm(LiftForm):
    """Why, where somebody else should know."""

    reason = TextAreaField(_l("Why"), [Optional(), Length(max=400, message=_l("Use 400 characters at most."))])


class BlockTimeForm(TimeForm):
    """The time of a block. ``seen``: codes of the bookings in its way that the page has shown."""

    seen = HiddenField()

    def offer_block_lengths(self, also: Sequence[int] = ()) -> None:
        """Half an hour to a week, and ``also`` what a block lasts now."""
        lengths = sorted({30, 60, 120, 240, 480, 24 * 60, 48 * 60, 168 * 60, *also})
        self.minutes.choices = [(n, length_words(n)) for n in lengths]


class BlockForm(BlockTimeForm):
    """Time taken away from an asset, the whole lab, or all labs of the reader."""

    asset = SelectField(_l("What"))
    kind = SelectField(_l("Kind"), default=BlockKind.MAINTENANCE.value)
    reason = StringField(
        _l("Why"),
        [InputRequired(_l("Say in a few words why; the people concerned will read it.")), Length(max=200)],
    )

    def offer(self, assets: Sequence[Asset], *, all_labs: bool = False) -> None:
        """The choices, in the reader's language; blocks last from half an hour to a week."""
        self.asset.choices = [(asset.key, asset.name) for asset in assets] + [("", _("the whole lab"))]
        self.asset.choices += [(ALL_LABS, _("all my labs"))] if all_labs else []
        chosen = {k: words for k, words in texts.BLOCKS.items() if k != BlockKind.OUTSIDE}  # feeds make those
        self.kind.choices = [(kind.value, say(words)) for kind, words in chosen.items()]
        self.offer_block_lengths()


def wall_start(day: date, wall: time, zone: str) -> datetime:
    """The instant of a wall clock's time. Raises Refused when it is shown never, or twice (B1)."""
    refuse_if(wall_problems(day, wall, zone, offset_given=False))
    return instant_at(day, wall, zone)


def lengths_of(assets: Sequence[Asset]) -> list[int]:
    """Minutes that at least one asset allows, the finest step first; at most sixteen of them and the longest."""
    rules = [effective_rules(asset) for asset in assets]
    allowed = {n for r in rules for n in range(r.min_minutes, r.max_minutes + 1) if n % r.step_minutes == 0}
    every = sorted(allowed)
    return sorted({*every[:MOST_LENGTHS], *(n for n in every if n % 60 == 0)})


def length_words(minutes: int) -> str:
    """ "1 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return str(_("%(hours)s h %(minutes)s min", hours=hours, minutes=rest))
    return str(_("%(hours)s h", hours=hours) if hours else _("%(minutes)s min", minutes=rest))


def instant_of(value: Any) -> datetime | None:
    """An aware instant out of an address or a hidden field; anything else counts as not given."""
    try:
        instant = datetime.fromisoformat(value or "")
    except ValueError:
        return None
    known = instant.tzinfo is not None and FIRST_YEAR < instant.year < LAST_YEAR
    return instant if known else None
