"""`./prove api [EXAMPLES] [--seed S]`: schemathesis asks a real office's server for what /openapi.json describes.

Nothing may be answered by 5xx, and nothing by a status, a type or a shape that the document does not have. Asked are
the pages' listener by a stranger, by many who know what there is, and by one who asks too often, and the exchange's
listener by a stranger. Four broken operations, each broken in another way, have to be found first. Streams, which have
no end, are left to tests/server.
"""

import argparse
import asyncio
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from server.app import Reader, pages_app
from server.database import Db
from server.feed import Feed
from server.pages import Pages
from tests.faults.api_office import ZONE, ApiOffice
from tests.server.device import NOON
from tests.server.served import Served

ROOT = Path(__file__).parents[2]
TOOL = ROOT / ".venv-api" / "bin" / "schemathesis"
EXAMPLES, SEED = 30, 1
PAGES = ("--exclude-path-regex", "^/v1/|/events$")
EXCHANGE = ("--include-path-regex", "^/v1/", "--tls-verify", "false")
ANSWERS = ("--exclude-checks", "positive_data_acceptance,negative_data_rejection")
"""Answers are judged, not what is let in: what no paired key has signed is refused though it fits the document, and
fields that nobody asked for are passed over in a form."""
POSITIVE = ("--mode", "positive")
BROKEN = {
    "/control/raises": "ServerError",
    "/control/status": "UndefinedStatusCode",
    "/control/type": "UndefinedContentType",
    "/control/shape": "JsonSchemaError",
}
"""Each broken operation, and as what it has to be found. /control/well has to be let by."""


@dataclass(frozen=True, slots=True)
class Round:
    """How one run went: what was answered how often by (operation, status); the tool's report, and what it printed."""

    name: str
    seen: Counter[tuple[str, int]]
    report: Mapping[str, Any]
    said: str

    @property
    def found(self) -> list[tuple[str, str]]:
        """(operation, as what) of each thing that is wrong; whatever kept the tool from asking is wrong, too."""
        wrong = [(where, str(each["type"])) for each in self.report["failures"] for where in each["operations"]]
        return wrong + [("the run", str(each["title"])) for each in self.report["errors"]]

    def __str__(self) -> str:
        by_status = Counter[int]()
        for (_, status), count in self.seen.items():
            by_status[status] += count
        told = ", ".join(f"{status}: {count}" for status, count in sorted(by_status.items()))
        asked = len({operation for operation, _ in self.seen})
        return f"{self.name}: {asked} operations, {self.seen.total()} requests ({told}), {len(self.found)} wrong"


@dataclass(frozen=True, slots=True)
class Asker:
    """Runs schemathesis. `folder`: for what it writes."""

    folder: Path
    examples: int
    seed: int

    def ask(self, name: str, document: str, *options: str, known: Mapping[str, str] | None = None, many: bool) -> Round:
        """One run against what this document describes."""
        seen, report = self.folder / f"{name}.seen", self.folder / f"{name}.json"
        seen.touch()
        command = [
            str(TOOL), "run", document, "--seed", str(self.seed), "--max-examples", str(self.examples),
            "--continue-on-failure", "--request-timeout", "30", "--suppress-health-check", "all", "--warnings", "off",
            "--generation-database", "none", "--no-color", "--report", "json", "--report-json-path", str(report),
            *ANSWERS, *options,
        ]  # fmt: skip
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "tests.faults.api_hooks",
            "API_SEEN": str(seen),
            "API_KNOWN": json.dumps(known or {}),
            "API_ADDRESSES": "many" if many else "one",
            "PYTHONWARNINGS": "ignore",
        }
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=1800
        )
        if not report.exists():
            raise SystemExit(f"schemathesis did not run:\n{done.stdout}{done.stderr}")
        lines = [json.loads(line) for line in seen.read_text("utf-8").splitlines()]
        answers = Counter((each["operation"], each["status"]) for each in lines)
        return Round(name, answers, json.loads(report.read_text("utf-8")), done.stdout)


