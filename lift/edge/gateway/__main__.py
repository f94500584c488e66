"""``python -m lift.edge.gateway``: check a configuration, browse a machine, run the gateway, send refused batches again."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
import time
from pathlib import Path

from lift.edge.connectors.base import SourceLost, SourceRefused
from lift.edge.gateway.config import Asset, BadConfig, Config, load_config
from lift.edge.gateway.gateway import Gateway, connector_for
from lift.edge.gateway.store import Store


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {"at": f"{at}.{int(record.msecs):03d}Z", "level": record.levelname, "from": record.name}
        line["message"] = record.getMessage()
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    _log(options.verbose)
    try:
        config = load_config(options.config)
    except BadConfig as bad:
        for fault in bad.faults:
            print(fault, file=sys.stderr)
        return 2
    verbs = {"check": _check, "browse": _browse, "run": _run, "retry-refused": _retry_refused}
    return asyncio.run(verbs[options.verb](config))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lift.edge.gateway", description=__doc__)
    parser.add_argument("verb", nargs="?", default="run", choices=["run", "check", "browse", "retry-refused"])
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--verbose", action="store_true")
    return parser


def _log(verbose: bool) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler])
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    logging.getLogger("httpx").setLevel(logging.WARNING)


async def _check(config: Config) -> int:
    """Connect to every asset once and read it; the exit code says whether all answered with all variables."""
    faults = [fault for asset in config.assets for fault in await _check_asset(asset)]
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(config.assets)} assets checked, {len(faults)} faults; the token is not tried by check")
    return 1 if faults else 0


async def _check_asset(asset: Asset) -> list[str]:
    connector = connector_for(asset)
    try:
        await connector.connect()
        snapshot = await connector.read()
    except (SourceLost, SourceRefused) as error:
        return [f"{asset.key}: {error}"]
    finally:
        await connector.close()
    missing = [name for name in asset.addresses if (r := snapshot.readings.get(name)) is None or r.value is None]
    return [f"{asset.key}: no value for {name} at {asset.addresses[name]}" for name in missing]


async def _browse(config: Config) -> int:
    for asset in config.assets:
        connector = connector_for(asset)
        try:
            await connector.connect()
            for found in await connector.browse():
                print(f"{asset.key}\t{found.address}\t{found.kind}\t{'writable' if found.writable else 'read only'}")
        except (SourceLost, SourceRefused) as error:
            print(f"{asset.key}: {error}", file=sys.stderr)
            return 1
        finally:
            await connector.close()
    return 0


async def _retry_refused(config: Config) -> int:
    """What the platform refused goes back into the queue, also while the gateway runs: it sends it with its next batch."""
    store = Store(config.store.path, config.store.max_batches, beside=True)
    print(f"{store.retry_refused()} refused batches are in the queue again; {store.waiting()} wait to be sent")
    store.close()
    return 0


async def _run(config: Config) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    gateway = Gateway(config)
    print(json.dumps({"ready": [asset.key for asset in config.assets], "store": gateway.store.id}), flush=True)
    await gateway.run(stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
