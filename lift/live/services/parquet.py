"""A sealed window as Parquet: a row per time, a column per variable, qualities beside, provenance in the metadata."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lift.core.later import Later
from lift.edge.contract import AssetSpec, Kind
from lift.live.queries.samples import Samples

if TYPE_CHECKING:
    import duckdb
else:
    duckdb = Later("duckdb")

MEDIA_TYPE = "application/vnd.apache.parquet"
TYPES = {Kind.boolean: "BOOLEAN", Kind.text: "VARCHAR", Kind.discrete: "VARCHAR"}
QUALITY = "__quality"


def to_parquet(samples: Samples, spec: AssetSpec, provenance: dict[str, Any]) -> bytes:
    """The file's bytes. ``time`` is UTC with microseconds; numbers are doubles; ``<name>__quality`` where not all is good."""
    columns = {"time": "TIMESTAMP"}
    for name in samples.variables:
        known = spec.variable(name)
        columns[name] = TYPES.get(known.kind, "DOUBLE") if known else "VARCHAR"
    columns |= {f"{name}{QUALITY}": "VARCHAR" for name in samples.qualities}
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(":memory:", config={"threads": 1}) as connection:
        rows, target = Path(folder) / "rows.json", Path(folder) / "cut.parquet"
        _write_rows(rows, samples)
        types = ", ".join(f"{_quoted(name)}: {_quoted(kind)}" for name, kind in columns.items())
        source = f"read_json({_quoted(str(rows))}, format = 'newline_delimited', columns = {{{types}}})"
        meta = f"{{provenance: {_quoted(json.dumps(provenance, sort_keys=True))}}}"
        copy = f"COPY (SELECT * FROM {source}) TO {_quoted(str(target))}"  # noqa: S608 every name is quoted
        connection.execute(f"{copy} (FORMAT parquet, KV_METADATA {meta})")
        return target.read_bytes()


def from_parquet(path: Path) -> Samples:
    """What ``to_parquet`` wrote."""
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        found = connection.execute("SELECT * FROM read_parquet(?) ORDER BY time", [str(path)])
        names = [column[0] for column in found.description or []]
        table: list[tuple[Any, ...]] = found.fetchall()
    columns = {name: [row[place] for row in table] for place, name in enumerate(names)}
    samples = Samples(times=[time.replace(tzinfo=UTC).timestamp() for time in columns.pop("time")])
    for name, column in columns.items():
        if name.endswith(QUALITY):
            marks = {place: mark for place, mark in enumerate(column) if mark is not None}
            samples.qualities[name.removesuffix(QUALITY)] = marks
        else:
            samples.variables[name] = column
    return samples


def _write_rows(path: Path, samples: Samples) -> None:
    with path.open("w", encoding="utf-8") as out:
        for place, time in enumerate(samples.times):
            row: dict[str, Any] = {"time": datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")}
            row |= {name: column[place] for name, column in samples.variables.items()}
            row |= {f"{name}{QUALITY}": marks.get(place) for name, marks in samples.qualities.items()}
            out.write(json.dumps(row) + "\n")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
