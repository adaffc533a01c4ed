"""`./bench [NAME…]`: runs the rows named, or all; prints them, writes bench.json; exit 1 where a promise is broken."""

import importlib
import json
import sys
from pathlib import Path

from tests.bench.row import Row

NAMES = (
    "journal", "exchange", "ingest", "https", "feed", "call", "office", "figures", "scale", "status", "tap", "press",
    "paint", "start", "idle", "paper", "printing",
)  # fmt: skip
BY_NAME_ONLY = ("boot",)
"""It takes a card, which takes root and minutes."""


def main(names: list[str]) -> int:
    """Exit code: 0 all hold, 1 one does not, 2 an unknown name."""
    unknown = [name for name in names if name not in NAMES + BY_NAME_ONLY]
    if unknown:
        print(f"no such row: {', '.join(unknown)}. There are: {', '.join(NAMES + BY_NAME_ONLY)}", file=sys.stderr)
        return 2
    done: list[Row] = []
    for name in names or NAMES:
        print(f"{name} …", file=sys.stderr, flush=True)
        done += importlib.import_module(f"tests.bench.{name}").rows()
    for row in done:
        figure = f"{row.name:24} {row.value:10.3f} {row.unit:18} {row.ratio:7.2f} × {row.reference:44}"
        print(f"{figure} ≤ {row.bar:g}  {'holds' if row.holds else 'BROKEN'}")
    Path("bench.json").write_text(json.dumps([row.as_json() for row in done], indent=1) + "\n", encoding="utf-8")
    return 0 if all(row.holds for row in done) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
