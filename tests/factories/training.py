"""Sessions with pools: straight rows, without the claims that `open_session` makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from config import ROOT
from lift.content.enums import VersionState
from lift.content.folder import read_module
from lift.content.models import Module, ModuleVersion
from lift.content.services import import_folder
from lift.core import clock, files
from lift.core.actor import SYSTEM, Actor, Role, Scope
from lift.core.db import db
from lift.labs.enums import AccessClass
from lift.labs.models import Asset, Lab
from lift.labs.services import add_asset_type
from lift.live.enums import CutState
from lift.live.models import Bench, Cut, Recording
from lift.live.queries.samples import Samples
from lift.live.services.parquet import to_parquet
from lift.people.enums import OrganisationKind
from lift.people.models import Organisation, Person
from lift.training.enums import EnrolmentStatus, SessionMode, SessionStatus
from lift.training.models import Enrolment, PilotSession, Pool, SessionPart
from lift.training.services import PartDraft, PoolDraft, SessionDraft, follow_clock, open_session
from lift.twins.models import Twin, TwinSession
from tests.factories.content import make_group, make_version
from tests.factories.labs import make_asset, make_lab
from tests.factories.live import cell_spec
from tests.factories.people import actor_for, make_company, make_learner, make_organisation, make_person

_numbers = count(1)


def make_host_lab(**values: Any) -> Lab:
    """A lab of a partner, flushed."""
    number = next(_numbers)
    owner = make_organisation(kind=OrganisationKind.COMPETENCE_CENTRE)
    values.setdefault("zone", "Europe/Rome")
    row = Lab(
        organisation_id=owner.id,
        slug=f"host-lab-{number}",
        name=f"Host lab {number}",
        country="IT",
        city="Milano",
        **values,
    )
    db.session.add(row)
    db.session.flush()
    return row


def make_session(
    size: int | None = 5,
    *,
    version: ModuleVersion | None = None,
    lab: Lab | None = None,
    starts_at: datetime | None = None,
    hours: int = 4,
    **values: Any,
) -> PilotSession:
    """An open session in ten days with one general pool of ``size`` seats, committed: a refused verb rolls back
    what is only flushed."""
    lab = lab or make_host_lab()
    start = starts_at or (clock.now() + timedelta(days=10))
    end = start + timedelta(hours=hours)
    values.setdefault("status", SessionStatus.OPEN)
    values.setdefault("enrol_until", start - timedelta(hours=1))
    values.setdefault("withdraw_until", start - timedelta(days=2))
    values.setdefault("capacity", size or 0)
    values.setdefault("mode", SessionMode.ON_SITE)
    values.setdefault("language", "en")
    row = PilotSession(
        code=f"S{next(_numbers):05}", version_id=(version or make_version()).id, lab_id=lab.id,
        organisation_id=lab.organisation_id, zone=lab.zone, starts_at=start, ends_at=end, total_minutes=hours * 60, **values,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    db.session.add(SessionPart(session_id=row.id, starts_at=start, ends_at=end, mode=row.mode))
    add_pool(row, size)
    return row


def add_pool(session: PilotSession, size: int | None, name: str = "general", **condition: Any) -> Pool:
    """One more pool, flushed."""
    pool = Pool(session_id=session.id, name=name, size=size, condition=condition)
    db.session.add(pool)
    db.session.commit()
    return pool


def make_enrolment(
    session: PilotSession, organisation_id: UUID, person_id: UUID | None = None, **values: Any
) -> Enrolment:
    """A confirmed place without moving the pool: for pages, never for counting seats. Flushed."""
    pool = values.pop("pool", None) or db.session.query(Pool).filter_by(session_id=session.id).first()
    values.setdefault("status", EnrolmentStatus.CONFIRMED)
    values.setdefault("ticket", 1)
    row = Enrolment(
        session_id=session.id, pool_id=pool.id, organisation_id=organisation_id, person_id=person_id, **values
    )
    db.session.add(row)
    db.session.flush()
    return row


MODULE = ROOT / "lift" / "seed" / "modules" / "from-counters-to-oee"


def publish_real_module(path: Path = MODULE) -> ModuleVersion:
    """The demo's own module, brought in as a draft by an author and published without the review, flushed."""
    folder = read_module(path)
    body = make_organisation()
    group = make_group(folder.manifest.topic)
    author = make_person("Autore Finto", body, [(Role.AUTHOR, Scope.WORKING_GROUP, group.id)])
    db.session.commit()
    version = import_folder(folder, actor=actor_for(author, body))
    version.author_ids = []  # nobody reviewed it: the database would refuse it to its author (A2)
    version.state, version.published_at = VersionState.PUBLISHED, clock.now()
    module = db.session.get_one(Module, version.module_id)
    module.published_version_id = version.id
    db.session.commit()
    return version


