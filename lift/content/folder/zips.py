"""A module folder as one zip archive, out and in. What comes in is looked at before anything is unpacked."""

from __future__ import annotations

import stat
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from lift.content.folder.faults import FolderError, fault
from lift.content.folder.files import FILES, MANIFEST, ModuleFolder, files_of, module_of, size_limit

WRITTEN = (2020, 1, 1, 0, 0, 0)
"""The same module gives the same bytes, whenever it is packed."""


def pack(folder: ModuleFolder) -> bytes:
    """The archive. Raises FolderError where the module has faults."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, data in files_of(folder).items():
            archive.writestr(ZipInfo(name, WRITTEN), data, ZIP_DEFLATED)
    return out.getvalue()


def unpack(content: bytes) -> ModuleFolder:
    """The module in an archive; its files may lie in one folder. Raises FolderError with every fault found."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            return module_of(_files_in(archive))
    except (BadZipFile, NotImplementedError, EOFError, ValueError, zlib.error) as error:
        if isinstance(error, FolderError):
            raise
        raise FolderError([fault("", "", "not_a_zip")]) from error


def _files_in(archive: ZipFile) -> dict[str, bytes]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > FILES:
        raise FolderError([fault("", "", "too_many_files", limit=FILES)])
    top = _top([entry.filename for entry in entries])
    data = {}
    for entry in entries:
        name = entry.filename.removeprefix(top)
        limit = _checked(entry, name)
        with archive.open(entry) as file:
            data[name] = file.read(limit + 1)
        if len(data[name]) > limit:  # the header lied about its size
            raise FolderError([fault(name, "", "zip_bomb")])
    return data


def _top(names: list[str]) -> str:
    """The one folder that holds everything, with its slash; '' when module.toml lies at the top."""
    if MANIFEST in names:
        return ""
    tops = {name.partition("/")[0] for name in names}
    return f"{tops.pop()}/" if len(tops) == 1 else ""


def _checked(entry: ZipInfo, name: str) -> int:
    """The most bytes that the entry may have. Raises FolderError for paths, links, passwords, sizes."""
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in name or stat.S_ISLNK(entry.external_attr >> 16):
        raise FolderError([fault(name, "", "zip_path", value=name)])
    if entry.flag_bits & 1:
        raise FolderError([fault(name, "", "zip_locked")])
    limit = size_limit(name)
    if limit is None:
        raise FolderError([fault(name, "", "file_unknown")])
    if entry.file_size > limit:
        raise FolderError([fault(name, "", "zip_bomb")])
    return limit
