"""Evidence: a stranger verifies and replays it without us, nothing private is in it, and a changed byte shows."""

import json
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from server.__main__ import main
from server.errors import NoSuchDay
from sync import checkpoint
from sync.audit import replay as our_replay
from sync.audit import sections
from sync.chain import witness
from tests.server import replayer
from tests.server.audited import DAY, NEXT, worked
from tests.server.places import reader_of
from tests.server.replayer import Doubt
from tests.sync.officedays import OfficeDay


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office of two days, with the evidence of both in `evidence`."""
    made = tmp_path_factory.mktemp("office")
    office, kiosk = worked(made)
    office.ledger.close()
    kiosk.journal.close()
    arguments = ["--from", DAY, "--to", NEXT, "--out", str(made / "evidence"), "--config", str(made / "server.toml")]
    assert main(["evidence", *arguments]) == 0
    return made


def files(folder: Path, begins: str) -> list[Path]:
    return sorted((folder / "evidence").glob(f"{begins}*.jsonl"))


def test_a_stranger_replays_it_and_counts_what_our_audit_counts(folder: Path) -> None:
    found = replayer.read(folder / "evidence")
    for day in (DAY, NEXT):
        ours = json.loads((folder / "evidence" / f"audit-{day}.json").read_text(encoding="utf-8"))
        sums = replayer.replay(found["days"][day])
        totals = ours["totals"]
        assert sums["calls"] == totals["calls"] > 0
        assert (sums["by_rule"], sums["by_hand"]) == (totals["by_rule"], sum(totals["by_hand"].values()))
        assert sums["against"] == len(ours["violations"]) == 0
    assert len(found["issued"]) == 6


@pytest.mark.parametrize("seed", range(3))
def test_the_strangers_rule_is_ours_on_whole_days(seed: int) -> None:
    day = OfficeDay(40 + seed, citizens=70, counters=3, cheat="hand-pick").run()
    section = sections(day.facts)[0]
    rows = [json.loads(json.dumps([f.seq, f.kind, f.version, f.boot_id, f.boottime_ms, f.body])) for f in section.facts]
    sums, totals = replayer.replay([{"rows": rows, "aside": False}]), our_replay(section).totals
    assert (sums["calls"], sums["by_rule"], sums["against"]) == (totals.calls, totals.by_rule, 0)
    assert sums["by_hand"] == sum(totals.by_hand.values()) > 0


def test_languages_scores_and_complaints_are_withheld_and_the_chain_still_closes(folder: Path) -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in (folder / "evidence").iterdir()}
    shown = "".join(text for name, text in texts.items() if name.endswith("jsonl"))
    for kind in ("ticket.language", "complaint.noted", "score.given", "catalogue.adopted"):
        assert kind not in shown
    assert [name for name, text in texts.items() if "passed-over" in text] == []
    assert "ticket.issued" in shown
    assert "ticket.called" in shown
    assert replayer.read(folder / "evidence")["withheld"] >= 7


def test_the_journals_secret_is_not_in_it(folder: Path) -> None:
    secrets = _secrets(folder)
    everything = "".join(path.read_text(encoding="utf-8") for path in (folder / "evidence").iterdir())
    assert len(secrets) == 2
    assert [secret for secret in secrets if secret in everything] == []


def _secrets(folder: Path) -> list[str]:
    from contextlib import closing

    with closing(reader_of(folder / "office" / "office.db")) as db:
        return [row[0] for row in db.execute("SELECT lower(hex(secret)) FROM journals")]


CHANGES = {
    "a counter changed": ("office", r'(ticket\.called.*?counter\\":)1', r"\g<1>2"),
    "a leaf changed": ("kiosk", r'"leaf": "[0-9a-f]{2}', '"leaf": "00'),
    "a label changed": ("kiosk", r"A001", "A009"),
    "a salt changed": ("office", r'"salt": "[0-9a-f]{2}', '"salt": "00'),
}


@pytest.mark.parametrize("what", list(CHANGES))
def test_a_changed_byte_is_seen_by_the_stranger(what: str, folder: Path, tmp_path: Path) -> None:
    begins, pattern, new = CHANGES[what]
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in (folder / "evidence").iterdir():
        text = path.read_text(encoding="utf-8")
        changed = re.sub(pattern, new, text, count=1) if path.name.startswith(begins) else text
        (copy / path.name).write_text(changed, encoding="utf-8")
    with pytest.raises(Doubt):
        replayer.read(copy)


def test_another_signature_is_seen_by_the_stranger(folder: Path, tmp_path: Path) -> None:
    for path in (folder / "evidence").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    manifest = json.loads((tmp_path / "evidence.json").read_text(encoding="utf-8"))
    manifest["journals"][0]["head"]["signature"] = "00" * 64
    (tmp_path / "evidence.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(InvalidSignature):
        replayer.read(tmp_path)


def test_a_citizens_paper_is_found_in_it(folder: Path) -> None:
    (path,) = files(folder, "kiosk")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    printed = [witness(bytes.fromhex(line["chain"])) for line in lines if "ticket.issued" in line.get("row", "")]
    assert [replayer.witness(line["chain"]) for line in lines if "ticket.issued" in line.get("row", "")] == printed
    assert len(printed) == 6


def test_every_day_has_its_checkpoint(folder: Path) -> None:
    for day in (DAY, NEXT):
        text = (folder / "evidence" / f"checkpoint-{day}.txt").read_text(encoding="utf-8")
        made = checkpoint.read(text)
        assert (made.day, made.violations) == (day, 0)
    assert checkpoint.read((folder / "evidence" / f"checkpoint-{DAY}.txt").read_text()).calls == 5


def test_a_copy_without_the_offices_key_gives_evidence_without_checkpoints(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "server.toml").write_bytes((folder / "server.toml").read_bytes())
    (tmp_path / "office").mkdir()
    (tmp_path / "office" / "office.db").write_bytes((folder / "office" / "office.db").read_bytes())
    out = tmp_path / "evidence"
    assert main(["evidence", "--from", DAY, "--out", str(out), "--config", str(tmp_path / "server.toml")]) == 0
    assert list(out.glob("checkpoint*")) == []
    assert list(replayer.read(out)["days"]) == [DAY]


def test_days_that_are_not_there_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = ["--config", str(folder / "server.toml")]
    assert main(["evidence", "--from", "2031-01-01", *config]) == 1
    assert "no day from" in capsys.readouterr().err
    assert main(["evidence", "--from", "yesterday", *config]) == 1
    assert "Write it like" in capsys.readouterr().err
    assert issubclass(NoSuchDay, Exception)
