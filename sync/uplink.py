"""Carries the exchange's effects out: reads the journal, signs, sends, and tells the kiosk through the inbox.

One thread, one thing a turn; between turns the process sleeps. Nothing here is state that a kill could lose: the
journal is the outbox, the server's watermark says what it has, and a batch that arrives twice is harmless.
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sync import earlier, exchange, forked, pairing, wire
from sync.client import HttpsLink, Link, Unreachable, interpret, meet
from sync.errors import BadKey, JournalDamaged, SyncError
from sync.exchange_terms import (
    NONE,
    Answered,
    Effect,
    Failed,
    Input,
    Pair,
    Paired,
    PairingRefused,
    Phase,
    Refused,
    Replaced,
    RetryAfter,
    Send,
    SetTimer,
    Timer,
    Wake,
)
from sync.inbox import Inbox, InboxRefused, InboxState, OfficeTime
from sync.journal import Instant, JournalReader
from sync.keys import DeviceKey, load
from sync.outbox import batch_for, refused, unsendable
from sync.pairing import Device, PairingFailed, PairingPostponed, Pin
from sync.types import JournalId, Seq, UtcMs
from sync.wire import Answer, Refusal

LOOK_EVERY_S = 30.0
"""How often the journal is looked at though nobody called: a wake-up may be lost, a fact may not wait for long."""

WRONG_KEY = "wrong-key"
_WRONG_KEY = (
    "device.key is not the key that this journal was opened with. Restore it from its backup, or move journal.db "
    "aside: then a new journal begins."
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Whose facts go where: the data folder, the server's URL, the pairing code, and how the device calls itself."""

    data: Path
    url: str
    code: str | None
    place: str
    role: str = "kiosk"


@dataclass(frozen=True, slots=True)
class Ports:
    """The world, as far as the uplink touches it. `step` is handed in for its controls."""

    instant: Callable[[], Instant]
    fraction: Callable[[], float]
    log: Callable[[str], None]
    wake_kiosk: Callable[[], object]
    meet: Callable[[str], bytes] = meet
    link: Callable[[str, bytes], Link] = HttpsLink
    step: exchange.Stepping = exchange.step


@dataclass(frozen=True, slots=True)
class _Own:
    """The journal and the key, once both are there. `inode` tells when another file took the journal's place."""

    inode: int
    reader: JournalReader
    journal_id: JournalId
    key: DeviceKey


