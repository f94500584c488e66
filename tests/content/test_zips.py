"""Content as files in one archive: any module goes out and in without loss; traps are refused whole."""

from __future__ import annotations

import stat
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lift.content import queries
from lift.content.folder import FolderError, ModuleFolder, pack, read_module, unpack
from lift.content.models import Module
from lift.core.db import db
from tests.content.groups import LESSON, Group
from tests.content.lessons import MODULES
from tests.factories.content import make_group
from tests.factories.people import make_organisation, make_person
from tests.page_reading import main_of

SignIn = Callable[..., FlaskClient]


def packed(**files: bytes) -> bytes:
    """An archive of the lesson with files added or replaced."""
    return zipped({**{i.filename: ZipFile(BytesIO(pack(read_module(LESSON)))).read(i) for i in _entries()}, **files})


def _entries() -> list[ZipInfo]:
    return ZipFile(BytesIO(pack(read_module(LESSON)))).infolist()


def zipped(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def linked() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        entry = ZipInfo("media/a.svg")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


@pytest.mark.unit
@pytest.mark.parametrize("slug", sorted(MODULES))
def test_module_packed_then_unpacked_is_equal_and_packs_to_the_same_bytes(slug: str) -> None:
    module: ModuleFolder = MODULES[slug]
    archive = pack(module)
    assert unpack(archive) == module
    assert pack(unpack(archive)) == archive


@pytest.mark.unit
def test_archive_with_one_folder_around_everything_is_read() -> None:
    inner = {
        f"lesson/{i.filename}": ZipFile(BytesIO(pack(MODULES["from-counters-to-oee"]))).read(i) for i in _entries()
    }
    assert unpack(zipped(inner)) == MODULES["from-counters-to-oee"]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"nothing of a zip", "This is no zip archive that can be read."),
        (packed(**{"../outside.md": b"x"}), "The archive holds a path that leads outside its folder"),
        (packed(**{"/etc/passwd": b"x"}), "The archive holds a path that leads outside its folder"),
        (packed(**{"steps\\..\\..\\a.md": b"x"}), "The archive holds a path that leads outside its folder"),
        (linked(), "The archive holds a path that leads outside its folder"),
        (packed(**{"media/bomb.svg": bytes(50_000_000)}), "The archive unpacks to far more than it should."),
        (packed(**{f"steps/{n:03d}-a.en.md": b"x" for n in range(300)}), "The folder holds more than 200 files."),
        (packed(**{"run.sh": b"x"}), "The file does not belong to the module."),
        (packed(**{"media/a.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>"}), "onload"),
        (packed(**{"module.toml": b"slug = "}), "The file cannot be read"),
        (pack(read_module(LESSON))[:-40], "This is no zip archive that can be read."),
    ],
)
def test_archive_with_a_trap_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(FolderError) as refused:
        unpack(content)
    assert said in str(refused.value)


@pytest.mark.usefixtures("database")
def test_version_downloaded_and_sent_again_is_the_same_module(client: FlaskClient, sign_in: SignIn) -> None:
    group = Group()
    version = group.published()
    sign_in(client, group.persons["author"])
    archive = client.get(f"/modules/{version.module.slug}/v1/files").get_data()
    answer = client.post("/modules/import", data={"archive": (BytesIO(archive), "lesson.zip")})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/modules/from-counters-to-oee/v2/edit")
    assert (
        queries.module_folder("from-counters-to-oee", 2)
        == queries.module_folder("from-counters-to-oee", 1)
        == unpack(archive)
    )


@pytest.mark.usefixtures("database")
def test_broken_archive_names_its_faults_and_nothing_is_half_brought_in(client: FlaskClient, sign_in: SignIn) -> None:
    group = Group()
    sign_in(client, group.persons["author"])
    answer = client.post("/modules/import", data={"archive": (BytesIO(packed(**{"run.sh": b"x"})), "lesson.zip")})
    assert answer.status_code == 422
    assert "The file does not belong to the module." in main_of(answer)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Module)) == 0


@pytest.mark.usefixtures("database")
def test_archive_of_another_groups_module_is_refused(client: FlaskClient, sign_in: SignIn) -> None:
    group = Group()
    version = group.draft()
    version.module.group_id = make_group().id
    db.session.commit()
    sign_in(client, group.persons["author"])
    answer = client.post("/modules/import", data={"archive": (BytesIO(pack(read_module(LESSON))), "lesson.zip")})
    assert answer.status_code == 409
    assert "belongs to another working group" in main_of(answer)


@pytest.mark.usefixtures("database")
def test_archive_from_somebody_who_writes_nowhere_is_forbidden(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, make_person("Stranger", make_organisation()))
    assert client.get("/modules/import").status_code == 403
