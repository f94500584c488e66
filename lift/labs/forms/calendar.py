"""Forms of calendar addresses and outside calendars."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from lift.labs.enums import FeedOf
from lift.labs.models import Asset, Lab
from lift.web.forms import LiftForm
from lift.web.i18n import gettext as _
from lift.web.i18n import lazy_gettext as _l


class AddressForm(LiftForm):
    """Whose bookings the address shows: ``person``, ``lab:<slug>`` or ``asset:<key>``."""

    what = SelectField(_l("Which bookings"))

    def offer(self, labs: Sequence[Lab]) -> None:
        """One's own, and the labs where one works with their assets."""
        choices = [(FeedOf.PERSON.value, _("my own bookings"))]
        for lab in labs:
            choices.append((f"{FeedOf.LAB.value}:{lab.slug}", _("everything in %(lab)s", lab=lab.name)))
            choices += [(f"{FeedOf.ASSET.value}:{asset.key}", f"{asset.name}, {lab.name}") for asset in lab.assets]
        self.what.choices = choices


class OutsideForm(LiftForm):
    """The calendar of the lab's own system."""

    name = StringField(
        _l("Name"),
        [
            InputRequired(_l("Give the calendar a name; refusals and the desk call it by that.")),
            Length(max=60, message=_l("Use 60 characters at most.")),
        ],
    )
    asset = SelectField(_l("What is busy then"))
    url = StringField(
        _l("Address"),
        [
            InputRequired(_l("Paste the whole address of the calendar; it begins with https:// and has no space.")),
            Length(max=1000, message=_l("Use 1000 characters at most.")),
        ],
    )

    def offer(self, assets: Sequence[Asset]) -> None:
        """One asset, or the whole lab."""
        self.asset.choices = [(asset.key, asset.name) for asset in assets] + [("", _("the whole lab"))]
