"""The card read from outside after its plug was pulled: what is durable on its data partition."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from image.disk import DATA
from image.tools import WORK, Tools
from kiosk.box.slots import SECTOR

ROOT = Path(__file__).parents[3]
JOURNAL = "kiosk/journal.db"


@dataclass(frozen=True, slots=True)
class Found:
    """The journal's copy, how many facts are in it, the numbers of its tickets, and how many scores."""

    path: Path
    facts: int
    labels: tuple[str, ...]
    scores: int


def journal_of(tools: Tools, machine: Path) -> Found:
    """Take the journal off the card that lies in this machine's folder; the card itself stays as it is."""
    start = DATA.start // SECTOR
    cut = f"dd if={WORK}/card.img of={WORK}/pulled.data bs={SECTOR * 2048} skip={start // 2048} conv=sparse status=none"
    _run(tools, machine, *cut.split())
    # Replays what the file system's own journal holds, as the next start does; 1: it did.
    _run(tools, machine, "sh", "-c", f"e2fsck -fy {WORK}/pulled.data >/dev/null; [ $? -le 1 ]")
    for name in (JOURNAL, f"{JOURNAL}-wal"):
        _run(tools, machine, "debugfs", "-R", f"dump {name} {WORK}/{Path(name).name}", f"{WORK}/pulled.data")
    (machine / "pulled.data").unlink()
    return found_in(machine / Path(JOURNAL).name)


def found_in(path: Path) -> Found:
    """What this journal holds."""
    with closing(sqlite3.connect(path)) as db:
        facts = [json.loads(row) for (row,) in db.execute("SELECT CAST(row AS TEXT) FROM facts ORDER BY seq")]
    labels = tuple(body["label"] for _, kind, *_, body in facts if kind == "ticket.issued")
    return Found(path, len(facts), labels, sum(fact[1] == "score.given" for fact in facts))


def verified(path: Path, office: Path | None = None) -> list[str]:
    """What `python -m sync verify` has against it; with the office's ledger: also whether all that is there is here."""
    against = ["--against", str(office)] if office is not None else []
    command = [sys.executable, "-m", "sync", "verify", *against, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [done.stdout.strip() + done.stderr.strip()]


def _run(tools: Tools, folder: Path, *words: str) -> None:
    subprocess.run(tools.command(folder, *words), check=True, stdin=subprocess.DEVNULL, capture_output=True)
