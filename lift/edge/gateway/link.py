"""The gateway's side of the wire: heartbeats, batches and the stream that only makes both faster."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

import httpx
from pydantic import ValidationError

from lift.edge.connectors.source import LOOPBACK
from lift.edge.contract import (
    BATCH_PATH,
    HEARTBEAT,
    HEARTBEAT_PATH,
    STREAM_PATH,
    Batch,
    BatchAccepted,
    BatchRefused,
    CommandAnswer,
    CommandClaims,
    Heartbeat,
    HeartbeatAnswer,
    Outcome,
    Reason,
    SequenceGap,
)
from lift.edge.gateway import VERSION
from lift.edge.gateway.authority import Authority
from lift.edge.gateway.config import Platform
from lift.edge.gateway.machine import Machine
from lift.edge.gateway.store import Store, Waiting

log = logging.getLogger(__name__)
LATE_AFTER = 3.0  # s between putting a batch aside and sending it, above which its blocks are flagged late
BACK_OFF = (0.5, 1.0, 2.0, 5.0)  # s
STREAM_SILENCE = 45.0  # s; the platform writes a comment at least every 15 s
MIN_BETWEEN = 0.1  # s between heartbeats, however often they are asked for


class Link:
    def __init__(self, platform: Platform, store: Store, authority: Authority) -> None:
        self._platform = platform
        self._store = store
        self._authority = authority
        self.machines: Sequence[Machine] = ()
        self._poked = asyncio.Event()
        self._stored = asyncio.Event()
        self._back = asyncio.Event()
        self._client = httpx.AsyncClient(
            base_url=str(platform.url),
            headers={"Authorization": f"Bearer {platform.secret()}", "Content-Type": "application/json"},
            timeout=HEARTBEAT,
            trust_env=platform.url.host not in LOOPBACK,
        )

    async def close(self) -> None:
        await self._client.aclose()

    def poke(self) -> None:
        """Ask for a heartbeat now."""
        self._poked.set()

    def stored(self) -> None:
        """A new batch waits."""
        self._stored.set()

    # --- heartbeat ---

    async def beat_forever(self) -> None:
        while True:
            self._poked.clear()
            started = time.monotonic()
            await self._beat()
            pause = HEARTBEAT if self._authority.authorised else self._platform.retry_slowly
            await _wait(self._poked if self._authority.authorised else None, started + pause - time.monotonic())
            await asyncio.sleep(max(0.0, started + MIN_BETWEEN - time.monotonic()))

    async def _beat(self) -> None:
        answers = self._store.unsent_answers()
        message = self._message(answers)
        sent = time.monotonic()
        try:
            response = await self._client.post(HEARTBEAT_PATH, content=message.model_dump_json())
            received = time.monotonic()
            if response.status_code in (401, 403):
                self._refused(response.status_code)
                return
            response.raise_for_status()
            answer = HeartbeatAnswer.model_validate_json(response.content)
        except (httpx.HTTPError, ValidationError) as error:
            log.info("heartbeat failed: %r", error)
            return
        self._back.set()
        self._store.mark_sent(answers)
        for command in self._authority.apply(answer, sent, received):
            self._dispatch(command)

    def _message(self, answers: list[CommandAnswer]) -> Heartbeat:
        return Heartbeat(
            gateway_version=VERSION,
            store=self._store.id,
            next_sequence=self._store.next_sequence,
            monotonic=time.monotonic(),
            sent_at=time.time(),
            clock_offset=self._authority.clock.wall_offset(),
            assets=tuple(machine.report() for machine in self.machines),
            answers=tuple(answers),
            stops_held=tuple(order.id for order in self._authority.stops),
            stops_reached=tuple(stop for machine in self.machines for stop in machine.stops_reached()),
        )

    def _dispatch(self, command: CommandClaims) -> None:
        machine = next((machine for machine in self.machines if machine.key == command.asset), None)
        if machine is not None:
            machine.submit(command)
        elif self._store.answer(command.id) is None:
            outcome, reason = Outcome.refused, Reason.unknown_asset
            self._store.keep_answer(CommandAnswer(command=command.id, at=time.time(), outcome=outcome, reason=reason))
            self.poke()

    def _refused(self, status: int) -> None:
        if self._authority.authorised:
            log.error("the platform refused the token (%s): nothing is driven until it is renewed", status)
        self._authority.refuse()

    # --- telemetry ---

    async def upload_forever(self) -> None:
        failures = 0
        while True:
            self._stored.clear()
            batch = self._store.oldest()
            if batch is None:
                await self._stored.wait()
            elif await self._send(batch):
                failures = 0
            else:
                self._back.clear()
                await _wait(self._back, self._pause(failures))
                failures += 1

    async def _send(self, batch: Waiting) -> bool:
        """True when the platform took a decision on this batch; False: try the same one again later."""
        try:
            response = await self._client.post(BATCH_PATH, content=_body(batch, time.time()), timeout=10.0)
            return self._decided(batch, response)
        except (httpx.HTTPError, ValidationError) as error:
            log.info("batch %s not sent: %r", batch.sequence, error)
            return False

    def _decided(self, batch: Waiting, response: httpx.Response) -> bool:
        match response.status_code:
            case 200:
                self._store.forget_until(BatchAccepted.model_validate_json(response.content).next_sequence)
            case 409:
                self._realign(batch, SequenceGap.model_validate_json(response.content).expected)
            case 422:
                self._aside(batch, BatchRefused.model_validate_json(response.content).reason)
            case 413:
                self._aside(batch, "larger than the platform accepts")
            case 401 | 403:
                self._refused(response.status_code)
                return False
            case _:
                response.raise_for_status()
                return False
        return True

    def _realign(self, batch: Waiting, expected: int) -> None:
        if expected > batch.sequence:
            self._store.forget_until(expected)
        else:
            log.error("the platform expects batch %s, which is gone: going on under a new store id", expected)
            self._store.renumber()

    def _aside(self, batch: Waiting, reason: str) -> None:
        log.error("batch %s refused: %s", batch.sequence, reason)
        self._store.set_aside(batch, reason, time.time())

    # --- stream ---

    async def listen_forever(self) -> None:
        failures = 0
        while True:
            try:
                await self._listen()
                failures = 0
            except httpx.HTTPError as error:
                log.info("stream: %r", error)
            self._back.clear()
            await _wait(self._back, self._pause(failures))
            failures += 1

    def _pause(self, failures: int) -> float:
        """Seconds before the next try; an answered heartbeat ends it early."""
        wait = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
        return wait if self._authority.authorised else self._platform.retry_slowly

    async def _listen(self) -> None:
        timeout = httpx.Timeout(HEARTBEAT, read=STREAM_SILENCE)
        headers = {"Accept": "text/event-stream"}
        async with self._client.stream("GET", STREAM_PATH, headers=headers, timeout=timeout) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith(("data", "event")):
                    self.poke()


def _body(batch: Waiting, now: float) -> str:
    if now - batch.created <= LATE_AFTER:
        return batch.body
    whole = Batch.model_validate_json(batch.body)
    blocks = tuple(block.model_copy(update={"late": True}) for block in whole.blocks)
    return whole.model_copy(update={"blocks": blocks}).model_dump_json()


async def _wait(event: asyncio.Event | None, seconds: float) -> None:
    if event is None:
        await asyncio.sleep(max(0.0, seconds))
        return
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        return
