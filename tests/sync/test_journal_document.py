"""docs/journal.md is enough to write a second verifier: here is one, made from the page alone."""

import hashlib
import hmac
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync import chain, facts, verify
from sync.segments import name_of
from sync.types import JournalId, Level
from tests.sync import journals
from tests.sync.segmented import days, prune, small

DOCUMENT = Path(__file__).parents[2] / "docs" / "journal.md"


def stranger(path: Path) -> tuple[int, str]:
    """The last good seq and chain, by the page's words and the standard library only."""
    db = sqlite3.connect(path)
    (secret,) = db.execute("SELECT secret FROM journal").fetchone()
    last, end = 0, bytes(32)
    for seq, row, kept in db.execute("SELECT seq, row, chain FROM facts ORDER BY seq"):
        salt = hmac.new(secret, b"scorecard/salt/1" + (last + 1).to_bytes(8, "big"), hashlib.sha256).digest()
        reached = hashlib.sha256(end + hashlib.sha256(salt + row).digest()).digest()
        if (seq, json.loads(row)[0], reached) != (last + 1, last + 1, kept):
            break
        last, end = seq, reached
    db.close()
    return last, end.hex()


def _step(secret: bytes, end: bytes, seq: int, row: bytes) -> bytes:
    salt = hmac.new(secret, b"scorecard/salt/1" + seq.to_bytes(8, "big"), hashlib.sha256).digest()
    return hashlib.sha256(end + hashlib.sha256(salt + row).digest()).digest()


def stranger_of_files(path: Path) -> tuple[int, str, int]:
    """The same for a journal in several files: the last good seq and chain, and how many facts are pruned."""
    files, opened = [path.resolve()], None
    while True:
        db = sqlite3.connect(files[0])
        (form, secret) = db.execute("SELECT format, secret FROM journal").fetchone()
        later = db.execute("SELECT base, chain, follows, opened FROM segment").fetchone() if form == 2 else None
        db.close()
        last, end = (later[0], later[1]) if later else (0, bytes(32))
        opened = later[3] if later else opened
        earlier = files[0].with_name(f"journal-{later[2]:012}.db") if later else None
        if earlier is None or not earlier.exists():
            break
        files.insert(0, earlier)
    base, chains, vouching = last, {last: end}, []
    for file in files:
        where = f"file:{file}?immutable=1" if file != files[-1] else f"file:{file}"
        with closing(sqlite3.connect(where, uri=True)) as db:
            for seq, row, kept in db.execute("SELECT seq, row, chain FROM facts ORDER BY seq"):
                reached = _step(secret, end, last + 1, row)
                if (seq, json.loads(row)[0], reached) != (last + 1, last + 1, kept):
                    return last, end.hex(), base
                last, end = seq, reached
                chains[last] = end
                if json.loads(row)[1] == "segments.pruned":
                    vouching.append(json.loads(row)[5])
    if base:
        assert opened is not None
        first = _step(secret, bytes(32), 1, opened).hex()
        if not any(
            each["last"] >= base and chains[each["last"]].hex() == each["chain"] and each["opened"] == first
            for each in vouching
        ):
            return 0, bytes(32).hex(), base
    return last, end.hex(), base


def example(path: Path) -> str:
    """The worked example of the page, made by the product."""
    journal = journals.make(path)
    journal.append(facts.drafts(journals.ticket(12), facts.ScoreGiven(1, Level(5))), journals.at(2500))
    lines = []
    for entry in journal.entries():
        lines += [f"row {entry.seq}    {entry.row.decode()}", f"chain {entry.seq}  {entry.chain.hex()}"]
    lines.append(f"witness of fact 2  {chain.witness(next(iter(journal.entries(after=1))).chain)}")
    message = chain.head_message(JournalId("01" * 16), journal.end)
    lines += [
        f"public key         {journals.KEY.public.hex()}",
        f"signature of head  {journals.KEY.sign(message).hex()}",
    ]
    journal.close()
    return "```\n" + "\n".join(lines) + "\n```\n"


def test_the_example_on_the_page_is_what_the_product_writes(tmp_path: Path) -> None:
    assert DOCUMENT.read_text(encoding="utf-8").split("<!-- example -->\n")[1] == example(tmp_path / "journal.db")


def test_a_verifier_made_from_the_page_agrees_with_ours(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journals.make(path, scores=8).close()
    good = verify.verify(path).good
    assert stranger(path) == (good.seq, good.chain.hex())


@pytest.mark.parametrize("seq", [1, 4, 9])
def test_both_verifiers_stop_at_the_same_fact(tmp_path: Path, seq: int) -> None:
    path = tmp_path / "journal.db"
    journals.make(path, scores=8).close()
    journals.tamper(path, ("UPDATE facts SET chain = zeroblob(32) WHERE seq = ?", (seq,)))
    assert stranger(path)[0] == verify.verify(path).good.seq == seq - 1


def test_the_signature_on_the_page_holds_by_the_pages_own_words() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    found = {name: re.search(rf"^{name} +([0-9a-f]+)$", text, re.MULTILINE) for name in
             ("chain 3", "public key", "signature of head")}  # fmt: skip
    end, public, signature = (bytes.fromhex(match[1]) for match in found.values() if match)
    message = b"scorecard/head/1" + bytes.fromhex("01" * 16) + (3).to_bytes(8, "big") + end
    Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    assert len(message) == 72


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_verifier_made_from_the_page_reads_several_files_and_knows_what_is_pruned(tmp_path: Path, gone: int) -> None:
    path = tmp_path / "journal.db"
    days(path, 4)
    if gone:
        journal = small(path)
        journal.drop(prune(journal, gone))
        journal.close()
    verdict = verify.verify(path)
    assert verdict.problem is None
    assert stranger_of_files(path) == (verdict.good.seq, verdict.good.chain.hex(), verdict.floor.seq)
    assert verdict.floor.seq == (0, 7, 13)[gone]


def test_both_verifiers_miss_a_file_that_no_fact_names(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    days(path, 4)
    (path.resolve().parent / name_of(1)).unlink()
    assert stranger_of_files(path)[0] == verify.verify(path).good.seq == 0


def test_both_verifiers_stop_at_the_same_fact_of_a_closed_file(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    days(path, 4)
    journals.tamper(path.resolve().parent / name_of(8), ("UPDATE facts SET chain = zeroblob(32) WHERE seq = 10", ()))
    assert stranger_of_files(path)[0] == verify.verify(path).good.seq == 9
