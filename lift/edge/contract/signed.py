"""What the platform signs: grants and commands (see ``lift.edge.tokens``)."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from lift.edge.contract.base import Instant, Key, Message, Name, Value


class GrantLevel(StrEnum):
    """``view`` never writes; ``supervised`` drives beside a trainer (the platform watches that); ``drive`` alone."""

    view = "view"
    supervised = "supervised"
    drive = "drive"


class GrantClaims(Message):
    """The right to see or drive one asset until ``expires_at``; each renewal carries a higher ``counter``."""

    id: Key
    asset: Key
    person: Key
    bench: Key
    level: GrantLevel
    booking: Key
    counter: int = Field(ge=1)
    not_before: Instant
    expires_at: Instant


class CommandClaims(Message):
    """One write (``action`` = "set" with ``variable`` and ``value``) or one action of the asset, under grant ``grant``.

    ``counter`` rises with every command to the asset, across grants; ``deadline`` is platform time.
    """

    id: Key
    grant: Key
    asset: Key
    action: Name = "set"
    variable: Name | None = None
    value: Value | None = None
    counter: int = Field(ge=1)
    deadline: Instant

    @model_validator(mode="after")
    def _set_names_what(self) -> Self:
        if (self.action == "set") != (self.variable is not None and self.value is not None):
            raise ValueError("'set' needs a variable and a value; an action takes neither")
        return self
