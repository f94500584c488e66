"""HTTP with JSON by polling: one GET for all values; PUT and POST where the machine offers them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import ClassVar, Literal

import httpx
from pydantic import Field

from lift.edge.connectors.base import Found, Snapshot, SourceLost, SourceRefused
from lift.edge.connectors.source import Source
from lift.edge.connectors.text import at_path, instant, reading_of_json
from lift.edge.contract import Kind, Value

MAX_BODY = 1_000_000  # bytes


class HttpSource(Source):
    """``path`` is read; a variable is written by PUT to ``write_path`` and an action run by POST to ``action_path``.

    In both ``{name}`` and ``{address}`` stand for the variable's or action's; ``time_path`` is where the document has
    its own time.
    """

    schemes: ClassVar[dict[str, bool]] = {"https": True, "http": False}
    example: ClassVar[str] = "https://192.0.2.10/"
    writes: ClassVar[bool] = True

    connector: Literal["http"] = "http"
    path: str = "/"
    time_path: str = ""
    write_path: str = ""
    action_path: str = ""
    token: str = Field(default="", repr=False)


class HttpConnector:
    def __init__(
        self, source: HttpSource, addresses: Mapping[str, str], actions: Mapping[str, str], kinds: Mapping[str, Kind]
    ) -> None:
        self._source, self._addresses, self._actions, self._kinds = source, addresses, actions, kinds
        self._client: httpx.AsyncClient | None = None

    async def connect(self) -> None:
        async with _losses():
            headers = {"Authorization": f"Bearer {self._source.token}"} if self._source.token else {}
            self._client = httpx.AsyncClient(
                base_url=self._source.address(), headers=headers, timeout=self._source.timeout, trust_env=False
            )
        await self._document()

    async def read(self) -> Snapshot:
        document = await self._document()
        at = instant(at_path(document, self._source.time_path) if self._source.time_path else None)
        return Snapshot(
            {
                name: reading_of_json(at_path(document, path), self._kinds.get(name, Kind.analog), at)
                for name, path in self._addresses.items()
            }
        )

    async def write(self, name: str, value: Value) -> None:
        if not self._source.write_path:
            raise SourceRefused("this source is read only")
        whole = self._kinds.get(name) is Kind.counter and isinstance(value, float) and value.is_integer()
        path = self._source.write_path.format(name=name, address=self._addresses[name])
        await self._send("PUT", path, {"value": int(value) if whole else value})

    async def call(self, action: str) -> None:
        if not self._source.action_path:
            raise SourceRefused("this source has no actions")
        await self._send("POST", self._source.action_path.format(name=action, address=self._actions[action]), {})

    async def browse(self) -> list[Found]:
        return [Found(path, path, kind, False) for path, kind in _leaves(await self._document(), "")]

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _document(self) -> object:
        async with _losses():
            return json.loads(await fetch(self._client, self._source.path, MAX_BODY))

    async def _send(self, method: str, path: str, body: object) -> None:
        if self._client is None:
            raise SourceLost("not connected")
        async with _losses():
            response = await self._client.request(method, path, json=body)
            if 400 <= response.status_code < 500:
                raise SourceRefused(response.text[:200])
            response.raise_for_status()


async def fetch(client: httpx.AsyncClient | None, path: str, limit: int) -> bytes:
    """Body of a GET, cut off with ValueError beyond ``limit`` bytes; raises httpx.HTTPError for a bad status."""
    if client is None:
        raise SourceLost("not connected")
    body = bytearray()
    async with client.stream("GET", path) as response:
        response.raise_for_status()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > limit:
                raise ValueError(f"more than {limit} bytes")
    return bytes(body)


@asynccontextmanager
async def _losses() -> AsyncIterator[None]:
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise SourceLost(repr(error)) from error


def _leaves(document: object, path: str) -> list[tuple[str, str]]:
    if isinstance(document, Mapping):
        steps = [(str(key), value) for key, value in document.items()]
    elif isinstance(document, list):
        steps = [(str(index), value) for index, value in enumerate(document)]
    else:
        return [(path, type(document).__name__)]
    return [leaf for step, value in steps for leaf in _leaves(value, f"{path}.{step}" if path else step)]
