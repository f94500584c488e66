"""Tallies hold a limit across rows; a race in several processes proves it, with a control that must break."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.core.db import db, transaction
from lift.core.tallies import TallyKey, count_of, give_back, take
from tests.racing import race

KEY = TallyKey("quota", "somebody", "2026-W48")


@pytest.mark.usefixtures("database")
def test_tally_stops_at_its_limit() -> None:
    with transaction():
        assert [take(KEY, 1, 2) for _ in range(3)] == [True, True, False]
        assert count_of(KEY) == 2


@pytest.mark.usefixtures("database")
def test_tally_with_limit_zero_lets_nothing_pass_and_none_lets_all() -> None:
    with transaction():
        assert not take(KEY, 1, 0)
        assert take(KEY, 100, None)


@pytest.mark.usefixtures("database")
def test_tally_never_falls_below_zero() -> None:
    with pytest.raises(sa.exc.IntegrityError), transaction():
        take(KEY, 1, None)
        give_back(KEY, 2)


def take_one_of_three(_number: int) -> bool:
    with transaction():
        return take(KEY, 1, 3)


def count_then_insert(_number: int) -> bool:
    """The control: read, think, write, as code without a tally row does."""
    with transaction() as session:
        before = session.scalar(sa.text("SELECT count(*) FROM rival"))
        session.execute(sa.text("SELECT pg_sleep(0.2)"))
        if before is not None and before >= 3:
            return False
        session.execute(sa.text("INSERT INTO rival DEFAULT VALUES"))
        return True


@pytest.mark.race
def test_race_of_eight_processes_under_a_limit_of_three(committed: APIFlask) -> None:
    assert sum(race(committed, take_one_of_three, 8)) == 3
    with committed.app_context():
        assert count_of(KEY) == 3


@pytest.mark.race
def test_race_control_without_a_tally_breaks_the_limit(committed: APIFlask) -> None:
    with committed.app_context():
        db.session.execute(sa.text("CREATE TABLE rival (id bigint GENERATED ALWAYS AS IDENTITY)"))
        db.session.commit()
    assert sum(race(committed, count_then_insert, 8)) > 3
