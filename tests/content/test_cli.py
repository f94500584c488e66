"""``flask content import | export``: a module goes out as the folder that it came in as."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from apiflask import APIFlask

from lift.content.folder import read_module
from lift.content.models import ModuleVersion
from lift.core.actor import Role, Scope
from lift.core.db import db
from lift.seed.files import MODULES
from tests.factories.content import make_group
from tests.factories.people import make_organisation, make_person

pytestmark = pytest.mark.usefixtures("database")

SLUGS = sorted(path.parent.name for path in MODULES.glob("*/module.toml"))


def flask(app: APIFlask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["content", *words])
    return result.exit_code, result.output


@pytest.mark.parametrize("slug", SLUGS)
def test_module_goes_out_as_the_folder_that_it_came_in_as(app: APIFlask, tmp_path: Path, slug: str) -> None:
    folder = read_module(MODULES / slug)
    make_group(folder.manifest.topic)
    db.session.commit()
    assert flask(app, "import", str(MODULES / slug)) == (0, "version 1 is a draft; an author sends it to review\n")
    assert flask(app, "export", slug, str(tmp_path / "out")) == (0, f"written to {tmp_path / 'out'}\n")
    assert read_module(tmp_path / "out") == folder


def test_import_is_refused_with_every_reason(app: APIFlask, tmp_path: Path) -> None:
    source = str(MODULES / SLUGS[0])
    topic = read_module(MODULES / SLUGS[0]).manifest.topic
    (tmp_path / "empty").mkdir()
    assert flask(app, "import", str(tmp_path / "empty"))[0] == 1
    assert f"There is no working group “{topic}”." in flask(app, "import", source)[1]
    group = make_group(topic)
    make_person("Nora Altra", make_organisation(), email="nora@altra.example")
    make_person(
        "Livia Vite", make_organisation(), [(Role.AUTHOR, Scope.WORKING_GROUP, group.id)], email="livia@vite.example"
    )
    db.session.commit()
    assert "nobody has the address x@y.example" in flask(app, "import", source, "--author", "x@y.example")[1]
    assert "Only authors of the working group" in flask(app, "import", source, "--author", "nora@altra.example")[1]
    assert flask(app, "import", source, "--author", "livia@vite.example")[0] == 0
    assert "This module already has a draft" in flask(app, "import", source)[1]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ModuleVersion)) == 1


def test_export_of_what_does_not_exist_or_into_a_full_folder_writes_nothing(app: APIFlask, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    make_group(read_module(MODULES / SLUGS[0]).manifest.topic)
    db.session.commit()
    flask(app, "import", str(MODULES / SLUGS[0]))
    assert flask(app, "export", SLUGS[0], str(tmp_path / "full"))[0] == 1
    assert "there is no such module or version" in flask(app, "export", "nobody", str(tmp_path / "new"))[1]
    assert (
        "there is no such module or version"
        in flask(app, "export", SLUGS[0], str(tmp_path / "new"), "--version", "9")[1]
    )
    assert (sorted(p.name for p in (tmp_path / "full").iterdir()), (tmp_path / "new").exists()) == (["mine.txt"], False)
