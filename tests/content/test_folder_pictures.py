"""What a step may show and point at: plain pictures, words of the glossary, links."""

from __future__ import annotations

import pytest

from lift.content.folder import Fault, terms
from lift.content.folder.markup import links, pictures
from lift.content.folder.svg import picture_faults

pytestmark = pytest.mark.unit

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>Bar</title><rect width="9" height="9"/></svg>'


@pytest.mark.parametrize(
    ("inside", "bad"),
    [
        (b"<script>1</script>", "<script>"),
        (b'<rect onclick="x"/>', "onclick"),
        (b"<foreignObject/>", "<foreignObject>"),
        (b'<image href="https://x.example/a.png"/>', "<image>"),
        (b'<use href="https://x.example/a.svg#b"/>', "href=https://x.example/a.svg#b"),
        (b'<rect fill="url(https://x.example/a)"/>', "fill=url(https://x.example/a)"),
        (b'<rect style="fill: url(#a); mask: url( //x)"/>', "style=fill: url(#a); mask: url( //x)"),
        (b"<style>*{}</style>", "<style>"),
    ],
)
def test_picture_that_runs_or_loads_is_refused(inside: bytes, bad: str) -> None:
    data = SVG.replace(b"</svg>", inside + b"</svg>")
    assert [fault.text.params["value"] for fault in picture_faults("media/a.svg", data)] == [bad]


def test_picture_with_a_document_type_is_refused_before_it_expands() -> None:
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + SVG
    assert [fault.text.params["value"] for fault in picture_faults("media/a.svg", bomb)] == ["<!DOCTYPE>"]


def test_picture_of_plain_shapes_passes() -> None:
    assert picture_faults("media/a.svg", SVG) == list[Fault]()


def test_picture_cut_short_names_the_reason() -> None:
    assert "no element found" in str(picture_faults("media/a.svg", SVG[:-6])[0])


def test_terms_are_found_with_their_glossary_key() -> None:
    text = "[[OEE]] and [[digital twin]], il [[gemello digitale#digital-twin]]; `[[code]]` [link](https://x.example)"
    assert terms(text) == [("OEE", "oee"), ("digital twin", "digital-twin"), ("gemello digitale", "digital-twin")]
    assert links(text) == ["https://x.example"]
    assert pictures(text) == []