@dataclass
class RunningClass:
    """A session of the real module that runs now at a connected cell with a twin, its trainer and one learner."""

    session: PilotSession
    asset: Asset
    trainer: Person
    host: Organisation
    learner: Person
    company: Organisation
    version: ModuleVersion

    @property
    def actor(self) -> Actor:
        """The learner."""
        return actor_for(self.learner, self.company)

    @property
    def teacher(self) -> Actor:
        """The trainer."""
        return actor_for(self.trainer, self.host)


def make_running_class(
    *, started: timedelta = timedelta(minutes=20), hours: int = 1, learner: str = "Rosa Bianchi"
) -> RunningClass:
    """Opened by the ordinary verbs; the learner has a confirmed seat. Committed."""
    version = publish_real_module()
    host = make_organisation("Centro Immaginario", kind=OrganisationKind.COMPETENCE_CENTRE, city="Milano")
    lab = make_lab(host)
    add_asset_type("machining-cell", {"en": "Machining cell"})
    asset = make_asset(
        lab, type_key="machining-cell", connected=True, name="Machining cell 1", access=AccessClass.SUPERVISED,
        hazards={"en": "The spindle turns."}, safe_state={"en": "Everything stops."},
        emergency_stop_place={"en": "Left of the door."},
    )  # fmt: skip
    db.session.add(
        Twin(
            asset_id=asset.id, aas_id=f"https://lift.example/aas/{asset.key}", model_key="machining", model_version="1"
        )
    )
    trainer = make_person("Giulia Ferrante", host)
    company = make_company("Officine Esempio")
    person = make_learner(company, learner)
    db.session.commit()
    start = clock.now() - started
    draft = SessionDraft(
        version_id=version.id, lab_id=lab.id, parts=(PartDraft(start, start + timedelta(hours=hours), SessionMode.REMOTE),),
        pools=(PoolDraft(4),), asset_ids=(asset.id,), trainer_ids=(trainer.id,), mode=SessionMode.REMOTE, language="en",
        place={"en": "Your own desk"},
    )  # fmt: skip
    session = open_session(draft, actor=SYSTEM)
    follow_clock(clock.now())
    make_enrolment(session, company.id, person.id)
    db.session.commit()
    return RunningClass(session, asset, trainer, host, person, company, version)


def pass_twin(person: Person, asset: Asset) -> None:
    """The twin check stands as passed, flushed."""
    db.session.add(TwinSession(person_id=person.id, asset_id=asset.id, passed_at=clock.now()))
    db.session.flush()


def open_bench_row(running: RunningClass) -> Bench:
    """An open bench of the live step with its recording, flushed: without gateway and page."""
    ref = {"session": running.session.code, "session_id": str(running.session.id),
           "version_id": str(running.version.id), "step": "your-own-recording"}  # fmt: skip
    bench = Bench(booking_id=running.session.booking_id, asset_id=running.asset.id, person_id=running.learner.id,
                  organisation_id=running.company.id, attempt_ref=ref)  # fmt: skip
    db.session.add(bench)
    db.session.flush()
    db.session.add(Recording(bench_id=bench.id, asset_id=running.asset.id))
    db.session.flush()
    return bench


def make_cut(bench: Bench, *, number: int = 1, sealed: bool = True, **columns: Any) -> Cut:
    """Ten minutes: 480 s running, 120 s standing, 16 parts of which 15 good. OEE at 24 s a part: 60 %. Flushed."""
    end = clock.now().replace(microsecond=0)
    start = end - timedelta(minutes=10)
    recording = db.session.query(Recording).filter_by(bench_id=bench.id).one()
    cut = Cut(recording_id=recording.id, number=number, person_id=bench.person_id, provenance={"source": "asset"},
              during=Range(start, end, bounds="[)"))  # fmt: skip
    db.session.add(cut)
    db.session.flush()
    if sealed:
        seal(cut, **columns)
    return cut


def seal(cut: Cut, *, bad: int = 1) -> None:
    """Write the cut's file as the sealing job does, flushed."""
    start = cut.during.lower.timestamp() if cut.during.lower else 0.0
    times = [start + n for n in range(-1, 601)]
    running = [not 240 <= n < 360 for n in range(-1, 601)]
    seconds = [min(n, 240) + max(0, n - 360) if n >= 0 else 0 for n in range(-1, 601)]
    total = [1000 + (s + 10) // 30 for s in seconds]
    samples = Samples(times=times, period=1.0, variables={
        "ItemState": ["Executing" if on else "NotExecuting" for on in running],
        "OperationMode": ["Processing" if on else "None" for on in running],
        "PartsTotal": [float(n) for n in total],
        "PartsGood": [float(n - (bad if n > 1005 else 0)) for n in total],
    })  # fmt: skip
    file = files.put(
        to_parquet(samples, cell_spec(), {}), name="cut.parquet", media_type="application/vnd.apache.parquet"
    )
    cut.file_id, cut.sha256, cut.state, cut.sealed_at = file.id, file.sha256, CutState.SEALED, clock.now()
    cut.samples, cut.provenance = len(times), {**cut.provenance, "period": 1.0}
    db.session.flush()
