"""The two lessons are true: every sum holds, every claim about machine and line is run, both languages say the same."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import lift
from lift.content.folder import (
    CutKpiExercise,
    ModuleFolder,
    NumberExercise,
    SimulationExercise,
    TwinDriveExercise,
    read_module,
    terms,
    write_module,
)
from lift.content.folder.manifest import texts_in
from lift.edge.virtual.cell import ACTIONS, VARIABLES, MachiningCell
from lift.edge.virtual.program import FEED_LIMITS, PROGRAM
from lift.measures import kpis
from lift.twins.simulators import registry
from lift.twins.simulators.base import compare
from lift.twins.simulators.line import LineParameters, LineSimulator
from lift.twins.simulators.line_result import LineResult
from tests.content.arithmetic import numbers, plain, sums

pytestmark = pytest.mark.unit

SEED = Path(lift.__file__).parent / "seed"
OEE, LINE = "from-counters-to-oee", "where-is-the-bottleneck"
MODULES = {slug: read_module(SEED / "modules" / slug) for slug in (OEE, LINE)}
STEPS = [(slug, step.key) for slug, module in MODULES.items() for step in module.manifest.steps]
START: dict[str, Any] = {"mill_s": 38, "buffer_mill": 3}


def world(name: str) -> dict[str, Any]:
    return tomllib.loads((SEED / name).read_text(encoding="utf-8"))


def column(name: str, of: str) -> set[str]:
    with (SEED / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row[of] for row in csv.DictReader(file)}


def exercises(kind: type[Any]) -> dict[str, Any]:
    found = {}
    for module in MODULES.values():
        asked = [*module.manifest.entry, *(each for step in module.manifest.steps for each in step.exercise)]
        found |= {each.key: each for each in asked if isinstance(each, kind)}
    return found


def rows(slug: str, key: str) -> list[list[str]]:
    """Cells of the tables of a step's English text, units gone, without the rules under the heads."""
    lines = [line for line in MODULES[slug].texts[key]["en"].splitlines() if line.startswith("|")]
    cells = [[plain(cell, "en").strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if set("".join(row)) - set("-: ")]


def line_run(seed: int = 1, **changes: Any) -> LineResult:
    parameters = LineParameters(**{**START, **changes})
    return LineSimulator().run(parameters, seed, lambda done, total: None, lambda: False)


# ---- both lessons


@pytest.mark.parametrize("slug", [OEE, LINE])
def test_lesson_written_then_read_is_equal(tmp_path: Path, slug: str) -> None:
    write_module(MODULES[slug], tmp_path / slug)
    assert read_module(tmp_path / slug) == MODULES[slug]


@pytest.mark.parametrize(("slug", "key"), STEPS)
@pytest.mark.parametrize("language", ["en", "it"])
def test_sums_printed_in_a_step_hold(slug: str, key: str, language: str) -> None:
    assert [each.text for each in sums(MODULES[slug].texts[key][language], language) if not each.holds] == []


def test_sums_are_found_where_the_lessons_reckon() -> None:
    count = {(slug, key): len(sums(MODULES[slug].texts[key]["en"], "en")) for slug, key in STEPS}
    assert {key: found for (slug, key), found in count.items() if slug == OEE and found} == {
        "what-oee-means": 4,
        "read-a-counter": 5,
        "the-three-losses": 6,
        "your-own-recording": 2,
        "compare-with-the-twin": 6,
    }
    assert sum(found for (slug, _), found in count.items() if slug == LINE) == 12


def test_sum_that_is_wrong_is_noticed() -> None:
    assert [each.holds for each in sums("16 ÷ 25 = 64.0 %, 16 ÷ 25 = 65.0 %, (2 + 3) × 4 min = 20 min", "en")] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(("slug", "key"), STEPS)
def test_step_says_the_same_numbers_in_both_languages(slug: str, key: str) -> None:
    texts = MODULES[slug].texts[key]
    assert Counter(numbers(texts["en"], "en")) == Counter(numbers(texts["it"], "it"))


@pytest.mark.parametrize(("slug", "key"), STEPS)
def test_step_is_built_the_same_in_both_languages(slug: str, key: str) -> None:
    shapes = [
        [re.match(r"#+ |\||\* |\d+\. |::: ?\w*|!\[|$", line) for line in text.splitlines()]
        for text in MODULES[slug].texts[key].values()
    ]
    english, italian = (Counter(found[0] for found in shape if found) for shape in shapes)
    assert english == italian


def test_texts_of_the_manifests_say_the_same_numbers_in_both_languages() -> None:
    different = [
        (slug, place)
        for slug, module in MODULES.items()
        for place, text in texts_in(module.manifest)
        if numbers(text["en"], "en") != numbers(text["it"], "it")
    ]
    assert different == []


def test_explanations_and_prompts_print_sums_that_hold() -> None:
    found = [
        each
        for module in MODULES.values()
        for _, text in texts_in(module.manifest)
        for language in ("en", "it")
        for each in sums(text[language], language)
    ]
    assert [each.text for each in found if not each.holds] == []
    assert len(found) >= 30


def test_glossary_explains_every_marked_word_in_one_sentence_per_language() -> None:
    glossary = world("data/glossary.toml")
    marked = {
        (key, language)
        for module in MODULES.values()
        for texts in module.texts.values()
        for language, text in texts.items()
        for _, key in terms(text)
    }
    assert {key for key, _ in marked} - set(glossary) == set()
    assert len(marked) == 28
    sentences = [(key, language, text) for key, word in glossary.items() for language, text in word["text"].items()]
    assert [(key, language) for key, language, text in sentences if not re.fullmatch(r"[A-Z“].*[^.]\.", text)] == []
    assert [key for key, word in glossary.items() if sorted(word["text"]) != ["en", "it"]] == []
    assert [key for key, word in glossary.items() if sorted(word["shown"]) != ["en", "it"]] == []


@pytest.mark.parametrize("slug", [OEE, LINE])
def test_lesson_names_group_partners_skills_and_method_that_exist(slug: str) -> None:
    manifest = MODULES[slug].manifest
    assert manifest.slug == slug
    assert manifest.topic in column("working_groups", "slug")
    assert set(manifest.credits) <= column("lift_partners", "id")
    assert {skill.uri for skill in manifest.skills} <= column("esco_skills", "uri")
    assert manifest.method in {method["key"] for method in world("world/working_groups.toml")["methods"]}
    assert len(manifest.entry) == 3


def test_lessons_take_the_minutes_they_say() -> None:
    assert {slug: module.manifest.minutes for slug, module in MODULES.items()} == {OEE: 62, LINE: 58}


def test_machine_of_the_lesson_has_what_the_steps_use() -> None:
    needed = MODULES[OEE].manifest.requirements
    types = {kind["key"]: kind["capabilities"] for kind in world("world/asset_types.toml")["asset_types"]}
    assert needed is not None
    assert set(needed.capabilities) <= set(types[needed.asset_type])
    driven = {name for step in MODULES[OEE].manifest.steps for name in step.drives}
    assert driven <= {*VARIABLES, *ACTIONS}


def test_recordings_are_judged_by_the_ideal_time_of_the_cell() -> None:
    asked = exercises(CutKpiExercise)
    assert {each.ideal_seconds_per_part for each in asked.values()} == {sum(step.seconds for step in PROGRAM)}
    assert {key: each.kpi for key, each in asked.items()} == {
        "oee-of-my-window": "oee",
        "effectiveness-of-my-window": "effectiveness",
    }


# ---- From counters to OEE


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


# ---- Where is the bottleneck?


def test_pace_of_each_station_is_reckoned() -> None:
    printed = [row for row in rows(LINE, "one-station-sets-the-pace") if row[1][:1].isdigit()]
    assert [[row[1], row[2]] for row in printed] == [[str(s), f"{3600 / s:.1f}"] for s in (22, 38, 18, 24, 15)]


def test_simulation_exercises_start_from_the_line_of_the_lesson() -> None:
    asked = exercises(SimulationExercise)
    assert {each.simulator for each in asked.values()} == {registry.get("line").key}
    assert [key for key, each in asked.items() if LineParameters(**each.start) != LineParameters(**START)] == []
    assert {key: each.claim for key, each in asked.items()} == {
        "as-it-is": "bottleneck",
        "guess-and-run": "number",
        "more-room": "compare",
        "faster-mill": "compare",
        "two-mills": "bottleneck",
    }
    known = {figure.key for figure in line_run().figures}
    assert {each.result for each in asked.values() if each.result} <= known


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_line_does_what_the_lesson_says(seed: int) -> None:
    first = line_run(seed)
    good = first.figure("good_per_hour").mean
    assert good is not None
    assert (first.bottleneck.station, first.bottleneck.clear) == ("mill", True)
    assert abs(good - 87.3) <= 1.3

    def change(figure: str, **changes: Any) -> str:
        return next(each.change.value for each in compare(line_run(seed, **changes), first) if each.key == figure)

    assert change("good_per_hour", buffer_mill=12) == "unclear"
    assert change("flow_min", buffer_mill=12) == "more"
    assert change("good_per_hour", mill_s=31) == "more"
    assert line_run(seed, mill_s=19).bottleneck.station == "measure"


def test_more_room_more_than_doubles_the_time_and_adds_six_minutes() -> None:
    before, after = line_run().figure("flow_min").mean, line_run(buffer_mill=12).figure("flow_min").mean
    assert before is not None
    assert after is not None
    assert after > 2 * before
    assert abs(after - before - 6) <= 0.3


def test_faster_mill_brings_what_was_reckoned() -> None:
    run = line_run(mill_s=31).figure("good_per_hour").mean
    assert run is not None
    assert (round(3600 / 31 * 95 / 101 * 0.98, 1), abs(run - 107.0) <= 1.5) == (107.0, True)


def test_day_per_station_in_the_picture_is_that_of_a_run() -> None:
    shares = [(s.busy.mean, (s.blocked.mean or 0) + (s.stopped.mean or 0), s.waiting.mean) for s in line_run().stations]
    printed = [(55, 45, 0), (95, 5, 0), (45, 0, 55), (60, 0, 40), (37, 0, 63)]
    far = [
        (station, share)
        for station, row in zip(printed, shares, strict=True)
        for told, share in zip(station, row, strict=True)
        if share is None or abs(told - share * 100) > 2
    ]
    assert far == []
    assert [number for number in svg_numbers(LINE, "a-day-per-station.en.svg") if number != "5"] == [
        str(share) for row in printed for share in row if share not in (0, 5)
    ]


# ---- pictures


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


def svg_numbers(slug: str, name: str, language: str = "en") -> list[str]:
    """Numbers in the texts of a picture, in the order of drawing."""
    drawn = re.findall(r"<text[^>]*>([^<]*)</text>", MODULES[slug].media[name].decode())
    return [number for text in drawn for number in re.findall(r"\d+(?:\.\d+)?", plain(text, language))]


def production(planned: float, running: float, ideal: float, parts: int, good: int) -> kpis.Production:
    times = kpis.TimeElements(pot=planned, apt=running, adot=planned - running)
    return kpis.Production(times, kpis.Quantities(pq=parts, gq=good, sq=parts - good), parts * ideal, good * ideal)


def cycle(feed: float) -> float:
    """Seconds per part at a feed in %: only the cutting steps follow it."""
    return sum(step.seconds / (feed / 100 if step.cutting else 1) for step in PROGRAM)


def percent(ratio: float | None) -> str:
    assert ratio is not None
    return f"{ratio * 100:.1f} %"


def test_every_lesson_ends_with_something_to_take_home() -> None:
    def last(module: ModuleFolder) -> str:
        return module.texts[module.manifest.steps[-1].key]["en"]

    assert {slug: "## Take it home" in last(module) for slug, module in MODULES.items()} == {OEE: True, LINE: True}
