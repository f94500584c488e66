"""Typed answers: what is read, what counts, and which part is off (X19)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lift.measures.answers import (
    Outcome,
    Reading,
    ReadProblem,
    Slip,
    Tolerance,
    Unreadable,
    check_answer,
    diagnose,
    read_answer,
    read_number,
    read_ratio,
)
from lift.measures.answers.reading import ReadAs
from lift.measures.oee import WindowOee, oee_of_window

pytestmark = pytest.mark.unit

POINT = Tolerance.points(1.0)
T0 = 1_700_000_000.0


def value_of(read: Reading | ReadProblem) -> float:
    assert isinstance(read, Reading), read
    return read.value


def kind_of(read: Reading | ReadProblem) -> Unreadable:
    assert isinstance(read, ReadProblem), read
    return read.kind


@pytest.mark.parametrize("locale", ["en", "it", "de", "fr", "sv_SE", "el"])
@pytest.mark.parametrize(
    ("typed", "how"),
    [
        ("0,85", ReadAs.FRACTION),
        ("0.85", ReadAs.FRACTION),
        (".85", ReadAs.FRACTION),
        ("0,850", ReadAs.FRACTION),
        ("85 %", ReadAs.PERCENT),
        ("85%", ReadAs.PERCENT),
        ("85", ReadAs.PERCENT),
        (" 85,0 ", ReadAs.PERCENT),
        ("85.00", ReadAs.PERCENT),
        ("85,000", ReadAs.PERCENT),
        ("85\u00a0%", ReadAs.PERCENT),
        ("８５％", ReadAs.PERCENT),
        ("+85", ReadAs.PERCENT),
        ("= 85 %", ReadAs.PERCENT),
        ("≈ 0.85", ReadAs.FRACTION),
        ("85 percento", ReadAs.PERCENT),
        ("85 Prozent", ReadAs.PERCENT),
        ("85 per cent", ReadAs.PERCENT),
    ],
)
def test_ratio_as_people_type_it(typed: str, how: ReadAs, locale: str) -> None:
    read = read_ratio(typed, locale)
    assert isinstance(read, Reading)
    assert (read.value, read.how, read.typed) == (0.85, how, typed)


@pytest.mark.parametrize(
    ("typed", "value"), [("0", 0.0), ("1", 1.0), ("100", 1.0), ("2", 0.02), ("120 %", 1.2), ("0,85 %", 0.0085)]
)
def test_ratio_at_the_edges(typed: str, value: float) -> None:
    assert value_of(read_ratio(typed)) == value


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("", Unreadable.EMPTY),
        ("  \t", Unreadable.EMPTY),
        ("%", Unreadable.NOT_A_NUMBER),
        ("eighty", Unreadable.NOT_A_NUMBER),
        ("8,5,3", Unreadable.NOT_A_NUMBER),
        ("8 5", Unreadable.NOT_A_NUMBER),
        ("85 %%", Unreadable.NOT_A_NUMBER),
        ("1e2", Unreadable.NOT_A_NUMBER),
        ("nan", Unreadable.NOT_A_NUMBER),
        ("...", Unreadable.NOT_A_NUMBER),
        (".", Unreadable.NOT_A_NUMBER),
        ("0x55", Unreadable.NOT_A_NUMBER),
        ("85 ± 1", Unreadable.NOT_A_NUMBER),
        ("9" * 16, Unreadable.NOT_A_NUMBER),
        ("-0,85", Unreadable.NEGATIVE),
        ("−85 %", Unreadable.NEGATIVE),
        ("1,5", Unreadable.PERCENT_OR_FRACTION),
        ("8500", Unreadable.TOO_LARGE),
        ("1" * 41, Unreadable.TOO_LONG),
    ],
)
def test_ratio_that_cannot_be_read_says_why(typed: str, kind: Unreadable) -> None:
    read = read_ratio(typed)
    assert kind_of(read) is kind
    assert "85 %" in str(read.text) if isinstance(read, ReadProblem) else False


@pytest.mark.parametrize(
    ("typed", "locale", "value"),
    [
        ("1,234.5", "en", 1234.5),
        ("1.234,5", "it", 1234.5),
        ("1 234,5", "fr", 1234.5),
        ("1\u202f234,5", "fr", 1234.5),
        ("1'234.5", "de_CH", 1234.5),
        ("1’234’567", "de_CH", 1234567.0),
        ("1.234,5", "en", 1234.5),
        ("1,234", "en", 1234.0),
        ("1,234", "it", 1.234),
        ("1.234", "it", 1234.0),
        ("1.234", "en", 1.234),
        ("0,234", "en", 0.234),
        ("1.234.567", "en", 1234567.0),
        ("12,5", "en", 12.5),
        ("1234", "it", 1234.0),
    ],
)
def test_number_with_separators_by_locale(typed: str, locale: str, value: float) -> None:
    assert value_of(read_number(typed, "", locale)) == value


@pytest.mark.parametrize("typed", ["12.34.567", "1,23,456", "1.234,567.8", "1'23", "12 34", "1,2,3.4"])
def test_number_with_broken_groups_is_not_read(typed: str) -> None:
    assert kind_of(read_number(typed)) is Unreadable.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("typed", "unit", "value", "how"),
    [
        ("90 s", "s", 90.0, ReadAs.NUMBER),
        ("1,5 min", "s", 90.0, ReadAs.CONVERTED),
        ("2 h", "min", 120.0, ReadAs.CONVERTED),
        ("17 parts", "parts", 17.0, ReadAs.NUMBER),
        ("84,6 parts/h", "parts/h", 84.6, ReadAs.NUMBER),
        ("€".join(["1.250", ""]), "EUR", 1.25, ReadAs.NUMBER),
        ("1250 EUR", "EUR", 1250.0, ReadAs.NUMBER),
    ],
)
def test_number_with_its_unit(typed: str, unit: str, value: float, how: ReadAs) -> None:
    read = read_number(typed, unit)
    assert isinstance(read, Reading)
    assert (read.value, read.how) == (pytest.approx(value), how)


@pytest.mark.parametrize(("typed", "unit"), [("12 min", "parts"), ("85 %", "s"), ("12 EUR", "h")])
def test_number_in_a_unit_that_does_not_fit_names_the_right_one(typed: str, unit: str) -> None:
    read = read_number(typed, unit)
    assert kind_of(read) is Unreadable.OTHER_UNIT
    assert f"asked in {unit}" in str(read.text) if isinstance(read, ReadProblem) else False


def test_minus_is_allowed_where_it_is_asked_for() -> None:
    assert value_of(read_number("−3,5", "", "it", negative=True)) == -3.5
    assert kind_of(read_number("-3.5")) is Unreadable.NEGATIVE


def test_answer_in_percent_is_in_points() -> None:
    assert [value_of(read_answer(typed, "%")) for typed in ("0,64", "64", "64.0 %")] == [64.0, 64.0, 64.0]


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(typed: str) -> None:
    for read in (read_ratio(typed, "it"), read_number(typed, "min", "en")):
        if isinstance(read, ReadProblem):
            assert str(read.text).endswith(".")
        else:
            assert 0 <= read.value < 1e16


@settings(deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([",", "."]), st.sampled_from(["en", "it", "fr", "de"]))
def test_percent_and_fraction_of_one_number_read_the_same(hundredths: int, mark: str, locale: str) -> None:
    percent = f"{hundredths // 100}{mark}{hundredths % 100:02d}"
    fraction = f"{hundredths // 10_000}{mark}{hundredths % 10_000:04d}"
    assert value_of(read_ratio(f"{percent} %", locale)) == value_of(read_ratio(fraction, locale)) == hundredths / 10_000


@settings(deadline=None)
@given(st.decimals(0, 10**9, places=2), st.sampled_from([("en", ",", "."), ("it", ".", ","), ("fr", "\u202f", ",")]))
def test_grouped_number_reads_back(number: float, habit: tuple[str, str, str]) -> None:
    locale, group, mark = habit
    typed = f"{number:,.2f}".replace(",", "G").replace(".", mark).replace("G", group)
    assert value_of(read_number(typed, "", locale)) == float(number)


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        (0.64, Outcome.WITHIN),
        (0.63, Outcome.WITHIN),
        (0.65, Outcome.WITHIN),
        (0.6501, Outcome.TOO_HIGH),
        (0.6299, Outcome.TOO_LOW),
    ],
)
def test_tolerance_of_one_point_includes_its_ends(value: float, outcome: Outcome) -> None:
    verdict = check_answer(value, 0.64, POINT)
    assert (verdict.outcome, verdict.correct) == (outcome, outcome is Outcome.WITHIN)
    assert (verdict.lowest, verdict.highest) == (pytest.approx(0.63), pytest.approx(0.65))


def test_answer_rounded_as_shown_counts_under_a_tiny_tolerance() -> None:
    tiny = Tolerance(absolute=0.0001, shown_decimals=3)
    assert check_answer(0.641, 0.6405, tiny).outcome is Outcome.AS_ROUNDED
    assert check_answer(0.640, 0.6405, tiny).outcome is Outcome.AS_ROUNDED
    assert check_answer(0.639, 0.6405, tiny).outcome is Outcome.TOO_LOW


def test_relative_tolerance_follows_the_exact_value() -> None:
    assert check_answer(104.9, 100, Tolerance(relative=0.05)).correct
    assert not check_answer(105.1, 100, Tolerance(relative=0.05)).correct


def test_answer_to_an_undefined_kpi_is_never_right() -> None:
    assert check_answer(0.0, None, POINT).outcome is Outcome.NO_EXACT_VALUE


def test_negative_tolerance_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        Tolerance(absolute=-0.1)


def window(**changes: object) -> WindowOee:
    """Ten minutes, a stop of 132 s, 60 s of set-up, counters that start at 200, 15 parts, 3 of them bad."""
    seconds = range(600)
    data: dict[str, object] = {
        "times": [T0 + s for s in seconds],
        "item_state": ["NotExecuting" if 100 <= s < 232 else "Executing" for s in seconds],
        "operation_mode": ["Setup" if s < 60 else "Processing" for s in seconds],
        "total": [200 + (s + 1) // 40 for s in seconds],
        "good": [190 + (s + 1) // 50 for s in seconds],
        "window": (T0, T0 + 600),
        "ideal_s_per_part": 24.0,
    }
    return oee_of_window(**{**data, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kpi", "wrong", "slip", "loss"),
    [
        ("oee", lambda w: w.good * 24 / w.running_s, Slip.AVAILABILITY_LEFT_OUT, "availability"),
        ("oee", lambda w: w.parts * 24 / w.planned_s, Slip.QUALITY_LEFT_OUT, "quality_ratio"),
        ("oee", lambda w: w.availability * w.quality_ratio, Slip.EFFECTIVENESS_LEFT_OUT, "effectiveness"),
        ("oee", lambda w: w.effectiveness, Slip.ONLY_EFFECTIVENESS, None),
        ("oee", lambda w: w.nee, Slip.SETUP_AS_RUNNING, "availability"),
        ("oee", lambda w: (w.parts - w.good) * 24 / w.planned_s, Slip.SCRAP_FOR_GOOD, "quality_ratio"),
        ("oee", lambda w: w.last_good * 24 / w.planned_s, Slip.COUNTER_FROM_ZERO, None),
        ("oee", lambda w: w.oee / 100, Slip.PERCENT_TWICE, None),
        ("oee", lambda w: 1 / w.oee, Slip.UPSIDE_DOWN, None),
        ("oee", lambda w: w.oee / 60, Slip.MINUTES_FOR_SECONDS, None),
        ("availability", lambda w: 1 - w.availability, Slip.GAVE_LOSS, None),
        ("availability", lambda w: (w.running_s + w.setup_s) / w.planned_s, Slip.SETUP_AS_RUNNING, "availability"),
        ("effectiveness", lambda w: w.parts * 24 / w.planned_s, Slip.PLANNED_FOR_RUNNING, "effectiveness"),
        ("quality_ratio", lambda w: 1 - w.quality_ratio, Slip.GAVE_LOSS, None),
        ("nee", lambda w: w.oee, Slip.SETUP_NOT_RUNNING, None),
    ],
)
def test_wrong_answer_says_which_part_is_off(kpi: str, wrong: object, slip: Slip, loss: str | None) -> None:
    facts = window()
    found = diagnose(wrong(facts), facts, kpi, POINT)  # type: ignore[operator]
    assert found is not None
    assert (found.slip, found.loss) == (slip, loss)
    assert "%" not in str(found.text)


def test_availability_left_out_names_the_time_stood_still() -> None:
    facts = window(operation_mode=["Processing"] * 600)
    found = diagnose((facts.good or 0) * 24 / facts.running_s, facts, "oee", POINT)
    assert found is not None
    assert "stood still (2 min 12 s)" in str(found.text)


def test_break_counted_as_planned_is_named() -> None:
    facts = window(planned=[(T0, T0 + 100), (T0 + 232, T0 + 600)])
    found = diagnose((facts.good or 0) * 24 / 600, facts, "oee", POINT)
    assert found is not None
    assert found.slip is Slip.WINDOW_FOR_PLANNED


def test_slip_that_changes_nothing_is_never_named() -> None:
    """Where no part was bad, the product without quality is the right answer."""
    facts = window(good=[200 + (s + 1) // 40 for s in range(600)])
    assert facts.oee is not None
    assert diagnose(facts.oee, facts, "oee", POINT) is None
    found = diagnose(facts.oee + 0.012, facts, "oee", POINT)
    assert found is None or found.slip is not Slip.QUALITY_LEFT_OUT


def test_right_and_unexplained_answers_have_no_diagnosis() -> None:
    facts = window()
    assert diagnose(facts.oee or 0, facts, "oee", POINT) is None
    assert diagnose(0.111, facts, "oee", POINT) is None
    assert diagnose(0.5, window(planned=[]), "oee", POINT) is None


@settings(deadline=None)
@given(st.floats(0, 10), st.sampled_from(["oee", "nee", "availability", "effectiveness", "quality_ratio"]))
def test_diagnosis_never_contradicts_the_verdict(value: float, kpi: str) -> None:
    facts = window()
    found = diagnose(value, facts, kpi, POINT)
    right = check_answer(value, facts.value(kpi), POINT).correct
    assert not (right and found)
    assert found is None or abs(found.value - value) <= max(0.005, 0.005 * found.value)
