"""Pairing, once: compare the server's certificate with the code, bring the key, pin the certificate.

Nothing is sent before the certificate fits the code. The pin is durable before pairing counts as done; a power cut in
between is mended by pairing again with the same code, which gives the same answer.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from sync import paircode, wire
from sync.client import Link, Reply
from sync.errors import SyncError
from sync.keys import DeviceKey
from sync.paircode import BadCode, PairAnswer, PairRequest, Succession
from sync.pin import Pin as Pin
from sync.pin import digest
from sync.pin import holds as holds
from sync.pin import load_pin as load_pin
from sync.pin import save_pin as save_pin
from sync.types import JournalId
from sync.wire import BadAnswer

NO_CODE = "no-code"
BAD_CODE = "bad-code"
WRONG_SERVER = "wrong-server"


class PairingFailed(SyncError):
    """Pairing needs a person. `code` is no-code, bad-code, wrong-server, or the server's own refusal."""

    def __init__(self, code: str, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class PairingPostponed(SyncError):
    """The server is busy or made no sense: try again, after `seconds` at least."""

    def __init__(self, message: str, *, seconds: float, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Device:
    """Who pairs: the journal, its secret and key, the machine's role (kiosk, display) and the name of its place."""

    journal_id: JournalId
    journal_secret: bytes
    key: DeviceKey
    role: str
    place: str


def pair(
    code_text: str | None, device: Device, certificate_of: Callable[[], bytes], link_to: Callable[[bytes], Link]
) -> tuple[Pin, PairAnswer]:
    """Pair by this code. `certificate_of` meets the server, `link_to` opens a link pinned to a fingerprint.

    Raises PairingFailed, PairingPostponed, Unreachable.
    """
    if not code_text:
        hint = "Make a pairing code at the server and write it into kiosk.toml: [server] code."
        raise PairingFailed(NO_CODE, "this device is not paired and has no pairing code", hint=hint)
    try:
        code = paircode.parse_code(code_text)
    except BadCode as error:
        raise PairingFailed(BAD_CODE, str(error), hint=error.hint) from error
    certificate = certificate_of()
    if not code.is_of(certificate):
        hint = "Check [server] url: another machine answers there. Or the code is of another server. Nothing was sent."
        raise PairingFailed(WRONG_SERVER, "the server's certificate does not fit the pairing code", hint=hint)
    fingerprint = paircode.fingerprint(certificate)
    link = link_to(fingerprint)
    try:
        body = wire.encode_message(request(code.secret, device, fingerprint))
        answer = _answer(link.post(wire.PAIR_PATH, {"Content-Type": "application/json"}, body))
    finally:
        link.close()
    return Pin(answer.server_id, fingerprint.hex(), answer.lane, digest(code.secret), answer.fresh), answer


def succeed(link: Link, device: Device, predecessor: JournalId, fingerprint: bytes) -> PairAnswer:
    """Pair a journal by the word of the one before it, which the server knows by the same key.

    Raises PairingFailed, PairingPostponed, Unreachable.
    """
    word = device.key.sign(paircode.succession_message(predecessor, device.journal_id, fingerprint)).hex()
    body = Succession(**asdict(request(b"", device, fingerprint)), predecessor=predecessor, succession=word)
    return _answer(link.post(wire.PAIR_PATH, {"Content-Type": "application/json"}, wire.encode_message(body)))


def request(code_secret: bytes, device: Device, fingerprint: bytes) -> PairRequest:
    """The body of POST /v1/pair."""
    proof = device.key.sign(paircode.proof_message(code_secret, device.journal_id, fingerprint))
    return PairRequest(
        code_secret.hex(),
        device.journal_id,
        device.key.public.hex(),
        device.journal_secret.hex(),
        device.role,
        device.place,
        proof.hex(),
    )


def _answer(reply: Reply) -> PairAnswer:
    if reply.status in (429, 503):
        hint = "The server takes a few tries a minute only. It is tried again."
        raise PairingPostponed("the server asks for patience", seconds=reply.retry_after, hint=hint)
    try:
        if reply.status == 200:
            return wire.decode_as(reply.body, PairAnswer, "answer to pairing")
        if 400 <= reply.status < 500:
            refusal = wire.decode_refusal(reply.body)
            raise PairingFailed(refusal.error, refusal.message, hint=refusal.hint)
    except BadAnswer as error:
        raise PairingPostponed(f"HTTP {reply.status}: {error}", seconds=0.0, hint=error.hint) from error
    raise PairingPostponed(f"HTTP {reply.status}", seconds=0.0, hint="Look into the server's log.")
