"""A step's Markdown as HTML: CommonMark, callouts, figures, glossary words; rendered by a library, then sanitised.

Pictures point at the version's media; a glossary word becomes a button with its sentence (V9).
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from lift.web.glossary import words

_TERM = re.compile(r"\[\[([^\[\]#\n]+)(?:#([a-z0-9-]+))?\]\]")
_BOXES = {
    "warning": '<aside class="l-callout l-callout--warning">',
    "note": '<aside class="l-callout l-callout--note">',
    "example": '<aside class="l-callout l-callout--example">',
    "formula": '<div class="l-formula">',
    "figure": '<figure class="l-figure">',
}
_CLOSE = {"warning": "aside", "note": "aside", "example": "aside", "formula": "div", "figure": "figure"}

_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href"},
    "img": {"src", "alt", "loading"},
    "aside": {"class"},
    "div": {"class"},
    "figure": {"class"},
    "span": {"class", "role"},
    "button": {"class", "type", "data-island", "aria-expanded"},
    "th": {"style"},
    "td": {"style"},
    "code": {"class"},
    "mark": {"class"},
}
_TAGS = nh3.ALLOWED_TAGS | {"button", "details", "summary", "figure", "figcaption", "aside"}


def render(text: str, *, language: str, media_url: Callable[[str], str]) -> str:
    """HTML of one step's text. ``media_url`` gives the address of ``media/name.svg``; anything unsafe is dropped."""
    return sanitised(unsafe_html(text, language=language, media_url=media_url))


def unsafe_html(text: str, *, language: str, media_url: Callable[[str], str]) -> str:
    """As ``render``, before sanitising; goes nowhere but into ``sanitised``."""
    env: dict[str, Any] = {"language": language, "media_url": media_url}
    return str(_parser().render(text, env))


def sanitised(raw: str) -> str:
    """Only the tags and attributes that lessons use; links over https only."""
    return nh3.clean(raw, tags=_TAGS, attributes=_ATTRIBUTES, link_rel="noopener noreferrer", url_schemes={"https"})


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    for name in _BOXES:
        parser.use(container_plugin, name, render=_box(name))
    parser.use(container_plugin, "details", validate=_is_details, render=_details)
    parser.inline.ruler.before("link", "term", _parse_term)
    parser.add_render_rule("term", _render_term)
    parser.add_render_rule("image", _render_image)
    return parser


def _box(name: str) -> Callable[..., str]:
    def draw(_self: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
        return _BOXES[name] if tokens[index].nesting == 1 else f"</{_CLOSE[name]}>"

    return draw


def _is_details(params: str, *_rest: Any) -> bool:
    return params.strip().startswith("details")


def _details(_self: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    if tokens[index].nesting != 1:
        return "</details>"
    title = tokens[index].info.strip().removeprefix("details").strip()
    return f"<details><summary>{html.escape(title)}</summary>"


def _parse_term(state: StateInline, silent: bool) -> bool:
    found = _TERM.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        token = state.push("term", "", 0)
        token.content = found[1].strip()
        token.meta = {"key": found[2] or "-".join(found[1].lower().split())}
    state.pos = found.end()
    return True


def _render_term(_self: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    token = tokens[index]
    word = words().get(token.meta["key"])
    shown = html.escape(token.content)
    if word is None:
        return shown
    tip = html.escape(word.explanation(env["language"]))
    return (
        '<button type="button" class="l-term" data-island="term" aria-expanded="false">'
        f'{shown}<span class="l-term__tip" role="note">{tip}</span></button>'
    )


def _render_image(_self: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    token = tokens[index]
    source = html.escape(env["media_url"](str(token.attrs.get("src", ""))))
    return f'<img src="{source}" alt="{html.escape(token.content)}" loading="lazy">'
