"""The module folder format: what is read is what was written, and every fault names file, field and way out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lift.content.folder import FolderError, Manifest, ModuleFolder, pack, read_module, unpack, write_module

pytestmark = pytest.mark.unit

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>Bar</title><rect width="9" height="9"/></svg>'


def both(english: str, italian: str = "testo") -> dict[str, str]:
    return {"en": english, "it": italian}


def question(key: str) -> dict[str, Any]:
    prompt = both("How many?")
    return {"kind": "number", "key": key, "prompt": prompt, "value": 5, "unit": "parts", "tolerance": 0}


def table() -> dict[str, Any]:
    return {
        "slug": "small-module",
        "topic": "iiot",
        "eqf_level": 4,
        "licence": "CC-BY-4.0",
        "languages": ["en", "it"],
        "minutes": 15,
        "title": both("Small module"),
        "summary": both("One sentence."),
        "gain": both("What a firm gains."),
        "skills": [
            {"uri": "http://data.europa.eu/esco/skill/8dcbcabe-09f7-4d11-940d-125af57bbc40", "level": "guided"},
        ],
        "requirements": {"asset_type": "machining-cell", "capabilities": ["opc-ua"], "minutes": 30, "operators": 1},
        "credits": {"made": 60, "polimi": 40},
        "entry": [question("first"), question("second"), question("third")],
        "steps": [
            {
                "key": "read-it",
                "kind": "read",
                "minutes": 5,
                "title": both("Read it"),
                "completion": {"rule": "answer"},
                "exercise": [question("parts")],
            },
            {
                "key": "drive-it",
                "kind": "live",
                "minutes": 10,
                "fallback": "twin",
                "title": both("Drive it"),
                "completion": {"rule": "signoff", "what": both("Drove the cell")},
            },
        ],
    }


def module(manifest: dict[str, Any] | None = None, **texts: str) -> ModuleFolder:
    made = Manifest.model_validate(manifest or table())
    bodies = {
        step.key: {language: texts.get(f"{step.key}.{language}", "Text.\n") for language in made.languages}
        for step in made.steps
    }
    return ModuleFolder(made, bodies)


def with_picture(text: str = "![A bar](media/bar.svg)", data: bytes = SVG) -> ModuleFolder:
    folder = module()
    folder.texts["read-it"]["en"] = text
    folder.media["bar.svg"] = data
    return folder


def faults(folder: Path) -> list[str]:
    with pytest.raises(FolderError) as caught:
        read_module(folder)
    return [str(fault) for fault in caught.value.faults]


def written(tmp_path: Path, folder: ModuleFolder | None = None) -> Path:
    path = tmp_path / "small-module"
    write_module(folder or with_picture(), path)
    return path


def changed(tmp_path: Path, old: str, new: str) -> Path:
    path = written(tmp_path)
    file = path / "module.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_module_written_then_read_is_equal(tmp_path: Path) -> None:
    folder = with_picture("# Title\r\n\n[[OEE]] ![A bar](media/bar.svg)\n\ttab, ünïcode, no end of line")
    assert read_module(written(tmp_path, folder)) == folder


def test_module_written_uses_numbered_step_files(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert sorted(file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()) == [
        "media/bar.svg",
        "module.toml",
        "steps/01-read-it.en.md",
        "steps/01-read-it.it.md",
        "steps/02-drive-it.en.md",
        "steps/02-drive-it.it.md",
    ]


def test_module_written_over_a_filled_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("kept")
    with pytest.raises(FolderError, match="The folder is not empty"):
        write_module(module(), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["old.txt"]


LINES = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), min_size=1, max_size=60)
BODIES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="[]()"), min_size=1).filter(str.strip)
KEYS = st.from_regex(r"[a-z0-9]{2,8}(-[a-z0-9]{1,6}){0,2}", fullmatch=True)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.fixed_dictionaries({"en": LINES, "it": LINES})


@st.composite
def number_exercises(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "kind": "number",
        "key": draw(KEYS),
        "prompt": draw(TEXTS),
        "value": draw(NUMBERS),
        "unit": draw(st.sampled_from(["%", "s", "parts/h"])),
        "tolerance": draw(st.floats(min_value=0, max_value=1e9)),
        "hints": draw(
            st.lists(st.fixed_dictionaries({"value": NUMBERS, "within": st.just(0.5), "text": TEXTS}), max_size=2)
        ),
    }


@st.composite
def simulations(draw: st.DrawFn) -> dict[str, Any]:
    names = st.from_regex(r"[a-z]{2,9}(_[a-z0-9]{1,5})?", fullmatch=True)
    start = draw(st.dictionaries(names, st.booleans() | st.integers(-(2**63), 2**63 - 1) | NUMBERS, max_size=4))
    return {
        "kind": "simulation",
        "key": draw(KEYS),
        "prompt": draw(TEXTS),
        "simulator": "line",
        "claim": "bottleneck",
        "start": start,
        "changed": sorted(start)[:1],
    }


@st.composite
def modules(draw: st.DrawFn) -> ModuleFolder:
    manifest = table()
    manifest["title"], manifest["summary"], manifest["gain"] = draw(TEXTS), draw(TEXTS), draw(TEXTS)
    keys = draw(st.lists(KEYS, min_size=1, max_size=3, unique=True))
    manifest["steps"] = [
        {
            "key": key,
            "kind": "simulate",
            "minutes": draw(st.integers(5, 12)),
            "required": draw(st.booleans()),
            "title": draw(TEXTS),
            "completion": draw(st.sampled_from([{"rule": "answer"}, {"rule": "view", "seconds": 5}])),
            "exercise": [draw(number_exercises() | simulations())],
        }
        for key in keys
    ]
    manifest["minutes"] = sum(step["minutes"] for step in manifest["steps"])
    folder = module(manifest)
    for texts in folder.texts.values():
        texts["en"], texts["it"] = draw(BODIES), draw(BODIES)
    return folder


@given(modules())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_module_written_then_read_is_equal(tmp_path_factory: pytest.TempPathFactory, folder: ModuleFolder) -> None:
    path = tmp_path_factory.mktemp("modules") / "one"
    write_module(folder, path)
    assert read_module(path) == folder
    assert unpack(pack(folder)) == folder


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'licence = "CC-BY-4.0"\n',
            "",
            "module.toml, licence: This is missing. Add it; README.md of the modules shows an example.",
        ),
        (
            "eqf_level = 4",
            "eqf_level = 9",
            "module.toml, eqf_level: The number is too large. The largest value is 8.",
        ),
        (
            "eqf_level = 4",
            'eqf_level = "4"',
            "module.toml, eqf_level: A whole number is expected here. Write it without quotation marks, for example 8.",
        ),
        (
            "eqf_level = 4",
            "eqf_level = 4\ncolour = 1",
            "module.toml, colour: This name is not known. Correct its spelling or remove it.",
        ),
        (
            "minutes = 15",
            "minutes = 20",
            (
                "module.toml: The module says 20 minutes, its steps add up to 15. "
                "Write minutes = 15, or change the minutes of a step."
            ),
        ),
        (
            "polimi = 40",
            "polimi = 41",
            "module.toml: The shares add up to 101, not to 100. Change the shares until they add up to 100.",
        ),
        (
            'fallback = "twin"\n',
            "",
            (
                "module.toml, steps[2]: A live step must say what happens when the machine fails. "
                'Add fallback = "twin" to the step.'
            ),
        ),
        (
            'kind = "live"',
            'kind = "dance"',
            (
                "module.toml, steps[2].kind: This value is not one of the possible ones. "
                "Use one of 'read', 'watch', 'quiz', 'live', 'simulate', 'dataset' or 'upload'."
            ),
        ),
        (
            'rule = "answer"',
            'rule = "twin_check"',
            (
                "module.toml, steps[1]: The step counts as done by twin_check, but nothing in it can show that. "
                "Add an exercise of kind twin_drive, or choose another completion rule."
            ),
        ),
        (
            'unit = "parts"',
            'unit = "pounds"',
            (
                "module.toml, entry[1].unit: This value is not one of the possible ones. "
                "Use one of '%', 's', 'min', 'h', 'parts', 'parts/h' or 'EUR'."
            ),
        ),
        (
            'slug = "small-module"',
            'slug = "../small"',
            r"module.toml, slug: This value has the wrong form. Use the form ^[a-z0-9]+(-[a-z0-9]+)*$.",
        ),
        (
            'en = "Small module"',
            'de = "Kleines Modul"',
            "module.toml, title: The text is missing in en. Translate it, or take the language out of `languages`.",
        ),
    ],
)
def test_manifest_with_a_fault_names_field_and_way_out(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert faults(changed(tmp_path, old, new))[0] == expected


def test_manifest_that_is_not_toml_names_the_line(tmp_path: Path) -> None:
    path = written(tmp_path)
    (path / "module.toml").write_text("slug = a\n")
    assert faults(path)[0].startswith("module.toml: The file cannot be read: ")
    assert "line 1" in faults(path)[0]


def test_manifest_with_several_faults_names_them_all(tmp_path: Path) -> None:
    path = changed(tmp_path, "eqf_level = 4", "eqf_level = 0")
    file = path / "module.toml"
    file.write_text(file.read_text().replace('topic = "iiot"\n', ""))
    assert [line.split(":")[0] for line in faults(path)] == ["module.toml, topic", "module.toml, eqf_level"]


def test_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path / "nowhere") == ["nowhere: There is no folder here. Give the folder that holds module.toml."]


def test_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path) == ["module.toml: The file is missing. Add it to the folder."]


def test_folder_without_a_translation_names_the_file(tmp_path: Path) -> None:
    path = written(tmp_path)
    (path / "steps/02-drive-it.it.md").unlink()
    assert faults(path) == ["steps/02-drive-it.it.md: The file is missing. Add it to the folder."]


@pytest.mark.parametrize("name", ["notes.txt", "steps/03-more.en.md", "media/run.js", "steps/sub/01-read-it.en.md"])
def test_folder_with_a_file_of_no_step_is_refused(tmp_path: Path, name: str) -> None:
    path = written(tmp_path)
    (path / name).parent.mkdir(exist_ok=True)
    (path / name).write_text("x")
    assert faults(path) == [
        (
            f"{name}: The file does not belong to the module. "
            "Remove it, or rename it as steps/NN-key.language.md or media/name.svg."
        )
    ]


def test_folder_with_a_link_to_a_file_elsewhere_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_bytes(SVG)
    path = written(tmp_path)
    (path / "media/bar.svg").unlink()
    (path / "media/bar.svg").symlink_to(secret)
    assert faults(path) == ["media/bar.svg: The file is a link to somewhere else. Put the file itself into the folder."]


def test_folder_with_a_pipe_in_place_of_a_file_is_refused_unread(tmp_path: Path) -> None:
    path = written(tmp_path)
    (path / "media/bar.svg").unlink()
    os.mkfifo(path / "media/bar.svg")
    assert [line.split(".svg: ")[1] for line in faults(path)] == [
        "The file does not belong to the module. Remove it, or rename it as steps/NN-key.language.md or media/name.svg."
    ]


def test_folder_with_too_many_files_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    for number in range(200):
        (path / f"media/{number}.svg").write_bytes(SVG)
    assert faults(path) == ["small-module: The folder holds more than 200 files. Split the module into two."]


def test_folder_that_is_itself_a_link_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(written(tmp_path))
    assert faults(link) == ["link: There is no folder here. Give the folder that holds module.toml."]


def test_folder_with_a_huge_text_is_refused_unread(tmp_path: Path) -> None:
    path = written(tmp_path)
    (path / "steps/01-read-it.en.md").write_bytes(b"a" * 100_001)
    assert faults(path) == ["steps/01-read-it.en.md: The file has more than 100000 bytes. Make it smaller."]


def test_folder_with_a_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    (path / "steps/02-drive-it.en.md").write_bytes(b"caf\xe9")
    assert faults(path) == ["steps/02-drive-it.en.md: The file is not text in UTF-8. Save it as UTF-8."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![](media/bar.svg)", "has no description for people who cannot see it."),
        ("![A](media/other.svg) ![A bar](media/bar.svg)", "The picture media/other.svg is not in the folder."),
        ("![A](../secret.svg) ![A bar](media/bar.svg)", "The picture ../secret.svg lies outside the module."),
        ("![A](https://x.example/a.svg) ![A bar](media/bar.svg)", "The picture https://x.example/a.svg lies outside"),
        ("![A bar](media/bar.svg) [go](javascript:alert)", "The link javascript:alert does not start with https://."),
        ("no picture", "media/bar.svg: No step shows this picture. Use it in a step, or remove it."),
    ],
)
def test_step_with_a_wrong_reference_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    path = written(tmp_path)
    (path / "steps/01-read-it.en.md").write_text(text)
    assert [expected in line for line in faults(path)] == [True]


def test_exercise_of_the_wrong_step_kind_is_refused() -> None:
    manifest = table()
    manifest["steps"][0]["exercise"][0] = {
        "kind": "twin_drive",
        "key": "try",
        "prompt": both("Try it"),
        "checks": [{"act": "stop", "text": both("Press Stop")}],
    }
    with pytest.raises(ValueError, match=r"cannot stand in a step of kind read"):
        Manifest.model_validate(manifest)


def test_text_in_a_language_the_step_lacks_falls_back_to_the_first() -> None:
    folder = module(**{"read-it.en": "English", "read-it.it": "Italiano"})
    step = folder.manifest.steps[0]
    assert [folder.text(step, language) for language in ("it", "de")] == ["Italiano", "English"]
