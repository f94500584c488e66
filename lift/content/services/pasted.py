"""Text that was pasted from elsewhere: HTML becomes Markdown where it can, everything else is dropped and named."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9-]*(\s[^<>]*)?/?>|<!--|<!DOCTYPE", re.IGNORECASE)
_CODE = re.compile(r"(^```.*?^```[ \t]*$|`[^`\n]*`)", re.MULTILINE | re.DOTALL)
_AROUND = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`"}
_BEFORE = {
    "p": "\n\n",
    "br": "\n",
    "li": "\n- ",
    "h1": "\n\n## ",
    "h2": "\n\n## ",
    "h3": "\n\n### ",
    "tr": "\n",
    "div": "\n\n",
}
_SILENT = frozenset(
    {"html", "head", "body", "span", "ul", "ol", "table", "tbody", "thead", "td", "th", "meta", "font", "a"}
)
_GONE = frozenset({"script", "style", "iframe", "object", "embed", "svg", "form", "template", "title"})


def without_html(text: str) -> tuple[str, tuple[str, ...]]:
    """(Markdown, what was dropped, by name). Code in back-ticks is left alone; text without tags comes back as it is."""
    if not _TAG.search(_CODE.sub("", text)):
        return text, ()
    parts, dropped = [], dict[str, None]()
    for place, part in enumerate(_CODE.split(text)):
        if place % 2:
            parts.append(part)
            continue
        reader = _Reader()
        reader.feed(part)
        reader.close()
        parts.append("".join(reader.said))
        dropped.update(dict.fromkeys(reader.dropped))
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip() + "\n", tuple(dropped)


class _Reader(HTMLParser):
    """Collects Markdown; what runs, loads or carries an event is named in ``dropped``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.dropped: list[str] = []
        self._inside_gone = 0
        self._link: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _GONE:
            self._inside_gone += 1
            self.dropped.append(f"<{tag}>")
            return
        if self._inside_gone:
            return
        self.dropped += [name for name, _value in attrs if name.startswith("on")]
        if tag == "a":
            self._open_link(dict(attrs).get("href") or "")
        elif tag == "img":
            self.dropped.append("<img>")
        elif tag in _AROUND or tag in _BEFORE:
            self.said.append(_AROUND.get(tag) or _BEFORE[tag])
        elif tag not in _SILENT:
            self.dropped.append(f"<{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _GONE:
            self._inside_gone -= 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _GONE:
            self._inside_gone = max(0, self._inside_gone - 1)
        elif not self._inside_gone and tag in _AROUND:
            self.said.append(_AROUND[tag])
        elif not self._inside_gone and tag == "a" and self._link:
            target = self._link.pop()
            self.said.append(f"]({target})" if target else "")
        elif not self._inside_gone and tag in ("p", "h1", "h2", "h3", "div"):
            self.said.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._inside_gone:
            self.said.append(data)

    def handle_comment(self, data: str) -> None:
        del data
        self.dropped.append("<!-- -->")

    def _open_link(self, target: str) -> None:
        safe = target if target.startswith("https://") else ""
        if target and not safe:
            self.dropped.append(target.split(":")[0] + ":")
        self._link.append(safe)
        self.said.append("[" if safe else "")
