"""From counters to OEE: answers, tables and pictures are those of ISO 22400-2 and of the virtual cell."""

from __future__ import annotations

import re

import pytest

from lift.content.folder import NumberExercise, TwinDriveExercise
from lift.edge.virtual.cell import MachiningCell
from lift.edge.virtual.program import FEED_LIMITS, PROGRAM
from lift.measures import kpis
from tests.content.arithmetic import numbers
from tests.content.lessons import LINE, MODULES, OEE, cycle, exercises, percent, production, rows, svg_numbers, world

pytestmark = pytest.mark.unit


def test_answers_of_the_questions_are_the_reckoned_ones() -> None:
    pace, ready = 3600 / 38, 95 / (95 + 6)
    reckoned = {
        "counter-difference": 8467 - 8431,
        "oee-of-an-hour": 90 * 30 / 3600 * 100,
        "oee-of-a-shift": 150 * 2 / 400 * 100,
        "quality-from-counters": (2349 - 2310) / (2443 - 2402) * 100,
        "seconds-at-75": cycle(75),
        "effectiveness-on-friday": 15 * 24 / 450 * 100,
        "two-days-pooled": (320 + 30) / (400 + 100) * 100,
        "parts-per-hour": 3600 / 40,
        "mill-per-hour": pace,
        "mill-ready": ready * 100,
        "good-per-hour": pace * ready * 0.98,
        "longer-wait": (12 - 3) * 40 / 60,
    }
    asked = exercises(NumberExercise)
    assert {key: round(each.value, 1) for key, each in asked.items()} == {k: round(v, 1) for k, v in reckoned.items()}


def test_hints_catch_the_slip_they_speak_of_and_never_a_right_answer() -> None:
    slips = {
        ("oee-of-a-shift", 37.5): 150 / 400 * 100,
        ("oee-of-a-shift", 133.3): 400 / 300 * 100,
        ("quality-from-counters", 96.2): 2349 / 2443 * 100,
        ("seconds-at-75", 32): 24 / 0.75,
        ("seconds-at-75", 18): 24 * 0.75,
        ("effectiveness-on-friday", 125): 450 / 360 * 100,
        ("effectiveness-on-friday", 60): 360 / 600 * 100,
        ("two-days-pooled", 55): (320 / 400 + 30 / 100) / 2 * 100,
        ("mill-per-hour", 136.8): 3600 * 38 / 1000,
        ("mill-ready", 93.7): (95 - 6) / 95 * 100,
        ("good-per-hour", 89.1): 3600 / 38 * 95 / 101,
        ("good-per-hour", 92.8): 3600 / 38 * 0.98,
        ("longer-wait", 8): 12 * 40 / 60,
    }
    hints = {(key, hint.value): (each, hint) for key, each in exercises(NumberExercise).items() for hint in each.hints}
    assert set(hints) == set(slips)
    assert [key for key, (_, hint) in hints.items() if abs(slips[key] - hint.value) > hint.within] == []
    assert [
        key for key, (each, hint) in hints.items() if abs(each.value - hint.value) <= each.tolerance + hint.within
    ] == []


def test_shift_on_the_lathe_is_reckoned_by_iso_22400() -> None:
    shift = production(planned=450, running=360, ideal=0.45, parts=720, good=684)
    assert rows(OEE, "what-oee-means")[1:] == [
        ["Was it running?", "[[availability]]", "360 of 450", percent(kpis.availability(shift.times))],
        ["Was it as fast as it can be?", "[[effectiveness]]", "324 of 360", percent(kpis.effectiveness(shift))],
        ["Were the parts good?", "[[quality ratio]]", "684 of 720", percent(kpis.quality_ratio(shift.quantities))],
    ]
    text = MODULES[OEE].texts["what-oee-means"]["en"]
    assert (percent(kpis.oee(shift)), 720 * 0.45, round(450 - 684 * 0.45, 1)) == ("68.4 %", 324, 142.2)
    assert "142.2 min are gone" in text
    assert "With the break taken out, OEE is 68.4 %" in text
    assert f"The average of 80, 90 and 95 is {(80 + 90 + 95) / 3:.1f}" in text


def test_ten_minutes_of_the_cell_are_reckoned_by_iso_22400() -> None:
    ten = production(planned=600, running=468, ideal=24, parts=17, good=16)
    assert rows(OEE, "the-three-losses")[1:] == [
        ["planned time", "600", "", ""],
        ["running", "468", "132", f"availability {percent(kpis.availability(ten.times))}"],
        ["at full speed", "408", "60", f"effectiveness {percent(kpis.effectiveness(ten))}"],
        ["good parts", "384", "24", f"quality ratio {percent(kpis.quality_ratio(ten.quantities))}"],
    ]
    assert (600 - 468, 468 - 17 * 24, 17 * 24 - 16 * 24, 600 - 16 * 24) == (132, 60, 24, 216)
    assert (percent(kpis.oee(ten)), 600 / 24, 132 / 24, 60 / 24) == ("64.0 %", 25, 5.5, 2.5)


