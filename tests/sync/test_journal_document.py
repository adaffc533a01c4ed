"""docs/journal.md is enough to write a second verifier: here is one, made from the page alone."""

import hashlib
import hmac
import json
import re
import sqlite3
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync import chain, facts, verify
from sync.types import JournalId, Level
from tests.sync import journals

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
