"""What all sources have in common in a configuration: an address, and the rule that it is protected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Source(BaseModel):
    """``url_file`` is for addresses that change: a JSON file whose entry for the connector is read at each connect.

    ``insecure`` has to be said for an unprotected protocol that leaves this computer; it then only reads.
    """

    model_config = ConfigDict(extra="forbid")

    schemes: ClassVar[dict[str, bool]] = {}
    example: ClassVar[str] = ""
    writes: ClassVar[bool] = False

    connector: str
    url: str = ""
    url_file: Path | None = None
    timeout: float = Field(default=2.0, gt=0, le=10)
    insecure: bool = False

    @model_validator(mode="after")
    def _address_fits(self) -> Self:
        if self.url_file is None:
            self.check_address(self.url)
        return self

    @property
    def may_drive(self) -> bool:
        return self.writes and not self.insecure

    def check_address(self, url: str) -> None:
        """Raises ValueError for an address that is none, or that would be used unprotected beyond this computer."""
        parts = urlsplit(url)
        if parts.scheme not in self.schemes or not parts.hostname:
            raise ValueError(f"url is {url!r}, example {self.example}")
        if not self.is_protected(parts.scheme) and parts.hostname not in LOOPBACK and not self.insecure:
            raise ValueError(
                f"{parts.scheme} is not protected: allowed on loopback only, or with insecure = true for reading"
            )

    def is_protected(self, scheme: str) -> bool:
        return self.schemes[scheme]

    def address(self) -> str:
        """``url``, or what ``url_file`` says now; raises OSError or ValueError."""
        if self.url_file is None:
            return self.url
        url = str(json.loads(self.url_file.read_text(encoding="utf-8")).get(self.connector))
        self.check_address(url)
        return url

    def anchor(self, folder: Path) -> None:
        """Let relative paths count from ``folder``."""
        if self.url_file:
            self.url_file = folder / self.url_file
