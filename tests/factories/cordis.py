"""Sets of EU-project data in the exact published format, at any size, the same for the same seed, with all pitfalls.

``made_set`` gives the archive and what a reader must find in it: the rows as plain values, so that tests can count by
themselves. Bodies, projects and amounts are invented.
"""

from __future__ import annotations

import csv
import io
import random
import zipfile
from dataclasses import dataclass, field
from datetime import date, timedelta

PROJECT = ["id", "acronym", "status", "title", "startDate", "endDate", "totalCost", "ecMaxContribution", "legalBasis",
           "topics", "ecSignatureDate", "frameworkProgramme", "masterCall", "subCall", "fundingScheme", "objective",
           "contentUpdateDate", "rcn", "grantDoi", "keywords"]  # fmt: skip
ORGANIZATION = ["projectID", "projectAcronym", "organisationID", "vatNumber", "name", "shortName", "SME", "activityType",
                "street", "postCode", "city", "country", "nutsCode", "geolocation", "organizationURL", "contactForm",
                "contentUpdateDate", "rcn", "order", "role", "ecContribution", "netEcContribution", "totalCost",
                "endOfParticipation", "active"]  # fmt: skip
TOPIC = ["projectID", "euroSciVocCode", "euroSciVocPath", "euroSciVocTitle", "euroSciVocDescription"]
PATHS = [
    "/engineering and technology/mechanical engineering/manufacturing engineering/additive manufacturing",
    "/engineering and technology/electrical engineering, electronic engineering/robotics/autonomous robots",
    "/natural sciences/computer and information sciences/artificial intelligence/machine learning",
    "/natural sciences/computer and information sciences/internet/internet of things",
    "/social sciences/economics and business/business and management/innovation management",
    "/engineering and technology/environmental engineering/energy and fuels",
    "/natural sciences",
]
COUNTRIES = ["IT", "DE", "EL", "UK", "FR", "ES", "AT", "XK", "", "DE;HU", "CH", "SE"]
FOCUS_PIC, TWIN_PIC, PERSON_PIC = 933772732, 933772999, 900000001


@dataclass
class Part:
    """One organisation row that a reader must keep."""

    project: int
    pic: int
    vat: str
    country: str
    role: str
    ec: float | None
    net: float | None


@dataclass
class Made:
    """An archive and its truth."""

    content: bytes
    projects: dict[int, date] = field(default_factory=dict)
    active: set[int] = field(default_factory=set)
    parts: list[Part] = field(default_factory=list)
    topics: list[tuple[int, str]] = field(default_factory=list)
    rejected: dict[str, int] = field(default_factory=dict)


def made_set(
    projects: int = 40, organisations: int = 240, topics: int = 120, *, seed: int = 7, programme: str = "H2020",
    pitfalls: bool = True, bom: bool = True, first_id: int = 690_000, focus_every: int = 8,
) -> Made:  # fmt: skip
    """A set with so many rows that are taken. ``pitfalls`` adds rows that are not, one of each kind.

    Every ``focus_every``th organisation row is of one body with two PICs.
    """
    luck = random.Random(seed)  # test data
    made = Made(b"")
    tables = {"project": [PROJECT], "organization": [ORGANIZATION], "euroSciVoc": [TOPIC]}
    for n in range(projects):
        tables["project"].append(_project(made, luck, first_id + n, n, programme))
    ids = list(made.projects)
    for n in range(organisations):
        tables["organization"].append(_organisation(made, luck, ids, n, focus_every))
    _topics(made, tables["euroSciVoc"], luck, ids, topics)
    if pitfalls:
        _pitfalls(made, tables, ids)
    made.content = _zipped(tables, programme, bom=bom)
    return made


def _project(made: Made, luck: random.Random, key: int, n: int, programme: str) -> list[str]:
    start = date(2015, 1, 1) + timedelta(days=luck.randrange(0, 365 * 6))
    end = start + timedelta(days=365 * 3)
    running = n % 9 == 0
    end = date(2199, 12, 31) if running else end
    made.projects[key] = start
    if running:
        made.active.add(key)
    title = f'Smart; "connected"\nfactories {n}' if n % 5 == 0 else f"Factories {n}"
    cost = "0" if n % 11 == 0 else f"{luck.randrange(10**5, 10**7)},{luck.randrange(10, 99)}"
    text = "Machines stand alone; we connect them. " * 40
    return [str(key), f"ACR{n}", "SIGNED" if running else "CLOSED", title, str(start), str(end), cost, "1200000.5",
            "H2020-EU.2.1.", f"DT-FOF-{n % 7}", str(start), programme, "C", "S", "IA", text,
            "2024-03-01 10:00:00", str(200_000 + n), "", "manufacturing, sme, data" if n % 3 else ""]  # fmt: skip


