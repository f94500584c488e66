"""Types that module files are made of: names, texts in several languages, strict models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from lift.content.folder.faults import broken

Language = Literal["en", "it", "de"]

KEY_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
NAME_PATTERN = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"


def _visible(text: str) -> str:
    if any((ord(sign) < 32 and sign not in "\n\t") or ord(sign) == 127 for sign in text):
        raise broken("control_character")
    return text


Key = Annotated[str, Field(pattern=KEY_PATTERN, min_length=2, max_length=60)]
Name = Annotated[str, Field(pattern=NAME_PATTERN, min_length=2, max_length=60)]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=64)]
"""A variable or action of an asset, spelled as the asset spells it: `FeedOverride`."""

Line = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_visible)]
Text = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(_visible)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]

Texts = dict[Language, Line]
"""One sentence or title per language of the module."""


class Part(BaseModel):
    """A table of module.toml: unknown names refused, no silent conversion, not changeable."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def refuse_twice(values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise broken("duplicate", value=value)
        seen.add(value)
