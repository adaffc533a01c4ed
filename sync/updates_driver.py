"""Fetches the next release, piece by piece, and lays it ready for whoever installs it. For a thread of its own.

Facts go first: while any are on their way this waits, and it never takes more of the line than RATE. So does the room
of the records: nothing is fetched where less than RESERVE would be left, and what lies there in part is given up for
them. A piece goes behind the ones before; where the machine is cut off, the next turn goes on there. Only when all of
it is on the disk and has the promised SHA-256 does it get its name, and then the note beside it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from sync import updatewire, wire
from sync.client import HttpsLink, Link, Reply
from sync.disk import DiskTrouble, trouble_of
from sync.downlink_driver import Who
from sync.errors import SyncError
from sync.exchange import backoff_s
from sync.updates import (
    FETCHED_NOTE,
    PART,
    PART_NOTE,
    READY,
    READY_NOTE,
    Bundle,
    Fetching,
    Machine,
    Shelf,
    stands_for,
    was_tried,
)
from sync.wire import UPDATES_PATH

EVERY_S = 600.0
"""How often it is asked what is offered, also while it is fetched: it may be withdrawn."""
AGAIN_S = 60.0
"""Least wait after a failure, and until this machine is paired."""
MOST_S = 900.0
"""Most of the wait after failures in a row, beside that."""
OLD_SERVER_S = 3600.0
"""After a server of an older release, which knows of no such question, and until there may be room again."""
WRONG_S = 3600.0
"""After bytes that are not what was promised; doubled each time, a day at most."""
RATE = 256 * 1024
"""Most bytes a second."""
FACTS_S = 1.0
"""How often it is looked whether the facts are on their way no more."""
PATIENCE_S = 60.0
"""So long it waits for them with one piece: an update may be what mends their way."""
RESERVE = 512 * 1024 * 1024
"""Bytes that are left to the records, whatever is fetched."""
FLUSH_BYTES = 8 * 1024 * 1024
"""So often what came is forced onto the disk."""

FULL, WRONG, TRIED, UNREACHED, REFUSED = DiskTrouble.FULL.value, "wrong-bytes", "tried", "unreachable", "refused"
"""What is in the way, beside the other values of DiskTrouble."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The world. `who`: None while it is not paired; `machine`: what runs here; `behind`: facts are on their way;
    `stands_for`: whether a bundle is of use here."""

    who: Callable[[], Who | None]
    machine: Callable[[], Machine]
    behind: Callable[[], bool]
    monotonic: Callable[[], float]
    fraction: Callable[[], float]
    log: Callable[[str], None]
    stands_for: Callable[[Bundle, Machine], bool] = stands_for
    link: Callable[[str, bytes], Link] = lambda url, fingerprint: HttpsLink(url, fingerprint, most=2 * updatewire.PIECE)


class Fetcher:
    """One machine's way to the next release. Call `turn` again after the seconds it says."""

    def __init__(self, shelf: Shelf, url: str, ports: Ports, *, rate: float = RATE, reserve: int = RESERVE) -> None:
        self._shelf, self._url, self._ports, self._rate, self._reserve = shelf, url, ports, rate, reserve
        self._link: tuple[str, Link] | None = None
        self._offer: Bundle | None = None
        self._ask_due = ports.monotonic()
        self._held_since: float | None = None
        self._attempts = self._wrong = 0
        self._why: str | None = None
        self._said = ""
        self._told: Fetching | None = None

    def turn(self) -> float:
        """Do the next thing; the seconds until there is another."""
        if self._holds():
            return FACTS_S
        try:
            asker = self._ports.who()
            if asker is None:
                return AGAIN_S
            wait = self._step(asker)
        except SyncError as error:
            wait = self._failed(UNREACHED, str(error))
        except OSError as error:
            wait = self._failed(trouble_of(error).value, str(error))
        if wait >= AGAIN_S:
            self._drop_link()
        return wait

    def close(self) -> None:
        """Let go of the connection."""
        self._drop_link()

    def _holds(self) -> bool:
        """Whether facts go first now; one piece in a while goes all the same."""
        if not self._ports.behind():
            self._held_since = None
            return False
        now = self._ports.monotonic()
        if self._held_since is None:
            self._held_since = now
        if now - self._held_since < PATIENCE_S:
            return True
        self._held_since = now
        return False

    def _step(self, asker: Who) -> float:
        if self._offer is None or self._ports.monotonic() >= self._ask_due:
            return self._ask(asker)
        return self._go_on(asker, self._offer)

    # What is offered ------------------------------------------------------------------------------------------------

    def _ask(self, asker: Who) -> float:
        machine = self._ports.machine()
        reply = self._post(asker, updatewire.Ask(None, machine, self._how()))
        if reply.status != 200:
            return self._refused(reply)
        self._attempts = 0
        self._offer, self._ask_due = updatewire.read_offer(reply.body), self._ports.monotonic() + EVERY_S
        return self._settle(machine)

    def _settle(self, machine: Machine) -> float:
        """Take away what is stale, and see what is to be fetched."""
        shelf, offer = self._shelf, self._offer
        if offer is not None and not self._ports.stands_for(offer, machine):
            offer = None
        ready = shelf.note(READY_NOTE)
        if offer is not None and offer.same(ready) and shelf.size(READY) == offer.size:
            self._clear_part()
            for name in (READY_NOTE, FETCHED_NOTE):
                if shelf.note(name) != offer:
                    shelf.write_note(name, offer)
            self._is(Fetching(offer.release, offer.size, offer.size))
            return self._nothing_to_do()
        if ready is not None:
            self._say(f"{ready.release} is not offered any more, or runs: it is taken away")
            shelf.remove(READY_NOTE)
            shelf.remove(FETCHED_NOTE)
        self._take_up_nameless(offer)
        tried = offer is not None and was_tried(offer, machine)
        if offer is None or tried or offer.same(shelf.note(FETCHED_NOTE)):
            self._clear_part()
            taken = None if offer is None else Fetching(offer.release, offer.size, offer.size, TRIED if tried else None)
            self._is(taken or Fetching())
            return self._nothing_to_do()
        if not offer.same(shelf.note(PART_NOTE)):
            self._clear_part()
            shelf.write_note(PART_NOTE, offer)
        self._offer = offer
        return 0.0

    def _take_up_nameless(self, offer: Bundle | None) -> None:
        """A bundle without its note: whoever takes it for the installation was cut off, or the writing of the note was,
        or it is stale."""
        shelf = self._shelf
        if shelf.size(READY) is None:
            return
        if offer is not None and offer.same(shelf.note(FETCHED_NOTE)) and shelf.size(READY) == offer.size:
            shelf.write_note(READY_NOTE, offer)
        elif offer is not None and offer.same(shelf.note(PART_NOTE)) and shelf.size(PART) is None:
            shelf.rename(READY, PART)
        else:
            shelf.remove(READY)

    def _nothing_to_do(self) -> float:
        self._offer = None
        return EVERY_S

    def _clear_part(self) -> None:
        """Bytes without a note are nobody's; a note without bytes is a beginning."""
        self._shelf.remove(PART)
        self._shelf.remove(PART_NOTE)

    # Its bytes ------------------------------------------------------------------------------------------------------

    def _go_on(self, asker: Who, offer: Bundle) -> float:
        have = self._shelf.size(PART) or 0
        if have >= offer.size:
            return self._finish(offer)
        if self._shelf.free() - (offer.size - have) < self._reserve:
            self._clear_part()
            self._offer = None
            self._ask_due = self._ports.monotonic()
            self._trouble(FULL, f"{offer.release} does not fit: {self._reserve} bytes are left to the records")
            return OLD_SERVER_S
        reply = self._post(asker, updatewire.Ask(updatewire.Piece(offer, have)))
        if reply.status != 200:
            return self._refused(reply)
        if not reply.body or have + len(reply.body) > offer.size:
            return self._wrong_bytes(offer, "a piece that is longer or shorter than it can be")
        self._shelf.append(reply.body)
        self._attempts = 0
        have += len(reply.body)
        if have // FLUSH_BYTES != (have - len(reply.body)) // FLUSH_BYTES:
            self._shelf.flush()
            self._is(Fetching(offer.release, have, offer.size))
        elif self._why is not None or self._told is None or self._told.release != offer.release:
            self._is(Fetching(offer.release, have, offer.size))
        return len(reply.body) / self._rate

    def _finish(self, offer: Bundle) -> float:
        """All of it is here: is it what was promised?"""
        if self._shelf.size(PART) != offer.size or self._shelf.digest() != offer.sha256:
            return self._wrong_bytes(offer, "its SHA-256 is another than the one that was promised")
        self._wrong = 0
        self._shelf.remove(READY_NOTE)
        self._shelf.rename(PART, READY)
        self._shelf.write_note(READY_NOTE, offer)
        self._shelf.write_note(FETCHED_NOTE, offer)
        self._shelf.remove(PART_NOTE)
        self._say(f"{offer.release} is here, {offer.size} bytes")
        self._is(Fetching(offer.release, offer.size, offer.size))
        return self._nothing_to_do()

    def _wrong_bytes(self, offer: Bundle, why: str) -> float:
        self._clear_part()
        self._offer = None
        self._wrong += 1
        self._trouble(WRONG, f"{offer.release}: {why}; it is taken away")
        return min(WRONG_S * 2.0 ** (self._wrong - 1), 24 * WRONG_S)

    # Trouble --------------------------------------------------------------------------------------------------------

    def _refused(self, reply: Reply) -> float:
        """What came instead of an answer."""
        if reply.status in (429, 503):
            return max(reply.retry_after, self._failed(UNREACHED, "the server asks for patience"))
        try:
            refusal = wire.decode_refusal(reply.body)
        except wire.BadAnswer:
            return self._failed(UNREACHED, f"HTTP {reply.status}")
        self._offer = None
        if refusal.error == wire.NO_UPDATE:
            return self._failed(None, "")  # withdrawn, or exchanged: the next question tells
        if refusal.error == wire.UNKNOWN_PATH:
            return OLD_SERVER_S
        return self._failed(REFUSED, f"{refusal.error}: {refusal.message}")

    def _failed(self, code: str | None, why: str) -> float:
        self._attempts += 1
        self._drop_link()
        if code is not None:
            self._trouble(code, why)
        return AGAIN_S + backoff_s(self._attempts, self._ports.fraction(), MOST_S)

    def _trouble(self, code: str, why: str) -> None:
        self._say(why)
        self._is(replace(self._how(), why=code))

    def _how(self) -> Fetching:
        """How it stands now."""
        try:
            note = self._shelf.note(READY_NOTE)
            if note is not None:
                return Fetching(note.release, note.size, note.size, self._why)
            note = self._shelf.note(PART_NOTE)
            have = (self._shelf.size(PART) or 0) if note is not None else 0
        except OSError:
            return Fetching(why=self._why)
        return Fetching(note.release, have, note.size, self._why) if note is not None else Fetching(why=self._why)

    def _is(self, how: Fetching) -> None:
        """Leave word of how it stands, where that changed."""
        self._why = how.why
        if how.why is None:
            self._said = ""
        if how == self._told:
            return
        self._told = how
        try:
            self._shelf.tell(how)
        except OSError as error:
            self._say(f"how it stands cannot be written: {error}")

    def _say(self, line: str) -> None:
        if line != self._said:
            self._ports.log(f"update: {line}")
        self._said = line

    def _post(self, asker: Who, ask: updatewire.Ask) -> Reply:
        if self._link is None or self._link[0] != asker.pin.fingerprint:
            self._drop_link()
            fingerprint = asker.pin.fingerprint
            self._link = fingerprint, self._ports.link(self._url, bytes.fromhex(fingerprint))
        request = updatewire.sign_ask(asker.journal_id, ask, asker.key)
        return self._link[1].post(UPDATES_PATH, request.headers, request.body)

    def _drop_link(self) -> None:
        if self._link is not None:
            self._link[1].close()
            self._link = None


def run(fetcher: Fetcher, ended: threading.Event, log: Callable[[str], None]) -> None:
    """Turn until it is ended. A mistake here must not end the way up."""
    wait = 0.0
    while not ended.wait(wait):
        try:
            wait = fetcher.turn()
        except Exception as error:  # noqa: BLE001 it is told, and tried again
            log(f"update: a mistake in the program, please report it: {error!r}")
            wait = OLD_SERVER_S
    fetcher.close()
