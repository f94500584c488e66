"""What the platform allows at this moment, as far as the gateway knows: one object, read by every machine."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

from lift.edge.contract import LINK_LOST, CommandClaims, GrantClaims, HeartbeatAnswer, StopOrder
from lift.edge.gateway.clock import PlatformClock
from lift.edge.gateway.store import Store
from lift.edge.tokens import BadToken, verify_command, verify_grant

log = logging.getLogger(__name__)


class Authority:
    """``authorised`` turns False when the token is refused; ``link`` when no heartbeat was answered for 6 s."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.clock = PlatformClock()
        self.authorised = True
        self.grants: list[GrantClaims] = []
        self.stops: list[StopOrder] = store.stops()
        self._answered: float | None = None
        self._counters: dict[str, int] = {}
        self._closed = False

    @property
    def link(self) -> bool:
        return self._answered is not None and time.monotonic() - self._answered < LINK_LOST

    def apply(self, answer: HeartbeatAnswer, sent: float, received: float) -> list[CommandClaims]:
        """Take over an answer to the heartbeat of monotonic time ``sent``; returns its commands by counter."""
        self.authorised, self._answered = not self._closed, sent
        self.clock.measure(sent, received, answer.platform_time)
        grants = [claims for token in answer.grants if (claims := self._grant(token, answer.keys))]
        self.grants = [grant for grant in grants if grant.id not in answer.revoked]
        self._take_stops(answer.stops)
        commands = (_command(token, answer.keys) for token in answer.commands)
        return sorted((command for command in commands if command), key=lambda command: command.counter)

    def refuse(self) -> None:
        """The platform no longer knows the token: nothing is allowed any more."""
        self.authorised, self.grants = False, []

    def close(self) -> None:
        """The gateway is being stopped: as :meth:`refuse`, and no later answer changes it."""
        self._closed = True
        self.refuse()

    def stops_for(self, asset: str) -> list[StopOrder]:
        return [order for order in self.stops if order.asset == asset]

    def _grant(self, token: str, keys: dict[str, Any]) -> GrantClaims | None:
        try:
            claims = verify_grant(token, keys)
        except BadToken as error:
            log.warning("grant refused: %s", error)
            return None
        if claims.counter < self._counters.get(claims.id, 0):
            log.warning("grant %s refused: an older one was sent again", claims.id)
            return None
        self._counters[claims.id] = claims.counter
        return claims

    def _take_stops(self, orders: Sequence[StopOrder]) -> None:
        held = {order.id for order in self.stops}
        for order in orders:
            if order.released and order.id in held:
                log.info("stop %s of %s released", order.id, order.asset)
                self._store.drop_stop(order.id)
            elif not order.released and order.id not in held:
                log.warning("%s %s for %s", order.kind.value, order.id, order.asset)
                self._store.hold_stop(order)
        self.stops = self._store.stops()


def _command(token: str, keys: dict[str, Any]) -> CommandClaims | None:
    try:
        return verify_command(token, keys)
    except BadToken as error:
        log.warning("command refused: %s", error)
        return None
