"""A small real HTTP platform that speaks the contract: what the tests put on the other end of the gateway's wire."""

from __future__ import annotations

import queue
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import BaseModel, ValidationError

from lift.edge.contract import (
    BATCH_PATH,
    GRANT_LIFE,
    HEARTBEAT_PATH,
    Batch,
    BatchAccepted,
    BatchRefused,
    Block,
    CommandAnswer,
    CommandClaims,
    Gap,
    GrantClaims,
    GrantLevel,
    Heartbeat,
    HeartbeatAnswer,
    Outcome,
    SequenceGap,
    StopKind,
    StopOrder,
    Value,
)
from lift.edge.tokens import new_key, public_keys, sign_command, sign_grant

SKEW = 5_000.0  # s: platform time is far from the gateway's wall clock, so that using the latter shows at once
TOKEN = "test-token"
ASSET = "cell-1"


class Platform:
    """Grants, stops and commands to hand out; heartbeats, answers and batches as they came in."""

    def __init__(self) -> None:
        self.key = new_key("k1")
        self.lock = threading.RLock()
        self.token = TOKEN
        self.silent = False
        self.slow = 0.0
        self.grants: dict[str, GrantClaims] = {}
        self.revoked: list[str] = []
        self.stops: dict[str, StopOrder] = {}
        self.commands: dict[str, str] = {}
        self.answers: dict[str, CommandAnswer] = {}
        self.beats: list[Heartbeat] = []
        self.beat_times: list[float] = []
        self.batches: list[Batch] = []
        self.cursor: dict[str, int] = {}
        self.refuse_next: str | None = None
        self.lose_next_answer = False
        self.counter = 0
        self.renewals = 0
        self.streams: list[queue.Queue[str | None]] = []
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self.away = False
        self.port = 0

    # --- being there, and not ---

    def start(self) -> None:
        platform = self

        class Handler(_Handler):
            served = platform

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        self._server, self.away = server, False
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        with self.lock:
            self.away = True  # connections that are kept alive end too
            for stream in self.streams:
                stream.put(None)
            self.streams.clear()
        if self._server and self._thread:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @staticmethod
    def now() -> float:
        return time.time() + SKEW

    def poke(self) -> None:
        with self.lock:
            for stream in self.streams:
                stream.put("poke")

    # --- what a test does ---

    def grant(self, level: GrantLevel = GrantLevel.drive, life: float | None = None) -> str:
        """A standing grant, renewed at each heartbeat; with ``life`` (s) one that is never renewed."""
        now = self.now()
        claims = GrantClaims(
            id=uuid.uuid4().hex,
            asset=ASSET,
            person="p1",
            bench="b1",
            level=level,
            booking="k1",
            counter=1,
            not_before=now - 1,
            expires_at=now + (life or 1e9),
        )
        with self.lock:
            self.grants[claims.id] = claims
        self.poke()
        return claims.id

    def revoke(self, grant: str) -> None:
        with self.lock:
            del self.grants[grant]
            self.revoked.append(grant)
        self.poke()

    def order_stop(self, kind: StopKind = StopKind.stop) -> str:
        order = StopOrder(id=uuid.uuid4().hex, asset=ASSET, kind=kind, latched=kind is StopKind.lab_stop)
        with self.lock:
            self.stops[order.id] = order
        self.poke()
        return order.id

    def release_stop(self, order_id: str) -> None:
        with self.lock:
            self.stops[order_id] = self.stops[order_id].model_copy(update={"released": True})
        self.poke()

    def set(self, grant: str, variable: str, value: Value, **changes: Any) -> str:
        return self.command(grant, variable=variable, value=value, **changes)

    def command(self, grant: str, **changes: Any) -> str:
        """Queue a command until it is finally answered; returns its id."""
        with self.lock:
            self.counter += 1
            fields = {"counter": self.counter, "deadline": self.now() + 2.0, "asset": ASSET, **changes}
            claims = CommandClaims(id=uuid.uuid4().hex, grant=grant, **fields)
            self.commands[claims.id] = sign_command(claims, self.key)
        self.poke()
        return claims.id

    # --- what came in ---

    def samples(self) -> list[tuple[float, bool, Block, int]]:
        """Time, late, block, index of every sample stored, in the order of arrival."""
        with self.lock:
            blocks = [block for batch in self.batches for block in batch.blocks]
        return [(at, block.late, block, index) for block in blocks for index, at in enumerate(block.times)]

    def column(self, name: str) -> list[Value | None]:
        return [block.variables[name][index] for _, _, block, index in self.samples()]

    def gaps(self) -> list[Gap]:
        with self.lock:
            return [gap for batch in self.batches for gap in batch.gaps]

    # --- the three endpoints ---

    def heartbeat(self, beat: Heartbeat) -> HeartbeatAnswer:
        with self.lock:
            self.beats.append(beat)
            self.beat_times.append(time.monotonic())
            for answer in beat.answers:
                if answer.outcome is not Outcome.accepted:
                    self.answers.setdefault(answer.command, answer)
                    self.commands.pop(answer.command, None)
            released = {order.id for order in self.stops.values() if order.released}
            stops = [order for order in self.stops.values() if order.id not in released or order.id in beat.stops_held]
            return HeartbeatAnswer(
                platform_time=self.now(),
                grants=tuple(self._renewed(claims) for claims in self.grants.values()),
                revoked=tuple(self.revoked),
                stops=tuple(stops),
                commands=tuple(self.commands.values()),
                keys=public_keys(self.key),
                expected_sequence=self.cursor.get(beat.store, 0) + 1,
            )

    def _renewed(self, claims: GrantClaims) -> str:
        self.renewals += 1
        until = min(claims.expires_at, self.now() + GRANT_LIFE)
        renewed = claims.model_copy(update={"counter": self.renewals, "expires_at": until})
        return sign_grant(renewed, self.key)

    def take(self, body: bytes) -> tuple[int, BaseModel]:
        with self.lock:
            sequence = self.cursor
            try:
                batch = Batch.model_validate_json(body)
            except ValidationError as error:
                return 422, BatchRefused(reason=str(error)[:200], sequence=0)
            expected = sequence.get(batch.store, 0) + 1
            if batch.sequence < expected:
                return 200, BatchAccepted(next_sequence=expected, duplicate=True)
            if batch.sequence > expected:
                return 409, SequenceGap(expected=expected)
            sequence[batch.store] = batch.sequence
            if self.refuse_next:
                reason, self.refuse_next = self.refuse_next, None
                return 422, BatchRefused(reason=reason, sequence=batch.sequence)
            self.batches.append(batch)
            return 200, BatchAccepted(next_sequence=expected + 1)


class _Handler(BaseHTTPRequestHandler):
    served: Platform
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        platform = self.served
        if platform.silent or platform.away:
            self.close_connection = True
            return
        time.sleep(platform.slow)
        if self.headers["Authorization"] != f"Bearer {platform.token}":
            self._answer(401, b"{}")
        elif self.path == HEARTBEAT_PATH:
            self._answer(200, platform.heartbeat(Heartbeat.model_validate_json(body)).model_dump_json().encode())
        elif self.path == BATCH_PATH:
            status, answer = platform.take(body)
            if platform.lose_next_answer:
                platform.lose_next_answer = False
                self.close_connection = True
                return
            self._answer(status, answer.model_dump_json().encode())
        else:
            self._answer(404, b"{}")

    def do_GET(self) -> None:
        platform = self.served
        if platform.silent or self.headers["Authorization"] != f"Bearer {platform.token}":
            self._answer(401, b"{}")
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        mine: queue.Queue[str | None] = queue.Queue()
        with platform.lock:
            platform.streams.append(mine)
        try:
            while (event := mine.get()) is not None and not platform.silent:
                self.wfile.write(f"event: {event}\ndata: 1\n\n".encode())
                self.wfile.flush()
        except OSError:
            pass
        self.close_connection = True

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)
