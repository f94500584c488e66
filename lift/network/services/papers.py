"""Files of working groups: typed by their content, limited, kept as attachments."""

from __future__ import annotations

from dataclasses import dataclass

from lift.core import files
from lift.core.errors import Invalid, Problem
from lift.core.i18n import Text
from lift.core.models import StoredFile
from lift.network import texts

MOST_BYTES = 20_000_000
STARTS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"PK\x03\x04": "application/zip",
}


@dataclass(frozen=True)
class Upload:
    """A file as it came: its name on the sender's computer, its bytes."""

    name: str
    content: bytes


def kept_file(upload: Upload) -> StoredFile:
    """Store it. Raises Invalid for a kind that is not taken, or too many bytes."""
    if len(upload.content) > MOST_BYTES:
        said = Text(texts.FILE_TOO_LARGE, {"mb": MOST_BYTES // 1_000_000})
        raise Invalid(Problem("N12", said, owner="network", field="file"))
    name = upload.name.replace("\\", "/").rpartition("/")[2][-80:] or "file"
    return files.put(upload.content, name=name, media_type=media_type(upload.content))


def media_type(content: bytes) -> str:
    """What the bytes are, whatever the name says."""
    for start, kind in STARTS.items():
        if content.startswith(start):
            return kind
    if content[4:8] == b"ftyp":
        return "video/mp4"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\x00"
    if not text.strip() or "\x00" in text:
        raise Invalid(Problem("N12", Text(texts.WRONG_FILE), owner="network", field="file"))
    return "text/plain; charset=utf-8"
