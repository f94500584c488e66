"""What a step's Markdown points at: pictures, links and glossary words. Rendering is done elsewhere, by a library."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lift.content.folder.faults import Fault, fault

_CODE = re.compile(r"^(```|~~~).*?^\1[ \t]*$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"!\[(?P<alt>(?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?(?P<target>[^)\s>]*)>?[^)]*\)")
_LINK = re.compile(r"(?<!!)(?<!\[)\[(?P<text>[^\[\]]+)\]\(\s*<?(?P<target>[^)\s>]*)>?[^)]*\)")
_TERM = re.compile(r"\[\[(?P<shown>[^\[\]#\n]+)(?:#(?P<key>[a-z0-9-]+))?\]\]")
_MEDIA = re.compile(r"^media/(?P<name>[a-z0-9]+(?:[-.][a-z0-9]+)*\.svg)$")


def pictures(text: str) -> list[tuple[str, str]]:
    """(description, target) of each picture, in order."""
    return [(found["alt"].strip(), found["target"]) for found in _PICTURE.finditer(_CODE.sub("", text))]


def links(text: str) -> list[str]:
    return [found["target"] for found in _LINK.finditer(_PICTURE.sub("", _CODE.sub("", text)))]


def terms(text: str) -> list[tuple[str, str]]:
    """(shown text, glossary key) of each `[[OEE]]` or `[[gemello digitale#digital-twin]]`, in order."""
    return [
        (found["shown"].strip(), found["key"] or "-".join(found["shown"].lower().split()))
        for found in _TERM.finditer(_CODE.sub("", text))
    ]


def media_name(target: str) -> str | None:
    found = _MEDIA.match(target)
    return found["name"] if found else None


def text_faults(file: str, text: str, media: frozenset[str]) -> Iterator[Fault]:
    for alt, target in pictures(text):
        name = media_name(target)
        if name is None:
            yield fault(file, "", "picture_foreign", value=target)
        elif name not in media:
            yield fault(file, "", "picture_missing", value=target)
        if not alt:
            yield fault(file, "", "picture_no_alt", value=target)
    for target in links(text):
        if not target.startswith("https://"):
            yield fault(file, "", "link_scheme", value=target)
