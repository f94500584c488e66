"""``python -m lift.edge.virtual``: run the virtual factory, or turn a switch on its local panel."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from pathlib import Path

from lift.edge.virtual.factory import PANEL, Factory, Settings, free_port

OPC_UA_PORT = 4840
PROTOCOLS = ("opcua", "mqtt", "mtconnect", "http")


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("asyncua").setLevel(logging.ERROR)
    if options.panel:
        return _turn_switch(options.state_dir, options.panel)
    try:
        asyncio.run(_serve(_settings(options)))
    except OSError as error:
        print(f"virtual factory: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    home = Path(os.environ.get("LIFT_HOME") or "var")
    parser = argparse.ArgumentParser(prog="python -m lift.edge.virtual", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=home / "virtual", help="folder for keys and the address")
    parser.add_argument("--port", type=int, help="OPC UA port on 127.0.0.1; 0: a free one (default: 4840 if free)")
    for name in PROTOCOLS[1:]:
        parser.add_argument(f"--{name}-port", type=int, help=f"serve {name} too, on this port; 0 takes a free one")
    parser.add_argument("--trust", type=Path, action="append", help="certificate, or folder of them, to trust")
    parser.add_argument("--no-security", action="store_true", help="also offer an endpoint without security")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="process seconds per real second")
    parser.add_argument("--interval", type=float, default=0.2, help="seconds between updates")
    parser.add_argument("--idle", action="store_true", help="start with the machine stopped")
    parser.add_argument(
        "--panel",
        choices=["normal", "emergency-stop", "open-interlock", "maintenance"],
        help="do not serve: turn the local panel of the factory that runs in --state-dir",
    )
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    ports = {"opcua": free_port(OPC_UA_PORT) if options.port is None else options.port}
    for name in PROTOCOLS[1:]:
        port = getattr(options, f"{name}_port")
        if port is not None:
            ports[name] = port
    return Settings(
        state_dir=options.state_dir,
        ports=ports,
        trust=options.trust or [options.state_dir.parent / "gateway" / "pki"],
        no_security=options.no_security,
        seed=options.seed,
        speed=options.speed,
        interval=options.interval,
        running=not options.idle,
    )


async def _serve(settings: Settings) -> None:
    async with Factory(settings) as factory:
        print(json.dumps({"ready": factory.urls}), flush=True)
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        ends = [asyncio.create_task(stopped.wait()), asyncio.create_task(factory.wait())]
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


def _turn_switch(state_dir: Path, switch: str) -> int:
    panel = {"emergency-stop": {"emergency_stop": True}, "open-interlock": {"interlock_closed": False}}
    state = {"maintenance": {"maintenance": True}, "normal": {}, **panel}[switch]
    (state_dir / PANEL).write_text(json.dumps(state))
    return 0


if __name__ == "__main__":
    sys.exit(main())
