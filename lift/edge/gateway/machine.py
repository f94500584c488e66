"""One asset as the gateway runs it: connecting, sampling, feeding its watchdog, obeying, making it safe."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from lift.edge.connectors.base import Connector, Snapshot, SourceLost, SourceRefused
from lift.edge.contract import (
    AssetReport,
    CommandAnswer,
    CommandClaims,
    GapReason,
    Outcome,
    Reason,
    Value,
)
from lift.edge.gateway.authority import Authority
from lift.edge.gateway.config import Asset
from lift.edge.gateway.guard import Situation, Verdict, driver, judge, stop_reason
from lift.edge.gateway.sampler import Sampler
from lift.edge.gateway.store import Store
from lift.edge.gateway.view import View

log = logging.getLogger(__name__)
GUARD_EVERY = 0.2  # s
SAFE_AGAIN = 0.5  # s between tries of the safe action
T = TypeVar("T")
RECONNECT = (0.5, 1.0, 2.0)  # s


class Machine:
    """``poke`` asks for a heartbeat at once. The connector is only touched inside ``_lock``."""

    def __init__(
        self,
        config: Asset,
        connect: Callable[[], Connector],
        store: Store,
        authority: Authority,
        poke: Callable[[], None],
    ) -> None:
        self.config = config
        self.key = config.key
        self._spec = config.spec
        self._connect = connect
        self._store = store
        self._authority = authority
        self._poke = poke
        self._connector: Connector | None = None
        self.view = View(config)
        self._lost: GapReason | None = None
        self._lock = asyncio.Lock()
        self._guarding = asyncio.Lock()
        self._last_at: dict[str, float] = {}
        self._in_control = False
        self._fed_at = 0.0
        self._fed = 0
        self._stopped_at = 0.0
        self._stopping: Reason | None = None
        self._queue: asyncio.Queue[CommandClaims] = asyncio.Queue()
        self._pending: set[str] = set()
        names = [spec.name for spec in config.variables]
        self.sampler = Sampler(config.key, names, config.period, store.last_sample(config.key))

    # --- what others ask ---

    @property
    def in_control(self) -> bool:
        return self._in_control

    def stops_reached(self) -> list[str]:
        """Standing stops whose machine was seen safe after the stop was carried out."""
        orders = self._authority.stops_for(self.key)
        reached = self.view.safe and not self._in_control and self.view.read_at > self._stopped_at
        return [order.id for order in orders] if reached else []

    def report(self) -> AssetReport:
        view, grant = self.view, driver(self.situation())
        return AssetReport(
            asset=self.key,
            link=view.connected,
            item_state=view.item_state,
            operation_mode=view.operation_mode,
            watchdog_ok=view.watchdog is True,
            interlock_ok=view.interlock,
            emergency_stop=view.emergency_stop,
            safe=view.safe,
            driver_grant=grant.id if grant and self._in_control else None,
            last_counter=self._store.counter(self.key),
            reported=view.reported(),
        )

    def situation(self) -> Situation:
        view, authority = self.view, self._authority
        return Situation(
            asset=self.key,
            spec=self._spec,
            driveable=self.config.driveable,
            now=authority.clock.now(),
            link=authority.link,
            authorised=authority.authorised,
            grants=authority.grants,
            stops=authority.stops_for(self.key),
            machine=view.connected,
            item_state=view.item_state,
            emergency_stop=view.emergency_stop,
            interlock=view.interlock,
            watchdog=self._in_control and view.watchdog is True,
            last_counter=self._store.counter(self.key),
            monotonic=time.monotonic(),
            last_at=self._last_at,
        )

    def submit(self, command: CommandClaims) -> None:
        """Take a verified command once; one that was answered before is answered again and not carried out."""
        if self._store.answer(command.id) is not None:
            self._store.send_again(command.id)
        elif command.id not in self._pending:
            self._pending.add(command.id)
            self._queue.put_nowait(command)

    # --- the three loops ---

    async def sample_forever(self) -> None:
        tries = 0
        while True:
            try:
                await self._open()
                tries = 0
                await self._sample()
            except (SourceLost, SourceRefused) as error:
                log.warning("%s: %s", self.key, error)
            finally:
                await self._drop()
            self._poke()
            await asyncio.sleep(RECONNECT[min(tries, len(RECONNECT) - 1)])
            tries += 1

    async def guard_forever(self) -> None:
        while True:
            await self.guard()
            await asyncio.sleep(GUARD_EVERY)

    async def obey_forever(self) -> None:
        while True:
            command = await self._queue.get()
            answer = await self._carry_out(command)
            self._pending.discard(command.id)
            log.info("command %s: %s %s", command.id, answer.outcome.value, answer.reason or "")
            self._poke()

    async def guard(self) -> None:
        """One look: hold control while somebody drives, else bring the machine into its safe state."""
        try:
            async with self._guarding:
                reason = stop_reason(self.situation())
                if reason is None:
                    await self._hold_control()
                elif self._must_be_made_safe(reason):
                    await self._make_safe(reason)
        except (SourceLost, SourceRefused) as error:
            log.warning("%s: guard: %s", self.key, error)

    async def shut_down(self, within: float) -> None:
        """Leave the machine safe when the gateway is stopped while somebody drives."""
        self._authority.close()
        until = time.monotonic() + within
        while self._in_control and self._connector is not None and time.monotonic() < until:
            await self.guard()
            await asyncio.sleep(GUARD_EVERY)

    # --- the machine ---

    async def _open(self) -> None:
        connector = self._connect()
        try:
            await connector.connect()
            snapshot = await connector.read()
        except (SourceLost, SourceRefused) as error:
            await connector.close()
            raise SourceLost(str(error)) from error
        self._connector, self.view.connected = connector, True
        self._remember(snapshot)
        log.info("%s: connected", self.key)
        self._poke()

    async def _drop(self) -> None:
        if self._connector is not None:
            async with self._lock:
                await self._forget()

    async def _forget(self) -> None:
        connector, self._connector, self.view.connected = self._connector, None, False
        if connector is not None:
            await connector.close()

    async def _sample(self) -> None:
        period = self.config.period
        while self._connector is not None:
            now = time.time()
            at = (now // period + 1) * period
            await asyncio.sleep(at - now)
            await self._refresh()
            lost, self._lost = self._lost, None
            self.sampler.add(at, self.view.readings, lost)

    async def _refresh(self) -> None:
        self._remember(await self._do(lambda connector: connector.read()))

    def _remember(self, snapshot: Snapshot) -> None:
        self.view.take(snapshot)
        self._lost = snapshot.gap or self._lost

    async def _do(self, what: Callable[[Connector], Awaitable[T]]) -> T:
        """Use the connector alone; a loss is told to the sampling loop by dropping it."""
        async with self._lock:
            if self._connector is None:
                raise SourceLost("not connected")
            try:
                return await what(self._connector)
            except SourceLost:
                await self._forget()
                raise

    # --- control ---

    def _must_be_made_safe(self, reason: Reason) -> bool:
        if self._connector is None:
            return False
        stopped = reason in (Reason.stopped, Reason.lab_stopped) and (
            not self.view.safe or self._stopping is not reason
        )
        return self._in_control or stopped or self._is_orphan()

    def _is_orphan(self) -> bool:
        """Under remote control, or tripped by its watchdog, while nobody drives: left so by a gateway that died."""
        return self.config.driveable and (self.view.watchdog is False or self.view.remote is True)

    async def _hold_control(self) -> None:
        control, now = self.config.control, time.monotonic()
        self._stopping = None
        taken = self._in_control and (control.remote is None or self.view.remote is not False)
        if not taken:
            await self._feed()
            if control.remote:
                await self._write(control.remote, True)
            self._in_control = True
            await self._refresh()
            log.info("%s: control taken", self.key)
            self._poke()
        elif now - self._fed_at >= control.watchdog_period:
            await self._feed()

    async def _feed(self) -> None:
        if self.config.control.watchdog:
            self._fed += 1
            self._fed_at = time.monotonic()
            await self._write(self.config.control.watchdog, float(self._fed))

    async def _make_safe(self, reason: Reason) -> None:
        """Stop, read back until the machine says that it is safe, then give remote control back."""
        now = time.monotonic()
        if self._stopping is not reason:
            log.warning("%s: going to the safe state: %s", self.key, reason.value)
            self._stopping, self._stopped_at = reason, now
            await self._safe_action()
        elif not self.view.safe and now - self._stopped_at >= SAFE_AGAIN:
            self._stopped_at = now
            await self._safe_action()
        await self._refresh()
        if self.view.safe and self.view.read_at > self._stopped_at:
            if self.config.control.remote:
                await self._write(self.config.control.remote, False)
                await self._refresh()
            self._in_control = False
            log.warning("%s: safe state reached: %s", self.key, reason.value)
            self._poke()

    async def _safe_action(self) -> None:
        action = self.config.control.safe_action
        if action is not None:
            await self._do(lambda connector: connector.call(action))

    async def _write(self, name: str, value: Value) -> None:
        await self._do(lambda connector: connector.write(name, value))

    # --- commands ---

    async def _carry_out(self, command: CommandClaims) -> CommandAnswer:
        await self.guard()
        verdict = judge(command, self.situation())
        before = self.view.value(command.variable)
        if verdict is not None:
            answer = _answer(command, verdict, before)
            used = command.counter if command.asset == self.key else 0
            self._store.use_counter(self.key, used, answer)
            return answer
        accepted = CommandAnswer(command=command.id, outcome=Outcome.accepted, value_before=before, at=time.time())
        self._store.use_counter(self.key, command.counter, accepted)
        self._last_at[command.variable or command.action] = time.monotonic()
        outcome, reason = await self._execute(command)
        changes = {
            "outcome": outcome,
            "reason": reason,
            "value_after": self.view.value(command.variable),
            "at": time.time(),
        }
        answer = accepted.model_copy(update=changes)
        self._store.keep_answer(answer)
        return answer

    async def _execute(self, command: CommandClaims) -> tuple[Outcome, Reason | None]:
        left = command.deadline - (self._authority.clock.now() or command.deadline)
        if left <= 0:
            return Outcome.expired, Reason.deadline
        try:
            async with asyncio.timeout(left):
                await self._do(lambda connector: self._in_time(command, connector))
            await self._refresh()
        except SourceRefused as error:
            log.warning("%s: %s", self.key, error)
            return Outcome.failed, Reason.machine_refused
        except TimeoutError:
            return Outcome.failed, Reason.timeout
        except SourceLost:
            return Outcome.failed, Reason.machine_down
        return Outcome.done, None

    async def _in_time(self, command: CommandClaims, connector: Connector) -> None:
        """The last look, with the connector in hand: it may have been busy while the grant ended."""
        if stop_reason(self.situation()) is not None:
            raise SourceRefused("no longer allowed")
        if command.variable is not None and command.value is not None:
            await connector.write(command.variable, command.value)
        else:
            await connector.call(command.action)


def _answer(command: CommandClaims, verdict: Verdict, before: Value | None) -> CommandAnswer:
    problem = verdict.problem
    return CommandAnswer(
        command=command.id,
        outcome=verdict.outcome,
        reason=verdict.reason,
        bound=problem.bound if problem else None,
        limit=problem.limit if problem else None,
        value_before=before,
        at=time.time(),
    )
