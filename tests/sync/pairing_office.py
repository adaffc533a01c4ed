"""A server of both paths on a real socket: pairs by code and stores batches, in memory."""

import hmac
from collections.abc import Mapping
from dataclasses import replace

from sync import paircode, wire
from sync.chain import START, Position
from sync.judge import KnownJournal, Refuse, judge_request
from sync.keys import signature_holds
from sync.paircode import PairAnswer, PairingCode, PairRequest
from sync.types import Chain, JournalId, Seq
from tests.sync.https_office import Response

NOW = 1_793_491_200_000


class PairingOffice:
    """Handler for HttpsOffice. `rows` holds what arrived; the fault switches are plain attributes."""

    def __init__(self, certificate: bytes) -> None:
        self.certificate = certificate
        self.code: PairingCode = paircode.make_code(certificate, lambda size: bytes(range(size)))
        self.expired = False
        self.busy = False
        self.device: KnownJournal | None = None
        self.paired_as: PairRequest | None = None
        self.rows: list[tuple[Seq, bytes, Chain]] = []
        self.requests = 0

    def __call__(self, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """The answer to one request."""
        self.requests += 1
        if self.busy:
            return 503, {"Retry-After": "1"}, b""
        answer = self.pair(body) if path == wire.PAIR_PATH else self.facts(headers, body)
        status = answer.status if isinstance(answer, wire.Refusal) else 200
        return status, {"Content-Type": "application/json"}, wire.encode_message(answer)

    def pair(self, body: bytes) -> PairAnswer | wire.Refusal:
        """POST /v1/pair."""
        sent = wire.decode_as(body, PairRequest, "request")
        secret, key = bytes.fromhex(sent.code_secret), bytes.fromhex(sent.public_key)
        message = paircode.proof_message(secret, JournalId(sent.journal_id), paircode.fingerprint(self.certificate))
        if not hmac.compare_digest(secret, self.code.secret):
            return wire.refuse(wire.WRONG_CODE, "no such code", "Make a new one.")
        if self.expired:
            return wire.refuse(wire.CODE_EXPIRED, "the code is older than a day", "Make a new one.")
        if not signature_holds(key, message, bytes.fromhex(sent.proof)):
            return wire.refuse(wire.BAD_SIGNATURE, "the proof does not hold", "Mend the device.")
        self.paired_as = sent
        journal_secret = bytes.fromhex(sent.journal_secret)
        self.device = KnownJournal(JournalId(sent.journal_id), key, journal_secret, self.end, self.chain_at)
        return PairAnswer("office-1", 3, len(self.rows), 0, NOW)

    def facts(self, headers: Mapping[str, str], body: bytes) -> wire.Answer | wire.Refusal:
        """POST /v1/facts."""
        known = replace(self.device, received=self.end) if self.device else None
        verdict = judge_request(wire.read_request(headers, body), known)
        if isinstance(verdict, Refuse):
            return verdict.refusal
        self.rows += [(row.seq, row.row, row.chain) for row in verdict.rows]
        return wire.Answer(len(self.rows), 0, NOW)

    @property
    def end(self) -> Position:
        """How far it holds the journal."""
        return Position(self.rows[-1][0], self.rows[-1][2]) if self.rows else START

    def chain_at(self, seq: Seq) -> Chain | None:
        """The chain stored with a row."""
        return self.rows[seq - 1][2] if seq <= len(self.rows) else None
