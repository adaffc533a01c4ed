"""docs/exchange.md is enough to write a second client: here is one, made from the page alone."""

import gzip
import hashlib
import hmac
import json
import zlib
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from server.handdown import POLLERS
from server.ingest import LISTENERS
from server.ledger import Ledger
from server.pairing import Pairing
from server.stores import FILE
from sync import paircode, wire
from sync.clips import MOST_BYTES
from sync.feedwire import HOLD_S, ask_for, sign_ask
from sync.judge import Accept, KnownJournal, judge_request
from sync.pairing import Device, request
from sync.types import JournalId
from tests.server.conftest import ZONE
from tests.server.device import NOON, seeded
from tests.server.small_office import SmallOffice
from tests.sync.exchanges import JOURNAL, SECRET, MemoryJournal
from tests.sync.feeding_office import OFFICE_KEY, OFFICE_SECRET, STARTED, FeedingOffice
from tests.sync.journals import KEY

DOCUMENT = Path(__file__).parents[2] / "docs" / "exchange.md"
CERTIFICATE = b"the DER bytes of a certificate"
CODE_SECRET = bytes.fromhex("00112233445566")


def section(name: str) -> str:
    """An example on the page."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return text.split(f"<!-- {name} -->\n```\n")[1].split("\n```\n")[0]


def entry(name: str, key: str) -> str:
    """One line of an example."""
    return next(line.split(None, 1)[1] for line in section(name).splitlines() if line.split(None, 1)[0] == key)


def stored_gzip(plain: bytes) -> bytes:
    """gzip without compression, written out by hand: every zlib compresses a little differently."""
    size = len(plain).to_bytes(2, "little")
    block = b"\x01" + size + bytes(255 - byte for byte in size) + plain
    tail = zlib.crc32(plain).to_bytes(4, "little") + len(plain).to_bytes(4, "little")
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + block + tail


def batch_example() -> str:
    """The worked example of a batch, made by the product."""
    journal = MemoryJournal()
    journal.score(times=2)
    plain = wire.encode_batch(journal.batch(1, 3))
    body = stored_gzip(plain)
    message = wire.request_message(JOURNAL, 2, 3, body)
    return "\n".join(
        [
            f"seed        {KEY.seed.hex()}",
            f"secret      {SECRET.hex()}",
            *(f"line        {line}" for line in plain.decode().splitlines()),
            f"body        {body.hex()}",
            f"sha256      {hashlib.sha256(body).hexdigest()}",
            f"message     {json.dumps(message.decode())}",
            f"signature   {KEY.sign(message).hex()}",
        ]
    )


def pairing_example() -> str:
    """The worked example of pairing, made by the product."""
    code = paircode.PairingCode(CODE_SECRET, paircode.fingerprint(CERTIFICATE)[: paircode.PREFIX_BYTES])
    device = Device(JOURNAL, SECRET, KEY, "kiosk", "Hall")
    sent = request(CODE_SECRET, device, paircode.fingerprint(CERTIFICATE))
    return "\n".join(
        [
            f"certificate {CERTIFICATE.hex()}",
            f"fingerprint {paircode.fingerprint(CERTIFICATE).hex()}",
            f"code        {code}",
            f"proof-of    {paircode.proof_message(CODE_SECRET, JOURNAL, paircode.fingerprint(CERTIFICATE)).hex()}",
            f"body        {wire.encode_message(sent).decode()}",
        ]
    )


def feed_example() -> str:
    """The worked example of a question, made by the product."""
    office = FeedingOffice()
    office.add(STARTED)
    head = office.batch(office.end).head
    asked = sign_ask(JOURNAL, ask_for(office.name, head), KEY)
    return "\n".join(
        [
            f"seed        {OFFICE_KEY.seed.hex()}",
            f"secret      {OFFICE_SECRET.hex()}",
            f"chain       {office.end.chain.hex()}",
            f"body        {asked.body.decode()}",
            f"message     {json.dumps(asked.message.decode())}",
            f"signature   {asked.signature.hex()}",
            f"named       {wire.encode_message(office.introduction()).decode()}",
        ]
    )


@pytest.mark.parametrize(
    ("name", "made"), [("batch", batch_example()), ("pairing", pairing_example()), ("feed", feed_example())]
)
def test_the_examples_on_the_page_are_what_the_product_sends(name: str, made: str) -> None:
    assert section(name) == made


class Stranger:
    """A second client: the words of the page, the standard library and an Ed25519, nothing of ours."""

    def __init__(self, seed: bytes, secret: bytes, journal_id: str) -> None:
        self.key = Ed25519PrivateKey.from_private_bytes(seed)
        self.secret, self.journal_id = secret, journal_id
        self.public = self.key.public_key().public_bytes_raw().hex()

    def chain(self, rows: list[bytes]) -> bytes:
        """The chain up to the last of all these rows."""
        end = bytes(32)
        for n, row in enumerate(rows, 1):
            salt = hmac.new(self.secret, b"scorecard/salt/1" + n.to_bytes(8, "big"), hashlib.sha256).digest()
            end = hashlib.sha256(end + hashlib.sha256(salt + row).digest()).digest()
        return end

    def facts(self, rows: list[bytes], after: int) -> tuple[dict[str, str], bytes]:
        """Headers and body for the rows behind `after`."""
        last, chain = len(rows), self.chain(rows)
        vouched = b"scorecard/head/1" + bytes.fromhex(self.journal_id) + last.to_bytes(8, "big") + chain
        head = {"seq": last, "chain": chain.hex(), "signature": self.key.sign(vouched).hex()}
        previous = self.chain(rows[:after]).hex()
        first = {"head": head, "previous": previous, "after": after, "journal_id": self.journal_id}
        body = gzip.compress(b"\n".join([json.dumps(first).encode(), *rows[after:], b""]))
        span = f"{after + 1}-{last}"
        digest = hashlib.sha256(body).hexdigest()
        message = f"scorecard/request/1\nPOST\n/v1/facts\n{self.journal_id}\n{span}\n{digest}"
        headers = {
            "scorecard-journal": self.journal_id,
            "scorecard-range": span,
            "scorecard-signature": self.key.sign(message.encode()).hex(),
        }
        return headers, body

    def question(self, office: str | None, seq: int, chain: str, signature: str | None) -> tuple[dict[str, str], bytes]:
        """Headers and body for /v1/feed."""
        asked = {"signature": signature, "chain": chain, "journal_id": office, "seq": seq}
        body = json.dumps(asked, separators=(",", ":")).encode()
        span, digest = f"{seq + 1}-{seq}", hashlib.sha256(body).hexdigest()
        message = f"scorecard/request/1\nPOST\n/v1/feed\n{self.journal_id}\n{span}\n{digest}"
        headers = {
            "scorecard-journal": self.journal_id,
            "scorecard-range": span,
            "scorecard-signature": self.key.sign(message.encode()).hex(),
        }
        return headers, body

    def mirror(self, named: bytes, answer: bytes, rows: list[bytes]) -> dict[str, object]:
        """The head of an answer of /v1/feed, whose rows go behind those that were there; raises on a lie."""
        office = json.loads(named)
        first, *new = gzip.decompress(answer).split(b"\n")[:-1]
        line: dict[str, Any] = json.loads(first)
        there = Stranger(bytes(32), bytes.fromhex(office["journal_secret"]), office["journal_id"])
        assert line["journal_id"] == office["journal_id"]
        assert line["after"] == len(rows)
        assert line["previous"] == there.chain(rows).hex()
        rows += new
        head = line["head"]
        assert (head["seq"], head["chain"]) == (len(rows), there.chain(rows).hex())
        vouched = b"scorecard/head/1" + bytes.fromhex(office["journal_id"]) + head["seq"].to_bytes(8, "big")
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(office["public_key"]))
        key.verify(bytes.fromhex(head["signature"]), vouched + bytes.fromhex(head["chain"]))
        return dict(head)

    def pairing(self, code: str, certificate: bytes, role: str, place: str) -> dict[str, str]:
        """The body of /v1/pair; raises where the certificate does not fit the code."""
        alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        number = 0
        for character in code.replace("-", ""):
            number = number * 32 + alphabet.index(character)
        data = (number >> 2).to_bytes(16, "big")
        fingerprint = hashlib.sha256(certificate).digest()
        assert fingerprint[:9] == data[7:]
        secret = data[:7]
        message = b"scorecard/pair/1" + hashlib.sha256(secret).digest() + bytes.fromhex(self.journal_id) + fingerprint
        return {
            "code_secret": secret.hex(),
            "journal_id": self.journal_id,
            "public_key": self.public,
            "journal_secret": self.secret.hex(),
            "role": role,
            "place": place,
            "proof": self.key.sign(message).hex(),
        }


@pytest.fixture
def stranger() -> Stranger:
    return Stranger(bytes.fromhex(entry("batch", "seed")), bytes.fromhex(entry("batch", "secret")), "01" * 16)


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_client_made_from_the_page_is_understood_by_our_server(stranger: Stranger, after: int) -> None:
    journal = MemoryJournal()
    journal.score(times=2)
    rows = [entry_.row for entry_ in journal.rows]
    held = journal.at(after)
    assert held is not None
    known = KnownJournal(JournalId("01" * 16), bytes.fromhex(stranger.public), stranger.secret, held)
    verdict = judge_request(wire.read_request(*stranger.facts(rows, after)), known)
    assert isinstance(verdict, Accept)
    assert verdict.position == journal.end
    assert [row.row for row in verdict.rows] == rows[after:]


def test_a_client_made_from_the_page_signs_what_ours_signs(stranger: Stranger) -> None:
    lines = [line.split(None, 1)[1] for line in section("batch").splitlines() if line.startswith("line ")]
    message = json.loads(entry("batch", "message")).encode()
    assert stranger.key.sign(message).hex() == entry("batch", "signature")
    assert hashlib.sha256(bytes.fromhex(entry("batch", "body"))).hexdigest() == entry("batch", "sha256")
    assert gzip.decompress(bytes.fromhex(entry("batch", "body"))).decode().splitlines() == lines
    head = json.loads(lines[0])["head"]
    vouched = b"scorecard/head/1" + b"\x01" * 16 + head["seq"].to_bytes(8, "big") + bytes.fromhex(head["chain"])
    assert stranger.key.sign(vouched).hex() == head["signature"]


def test_a_client_made_from_the_page_pairs_as_ours_does(stranger: Stranger) -> None:
    certificate = bytes.fromhex(entry("pairing", "certificate"))
    assert stranger.pairing(entry("pairing", "code"), certificate, "kiosk", "Hall") == json.loads(
        entry("pairing", "body")
    )


def test_a_client_made_from_the_page_mirrors_the_offices_journal(stranger: Stranger, tmp_path: Path) -> None:
    office = SmallOffice(tmp_path / "office", hold_s=0.05)
    ledger = Ledger(office.folder / FILE, ZONE, seeded(7))
    with ledger.transaction():
        public, secret = bytes.fromhex(stranger.public), stranger.secret
        ledger.pair(Pairing(JournalId(stranger.journal_id), public, secret, "kiosk", "Hall", bytes(32)), NOON)
    ledger.close()
    office.start()
    office.append(STARTED, STARTED)
    rows: list[bytes] = []
    named = posted(office, *stranger.question(None, 0, "00" * 32, None))
    journal_id = json.loads(named)["journal_id"]
    answer = posted(office, *stranger.question(journal_id, 0, "00" * 32, None))
    head = stranger.mirror(named, answer, rows)
    assert len(rows) == 3
    office.append(STARTED)
    seq, chain, signature = head["seq"], str(head["chain"]), str(head["signature"])
    assert isinstance(seq, int)
    answer = posted(office, *stranger.question(journal_id, seq, chain, signature))
    stranger.mirror(named, answer, rows)
    assert len(rows) == 4
    with pytest.raises(AssertionError):
        stranger.mirror(named, answer, rows)  # control: it does not fit twice
    office.stop()


def posted(office: SmallOffice, headers: dict[str, str], body: bytes) -> bytes:
    """What the office answers to /v1/feed, as it came."""
    with (
        httpx.Client(base_url=office.url, verify=office.context(), timeout=40) as line,
        line.stream("POST", "/v1/feed", content=body, headers=headers) as got,
    ):
        assert got.status_code == 200
        return b"".join(got.iter_raw())


def test_a_client_made_from_the_page_asks_what_ours_asks(stranger: Stranger) -> None:
    asked = json.loads(entry("feed", "body"))
    office = json.loads(entry("feed", "named"))
    assert asked["journal_id"] == office["journal_id"]
    headers, body = stranger.question(office["journal_id"], asked["seq"], entry("feed", "chain"), asked["signature"])
    assert json.loads(body) == asked
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(stranger.public))
    key.verify(bytes.fromhex(entry("feed", "signature")), json.loads(entry("feed", "message")).encode())
    message = wire.request_message(JOURNAL, asked["seq"] + 1, asked["seq"], body, wire.FEED_PATH)
    assert headers["scorecard-signature"] == stranger.key.sign(message).hex()


def test_every_refusal_code_is_on_the_page_with_its_status() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for code, status in wire.STATUS.items():
        assert f"| `{code}` | {status} |" in text


def test_the_limits_on_the_page_are_the_limits_of_the_code() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    limits = (wire.MAX_BODY, wire.MAX_INFLATED, wire.MAX_ANSWER, wire.MAX_HEADER, wire.BATCH_BYTES, wire.MAX_PAIR_BODY)
    for limit in limits:
        assert f"{limit:,} bytes" in text
    assert f"at most {wire.BATCH_ROWS} rows" in text
    assert f"after {HOLD_S:.0f} s an empty batch" in text
    assert f"that wait at once | {POLLERS} |" in text
    assert f"`/v1/clips` at once | {LISTENERS} |" in text
    assert f"at most {MOST_BYTES:,} bytes; one that is not" in text