def _organisation(made: Made, luck: random.Random, ids: list[int], n: int, focus_every: int) -> list[str]:
    project = ids[n % len(ids)]
    body = luck.randrange(0, max(30, len(ids)))
    pic, vat = 910_000_000 + body, f"IT{10_000_000 + body}" if body % 6 else "NOT APPLICABLE"
    name, short, kind = f"BODY {body} SRL", f"B{body}", luck.choice(["PRC", "HES", "REC", "PUB", "OTH"])
    country = COUNTRIES[body % len(COUNTRIES)]
    if n % focus_every == 0:
        pic, vat, name, short, country = FOCUS_PIC, "IT08219580968", "AFIL-LIKE; CLUSTER", "CLU", "IT"
        if n % (3 * focus_every) == 0:
            pic = TWIN_PIC
    elif n % 41 == 0:
        pic, vat, name, short, kind, country = PERSON_PIC, "", "Dr Anna Inventata", "", "", "IT"
    role = ("coordinator", "participant", "thirdParty", "partner")[luck.randrange(4)]
    ec = None if n % 13 == 0 else float(luck.randrange(10_000, 900_000)) + 0.25
    net = None if ec is None else ec - (0.25 if role == "thirdParty" else 0.0)
    made.parts.append(Part(project, pic, vat if vat[-4:].isdigit() else "", country, role, ec, net))
    return [str(project), "ACR", str(pic), vat, name, short, luck.choice(["true", "false", ""]), kind, "Via; 1", "20100",
            "Milano", country, "ITC4C" if country == "IT" else country, "45.4,9.1", "", "https://x", "2024-03-01",
            "1", str(n), role, "" if ec is None else f"{ec:.2f}", "" if net is None else f"{net:.2f}",
            "960619,95", "false", ""]  # fmt: skip


def _topics(made: Made, rows: list[list[str]], luck: random.Random, ids: list[int], most: int) -> None:
    """As many different (project, path) as asked, spread over the projects."""
    total = min(most, len(ids) * len(PATHS))
    offset = luck.randrange(len(PATHS))
    for n in range(total):
        project, path = ids[n % len(ids)], PATHS[(n // len(ids) + n + offset) % len(PATHS)]
        levels = path.strip("/").split("/")
        made.topics.append((project, levels[min(3, len(levels)) - 1]))
        rows.append([str(project), f"/{n // len(ids)}/{PATHS.index(path)}", path, levels[-1], ""])


def _pitfalls(made: Made, tables: dict[str, list[list[str]]], ids: list[int]) -> None:
    """Rows that must be refused, one of each reason."""
    project, body, topic = tables["project"][1], tables["organization"][1], tables["euroSciVoc"][1]

    def changed(row: list[str], header: list[str], **values: str) -> list[str]:
        return [values.get(name, cell) for name, cell in zip(header, row, strict=True)]

    tables["project"] += [
        changed(project, PROJECT, id="none"),
        project,
        changed(project, PROJECT, id="1", startDate="soon"),
    ]
    tables["organization"] += [
        changed(body, ORGANIZATION, projectID="5"),
        changed(body, ORGANIZATION, organisationID="x1"),
        changed(body, ORGANIZATION, role="friend"),
        changed(body, ORGANIZATION, ecContribution="a lot"),
        changed(body, ORGANIZATION, country="Italy"),
        body[:7],
    ]
    tables["euroSciVoc"] += [changed(topic, TOPIC, euroSciVocPath="/25/73", euroSciVocCode="n"), topic]
    made.rejected = {"project_id": 1, "twice": 2, "day": 1, "no_project": 1, "pic": 1, "role": 1, "money": 1,
                     "country": 1, "width": 1, "path": 1}  # fmt: skip


def _zipped(tables: dict[str, list[list[str]]], programme: str, *, bom: bool) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, rows in tables.items():
            text = io.StringIO(newline="")
            csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
            _put(archive, name, (b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode())
        _put(archive, "topics", b'"projectID";"topic";"title"\n"1";"DT-FOF-1";"Pilot lines"\n')
        archive.writestr("readme.txt", f"{programme} set of the tests")
    return whole.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(f"csv/{name}.csv", (2026, 10, 5, 8, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
