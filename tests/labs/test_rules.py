"""The rules of a lab and its assets: levels and sources, what may be written, who may, what the pages show (M5, M25)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.core.errors import Forbidden, Invalid, Refused
from lift.labs import services
from lift.labs.enums import BookingStatus, Preset, RuleSource
from lift.labs.models import Asset, Lab
from lift.labs.policy.rules import NAMES, effective_rules
from lift.labs.policy.values import KINDS, Whole
from lift.labs.texts import RULES
from lift.people.models import Organisation
from tests.factories.labs import make_asset, make_lab, manager_of, member_of, monday, request_for
from tests.factories.people import make_organisation, make_person
from tests.labs.test_pages import make_manager, text_of

pytestmark = pytest.mark.usefixtures("database")

SignIn = Callable[..., Any]


def test_m25_every_rule_has_bounds_and_a_name() -> None:
    assert (set(KINDS), set(RULES)) == (NAMES, NAMES)


@pytest.mark.parametrize(
    ("lab", "own", "asset", "value", "source"),
    [
        ({}, None, {}, 60, RuleSource.NETWORK),
        ({"lead_minutes": 30}, None, {}, 30, RuleSource.LAB),
        ({"lead_minutes": 30}, Preset.OPEN_PRACTICE, {}, 0, RuleSource.ASSET_PRESET),
        ({"lead_minutes": 30}, Preset.TEACHING_ONLY, {}, 60, RuleSource.ASSET_PRESET),
        ({"lead_minutes": 30}, Preset.OPEN_PRACTICE, {"lead_minutes": 5}, 5, RuleSource.ASSET),
    ],
)
def test_m25_value_comes_from_the_nearest_level_and_says_which(
    lab: dict[str, Any], own: Preset | None, asset: dict[str, Any], value: int, source: RuleSource
) -> None:
    row = make_asset(make_lab(preset=Preset.SUPERVISED_PRACTICE, rules=lab), preset=own, rules=asset)
    rules = effective_rules(row)
    assert (rules.lead_minutes, rules.source("lead_minutes")) == (value, source)


def test_m25_preset_of_the_lab_is_the_source_where_it_says_something() -> None:
    rules = effective_rules(make_asset(make_lab(preset=Preset.OPEN_PRACTICE)))
    assert (rules.max_minutes, rules.source("max_minutes")) == (480, RuleSource.PRESET)
    assert rules.differs("max_minutes") is False


def test_m25_asset_does_not_change_what_counts_over_its_lab() -> None:
    asset = make_asset(make_lab(), preset=Preset.TEACHING_ONLY, rules={"person_per_week": 99})
    assert effective_rules(asset).person_per_week == 10
    with pytest.raises(Invalid) as refused:
        services.set_asset_rules(
            asset.id, None, {"person_per_week": 3}, setup=0, teardown=0, actor=manager_of(asset.lab)
        )
    assert [p.field for p in refused.value.problems] == ["person_per_week"]


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if isinstance(kind, Whole)])
def test_m5_each_bound_is_taken_at_its_limit_and_refused_one_beyond(name: str) -> None:
    kind = KINDS[name]
    assert isinstance(kind, Whole)
    lab = make_lab()
    wide = {"min_minutes": 5, "max_minutes": 20160, "step_minutes": 5}
    for value in (kind.low, kind.high):
        changes = wide | ({"max_minutes": value} if name == "min_minutes" else {}) | {name: value}
        services.set_lab_rules(lab.id, Preset.OPEN_PRACTICE, changes, actor=manager_of(lab))
        assert lab.rules[name] == value
    for value in (kind.low - 1, kind.high + 1, True, "5"):
        with pytest.raises(Invalid) as refused:
            services.set_lab_rules(lab.id, Preset.OPEN_PRACTICE, wide | {name: value}, actor=manager_of(lab))
        assert [(p.rule, p.field) for p in refused.value.problems] == [("M25", name)]
        assert db.session.get_one(Lab, lab.id).rules[name] == kind.high
    if not kind.limit:
        with pytest.raises(Invalid):
            services.set_lab_rules(lab.id, Preset.OPEN_PRACTICE, {name: None}, actor=manager_of(lab))


def test_m25_all_values_that_do_not_fit_are_told_at_once() -> None:
    lab = make_lab()
    with pytest.raises(Invalid) as refused:
        changes = {"horizon_days": 0, "members_book": 1, "colour": "red"}
        services.set_lab_rules(lab.id, Preset.OPEN_PRACTICE, changes, actor=manager_of(lab))
    assert [p.field for p in refused.value.problems] == ["horizon_days", "members_book", "colour"]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"min_minutes": 120, "max_minutes": 60}, "B4"),
        ({"min_minutes": 40, "max_minutes": 50}, "B1"),
    ],
)
def test_m25_rules_that_leave_nothing_bookable_are_refused(changes: dict[str, Any], rule: str) -> None:
    lab = make_lab()
    with pytest.raises(Invalid) as refused:
        services.set_lab_rules(lab.id, Preset.OPEN_PRACTICE, changes, actor=manager_of(lab))
    assert [p.rule for p in refused.value.problems] == [rule]


def test_m25_change_of_the_lab_that_breaks_an_asset_is_refused() -> None:
    lab = make_lab()
    make_asset(lab, rules={"max_minutes": 60})
    with pytest.raises(Invalid) as refused:
        services.set_lab_rules(lab.id, Preset.OPEN_PRACTICE, {"min_minutes": 90}, actor=manager_of(lab))
    assert [p.rule for p in refused.value.problems] == ["B4"]


@pytest.mark.parametrize("who", ["member", "technician", "stranger", "manager elsewhere"])
def test_m25_only_managers_of_this_lab_set_its_rules(who: str) -> None:
    lab, other = make_lab(), make_lab()
    asset = make_asset(lab)
    from_role = {
        "member": member_of(lab),
        "technician": member_of(lab, None, *manager_of(other).grants),
        "stranger": member_of(other),
        "manager elsewhere": manager_of(other),
    }
    with pytest.raises(Forbidden):
        services.set_lab_rules(lab.id, Preset.TEACHING_ONLY, {}, actor=from_role[who])
    with pytest.raises(Forbidden):
        services.set_asset_rules(asset.id, None, {}, setup=5, teardown=5, actor=from_role[who])
    assert (lab.preset, asset.setup_minutes) == (Preset.OPEN_PRACTICE, 0)


# ---- the pages


def test_m25_page_shows_only_what_differs_with_where_it_comes_from(client: FlaskClient, sign_in: SignIn) -> None:
    lab = make_lab(rules={"lead_minutes": 120, "max_minutes": 480})
    make_asset(lab, name="Oven", rules={"min_minutes": 60})
    sign_in(client, make_manager(lab))
    page = text_of(client.get(f"/labs/{lab.slug}/rules").get_data(as_text=True))
    assert "Booked at least ahead 2 h set by the lab 0 min" in page
    assert "Shortest booking 1 h set for this asset 30 min" in page
    assert page.count("Longest booking") == 1  # the field of the form: 480 is what the rule set says anyway


def test_m25_form_changes_rules_and_empty_goes_back_to_the_rule_set(client: FlaskClient, sign_in: SignIn) -> None:
    lab = make_lab(rules={"lead_minutes": 120})
    sign_in(client, make_manager(lab))
    form = {"acting": str(lab.organisation_id), "preset": "supervised_practice", "max_minutes": "90",
            "person_per_week": "-", "members_book": "no"}  # fmt: skip
    assert client.post(f"/labs/{lab.slug}/rules", data=form).status_code == 302
    assert (lab.preset, lab.rules) == (
        Preset.SUPERVISED_PRACTICE,
        {"max_minutes": 90, "person_per_week": None, "members_book": False},
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"step_minutes": "x"}, "Step: type a whole number from 5 to 1440."), ({"step_minutes": "-"}, "This rule needs a number."),
     ({"min_minutes": "300", "max_minutes": "60"}, "The longest booking must not be shorter than the shortest.")],
)  # fmt: skip
def test_m25_wrong_value_comes_back_with_its_field_named_and_what_was_typed(
    client: FlaskClient, sign_in: SignIn, wrong: dict[str, str], said: str
) -> None:
    lab = make_lab()
    sign_in(client, make_manager(lab))
    form = {"acting": str(lab.organisation_id), "preset": "open_practice", "horizon_days": "77"} | wrong
    answer = client.post(f"/labs/{lab.slug}/rules", data=form)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, said in text_of(page), 'value="77"' in page) == (422, True, True)
    assert lab.rules == {}


def test_m25_members_read_the_rules_and_may_not_change_them(client: FlaskClient, sign_in: SignIn) -> None:
    lab = make_lab()
    asset = make_asset(lab)
    body = db.session.get_one(Organisation, lab.organisation_id)
    sign_in(client, make_person("Mia Membro", body, email="mia@lift.example"))
    data = {"acting": str(body.id), "preset": "teaching_only"}
    for address in (f"/labs/{lab.slug}/rules", f"/assets/{asset.key}/rules"):
        page = client.get(address)
        assert (page.status_code, "Save the rules" in page.get_data(as_text=True)) == (200, False), address
        more = {"setup": "5", "teardown": "5"} if "assets" in address else {}
        assert client.post(address, data=data | more).status_code == 403, address
    assert client.get(f"/labs/{make_lab().slug}/rules").status_code == 403
    assert client.get("/labs/nowhere/rules").status_code == 404


def test_m25_asset_page_of_rules_sets_buffers_and_a_preset_of_its_own(client: FlaskClient, sign_in: SignIn) -> None:
    asset = make_asset()
    sign_in(client, make_manager(asset.lab))
    form = {"preset": "teaching_only", "setup": "10", "teardown": "15", "horizon_days": "14"}
    form |= {"acting": str(asset.lab.organisation_id)}
    assert client.post(f"/assets/{asset.key}/rules", data=form).status_code == 302
    assert (asset.preset, asset.setup_minutes, asset.teardown_minutes, asset.rules) == (
        Preset.TEACHING_ONLY, 10, 15, {"horizon_days": 14},
    )  # fmt: skip


def test_m25_new_lab_and_asset_are_bookable_after_six_answers_each(client: FlaskClient, sign_in: SignIn) -> None:
    body = make_organisation("Politecnico Nuovo")
    admin = make_person("Pia Capa", body, [(Role.PARTNER_ADMIN, Scope.PARTNER, body.id)], email="pia@lift.example")
    sign_in(client, admin)
    services.add_asset_type("oven", {"en": "Oven"})
    acting = {"acting": str(body.id)}
    lab_answers: dict[str, Any] = {"name": "Officina Nuova", "city": "Lecco", "place": "IT Europe/Rome",
                                   "days": ["0", "1", "2", "3", "4", "5", "6"], "opens": "00:00", "closes": "00:00",
                                   "preset": "open_practice"}  # fmt: skip
    made = client.post("/labs/new", data=acting | lab_answers)
    slug = made.headers["Location"].split("/")[2]
    asset_answers = {
        "name": "Forno",
        "kind": "oven",
        "access": "on_site_only",
        "preset": "lab",
        "setup": "0",
        "teardown": "0",
    }
    client.post(f"/labs/{slug}/assets/new", data=acting | asset_answers)
    asset = db.session.scalars(db.select(Asset).filter_by(name="Forno")).one()
    booking = services.book_assets(request_for(asset, monday(9)), actor=member_of(asset.lab))
    assert (made.status_code, len(asset_answers), booking.status) == (302, 6, BookingStatus.CONFIRMED)
    assert asset.lab.zone == "Europe/Rome"


def test_m25_lab_is_opened_by_administrators_only(client: FlaskClient, sign_in: SignIn) -> None:
    lab = make_lab()
    sign_in(client, make_manager(lab))
    assert client.get("/labs/new").status_code == 403
    stranger = make_person("Sara Altra", make_organisation(), email="sara@lift.example")
    sign_in(client, stranger)
    assert client.get(f"/labs/{lab.slug}/assets/new").status_code == 403


def test_m5_horizon_applies_to_the_end_and_each_bound_at_limit_one_under_and_one_over() -> None:
    asset = make_asset(make_lab(rules={"step_minutes": 30, "min_minutes": 60, "max_minutes": 120}))
    said = {}
    for minutes in (30, 60, 90, 120, 150):
        try:
            services.book_assets(
                request_for(asset, monday(9) + timedelta(hours=3 * len(said)), minutes), actor=manager_of(asset.lab)
            )
            said[minutes] = "booked"
        except Refused as refused:
            said[minutes] = ",".join(p.rule for p in refused.problems)
    assert said == {30: "B4", 60: "booked", 90: "booked", 120: "booked", 150: "B4"}
