"""Reading a page as a person does: its text by element, without tags."""

from __future__ import annotations

import html
import re

from werkzeug.test import TestResponse


def words_of(fragment: str) -> str:
    """Text without tags and with single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", fragment)).split())


def main_of(answer: TestResponse) -> str:
    """The words inside <main>, hero included."""
    page = answer.get_data(as_text=True)
    start = page.find('<section class="l-hero"')
    start = start if start >= 0 else page.index('<main class="l-main"')
    return words_of(page[start : page.index("</main>")])


def rows_of(answer: TestResponse) -> list[list[str]]:
    """The cells of every table row of the page, header rows left out."""
    page = answer.get_data(as_text=True)
    bodies = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    lines = [line for body in bodies for line in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)]
    return [[words_of(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL)] for line in lines]


def links_of(answer: TestResponse) -> list[str]:
    """Addresses inside <main>."""
    page = answer.get_data(as_text=True)
    return re.findall(r'href="([^"]+)"', page[page.index('<main class="l-main"') : page.index("</main>")])