class Broken:
    """Operations that do not what they say, and one that does."""

    def add_to(self, app: FastAPI) -> None:
        """Add them."""

        @app.get("/control/raises", response_class=HTMLResponse)
        async def raises() -> str:
            raise ZeroDivisionError

        @app.get("/control/status", response_class=HTMLResponse)
        async def status() -> Response:
            return HTMLResponse("a teapot", 418)

        @app.get("/control/type", response_class=HTMLResponse)
        async def kind() -> Response:
            return PlainTextResponse("not what was said")

        number = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
        told: Any = {200: {"content": {"application/json": {"schema": number}}}}

        @app.get("/control/shape", responses=told)
        async def shape() -> Any:
            return {"n": "seven"}

        @app.get("/control/well", responses=told)
        async def well() -> Any:
            return {"n": 7}


def controls(asker: Asker) -> tuple[Round, list[str]]:
    """Ask for the broken operations; each that was not found, and whatever was found besides."""
    pages = Pages({"en": "A broken office"}, ZONE)
    with ThreadPoolExecutor(1) as thread:
        reader = Reader(cast(Db, None), thread)
        app = pages_app(reader, pages, Feed(reader.view, pages, lambda: NOON), lambda: NOON, lambda: None, Broken())
        served = Served.begin(app, asyncio.new_event_loop())
        logging.getLogger("uvicorn.error").disabled = True  # that one raises is meant
        done = asker.ask("controls", f"{served.url}/openapi.json", "--include-path-regex", "^/control/", many=False)
        served.end()
    found = set(done.found)
    missed = [f"not found: {path} ({kind})" for path, kind in BROKEN.items() if (f"GET {path}", kind) not in found]
    broken = {f"GET {path}" for path in BROKEN}
    return done, missed + [f"found besides: {path} ({kind})" for path, kind in sorted(found) if path not in broken]


def prove(asker: Asker) -> tuple[list[Round], list[str]]:
    """All rounds; what never had the answer for which it is there."""
    office = ApiOffice.start(asker.folder, asker.seed)
    document, known = f"{office.server.pages_url}/openapi.json", office.known
    rounds = []
    for name, options, values, many in (
        ("stranger", PAGES, {}, True),
        ("knowing", (*PAGES, *POSITIVE), known, True),
        ("too-often", (*PAGES, *POSITIVE), known, False),
        ("exchange", (*EXCHANGE, "--url", office.server.exchange_url), {}, False),
    ):
        rounds.append(asker.ask(name, document, *options, known=values, many=many))
        print(rounds[-1], flush=True)
        if rounds[-1].found:
            print(rounds[-1].said, flush=True)
    paths = office.document()["paths"]
    office.end()
    return rounds, never_there(paths, rounds) + never_stopped(rounds)


def never_there(paths: Mapping[str, Any], rounds: Sequence[Round]) -> list[str]:
    """Operations of the pages that nobody got: of them nothing is proved but that they turn everybody away."""
    got = {operation for each in rounds for operation, status in each.seen if status < 400}
    asked = {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        if not path.startswith("/v1/") and not path.endswith("/events")
        for method in methods
    }
    return [f"nobody got {operation}" for operation in sorted(asked - got)]


def never_stopped(rounds: Sequence[Round]) -> list[str]:
    """Whether who asks too often was not asked to come later."""
    stopped = any(status == 429 for each in rounds if each.name == "too-often" for _, status in each.seen)
    return [] if stopped else ["nobody was asked to come later"]


def main(arguments: Sequence[str]) -> int:
    """The controls, then the rounds, with the figure last."""
    parser = argparse.ArgumentParser(prog="./prove api", description="Holds every answer to /openapi.json.")
    parser.add_argument("examples", nargs="?", type=int, default=EXAMPLES, help="for each operation and phase at most")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="scorecard-") as folder:
        asker = Asker(Path(folder), options.examples, options.seed)
        broken, missed = controls(asker)
        print(broken, flush=True)
        rounds, missing = prove(asker)
    wrong = sum(len(each.found) for each in rounds)
    for line in (*missed, *missing):
        print(line)
    asked = {operation for each in rounds for operation, _ in each.seen}
    requests = sum(each.seen.total() for each in rounds)
    failed = sum(count for each in rounds for (_, status), count in each.seen.items() if status >= 500)
    named = len(BROKEN) - sum(each.startswith("not") for each in missed)
    print(
        f"api: {len(asked)} operations, {requests} requests, {failed} of 5xx, {wrong} answers that the document does"
        f" not have; {named} of {len(BROKEN)} controls found"
    )
    return 1 if wrong or missed or missing or failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