def test_counter_readings_are_those_of_a_steady_cell_with_one_stop() -> None:
    """17 parts spread evenly over 468 s of running, the ninth one bad, standing from second 80 to 212."""

    def reading(clock: str) -> list[str]:
        seconds = sum(int(part) * unit for part, unit in zip(clock.split(":"), (3600, 60, 1), strict=True)) - 37680
        ran = seconds if seconds <= 80 else max(80, seconds - 132)
        made = sum(468 / 17 * (part - 0.5) <= ran for part in range(1, 18))
        return [str(1204 + made), str(1166 + made - (made >= 9))]

    table = [row for row in rows(OEE, "read-a-counter") if re.match(r"\d\d:", row[0])]
    assert [row[2:] for row in table] == [reading(row[0]) for row in table]
    assert len(table) == 5


def test_feed_table_follows_the_program_of_the_cell() -> None:
    printed = [row for row in rows(OEE, "try-it-on-the-twin") if row[0].endswith("%")]
    feeds = [100, 75, 50, 110]
    assert [[row[0], float(row[1]), float(row[2]), float(row[3]), row[4]] for row in printed] == [
        [f"{feed} %", round(18 / feed * 100, 1), 6, round(cycle(feed), 1), percent(24 / cycle(feed))] for feed in feeds
    ]
    assert sum(step.seconds for step in PROGRAM if step.cutting) == 18


@pytest.mark.parametrize(("feed", "seconds"), [(100.0, 24.0), (75.0, 30.0), (50.0, 42.0), (110.0, 22.4)])
def test_cell_takes_the_time_per_part_that_the_lesson_says(feed: float, seconds: float) -> None:
    cell = MachiningCell(running=True)
    cell.write("RemoteControl", True)
    cell.write("FeedOverride", feed)
    while cell.total < 1:
        cell.advance(0.1, real_seconds=0.0)
    assert round(cell.last_cycle, 1) == seconds


def test_value_to_be_refused_lies_outside_the_limits_but_inside_the_machine() -> None:
    assets = {asset["key"]: asset for asset in world("world/assets.toml")["assets"]}
    feed = next(each for each in assets["machining-cell-1"]["controls"] if each["variable"] == "FeedOverride")
    (drive,) = exercises(TwinDriveExercise).values()
    assert [(check.act, check.variable) for check in drive.checks] == [
        ("inside", "FeedOverride"),
        ("outside", "FeedOverride"),
        ("stop", None),
    ]
    assert [numbers(check.text["en"], "en") for check in drive.checks] == [["75"], ["140"], []]
    assert FEED_LIMITS[0] <= feed["low"] <= 75 <= feed["high"] < 140 <= FEED_LIMITS[1]


def test_table_of_changes_is_reckoned() -> None:
    a, e, q = 468 / 600, 408 / 468, 16 / 17
    changes = [(a, e, q), ((600 - 66) / 600, e, q), (a, 1.0, q), (a, e, 1.0)]
    assert [row[1:] for row in rows(OEE, "what-would-you-change")[1:]] == [
        [percent(a), percent(e), percent(q), percent(a * e * q)] for a, e, q in changes
    ]


def test_pictures_show_the_numbers_of_the_lesson() -> None:
    assert svg_numbers(OEE, "three-losses.en.svg") == (
        ["600", "78.0", "468", "132", "87.2", "408", "60", "94.1", "384", "1", "24"]  # top to bottom, left to right
    )
    assert svg_numbers(OEE, "planned-and-good.en.svg") == ["450", "307.8", "142.2"]
    assert svg_numbers(OEE, "feed-and-time.en.svg") == [
        "100",
        "6",
        "18",
        "24",
        "75",
        "6",
        "24",
        "30",
        "50",
        "6",
        "36",
        "42",
    ]
    assert svg_numbers(OEE, "parts-lost.en.svg") == ["25", "5.5", "2.5", "17", "1", "16"]
    assert svg_numbers(LINE, "five-stations.en.svg") == (
        [text for s in (22, 38, 18, 24, 15) for text in (str(s), f"{3600 / s:.1f}")]
    )


def test_pictures_show_the_same_numbers_in_both_languages() -> None:
    names = [(slug, name.removesuffix(".en.svg")) for slug in MODULES for name in MODULES[slug].media if ".en." in name]
    assert len(names) == 8
    assert [
        (slug, name)
        for slug, name in names
        if svg_numbers(slug, f"{name}.en.svg") != svg_numbers(slug, f"{name}.it.svg", "it")
    ] == []
