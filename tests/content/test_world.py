"""The demo world holds together: every reference resolves, every count adds up, nothing invented looks real."""

from __future__ import annotations

import csv
import itertools
import tomllib
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import lift
from lift.content.folder import read_module
from lift.core.actor import Role, Scope
from lift.labs.enums import AccessClass, BlockKind, Preset, Purpose
from lift.network.enums import OutcomeKind, OutcomeState, PartnerState
from lift.people.enums import OrganisationKind, SizeClass
from lift.training.enums import SessionMode

pytestmark = pytest.mark.unit

SEED = Path(lift.__file__).parent / "seed"


def world(name: str) -> dict[str, Any]:
    return tomllib.loads((SEED / "world" / f"{name}.toml").read_text(encoding="utf-8"))


def table(name: str) -> list[dict[str, str]]:
    with (SEED / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def keys(rows: list[dict[str, Any]], name: str) -> list[str]:
    return [row[name] for row in rows]


PARTNERS = keys(table("lift_partners"), "id")
APPLICANTS = world("partners")["applicants"]
LABS = {lab["slug"]: lab for lab in world("labs")["labs"]}
TYPES = {kind["key"]: kind for kind in world("asset_types")["asset_types"]}
ASSETS = {asset["key"]: asset for asset in world("assets")["assets"]}
COMPANIES = {company["slug"]: company for company in world("companies")["companies"]}
HUBS = {hub["slug"]: hub for hub in world("hubs")["hubs"]}
PEOPLE = {person["key"]: person for person in world("people")["people"]}
SESSIONS = world("sessions")["sessions"]
GROUPS = world("working_groups")["groups"]
MODULES = {path.name: read_module(path) for path in sorted((SEED / "modules").iterdir()) if path.is_dir()}


def texts(value: object, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table that looks like a text in languages, with its place."""
    if isinstance(value, dict):
        if "en" in value or "it" in value:
            yield place, value
        for name, item in value.items():
            yield from texts(item, f"{place}.{name}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from texts(item, f"{place}[{at}]")


@pytest.mark.parametrize("name", sorted(path.stem for path in (SEED / "world").glob("*.toml")))
def test_texts_of_the_world_are_complete_in_both_languages(name: str) -> None:
    found = [(place, sorted(text), all(text.values())) for place, text in texts(world(name))]
    assert [
        (place, languages, full) for place, languages, full in found if (languages, full) != (["en", "it"], True)
    ] == []


def test_partners_are_the_thirteen_of_the_reference_data() -> None:
    rows = world("partners")["partners"]
    assert sorted(keys(rows, "slug")) == sorted(PARTNERS)
    assert sum(row["in_agreement"] for row in rows) == 12
    assert {row["slug"]: row["network_role"] for row in rows if row["network_role"] != "partner"} == {
        "polimi": "activity_leader",
        "made": "business_owner",
        "eit-manufacturing": "host",
    }
    assert {PartnerState(row["state"]) for row in rows} == {PartnerState.ACTIVE}


def test_applicants_are_invented_and_on_their_way() -> None:
    assert [("(invented)" in row["name"], OrganisationKind(row["kind"])) for row in APPLICANTS] == [
        (True, OrganisationKind.UNIVERSITY),
        (True, OrganisationKind.TRAINING_PROVIDER),
        (True, OrganisationKind.LABORATORY),
    ]
    assert [PartnerState(row["state"]) for row in APPLICANTS] == ["applied", "checked", "trial"]
    assert {row["owner"] for row in APPLICANTS} <= set(PEOPLE)


def test_labs_belong_to_partners_and_open_by_a_known_clock() -> None:
    assert {lab["partner"] for lab in LABS.values()} == set(PARTNERS) - {"eit-manufacturing"}
    assert [ZoneInfo(lab["zone"]).key for lab in LABS.values()] == [lab["zone"] for lab in LABS.values()]
    assert {Preset(lab["preset"]).value for lab in LABS.values()} == {preset.value for preset in Preset}
    assert [slug for slug, lab in LABS.items() if lab["opens"] >= lab["closes"] and not lab["always_open"]] == []
    assert [slug for slug, lab in LABS.items() if lab["always_open"]] == ["made-teaching-factory"]
    demo = LABS["made-teaching-factory"]
    assert (demo["weekdays"], demo["opens"], demo["closes"]) == ([0, 1, 2, 3, 4, 5, 6], time(0), time(0))


def test_lab_names_stand_in_the_reference_data() -> None:
    known = {row["id"]: row["labs"].casefold() for row in table("lift_partners")}
    words = {slug: lab["name"].split(" / ")[0].casefold() for slug, lab in LABS.items()}
    strange = [slug for slug, lab in LABS.items() if words[slug].split()[0] not in known[lab["partner"]]]
    assert strange == []


def test_assets_stand_in_labs_and_only_the_demo_cell_is_connected() -> None:
    assert {asset["lab"] for asset in ASSETS.values()} <= set(LABS)
    assert {asset["type"] for asset in ASSETS.values()} <= set(TYPES)
    assert [key for key, asset in ASSETS.items() if asset["connected"]] == ["machining-cell-1"]
    assert [key for key, asset in ASSETS.items() if asset["public_tile"]] == ["machining-cell-1"]
    assert {AccessClass(asset["access"]) for key, asset in ASSETS.items() if key != "machining-cell-1"} == {
        "on_site_only"
    }
    cell = ASSETS["machining-cell-1"]
    assert (cell["lab"], cell["type"], cell["access"]) == ("made-teaching-factory", "machining-cell", "supervised")


def test_working_groups_are_the_nine_and_name_partners() -> None:
    assert keys(GROUPS, "slug") == keys(table("working_groups"), "slug")
    assert [g["slug"] for g in GROUPS if not {g["lead_partner"], *g["members"]} <= set(PARTNERS)] == []
    assert [g["slug"] for g in GROUPS if g["lead_partner"] in g["members"]] == []
    outcomes = [outcome for group in GROUPS for outcome in group["outcomes"]]
    assert {OutcomeKind(outcome["kind"]) for outcome in outcomes} == set(OutcomeKind)
    assert {OutcomeState(outcome["state"]) for outcome in outcomes} <= set(OutcomeState)


def test_companies_are_invented_and_their_numbers_belong_to_nobody() -> None:
    assert len(COMPANIES) == 6
    marks = ("esempio", "inventata", "fittizi", "beispiel", "ejemplo", "esimerkki")
    assert [any(mark in company["name"].lower() for mark in marks) for company in COMPANIES.values()] == [True] * 6
    numbers = [company["vat_number"] for company in COMPANIES.values()]
    assert len(set(numbers)) == 6
    assert [number for number in numbers if number.startswith("IT") and luhn_holds(number[2:])] == []
    assert [number for number in numbers if "00000" not in number] == []


def luhn_holds(digits: str) -> bool:
    doubled = [int(sign) * (1 + at % 2) for at, sign in enumerate(digits)]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def test_check_digit_of_an_italian_number_is_understood() -> None:
    assert [luhn_holds(digits) for digits in ("00000000018", "00000000019")] == [True, False]


def test_companies_have_known_sector_region_and_the_size_that_follows() -> None:
    divisions, regions = set(keys(table("nace_c"), "code")), set(keys(table("nuts_demo_regions"), "nuts2"))
    assert {company["nace"] for company in COMPANIES.values()} <= divisions
    assert {company["nuts"] for company in COMPANIES.values()} <= regions
    assert {region for hub in HUBS.values() for region in hub["regions"]} <= regions
    assert {slug: company["size_class"] for slug, company in COMPANIES.items()} == {
        slug: size_of(company["heads"]) for slug, company in COMPANIES.items()
    }
    assert {company["hub"] for company in COMPANIES.values() if "hub" in company} <= set(HUBS)


def size_of(heads: int) -> str:
    """By heads alone (2003/361/EC); the turnover bands of the demo firms never move it up."""
    limits = ((10, SizeClass.MICRO), (50, SizeClass.SMALL), (250, SizeClass.MEDIUM))
    return next((size for limit, size in limits if heads < limit), SizeClass.LARGE).value


def test_people_belong_somewhere_and_hold_roles_in_things_that_exist() -> None:
    organisations = {*PARTNERS, *COMPANIES, *HUBS}
    things = {
        "company": set(COMPANIES),
        "partner": set(PARTNERS),
        "lab": set(LABS),
        "asset_type": set(TYPES),
        "working_group": set(keys(GROUPS, "slug")),
        "cluster": set(HUBS),
    }
    assert [key for key, person in PEOPLE.items() if person["organisation"] not in organisations] == []
    grants = [(key, grant) for key, person in PEOPLE.items() for grant in person["roles"]]
    assert {Role(grant["role"]) for _, grant in grants} >= {Role.LEARNER, Role.OWNER, Role.TRAINER, Role.OFFICER}
    assert [
        (key, grant)
        for key, grant in grants
        if (grant["scope"] != Scope.NETWORK and grant["of"] not in things[grant["scope"]])
        or (grant["scope"] == Scope.NETWORK and "of" in grant)
    ] == []


def test_demo_accounts_are_the_eleven_of_the_sign_in_page() -> None:
    names = "technician owner author reviewer trainer lab partner leader business officer admin"
    assert [person["email"] for person in PEOPLE.values() if person["account"]] == [
        f"{name}@lift.example" for name in names.split()
    ]


def test_addresses_can_never_receive_mail_and_one_technician_has_none() -> None:
    addresses = [person["email"] for person in PEOPLE.values() if "email" in person]
    assert len(set(addresses)) == len(addresses)
    assert {address.partition("@")[2] for address in addresses} == {"lift.example"}
    bruno = PEOPLE["bruno"]
    assert (bruno["card"], bruno["organisation"], "email" in bruno) == (True, "officine-esempio-undici", False)


def test_sessions_name_modules_labs_assets_and_people_that_exist() -> None:
    for session in SESSIONS:
        module = MODULES[session["module"]].manifest
        assets = [ASSETS[key] for key in session["assets"]]
        assert {asset["lab"] for asset in assets} == {session["lab"]}, session["key"]
        assert {*session["trainers"], *session["enrolled"], *session.get("waiting", [])} <= set(PEOPLE), session["key"]
        assert session["language"] in module.languages, session["key"]
        needed = module.requirements.asset_type if module.requirements else None
        assert needed is None or needed in {asset["type"] for asset in assets}, session["key"]


def test_sessions_fill_their_pools_without_overselling() -> None:
    seats = {s["key"]: (sum(pool["size"] for pool in s["pools"]), len(s["enrolled"])) for s in SESSIONS}
    assert [key for key, (size, taken) in seats.items() if taken > size] == []
    assert {key for key, (size, taken) in seats.items() if taken == size} == {"bottleneck-milano"}
    assert {key for key, (size, taken) in seats.items() if taken == size - 1} == {"oee-darmstadt"}
    assert {s["key"] for s in SESSIONS if s.get("waiting")} == {"bottleneck-milano"}
    assert {pool.get("condition", {}).get("hub", "afil") for s in SESSIONS for pool in s["pools"]} <= set(HUBS)


def test_sessions_price_firms_at_most_the_list_price_and_some_are_free() -> None:
    assert [s["key"] for s in SESSIONS if not 0 <= s["partner_price"] <= s["list_price"]] == []
    assert {s["key"] for s in SESSIONS if s["list_price"] == 0} == {"hour-at-the-cell", "bottleneck-patras"}


def test_sessions_have_parts_in_order_inside_opening_hours() -> None:
    for session in SESSIONS:
        if session["rolling"]:
            continue
        lab = LABS[session["lab"]]
        spans = [(part["workday"], part["from"], part["to"]) for part in session["parts"]]
        assert spans == sorted(spans), session["key"]
        assert all(start < end for _, start, end in spans), session["key"]
        assert lab["always_open"] or all(lab["opens"] <= start < end <= lab["closes"] for _, start, end in spans)
        assert 0 < session["enrol_until_workdays_before"] < spans[0][0], session["key"]
        assert {SessionMode(part["mode"]) for part in session["parts"]} <= {"on_site", "remote"}
        modes = {part["mode"] for part in session["parts"]}
        assert session["mode"] == ("mixed" if len(modes) > 1 else modes.pop()), session["key"]


def test_nobody_sits_in_two_sessions_on_the_same_day() -> None:
    days = [
        (person, part["workday"])
        for session in SESSIONS
        if not session["rolling"]
        for person in {*session["enrolled"], *session["trainers"], *session.get("waiting", [])}
        for part in {part["workday"]: part for part in session["parts"]}.values()
    ]
    assert sorted(days) == sorted(set(days))


def test_one_session_is_always_running_with_the_demo_technician_on_it() -> None:
    running = [session for session in SESSIONS if session["rolling"]]
    assert [(s["key"], s["assets"], s["rolling_part"]["minutes"], s["enrolled"][0]) for s in running] == [
        ("hour-at-the-cell", ["machining-cell-1"], 60, "technician")
    ]


def test_lab_day_books_assets_of_the_lab_without_overlap() -> None:
    rows = world("lab_day")
    assert {Purpose(booking["purpose"]) for booking in rows["bookings"]} <= set(Purpose)
    assert {BlockKind(block["kind"]) for block in rows["blocks"]} <= set(BlockKind)
    assert {booking["holder"] for booking in rows["bookings"]} <= set(PEOPLE)
    spans = sorted(
        (asset, row["starts_in"], row["starts_in"] + row["minutes"])
        for row in [*rows["bookings"], *rows["blocks"]]
        for asset in row.get("assets", [row.get("asset")])
    )
    assert {ASSETS[asset]["lab"] for asset, _, _ in spans} == {"made-teaching-factory"}
    gaps = [(one[0], later[1] - one[2]) for one, later in itertools.pairwise(spans) if one[0] == later[0]]
    buffers = {key: asset["setup_minutes"] + asset["teardown_minutes"] for key, asset in ASSETS.items()}
    assert [(asset, gap) for asset, gap in gaps if gap < buffers[asset] + 15] == []


def test_hub_figures_of_afil_come_from_the_reference_data_only() -> None:
    assert (HUBS["afil"]["profile"], "profile_inline" in HUBS["afil"]) == ("afil_profile.json", False)
    assert (SEED / "data" / "afil_profile.json").is_file()
    assert [hub["name"] for hub in HUBS.values() if hub["invented"] and "(invented)" not in hub["name"]] == []
    written = [text for hub in HUBS.values() for text in hub["texts"]]
    assert [text["author"] for text in written if text["author"] not in PEOPLE or not text["demo_text"]] == []
    assert "not written by AFIL" in HUBS["afil"]["texts"][0]["text"]["en"]
