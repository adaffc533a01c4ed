"""The commands `audit`, `checkpoint` and `evidence`: they only read, also while the server runs."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

from server import evidence
from server.audit_reading import read_day
from server.audit_text import document, text
from server.config import ServerConfig
from server.errors import ExportFailed, NoSuchDay
from server.own import KEY_FILE
from server.places import days
from server.stores import ledger_of
from sync import checkpoint
from sync.checkpoint import Checkpoint
from sync.errors import BadKey
from sync.keys import load_for
from sync.patterns import patterns
from translations import load


def audit(
    config: ServerConfig, folder: Path, day: str, language: str, *, as_json: bool, public: bool = False
) -> tuple[str, bool]:
    """What the audit of this day says, and whether there is no violation. `public`: without complaints, which are
    nobody else's business. Raises NoSuchDay."""
    with ledger_of(config.database, folder) as db:
        found = read_day(db, _day(day), config.zone)
    if public:
        found = replace(found, complaints={})
    standing_out = patterns([found.audit], config.zone)
    words = load(language, "audit")
    clean = not found.audit.violations
    if as_json:
        return json.dumps(document(found, standing_out, words), ensure_ascii=False, indent=1), clean
    return text(found, standing_out, words, config.zone), clean


def day_checkpoint(config: ServerConfig, folder: Path, day: str) -> str:
    """The signed checkpoint of this day. Raises NoSuchDay, BadKey."""
    with ledger_of(config.database, folder) as db:
        found = read_day(db, _day(day), config.zone)
    key = load_for(folder / KEY_FILE, found.key)
    totals, violations = found.audit.totals, len(found.audit.violations)
    made = Checkpoint(found.journal, found.audit.day, found.end, totals.calls, violations, found.key)
    return checkpoint.write(made, key.sign)


def write_evidence(config: ServerConfig, folder: Path, first: str, last: str, out: Path) -> str:
    """Write the evidence of these days into a folder; what was done, in words. Raises NoSuchDay, ExportFailed."""
    try:
        with ledger_of(config.database, folder) as db:
            rows = evidence.write(db, _day(first), _day(last), out, config.time_zone)
            held = list(dict.fromkeys(place.day for place in days(db) if first <= place.day <= last))
        for day in held:
            said, _ = audit(config, folder, day, "en", as_json=True, public=True)
            (out / f"audit-{day}.json").write_text(said + "\n", encoding="utf-8")
            try:
                sheet = day_checkpoint(config, folder, day)
            except BadKey:  # on a copy of the ledger, without the office's key
                continue
            (out / f"checkpoint-{day}.txt").write_text(sheet, encoding="utf-8")
    except OSError as error:
        hint = "Name a folder after --out that can be written, on a disk with room."
        raise ExportFailed(f"{out} cannot be written: {error.strerror}", hint=hint) from error
    return f"{out}: {len(held)} days, {rows} rows"


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise NoSuchDay(f"{text!r} is no day", hint="Write it like 2026-11-30.") from error
