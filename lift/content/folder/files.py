"""Read a module folder and write one.

    module.toml   steps/01-what-oee-means.en.md   steps/01-what-oee-means.it.md   media/three-losses.en.svg

Nothing in the folder is dropped silently: a file that the format does not know is a fault. Comments of module.toml are
the one thing that reading and writing does not keep.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from lift.content.folder.faults import Fault, FolderError, fault, faults_of
from lift.content.folder.manifest import Manifest, Step, texts_in
from lift.content.folder.markup import media_name, pictures, text_faults
from lift.content.folder.svg import picture_faults
from lift.content.folder.toml_out import to_toml
from lift.content.folder.values import Language

MANIFEST = "module.toml"
MANIFEST_BYTES = 256_000
TEXT_BYTES = 100_000
PICTURE_BYTES = 512_000
FILES = 200

_PICTURE = re.compile(r"^[a-z0-9]+([-.][a-z0-9]+)*\.svg$")


@dataclass(frozen=True)
class ModuleFolder:
    """A module as files hold it: `texts[step key][language]` is Markdown, `media[name]` the bytes of a picture."""

    manifest: Manifest
    texts: dict[str, dict[Language, str]]
    media: dict[str, bytes] = field(default_factory=dict)

    def text(self, step: Step, language: str) -> str:
        """The step's Markdown in that language, or in the module's first one."""
        texts = self.texts[step.key]
        return next((text for key, text in texts.items() if key == language), texts[self.manifest.languages[0]])


def step_file(number: int, key: str, language: str) -> str:
    return f"steps/{number:02d}-{key}.{language}.md"


def read_module(path: Path) -> ModuleFolder:
    """The module in the folder `path`. Raises FolderError with every fault found."""
    return module_of(_read_files(path))


def module_of(files: Mapping[str, bytes]) -> ModuleFolder:
    """The module that these files make, by their names with slashes. Raises FolderError with every fault found."""
    data = dict(files)
    manifest = _manifest(data.pop(MANIFEST, None))
    module, faults = _assemble(manifest, data)
    faults += module_faults(module)
    if faults:
        raise FolderError(faults)
    return module


def write_module(folder: ModuleFolder, path: Path) -> None:
    """Write the module into `path`, which is new or empty; FolderError, and nothing written, where it has faults."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FolderError([fault(str(path.name), "", "not_empty")])
    for name, data in files_of(folder).items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def module_faults(folder: ModuleFolder) -> list[Fault]:
    """What a module says that its own parts contradict: languages, pictures, links."""
    return [*_language_faults(folder.manifest), *_text_faults(folder), *_media_faults(folder)]


def _read_files(path: Path) -> dict[str, bytes]:
    """Every file below `path` by its name with slashes; links, foreign names and sizes refused before reading."""
    if path.is_symlink() or not path.is_dir():
        raise FolderError([fault(path.name, "", "not_a_folder")])
    found = sorted(islice(path.rglob("*"), FILES + 1))
    if len(found) > FILES:
        raise FolderError([fault(path.name, "", "too_many_files", limit=FILES)])
    faults, data = [], {}
    for file in found:
        name = file.relative_to(path).as_posix()
        if file.is_symlink():
            faults.append(fault(name, "", "file_link"))
        elif not file.is_dir():
            if (limit := size_limit(name)) is None or not file.is_file():
                faults.append(fault(name, "", "file_unknown"))
            elif file.stat().st_size > limit:
                faults.append(fault(name, "", "file_too_large", limit=limit))
            else:
                data[name] = file.read_bytes()
    if faults:
        raise FolderError(faults)
    return data


def size_limit(name: str) -> int | None:
    """The most bytes that a file of this name may have; None for a name that the format does not know."""
    folder, _, file = name.rpartition("/")
    if name == MANIFEST:
        return MANIFEST_BYTES
    if folder == "steps" and file.endswith(".md"):
        return TEXT_BYTES
    return PICTURE_BYTES if folder == "media" and _PICTURE.match(file) else None


def _manifest(data: bytes | None) -> Manifest:
    if data is None:
        raise FolderError([fault(MANIFEST, "", "file_missing")])
    try:
        return Manifest.model_validate(tomllib.loads(data.decode("utf-8")))
    except UnicodeDecodeError:
        raise FolderError([fault(MANIFEST, "", "not_utf8")]) from None
    except tomllib.TOMLDecodeError as error:
        raise FolderError([fault(MANIFEST, "", "bad_toml", detail=str(error))]) from None
    except ValidationError as error:
        raise FolderError(faults_of(MANIFEST, error)) from None


def _assemble(manifest: Manifest, data: dict[str, bytes]) -> tuple[ModuleFolder, list[Fault]]:
    faults: list[Fault] = []
    texts: dict[str, dict[Language, str]] = {}
    for number, step in enumerate(manifest.steps, 1):
        texts[step.key] = {}
        for language in manifest.languages:
            name = step_file(number, step.key, language)
            try:
                texts[step.key][language] = data.pop(name).decode("utf-8")
            except KeyError:
                faults.append(fault(name, "", "file_missing"))
            except UnicodeDecodeError:
                faults.append(fault(name, "", "not_utf8"))
    media = {name.removeprefix("media/"): data.pop(name) for name in sorted(data) if name.startswith("media/")}
    faults += [fault(name, "", "file_unknown") for name in sorted(data)]
    if faults:
        raise FolderError(faults)
    return ModuleFolder(manifest, texts, media), faults


def _language_faults(manifest: Manifest) -> Iterator[Fault]:
    wanted = list(manifest.languages)
    for place, texts in texts_in(manifest):
        if missing := [language for language in wanted if language not in texts]:
            yield fault(MANIFEST, place, "language_missing", languages=", ".join(missing))
        if unknown := [language for language in texts if language not in wanted]:
            yield fault(MANIFEST, place, "language_unknown", languages=", ".join(unknown))


def _text_faults(folder: ModuleFolder) -> Iterator[Fault]:
    names = frozenset(folder.media)
    for number, step in enumerate(folder.manifest.steps, 1):
        for language in folder.manifest.languages:
            file = step_file(number, step.key, language)
            text = folder.texts.get(step.key, {}).get(language)
            if text is None or not text.strip():
                yield fault(file, "", "file_missing" if text is None else "string_too_short", min_length=1)
            else:
                yield from text_faults(file, text, names)


def _media_faults(folder: ModuleFolder) -> Iterator[Fault]:
    shown = {
        media_name(target) for texts in folder.texts.values() for text in texts.values() for _, target in pictures(text)
    }
    for name, data in folder.media.items():
        file = f"media/{name}"
        if not _PICTURE.match(name):
            yield fault(file, "", "file_unknown")
        elif name not in shown:
            yield fault(file, "", "file_unused")
        yield from picture_faults(file, data)


def files_of(folder: ModuleFolder) -> dict[str, bytes]:
    """The files of the module by name; FolderError where it has faults."""
    if faults := module_faults(folder):
        raise FolderError(faults)
    return dict(_files_of(folder))


def _files_of(folder: ModuleFolder) -> Iterator[tuple[str, bytes]]:
    table = folder.manifest.model_dump(exclude_none=True)
    yield MANIFEST, to_toml(table).encode("utf-8")
    for number, step in enumerate(folder.manifest.steps, 1):
        for language in folder.manifest.languages:
            yield step_file(number, step.key, language), folder.texts[step.key][language].encode("utf-8")
    for name, data in folder.media.items():
        yield f"media/{name}", data
