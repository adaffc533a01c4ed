"""A machine for tests: a real journal and key, real batches, real TLS. It ships nothing to users."""

import hashlib
import random
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from sync import wire
from sync.chain import START, Position
from sync.facts import (
    Body,
    CatalogueAdopted,
    ClockAnchored,
    PrintEnded,
    PrintSending,
    ScoreGiven,
    TicketIssued,
    drafts,
)
from sync.journal import Instant, Journal
from sync.keys import DeviceKey
from sync.paircode import PairRequest, fingerprint, parse_code, proof_message
from sync.types import BootId, BootMs, JournalId, Level, Seq, UtcMs

NOON = UtcMs(1_795_410_000_000)
"""2026-11-23 12:00 in Bangkok."""
DAY = "2026-11-23"
BOOT = BootId("b" * 32)
CATALOGUE = CatalogueAdopted(
    "d" * 64,
    {
        "services": [{"id": "register", "series": "A"}, {"id": "tax", "series": "B"}],
        "texts": [
            {"service": "register", "language": "th", "name": "ทะเบียนราษฎร"},
            {"service": "register", "language": "en", "name": "Civil registration"},
            {"service": "register", "language": "my", "name": "နိုင်ငံသား မှတ်ပုံတင်"},
            {"service": "tax", "language": "th", "name": "ชำระภาษี"},
            {"service": "tax", "language": "en", "name": "Paying taxes"},
            {"service": "tax", "language": "my", "name": "အခွန်ပေးဆောင်ခြင်း"},
        ],
    },
)


def seeded(seed: int) -> Callable[[int], bytes]:
    """Bytes that are the same in every run."""
    return random.Random(seed).randbytes


def issued(n: int, service: str = "register", *, day: str = DAY, lane: int = 0) -> TicketIssued:
    """Ticket number n of its series; its token is the MD5 of its label."""
    series = "A" if service == "register" else "B"
    label = f"{series}{n:03}"
    return TicketIssued(day, series, lane, n, label, (service,), hashlib.sha256(token(label)).hexdigest())


def token(label: str) -> bytes:
    """The token in the QR of the ticket with this label."""
    return hashlib.sha256(label.encode()).digest()[:16]


def anchor(utc_ms: int = NOON, uncertainty_ms: int = 50) -> ClockAnchored:
    """The clock is known from here on."""
    return ClockAnchored(UtcMs(utc_ms), uncertainty_ms, "ntp")


def score(level: int, counter: int = 1) -> ScoreGiven:
    """A press of a score button."""
    return ScoreGiven(counter, Level(level))


def printed(ticket: int, outcome: str = "confirmed") -> tuple[PrintSending, PrintEnded]:
    """A print job of that ticket, from its first byte to its end."""
    return PrintSending(Seq(ticket), 1), PrintEnded(Seq(ticket), 1, outcome)


@dataclass
class Device:
    """One machine with its journal, `sent` as far as it believes the server to have it."""

    journal: Journal
    key: DeviceKey
    sent: Position = START
    boottime_ms: int = field(default=1000)

    @classmethod
    def make(cls, folder: Path, seed: int = 1) -> "Device":
        """A new machine in this folder."""
        folder.mkdir(parents=True, exist_ok=True)
        draw = seeded(seed)
        key = DeviceKey(draw(32), draw(32))
        now = Instant(BOOT, BootMs(0))
        journal = Journal.create(folder / "journal.db", role="kiosk", public_key=key.public, random=draw, now=now)
        return cls(journal, key)

    def close(self) -> None:
        """Let go of the journal."""
        self.journal.close()

    @property
    def journal_id(self) -> JournalId:
        """The id in fact 1."""
        return self.journal.opened().journal_id

    def record(self, *bodies: Body, boot: BootId = BOOT, after_ms: int = 1000) -> int:
        """Append facts; the seq of the last."""
        self.boottime_ms += after_ms
        return int(self.journal.append(drafts(*bodies), Instant(boot, BootMs(self.boottime_ms)))[-1].seq)

    def batch(self, after: Position | None = None, last: int | None = None) -> wire.Batch:
        """The batch of what lies behind `after` (default: what was sent), up to `last` (default: all)."""
        begin = self.sent if after is None else after
        end = self.journal.end if last is None else self.journal.at(last)
        assert end is not None
        rows = [entry.row for entry in self.journal.entries(begin.seq) if entry.seq <= end.seq]
        return wire.sign_batch(self.journal_id, begin, end, rows, self.key.sign)

    def request(self, after: Position | None = None, last: int | None = None) -> wire.Request:
        """The signed request that carries that batch."""
        return wire.sign_request(self.batch(after, last), self.key.sign)

    def pair_request(self, code: str, certificate: bytes, place: str = "Hall") -> PairRequest:
        """The pairing request for this code of the server with this certificate."""
        secret = parse_code(code).secret
        proof = self.key.sign(proof_message(secret, self.journal_id, fingerprint(certificate)))
        return PairRequest(
            secret.hex(),
            self.journal_id,
            self.key.public.hex(),
            self.journal.secret.hex(),
            "kiosk",
            place,
            proof.hex(),
        )

    def pair(self, client: httpx.Client, code: str, certificate: bytes, place: str = "Hall") -> httpx.Response:
        """Pair over HTTP."""
        body = wire.encode_message(self.pair_request(code, certificate, place))
        return client.post(wire.PAIR_PATH, content=body)

    def send(self, client: httpx.Client, request: wire.Request | None = None) -> httpx.Response:
        """Send over HTTP; on success, what was answered is believed."""
        going = request or self.request()
        response = client.post(wire.FACTS_PATH, content=going.body, headers=going.headers)
        if response.status_code == 200:
            reached = self.journal.at(response.json()["received"])
            assert reached is not None
            self.sent = reached
        return response


def tls_client(url: str, certificate: Path) -> httpx.Client:
    """A client that trusts exactly this certificate."""
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    return httpx.Client(base_url=url, verify=context, timeout=30)
