"""Organisations, partners, working groups, labs and assets of the demo world, in the order in which they lean on each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from lift.clusters import services as clusters
from lift.core import clock
from lift.core.actor import SYSTEM
from lift.labs.enums import AccessClass, Preset, ResourceKind
from lift.labs.services import (
    add_asset,
    add_asset_type,
    add_lab,
    ensure_resource,
    name_owner,
    set_exception,
    set_opening,
)
from lift.network import services as network
from lift.network.enums import GroupStanding, OutcomeKind, OutcomeState, PartnerState
from lift.people import queries as people
from lift.people import services as people_verbs
from lift.people.enums import OrganisationKind, SizeClass
from lift.seed.files import OUTCOMES, document, table, world
from lift.twins.services.register import give_twin

MIDNIGHT = time(0)
YEARS_OF_HOLIDAYS = 2


def enter_organisations() -> None:
    """The thirteen real bodies, three invented applicants, clusters and firms."""
    nuts = {row["partner_id"]: row["nuts2"] for row in table("nuts_partner_regions")}
    for row in table("lift_partners"):
        people_verbs.enter_organisation(
            row["id"], row["name"], OrganisationKind(row["kind"]), row["country"], actor=SYSTEM,
            short_name=row["short_name"], city=row["city"], lat=float(row["lat"]), lon=float(row["lon"]),
            website=row["website"], nuts=nuts.get(row["id"]), source=row["source"],
        )  # fmt: skip
    for row in world("partners").get("applicants", []):
        _enter(row, OrganisationKind(row["kind"]))
    for row in world("hubs")["hubs"]:
        _enter(row, OrganisationKind.CLUSTER)
    people_verbs.enter_organisation(
        "lift-network", "LIFT network office", OrganisationKind.NETWORK, "IT", actor=SYSTEM, short_name="LIFT office"
    )
    clusters_by_slug = people.organisation_ids()
    for row in world("companies")["companies"]:
        _enter(row, OrganisationKind.COMPANY, company=_company(row, clusters_by_slug))


def _enter(row: dict[str, Any], kind: OrganisationKind, company: dict[str, Any] | None = None) -> None:
    columns = ("short_name", "city", "lat", "lon", "nuts", "website")
    values = {name: row[name] for name in columns if name in row}
    people_verbs.enter_organisation(
        row["slug"], row["name"], kind, row["country"], actor=SYSTEM, company=company, source="demo world", **values
    )


def _company(row: dict[str, Any], slugs: dict[str, UUID]) -> dict[str, Any]:
    return {
        "vat_number": row["vat_number"],
        "nace": row["nace"],
        "heads": row["heads"],
        "size_class": SizeClass(row["size_class"]),
        "size_declared_on": clock.now().date() - timedelta(days=60),
        "hub_organisation_id": slugs.get(row.get("hub", "")),
        "contact_email": row.get("contact_email"),
        "machines_note": row.get("machines_note", {}),
    }


def enter_partners() -> None:
    """Partners with their states, and what the network says of itself."""
    slugs = people.organisation_ids()
    rows = world("partners")
    for row in [*rows["partners"], *rows.get("applicants", [])]:
        network.enter_partner(
            slugs[row["slug"]], actor=SYSTEM, state=PartnerState(row["state"]),
            network_role=row.get("network_role", "partner"), in_agreement=row.get("in_agreement", False),
            agreement_version=rows["agreement_version"] if row.get("in_agreement") else None,
            source=row.get("source", "LIFT article of EIT Manufacturing"),
            reason=row.get("reason", "entered"), since=clock.now() - timedelta(days=row.get("days_ago", 0)),
            role_address=row.get("role_address"),
        )  # fmt: skip
    facts = document("lift_network")
    source = f"{facts['source']['publisher']}, article on the LIFT agreement"
    network.state_fact("objective", {"en": facts["objective"]}, source, actor=SYSTEM)
    for number, step in enumerate(facts["timeline"]):
        network.state_fact(f"timeline-{number}", {"en": step["what"]}, source, {"when": step["when"]}, actor=SYSTEM)


def form_groups() -> None:
    """The nine working groups with members and outcomes."""
    slugs = people.organisation_ids()
    basis = {row["slug"]: row["basis"] for row in table("working_groups")}
    for row in world("working_groups")["groups"]:
        members = {slugs[m]: GroupStanding.MEMBER for m in row["members"]}
        members[slugs[row["lead_partner"]]] = GroupStanding.LEAD
        group = network.form_group(
            row["slug"], actor=SYSTEM, members=members, title=row["title"], topic=row.get("topic", {}),
            methods=row.get("methods", {}), basis="seed" if basis[row["slug"]].startswith("seed") else "proposal",
        )  # fmt: skip
        for outcome in row.get("outcomes", []):
            network.record_outcome(group.id, _outcome(outcome), actor=SYSTEM, state=OutcomeState(outcome["state"]))
        for meeting in row.get("meetings", []):
            day = clock.now().date() - timedelta(days=meeting["days_ago"])
            network.record_meeting(group.id, day, meeting["people"], meeting["decisions"], actor=SYSTEM)


def _outcome(row: dict[str, Any]) -> network.OutcomeDraft:
    name = row.get("file", "")
    content = (OUTCOMES / name).read_bytes() if name else b""
    return network.OutcomeDraft(
        row["title"], OutcomeKind(row["kind"]), row.get("link"), row.get("licence"), row.get("gain"),
        tuple(row.get("contributors", ())), network.Upload(name, content) if name else None,
    )  # fmt: skip


@dataclass(frozen=True)
class Places:
    """Ids of labs by slug and of assets by key."""

    labs: dict[str, UUID]
    assets: dict[str, UUID]


def equip_labs() -> Places:
    """Labs with hours, rooms, asset types and assets."""
    slugs = people.organisation_ids()
    for row in world("asset_types")["asset_types"]:
        add_asset_type(row["key"], row["title"], row["capabilities"])
    labs = {row["slug"]: _add_lab(row, slugs) for row in world("labs")["labs"]}
    return Places(labs, {row["key"]: _add_asset(row, labs) for row in world("assets")["assets"]})


def _add_lab(row: dict[str, Any], slugs: dict[str, UUID]) -> UUID:
    columns = ("about", "address", "lat", "lon", "source", "rules")
    lab = add_lab(
        organisation_id=slugs[row["partner"]], slug=row["slug"], name=row["name"], zone=row["zone"],
        country=row["country"], city=row["city"], preset=Preset(row["preset"]), actor=SYSTEM,
        **{name: row[name] for name in columns if name in row},
    )  # fmt: skip
    if not row["always_open"]:
        for day in closed_days():
            set_exception(lab.id, day, None, actor=SYSTEM, reason={"en": "Public holiday", "it": "Festività"})
    hours = (MIDNIGHT, MIDNIGHT) if row["always_open"] else (row["opens"], row["closes"])
    set_opening(lab.id, {weekday: [hours] for weekday in row["weekdays"]}, actor=SYSTEM)
    return lab.id


def closed_days() -> list[date]:
    """The days on which every lab but the demo one is closed, this year and next."""
    year = clock.now().year
    days = (day.split("-") for day in world("labs")["closed_days"])
    pairs = [(int(month), int(day)) for month, day in days]
    return [date(y, month, day) for y in range(year, year + YEARS_OF_HOLIDAYS) for month, day in pairs]


def _add_asset(row: dict[str, Any], labs: dict[str, UUID]) -> UUID:
    columns = ("about", "connected", "physical", "public_tile", "setup_minutes", "teardown_minutes", "hazards",
               "safe_state", "emergency_stop_place", "rules")  # fmt: skip
    today = clock.now().date()
    checked: dict[str, Any] = {}
    if row.get("connected"):
        checked = {
            "risk_assessed_on": today - timedelta(days=40),
            "risk_review_on": today + timedelta(days=325),
            "commissioned_on": today - timedelta(days=30),
        }
    if "controls" in row:
        checked["rules"] = row.get("rules", {}) | {"controls": row["controls"]}
    asset = add_asset(
        labs[row["lab"]], key=row["key"], name=row["name"], type_key=row["type"], access=AccessClass(row["access"]),
        actor=SYSTEM, **({name: row[name] for name in columns if name in row} | checked),
    )  # fmt: skip
    if "twin" in row:
        ensure_resource(
            ResourceKind.TWIN_SEAT,
            f"{row['name']}: twin",
            asset_id=asset.id,
            lab_id=labs[row["lab"]],
            units=row["twin"]["seats"],
        )
        give_twin(asset.id, seats=row["twin"]["seats"], actor=SYSTEM)
    return asset.id


def name_owners(built: Places, person_id: UUID) -> None:
    """The lab's manager answers for every connected machine (M1)."""
    for row in world("assets")["assets"]:
        if row.get("connected"):
            name_owner(built.assets[row["key"]], person_id, actor=SYSTEM)


def open_hubs() -> None:
    """AFIL's hub with the figures of its source, and the invented ones. Their texts follow when people are there."""
    slugs = people.organisation_ids()
    for row in world("hubs")["hubs"]:
        profile = document(row["profile"].removesuffix(".json")) if "profile" in row else row.get("profile_inline")
        clusters.open_hub(
            slugs[row["slug"]], row["slug"], actor=SYSTEM, tagline=row.get("tagline", {}),
            regions=row["regions"], profile=profile, profile_source=row.get("profile_source"),
        )  # fmt: skip
        found = (profile or {}).get("organisation", {}).get("cordis_organisation_id")
        if found:
            clusters.name_pic(slugs[row["slug"]], int(found["value"]), source=found["source"], actor=SYSTEM)
