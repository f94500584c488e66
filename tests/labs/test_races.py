"""Several processes at once; beside each promise the control that takes its guard away and must break (M2)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.core import tallies
from lift.core.actor import Grant, Role, Scope
from lift.core.db import db
from lift.labs.models import Asset, Booking, Claim
from lift.labs.policy.quota import week_keys
from tests.factories.labs import acting_for, make_asset, make_lab, member_of, monday, request_for
from tests.factories.people import make_organisation
from tests.labs.rivals import Rival, race

pytestmark = [pytest.mark.race, pytest.mark.integration]

FIFTY = 50


def rivals_for_one_asset(asset: Asset) -> list[Rival]:
    """Fifty want hours that all overlap: four different starts, three hours each.

    Each acts for an organisation of its own, so that no tally stands in line before the unit.
    """
    runs_it = Grant(Role.LAB_MANAGER, Scope.LAB, asset.lab_id)
    return [
        Rival(acting_for(make_organisation().id, None, runs_it), request_for(asset, monday(9, 30 * (n % 4)), 180))
        for n in range(FIFTY)
    ]


def rivals_for_a_quota() -> tuple[list[Rival], list[tallies.TallyKey]]:
    """Eight members of one organisation, each with an asset of their own; three bookings a week are allowed."""
    lab = make_lab(rules={"organisation_per_week": 3})
    rivals = [Rival(member_of(lab), request_for(make_asset(lab))) for _ in range(8)]
    return rivals, list(week_keys(lab, lab.organisation_id, None, monday()))


def committed_rows(model: type[Booking] | type[Claim]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def prepared(app: APIFlask, breaks: Sequence[str] = ()) -> None:
    if "constraint" in breaks:
        db.session.execute(sa.text("ALTER TABLE claim DROP CONSTRAINT one_at_a_time"))
    db.session.commit()


def test_m2_fifty_overlapping_bookings_leave_exactly_one(committed: APIFlask) -> None:
    with committed.app_context():
        rivals = rivals_for_one_asset(make_asset())
        prepared(committed)
        assert race(committed, rivals) == {"booked": 1, "Refused B14": FIFTY - 1}
        assert (committed_rows(Booking), committed_rows(Claim)) == (1, 1)


def test_m2_without_the_check_of_the_application_the_constraint_leaves_one_row(committed: APIFlask) -> None:
    with committed.app_context():
        rivals = rivals_for_one_asset(make_asset())[:12]
        prepared(committed)
        assert race(committed, rivals, breaks=("check",)) == {"booked": 1, "Refused B14": 11}
        assert (committed_rows(Booking), committed_rows(Claim)) == (1, 1)


def test_m2_control_without_lock_and_constraint_books_twice(committed: APIFlask) -> None:
    with committed.app_context():
        rivals = rivals_for_one_asset(make_asset())[:12]
        prepared(committed, ["constraint"])
        assert race(committed, rivals, breaks=("unit lock", "pause"))["booked"] > 1


def test_b10_eight_parallel_bookings_under_a_quota_of_three_leave_three(committed: APIFlask) -> None:
    with committed.app_context():
        rivals, keys = rivals_for_a_quota()
        prepared(committed)
        assert race(committed, rivals) == {"booked": 3, "Refused B10": 5}
        assert ([tallies.count_of(key) for key in keys], committed_rows(Booking)) == ([3], 3)


def test_b10_control_without_the_lock_on_the_tally_lets_more_than_three_pass(committed: APIFlask) -> None:
    with committed.app_context():
        rivals, _keys = rivals_for_a_quota()
        prepared(committed)
        assert race(committed, rivals, breaks=("tally lock", "pause"))["booked"] > 3
