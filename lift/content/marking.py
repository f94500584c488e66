"""A step's text with marks on it: passages that remarks speak of, words added and removed since another version.

Marks are laid into the Markdown as private signs, which become tags after rendering and before sanitising, so that a mark
never opens a way around the sanitiser and crossing tags are put right by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lift.content.policy import Change
from lift.content.rendering import sanitised, unsafe_html

OPEN, CLOSE, END = "\ue000", "\ue001", "\ue002"
"""OPEN kind END … CLOSE; kind is one character of the private range."""
_KINDS = {"added": "\ue010", "removed": "\ue011", "remark": "\ue012", "must": "\ue013", "done": "\ue014"}
_TAGS = {
    "\ue010": ("<ins>", "</ins>"),
    "\ue011": ("<del>", "</del>"),
    "\ue012": ("<mark>", "</mark>"),
    "\ue013": ('<mark class="l-mark--must">', "</mark>"),
    "\ue014": ('<mark class="l-mark--done">', "</mark>"),
}
_SIGNS = re.compile("[\ue000-\ue014]")
_LINE_HEAD = re.compile(r"^(\s*(?:[-*+]|\d+[.)]|>|#{1,6}|:::+\s*\w*|\|)?\s*)(.*?)(\s*)$", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_MARK = re.compile(f"{OPEN}(.){END}|{CLOSE}")


@dataclass(frozen=True)
class Mark:
    """A stretch of a text: start and end in characters, and what it is (remark, must, done)."""

    start: int
    end: int
    kind: str


def marked_html(text: str, marks: Sequence[Mark], *, language: str, media_url: Callable[[str], str]) -> str:
    """The text as HTML with its passages marked. Marks that overlap an earlier one are cut."""
    clean = _SIGNS.sub(" ", text)
    parts, at = [], 0
    for mark in sorted(marks, key=lambda m: m.start):
        start = max(mark.start, at)
        if start >= mark.end:
            continue
        parts += [clean[at:start], _wrapped(clean[start : mark.end], mark.kind)]
        at = mark.end
    parts.append(clean[at:])
    return _drawn("".join(parts), language, media_url)


def changed_html(changes: Iterable[Change], *, language: str, media_url: Callable[[str], str]) -> str:
    """Two texts in one: what was added underlined, what was removed struck through."""
    parts = [
        c.text if c.kind == "same" else _wrapped(c.text, c.kind)
        for c in (Change(c.kind, _SIGNS.sub(" ", c.text)) for c in changes)
    ]
    return _drawn("".join(parts), language, media_url)


def _wrapped(text: str, kind: str) -> str:
    """Line by line, behind the signs that make a line a heading, a list or a row."""
    return "\n".join(_wrapped_line(line, kind) for line in text.split("\n"))


def _wrapped_line(line: str, kind: str) -> str:
    found = _LINE_HEAD.match(line)
    if found is None or not found[2]:
        return line
    return f"{found[1]}{OPEN}{_KINDS[kind]}{END}{found[2]}{CLOSE}{found[3]}"


def _drawn(text: str, language: str, media_url: Callable[[str], str]) -> str:
    html = _TAG.sub(lambda tag: _SIGNS.sub("", tag[0]), unsafe_html(text, language=language, media_url=media_url))
    open_kinds: list[str] = []

    def tag(found: re.Match[str]) -> str:
        if found[1]:
            open_kinds.append(found[1])
            return _TAGS.get(found[1], ("", ""))[0]
        return _TAGS.get(open_kinds.pop(), ("", ""))[1] if open_kinds else ""

    return sanitised(_SIGNS.sub("", _MARK.sub(tag, html)))
