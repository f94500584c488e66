"""The contract: messages survive the wire, bounds judge the same everywhere, tokens bind claims to a key."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from lift.edge.contract import (
    GRANT_LIFE,
    LINK_LOST,
    SAFE_WITHIN,
    WARNINGS,
    ActionSpec,
    AssetReport,
    AssetSpec,
    Batch,
    Block,
    Bound,
    CommandAnswer,
    CommandClaims,
    Gap,
    GapReason,
    GrantClaims,
    GrantLevel,
    Heartbeat,
    HeartbeatAnswer,
    ItemState,
    Kind,
    Outcome,
    Quality,
    Reason,
    ReportedValue,
    StopOrder,
    Value,
    VariableSpec,
    action_problem,
    bounds_problem,
)
from lift.edge.tokens import BadToken, new_key, public_keys, sign_command, sign_grant, verify_command, verify_grant

pytestmark = pytest.mark.unit
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
KEYS = st.text("abcdef0123456789-", min_size=1, max_size=64)
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,20}", fullmatch=True)
INSTANTS = st.floats(min_value=0, max_value=4e9)
VALUES = st.one_of(st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=40))
STATES = st.sampled_from(ItemState)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    times = sorted(draw(st.sets(INSTANTS, min_size=1, max_size=8)))
    columns = st.lists(st.none() | VALUES, min_size=len(times), max_size=len(times)).map(tuple)
    variables = draw(st.dictionaries(NAMES, columns, min_size=1, max_size=4))
    marks = st.dictionaries(st.integers(0, len(times) - 1), st.sampled_from(Quality), max_size=3)
    return Block(
        asset=draw(KEYS),
        times=tuple(times),
        variables=variables,
        qualities={name: draw(marks) for name in variables},
        period=draw(st.floats(min_value=0.01, max_value=3600)),
        late=draw(st.booleans()),
    )


@patient
@given(st.lists(blocks(), max_size=3).map(tuple), KEYS, st.integers(1, 2**53))
def test_batch_survives_the_wire(found: tuple[Block, ...], store: str, sequence: int) -> None:
    batch = Batch(store=store, sequence=sequence, blocks=found)
    assert Batch.model_validate_json(batch.model_dump_json()) == batch


@patient
@given(KEYS, st.dictionaries(NAMES, st.builds(ReportedValue, value=st.none() | VALUES, source_time=INSTANTS)), VALUES)
def test_heartbeat_survives_the_wire(asset: str, reported: dict[str, ReportedValue], value: Value) -> None:
    answer = CommandAnswer(
        command=asset, outcome=Outcome.refused, reason=Reason.out_of_bounds, bound=Bound.high, limit=value, at=1.0
    )
    beat = Heartbeat(
        gateway_version="1",
        store=asset,
        next_sequence=1,
        monotonic=1.5,
        sent_at=2.5,
        assets=(AssetReport(asset=asset, link=True, reported=reported),),
        answers=(answer,),
    )
    assert Heartbeat.model_validate_json(beat.model_dump_json()) == beat


def test_heartbeat_answer_survives_the_wire() -> None:
    answer = HeartbeatAnswer(
        platform_time=5.0,
        grants=("a",),
        revoked=("b",),
        stops=(StopOrder(id="s", asset="a"),),
        keys=public_keys(new_key("k")),
    )
    assert HeartbeatAnswer.model_validate_json(answer.model_dump_json()) == answer


@pytest.mark.parametrize("version", [0, 2])
def test_message_of_a_contract_that_is_not_spoken_is_refused(version: int) -> None:
    with pytest.raises(ValidationError, match="not spoken here"):
        Batch.model_validate({"contract": version, "store": "s", "sequence": 1})


def test_unknown_field_of_a_newer_side_is_ignored() -> None:
    assert Batch.model_validate({"store": "s", "sequence": 1, "colour": "red"}) == Batch(store="s", sequence=1)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"times": [2.0, 1.0]}, "times must rise"),
        ({"times": [1.0, 1.0]}, "times must rise"),
        ({"times": []}, "at least 1 item"),
        ({"times": [1.0]}, "A has 2 values for 1 times"),
        ({"variables": {}}, "at least 1 item"),
        ({"variables": {"A": [1.0, math.nan]}}, "finite number"),
        ({"variables": {"1A": [1.0, 1.0]}}, "should match pattern"),
        ({"qualities": {"B": {"0": "bad"}}}, "point outside its column"),
        ({"qualities": {"A": {"2": "bad"}}}, "point outside its column"),
    ],
)
def test_malformed_block_is_refused_with_the_fault(changes: dict[str, object], fault: str) -> None:
    good = {"asset": "a", "times": [1.0, 2.0], "variables": {"A": [1.0, None]}, "period": 1.0}
    assert Block.model_validate(good).variables == {"A": (1.0, None)}
    with pytest.raises(ValidationError, match=fault):
        Block.model_validate({**good, **changes})


def test_gap_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValidationError, match="ends before it starts"):
        Gap(asset="a", start=2.0, end=1.0, reason=GapReason.machine_down)


def test_kinds_of_values_are_kept_apart_on_the_wire() -> None:
    block = Block(asset="a", times=(1.0, 2.0, 3.0), variables={"A": (True, 1.0, "1")}, period=1.0)
    column = Block.model_validate_json(block.model_dump_json()).variables["A"]
    assert [type(value) for value in column] == [bool, float, str]


# --- bounds ---

FEED = VariableSpec(name="Feed", unit="%", writable=True, low=40.0, high=120.0, min_interval=1.0)


@patient
@given(VALUES, st.none() | st.floats(0, 100), STATES)
def test_value_passes_exactly_when_every_bound_holds(value: Value, last: float | None, state: ItemState) -> None:
    number = not isinstance(value, bool | str)
    holds = number and 40.0 <= float(value) <= 120.0 and (last is None or 100.0 - last >= 1.0)
    assert (bounds_problem(FEED, value, last, 100.0, state) is None) is holds


@patient
@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(0, 1e6))
def test_named_limit_of_a_range_would_have_passed(value: float, now: float) -> None:
    problem = bounds_problem(FEED, value, None, now, ItemState.executing)
    if problem is not None:
        assert not isinstance(problem.limit, tuple)
        assert problem.limit is not None
        assert bounds_problem(FEED, problem.limit, None, now, ItemState.executing) is None


@pytest.mark.parametrize(
    ("spec", "value", "bound", "limit"),
    [
        (FEED, 120.1, Bound.high, 120.0),
        (FEED, 39.9, Bound.low, 40.0),
        (FEED, math.nan, Bound.kind, "analog"),
        (FEED, math.inf, Bound.kind, "analog"),
        (FEED, True, Bound.kind, "analog"),
        (VariableSpec(name="Load"), 1.0, Bound.writable, None),
        (VariableSpec(name="On", kind=Kind.boolean, writable=True), 1.0, Bound.kind, "bool"),
        (VariableSpec(name="N", kind=Kind.counter, writable=True), 1.5, Bound.kind, "counter"),
        (VariableSpec(name="P", kind=Kind.discrete, writable=True, choices=("a", "b")), "c", Bound.choice, ("a", "b")),
        (
            VariableSpec(name="D", kind=Kind.boolean, writable=True, allowed_states=(ItemState.not_executing,)),
            True,
            Bound.state,
            ("NotExecuting",),
        ),
    ],
)
def test_broken_bound_is_named(
    spec: VariableSpec, value: Value, bound: Bound, limit: Value | tuple[str, ...] | None
) -> None:
    problem = bounds_problem(spec, value, None, 0.0, ItemState.executing)
    assert problem is not None
    assert (problem.bound, problem.name, problem.limit) == (bound, spec.name, limit)


def test_second_write_inside_the_interval_is_told_how_long_to_wait() -> None:
    problem = bounds_problem(FEED, 100.0, 10.0, 10.25, ItemState.executing)
    assert problem is not None
    assert (problem.bound, problem.limit) == (Bound.rate, 0.75)
    assert bounds_problem(FEED, 100.0, 10.0, 11.0, ItemState.executing) is None


def test_action_is_judged_by_state_and_rate() -> None:
    spec = ActionSpec(name="Reset", min_interval=2.0, allowed_states=(ItemState.not_executing,))
    wrong_state = action_problem(spec, None, 0.0, ItemState.executing)
    too_soon = action_problem(spec, 0.0, 1.0, ItemState.not_executing)
    assert [problem and problem.bound for problem in (wrong_state, too_soon)] == [Bound.state, Bound.rate]
    assert action_problem(spec, 0.0, 2.0, ItemState.not_executing) is None


def test_description_with_a_fault_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"low 2\.0 is above high 1\.0"):
        VariableSpec(name="A", low=2.0, high=1.0)
    with pytest.raises(ValidationError, match="needs both low and high"):
        VariableSpec(name="A", writable=True, low=1.0)
    with pytest.raises(ValidationError, match="two of the same name"):
        AssetSpec(variables=(VariableSpec(name="A"), VariableSpec(name="A")))


# --- tokens ---

GRANT = GrantClaims(
    id="g",
    asset="a",
    person="p",
    bench="b",
    level=GrantLevel.drive,
    booking="k",
    counter=1,
    not_before=0.0,
    expires_at=15.0,
)
COMMAND = CommandClaims(id="c", grant="g", asset="a", variable="Feed", value=90.0, counter=1, deadline=2.0)


def test_tokens_carry_their_claims() -> None:
    old, new = new_key("old"), new_key("new")
    keys = public_keys(old, new)
    assert verify_grant(sign_grant(GRANT, old), keys) == GRANT
    assert verify_command(sign_command(COMMAND, new), keys) == COMMAND


def test_public_keys_hold_no_secret() -> None:
    assert [set(key) & {"d"} for key in public_keys(new_key("a"))["keys"]] == [set()]


def test_tampered_foreign_and_swapped_tokens_are_refused() -> None:
    key, stranger = new_key("k"), new_key("k")
    keys = public_keys(key)
    token = sign_command(COMMAND, key)
    head, body, signature = token.split(".")
    forged = sign_command(COMMAND.model_copy(update={"value": 120.0}), key).split(".")[1]
    bad = [
        f"{head}.{forged}.{signature}",
        sign_command(COMMAND, stranger),
        sign_command(COMMAND, new_key("other")),
        sign_grant(GRANT, key),
        f"{head}.{body}.",
        "",
        "a.b.c",
        "x" * 9_000,
        token + "\x00",
        "é.é.é",
    ]
    for broken in bad:
        with pytest.raises(BadToken):
            verify_command(broken, keys)
    with pytest.raises(BadToken):
        verify_grant(token, keys)
    with pytest.raises(BadToken):
        verify_command(token, {"keys": []})


@pytest.mark.parametrize("changes", [{"variable": None}, {"value": None}, {"action": "Resume"}])
def test_command_that_does_not_say_what_it_does_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="'set' needs a variable and a value"):
        CommandClaims.model_validate({**COMMAND.model_dump(), **changes})


def test_clock_table_fits_together() -> None:
    assert LINK_LOST == 6.0
    assert LINK_LOST < SAFE_WITHIN < GRANT_LIFE
    assert all(earlier > later for earlier, later in itertools.pairwise(WARNINGS))
