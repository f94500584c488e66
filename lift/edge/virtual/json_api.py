"""The machining cell behind HTTP with JSON, as many small machines and PLC gateways offer it.

``GET /cell`` all values; ``PUT /cell/variables/<name>`` {"value": …}; ``POST /cell/actions/<name>``.
"""

from __future__ import annotations

import json
import time
from http import HTTPStatus

from lift.edge.virtual.cell import VARIABLES, MachineRefused, MachiningCell, Refusal
from lift.edge.virtual.web import Request, Response, WebServer


class JsonServer:
    def __init__(self, cell: MachiningCell, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self._cell = cell
        self._web = WebServer(port, self._handle)

    async def start(self) -> None:
        await self._web.start()

    async def stop(self) -> None:
        await self._web.stop()

    async def publish(self) -> None:
        """Nothing to do: values are read when they are asked for."""

    async def _handle(self, request: Request) -> Response:
        try:
            return self._answer(request)
        except MachineRefused as refused:
            status = HTTPStatus.NOT_FOUND if refused.refusal is Refusal.unknown else HTTPStatus.CONFLICT
            return _json(status, {"error": refused.refusal.value, "detail": str(refused)})

    def _answer(self, request: Request) -> Response:
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["cell"]:
                return _json(HTTPStatus.OK, {"time": time.time(), "values": self._cell.values()})
            case "PUT", ["cell", "variables", name]:
                self._cell.write(name, _typed(name, request.body))
            case "POST", ["cell", "actions", name]:
                self._cell.call(name)
            case _:
                return _json(HTTPStatus.NOT_FOUND, {"error": "not found"})
        return _json(HTTPStatus.OK, {})


def _typed(name: str, body: bytes) -> object:
    """The value to write; JSON does not tell 90 from 90.0, so a whole number is taken for a float where one is due."""
    try:
        value: object = json.loads(body)["value"]
    except (ValueError, KeyError, TypeError) as error:
        raise MachineRefused(Refusal.kind, 'send {"value": …}') from error
    if type(value) is int and VARIABLES.get(name) is float:
        return float(value)
    return value


def _json(status: HTTPStatus, document: object) -> Response:
    return Response(status.value, "application/json", json.dumps(document).encode())