class Uplink:
    """The exchange of one device. Call `turn` again after the seconds it says, or when the kiosk wakes it."""

    def __init__(self, settings: Settings, ports: Ports) -> None:
        """Raises JournalBusy where another sync process serves this data folder."""
        self._settings, self._ports = settings, ports
        self._inbox = Inbox(settings.data / "inbox.db")
        self._pin_path = settings.data / "pin.json"
        self._own: _Own | None = None
        self._link: Link | None = None
        self._said: dict[str, str] = {}
        self._effects: deque[Send | Pair] = deque()
        self._due_ms: float | None = None
        pin = pairing.load_pin(self._pin_path)
        self._pin = pin if pin and pairing.holds(pin, settings.code) else None
        self._lane = pin.lane if pin else None  # stays until another is given: numbers must not jump for a new code
        before = self._inbox.read()
        known = before if self._pin and before.server_id == self._pin.server_id else InboxState()
        self._state, effects = exchange.begin(paired=self._pin is not None, received=known.received, safe=known.safe)
        self._plan(effects)
        self._told, self._journal_id = before, known.journal_id
        self._common: Seq | None = None
        self._owes_ms: float | None = None
        """From when on it is tried to bring up the journal before, of which the server may lack the end; None: not."""
        self._contact, self._office_time = known.contact, known.office_time
        self._tell()

    def turn(self) -> float:
        """Do the next thing; the seconds until there is another (0: at once)."""
        if self._effects:
            self._perform(self._effects.popleft())
        elif self._look() and not self._effects:
            if self._due_ms is not None and self._now_ms() >= self._due_ms:
                self._due_ms = None
                self._give(Timer())
            elif self._owes():
                later = self._bring_up(self._ours())
                self._owes_ms = None if later is None else self._now_ms() + LOOK_EVERY_S * 1000
        self._tell()
        if self._effects or self._owes():
            return 0.0
        if self._due_ms is None or self._own is None:
            return LOOK_EVERY_S
        return min(max(self._due_ms - self._now_ms(), 0.0) / 1000, LOOK_EVERY_S)

    @property
    def standing(self) -> str:
        """How the exchange stands, in one line for whoever looks after this machine."""
        phase, message = self._shown_phase(), self._state.message
        return f"{phase}: {message}" if message else phase

    @property
    def behind(self) -> bool:
        """Whether facts are on their way, or wait for the next try. For any thread: a hint, no promise."""
        state = self._state
        return state.phase in (Phase.SENDING, Phase.BACKOFF) and state.head > state.received

    def close(self) -> None:
        """Let go of everything."""
        for each in (self._link, self._own.reader if self._own else None, self._inbox):
            if each is not None:
                each.close()

    def _look(self) -> bool:
        """Tell the machine how far the journal reaches; whether there is a journal to speak of."""
        try:
            own = self._opened()
            head = own.reader.last().seq
        except FileNotFoundError as error:
            self._say("journal", f"waiting for the kiosk to make its journal and key: {error}")
            return self._without_journal()
        except (SyncError, sqlite3.Error, UnicodeDecodeError, OSError) as error:
            self._say("journal", f"the journal cannot be read, nothing is sent: {error}")
            return self._without_journal()
        self._say("journal", f"journal {own.journal_id}")
        if head != self._state.head:
            self._give(Wake(head))
        return True

    def _without_journal(self) -> bool:
        if self._own is not None:
            self._own.reader.close()
            self._own = None
        return False

    def _opened(self) -> _Own:
        path = self._settings.data / "journal.db"
        inode = path.stat().st_ino
        if self._own is not None and self._own.inode != inode:
            self._without_journal()
        if self._own is None:
            key, reader = load(self._settings.data / "device.key"), JournalReader(path)
            try:
                opened = reader.opened()
            except BaseException:
                reader.close()
                raise
            self._own = _Own(inode, reader, opened.journal_id, key)
            self._owes_ms = None if opened.predecessor is None else 0.0
            self._start_over_for(opened.journal_id)
        return self._own

    def _start_over_for(self, journal_id: JournalId) -> None:
        """What the server acknowledged of another journal says nothing about this one."""
        before, self._journal_id = self._journal_id, journal_id
        if before not in (None, journal_id):
            self._say("journal", f"another journal took the place of {before}")
            self._effects.clear()
            self._common = None
            self._give(Replaced(paired=self._pin is not None))

    def _ours(self) -> _Own:
        if self._own is None:
            raise JournalDamaged("the journal is not open", last_good=0, hint="It is opened at the next look.")
        return self._own

    def _give(self, given: Input) -> None:
        self._state, effects = self._ports.step(self._state, given, self._ports.fraction())
        self._plan(effects)
        if self._state.message:
            self._say("phase", self.standing)
        elif self._shown_phase() == Phase.IDLE.value:
            self._say("phase", "facts are sent as they come")

    def _shown_phase(self) -> str:
        """Sending is a moment, not a state to show: it goes well, or it is one more try."""
        shown = self._state.phase
        if shown is Phase.SENDING:
            shown = Phase.BACKOFF if self._state.reason else Phase.IDLE
        return str(shown.value)

    def _plan(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, SetTimer):
                self._due_ms = self._now_ms() + effect.seconds * 1000
            else:
                self._due_ms = None
                self._effects.append(effect)

    def _perform(self, effect: Send | Pair) -> None:
        try:
            heard = self._pair() if isinstance(effect, Pair) else self._send(effect)
            if self._look_again():
                self._give(heard)
            self._seek()
        except (sqlite3.Error, JournalDamaged, BadKey, UnicodeDecodeError, OSError) as error:
            self._without_journal()
            self._give(Failed(f"the journal cannot be read: {error}"))

    def _look_again(self) -> bool:
        """An answer is held against what the journal holds by now, in whatever file that goes on: another machine with
        this very card may have sent what came in since the last look, and the server is not ahead for that. False:
        another journal is here by now, of which the answer says nothing."""
        if self._own is None:
            return True
        asked = self._own.journal_id
        own = self._opened()
        if own.journal_id != asked:
            return False
        head = own.reader.last().seq
        if head > self._state.head:
            self._give(Wake(head))
        return True

    def _seek(self) -> None:
        """Where the server holds another history of this journal: up to where is it the same? The kiosk goes by it."""
        state = self._state
        if state.phase is not Phase.QUARANTINE or state.reason not in forked.HISTORIES_PART:
            self._common = None
        elif self._common is None:
            self._common = forked.common(self._agrees, state.head, self._ours().reader.floor().seq)

    def _agrees(self, seq: Seq) -> bool | None:
        heard = self._send(Send(seq, seq, 0))
        if isinstance(heard, Answered) or (isinstance(heard, Refused) and heard.code == wire.SUPERSEDED):
            return True  # of a journal that another one follows the server takes nothing, but this much it has
        known = isinstance(heard, Refused) and heard.code in (wire.FORK, wire.GAP)
        return False if known else None

    def _pair(self) -> Input:
        own = self._ours()
        settings, ports = self._settings, self._ports
        if self._pin is not None and self._follows(own):
            heard = self._succeed(own, self._pin)
            if not (isinstance(heard, PairingRefused) and heard.code == wire.UNPAIRED):
                return heard
        if self._pin is not None and not settings.code:
            return self._still_paired()
        if own.reader.opened().public_key != own.key.public.hex():
            self._without_journal()  # the kiosk may be about to put the right one in its place
            return PairingRefused(WRONG_KEY, _WRONG_KEY)  # the server would tie this journal to a key that never fits
        device = Device(own.journal_id, own.reader.secret, own.key, settings.role, settings.place)
        before = ports.instant()
        try:
            pin, answer = pairing.pair(
                settings.code, device, lambda: ports.meet(settings.url), lambda print_: ports.link(settings.url, print_)
            )
            pairing.save_pin(self._pin_path, pin)
        except PairingFailed as error:
            return PairingRefused(error.code, f"{error}. {error.hint}")
        except PairingPostponed as error:
            return RetryAfter(error.seconds)
        except Unreachable as error:
            return Failed(f"{error}. {error.hint}")
        except OSError as error:
            return Failed(f"paired, but {self._pin_path} cannot be written: {error}")
        self._drop_link()
        self._pin, self._lane = pin, pin.lane
        self._owes_ms = None if own.reader.opened().predecessor is None else 0.0
        self._heard(before, answer.utc_ms)
        return Paired(Seq(answer.received), Seq(answer.safe))

    def _follows(self, own: _Own) -> bool:
        """Whether this journal goes on with the key of the one before. On another board it has a new one, and a person
        has to say that this is still the machine (kiosk.successor)."""
        link = own.reader.opened().predecessor
        if link is None:
            return False
        try:
            with JournalReader(forked.kept(self._settings.data, link.journal_id)) as kept:
                return kept.opened().public_key == own.reader.opened().public_key
        except (FileNotFoundError, SyncError, sqlite3.Error, UnicodeDecodeError):
            return True  # the server knows

    def _succeed(self, own: _Own, pin: Pin) -> Input:
        """The journal before was paired here, with the same key: its word is enough for this one."""
        before = self._ports.instant()
        opened = own.reader.opened()
        device = Device(own.journal_id, own.reader.secret, own.key, self._settings.role, self._settings.place)
        link = opened.predecessor
        try:
            if link is None:
                return self._still_paired()
            later = self._bring_up(own)
            if later is not None:
                return later
            answer = pairing.succeed(self._linked(), device, JournalId(link.journal_id), bytes.fromhex(pin.fingerprint))
        except PairingFailed as error:
            return PairingRefused(error.code, f"{error}. {error.hint}")
        except PairingPostponed as error:
            return RetryAfter(error.seconds)
        except Unreachable as error:
            self._drop_link()
            return Failed(f"{error}. {error.hint}")
        self._heard(before, answer.utc_ms)
        return Paired(Seq(answer.received), Seq(answer.safe))

    def _owes(self) -> bool:
        """Whether the journal before is to be brought up now: there is a journal, and nothing else to do."""
        idle = self._own is not None and self._state.phase is Phase.IDLE
        return idle and self._owes_ms is not None and self._now_ms() >= self._owes_ms

    def _bring_up(self, own: _Own) -> Failed | RetryAfter | None:
        """See sync.earlier."""
        link = own.reader.opened().predecessor
        try:
            return earlier.bring_up(self._settings.data, link, own.key, self._linked()) if link is not None else None
        except Unreachable as error:
            self._drop_link()
            return Failed(f"{error}. {error.hint}")

    def _still_paired(self) -> Input:
        """Without a code only the pinned server can mend it: it may have been restored to a copy that knows us."""
        heard = self._send(Send(NONE, NONE, 0))
        if isinstance(heard, Answered):
            return Paired(heard.received, heard.safe)
        return PairingRefused(heard.code, heard.message) if isinstance(heard, Refused) else heard

    def _send(self, ask: Send) -> Input:
        own = self._ours()
        pruned = unsendable(own.reader, ask.after)
        if pruned is not None:
            return pruned
        request = wire.sign_request(batch_for(own.reader, own.journal_id, ask, own.key), own.key.sign)
        before = self._ports.instant()
        try:
            reply = self._linked().post(wire.FACTS_PATH, request.headers, request.body)
        except Unreachable as error:
            self._drop_link()
            return Failed(f"{error}. {error.hint}")
        meaning = interpret(reply)
        if isinstance(meaning, Answer):
            self._heard(before, meaning.utc_ms)
            return Answered(Seq(meaning.received), Seq(meaning.safe))
        if isinstance(meaning, Refusal):
            self._contact = self._ports.instant()
            return refused(meaning, own.reader)
        return meaning

    def _linked(self) -> Link:
        if self._pin is None:
            raise SyncError("nothing is pinned", hint="This is a mistake in the program; report it.")
        if self._link is None:
            self._link = self._ports.link(self._settings.url, bytes.fromhex(self._pin.fingerprint))
        return self._link

    def _drop_link(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    def _heard(self, before: Instant, utc_ms: int) -> None:
        self._contact = self._ports.instant()
        self._office_time = OfficeTime(UtcMs(utc_ms), before.boot_id, before.boottime_ms, self._contact.boottime_ms)

    def _tell(self) -> None:
        """Write the inbox where the state changed, and wake the kiosk."""
        state = self._state
        now = InboxState(self._shown_phase(), state.received, state.safe, state.reason, state.message)
        now = replace(now, journal_id=self._journal_id, contact=self._contact, office_time=self._office_time)
        now = replace(now, server_id=self._pin.server_id if self._pin else None, lane=self._lane, common=self._common)
        now = replace(now, fresh=self._pin.fresh if self._pin else None)
        if now == self._told:
            return
        try:
            self._inbox.write(now)
        except InboxRefused as error:
            self._say("inbox", f"{error}. {error.hint}")
            return
        self._told = now
        self._say("inbox", "")
        self._ports.wake_kiosk()

    def _say(self, about: str, text: str) -> None:
        """Log a line, but not the same one about the same thing again."""
        if self._said.get(about, "") != text:
            self._said[about] = text
            if text:
                self._ports.log(text)

    def _now_ms(self) -> int:
        return self._ports.instant().boottime_ms
