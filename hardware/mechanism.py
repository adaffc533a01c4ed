"""A printer's mechanism in time: its buffer, its head, its blade, its faults, and the paper that comes off. Pure: the
caller brings the time, in seconds of any clock that never goes back.

Bytes are received into a buffer and read from it a few rows ahead of the head: a question in order (GS r) is answered
when it is read, before the rows in front of it are burnt. What needs the paper (rows, cuts, echoes) waits its turn.
Offline, nothing is read or burnt; what waits goes on after the repair.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from hardware.condition import Condition as Condition
from hardware.interpreter import (
    FULL_STATUS,
    Answered,
    AskedInOrder,
    AskedName,
    Automatic,
    Begun,
    Cut,
    Echo,
    Interpreter,
    Reset,
    Rows,
    Wrong,
)
from hardware.makes import Make as Make
from hardware.strikes import FAULTS as FAULTS
from hardware.strikes import OUTER, Fault
from hardware.strikes import Strike as Strike

_XON, _XOFF = b"\x11", b"\x13"
_ROWS_A_LOOK = 16
_ROUNDING = 1e-6
_VISIBLE: dict[Fault, Callable[[Condition], bool]] = {
    "paper-out": lambda condition: condition.paper == "out",
    "cover-open": lambda condition: condition.cover_open,
    "overheated": lambda condition: condition.overheated,
}
_ANSWERING: frozenset[Fault] = frozenset(("garbage", "late-echo", "no-echo"))


@dataclass(frozen=True, slots=True)
class Piece:
    """Paper that came off. `rows`: each `width // 8` bytes, 1 = black; none: blank paper only. `cut`: by the blade;
    False: torn off. `breaks`: how many rows hung out when the paper was disturbed (the roll ended, the cover was
    opened, the power went): a ticket with rows on both sides of one is in two pieces. `data`: the bytes that made it,
    of a torn piece perhaps more."""

    rows: tuple[bytes, ...]
    cut: bool
    breaks: tuple[int, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault came by plan. "power-off", "cable-pulled" and "stall" are the owner's to carry out, and to mend: the
    mechanism stands still at this very row until it is called again."""

    strike: Strike


Effect = Answered | Begun | Piece | Struck | Wrong


class Mechanism:
    """A printer that was switched on at `now`."""

    def __init__(
        self,
        make: Make | None = None,
        strikes: Iterable[Strike] = (),
        *,
        condition: Condition | None = None,
        now: float = 0.0,
    ) -> None:
        self.make = make or Make()
        self.condition = condition or Condition()
        self.powered = True
        self.received = self.burnt = 0
        """Bytes and rows since power-on."""
        self._row_s = 25.4 / self.make.dots_per_inch / self.make.mm_per_s if self.make.mm_per_s else 0.0
        self._look_rows = max(1, min(_ROWS_A_LOOK, self.make.buffer_bytes * 4 // self.make.width))
        self._effects: list[Effect] = []
        self._hanging: list[bytes] = []
        self._breaks: list[int] = []
        self._carried = b""
        self._jammed = False
        self._mends: list[tuple[float, Fault]] = []
        self._strikes: dict[str, list[Strike]] = {"byte": [], "row": []}
        self._now = now
        self._clear(now)
        self._add(strikes)

    def _clear(self, now: float) -> None:
        """As power-on finds it."""
        self._reader = Interpreter(
            self.make.width, dots_per_inch=self.make.dots_per_inch, full_status=self.make.full_status
        )
        self._queue: deque[list[bytes] | Cut | Echo] = deque()
        self._queued = 0
        self._free_at = now  # when the head is done with all that has left the queue
        self._halted, self._automatic, self._stopped_host = False, False, False
        self._noise: bytes | None = None
        self._echo_fault: Fault | None = None
        self._late: list[bytes] = []

    @property
    def room(self) -> int:
        """How many bytes it takes in now; no further than to the next strike that its owner must carry out."""
        if not self.powered:
            return 0
        room = self.make.buffer_bytes - self._reader.waiting
        ahead = self._strikes["byte"]
        return max(min(room, ahead[0].at - self.received) if ahead and ahead[0].fault in OUTER else room, 0)

    @property
    def hanging(self) -> tuple[bytes, ...]:
        """The rows on the paper that hangs out."""
        return tuple(self._hanging)

    @property
    def in_picture(self) -> bool:
        """Whether it waits for more rows of a picture."""
        return self._reader.in_picture

    @property
    def ticket(self) -> bytes:
        """The bytes read since the last cut."""
        return bytes(self._reader.ticket)

    def receive(self, data: bytes, now: float) -> list[Effect]:
        """Bytes of the host; what is more than `room` is lost."""
        self._wake(now)
        at = 0
        while at < len(data) and self.powered:
            most = self.make.buffer_bytes - self._reader.waiting
            if ahead := self._strikes["byte"]:
                most = min(most, max(ahead[0].at - self.received, 1))
            if most <= 0:
                self._effects.append(Wrong(f"{len(data) - at} bytes lost: the buffer is full"))
                break
            chunk = data[at : at + most]
            at += len(chunk)
            self.received += len(chunk)
            self._take(chunk)
            if self._struck("byte", self.received) and self._halted:
                break
        return self._told()

    def advance(self, now: float) -> list[Effect]:
        """Time passes: rows burn, cuts fall, late echoes leave. Stops at a strike that its owner must carry out."""
        self._wake(now)
        return self._told()

    def next_at(self) -> float | None:
        """When something happens by itself, or there is more room; None: never. Until then no advance is needed."""
        times = [self._mends[0][0]] if self._mends else []
        if self._halted:
            times.append(self._now)
        elif self.powered and not self.condition.offline and self._queue:
            times.append(self._head_done())
        return min(times, default=None)

    def change(self, condition: Condition, now: float) -> list[Effect]:
        """A hand at the mechanism."""
        self._pass(now)
        if self.condition.cutter_error and not condition.cutter_error:
            self._jammed = False
        self._become(condition, self._now)
        self._mends = [mend for mend in self._mends if mend[1] not in _VISIBLE or _VISIBLE[mend[1]](condition)]
        self._pass(now)
        return self._told()

    def strike(self, strike: Strike, now: float) -> list[Effect]:
        """At once, wherever it was planned for."""
        self._pass(now)
        self._carry_out(strike, self._now)
        self._pass(now)
        return self._told()

    def plan(self, strikes: Iterable[Strike]) -> None:
        """More of them."""
        self._add(strikes)

    def mend(self, fault: Fault, now: float) -> list[Effect]:
        """A hand mends what a strike did."""
        self._pass(now)
        self._mends = [mend for mend in self._mends if mend[1] != fault]
        self._mend(fault, self._now)
        self._pass(now)
        return self._told()

    def tear(self, now: float) -> list[Effect]:
        """A hand tears off what hangs out of the mouth: all that is past the blade or the tear bar."""
        self._pass(now)
        if (rows := len(self._hanging) - self.make.head_to_cutter) > 0:
            self._come_off(rows, self.ticket, cut=False)
        return self._told()

    def power_off(self, now: float, *, torn: bool = True) -> list[Effect]:
        """The buffer is lost, settings too. What hung out is torn off; with torn=False it hangs on, disturbed, and the
        next ticket comes out below it."""
        if self.powered:
            self._pass(now)
            if self._hanging and torn:
                self._come_off(len(self._hanging), self._data_hanging(), cut=False)
            elif self._hanging:
                self._disturb()
                self._carried = self._data_hanging()
            self.powered = False
            self._clear(self._now)
            self._mends = [mend for mend in self._mends if mend[1] not in _ANSWERING]
        return self._told()

    def power_on(self, now: float) -> list[Effect]:
        """Counts bytes and rows anew; paper, cover and blade are as they were."""
        if not self.powered:
            self._now = max(now, self._now)
            self._clear(self._now)
            self.powered, self.received, self.burnt = True, 0, 0
            self.condition = replace(self.condition, overheated=False)
            if self.make.xonxoff:
                self._effects.append(Answered(_XON))
        return self._told()

    def _told(self) -> list[Effect]:
        if self.make.xonxoff and self.powered:
            room = self.make.buffer_bytes - self._reader.waiting
            if self._stopped_host and room >= self.make.buffer_bytes // 4:
                self._stopped_host = False
                self._effects.append(Answered(_XON))
            elif not self._stopped_host and room <= self.make.buffer_bytes // 8:
                self._stopped_host = True
                self._effects.append(Answered(_XOFF))
        effects, self._effects = self._effects, []
        return effects

    def _wake(self, now: float) -> None:
        self._halted = False
        if self.powered:
            self._struck("byte", self.received)
            self._struck("row", self.burnt)
        self._pass(now)

    def _take(self, chunk: bytes) -> None:
        start = 0
        while start < len(chunk):
            start, asked = self._reader.take(chunk, start, self._now)
            self._pass(self._now)
            if asked and (self.make.answers or asked == FULL_STATUS):
                shown = self._shown()
                self._answer(shown.full() if asked == FULL_STATUS else shown.answer(asked))

    def _pass(self, now: float) -> None:
        """Up to now, in the order in which things happen."""
        self._now = max(now, self._now)
        while not self._halted:
            due = self._mends[0] if self._mends and self._mends[0][0] <= self._now else None
            if self._work(due[0] if due else self._now):
                continue  # a strike has changed what is due
            if due is None or self._halted:
                return
            self._mends.remove(due)
            self._mend(due[1], due[0])

    def _work(self, until: float) -> bool:
        """Reads and burns until there is nothing to do before `until`. True: stopped by a strike."""
        while self.powered and not self._halted:
            self._read_ahead()
            if self.condition.offline:
                return False
            if not self._queue:
                self._free_at = max(self._free_at, until)
                return False
            head = self._queue[0]
            if isinstance(head, list):
                rows = self._burn(head, until)
                if not rows:
                    return False
                if self._struck("row", self.burnt):
                    return True
            elif not (self._fall(head, until) if isinstance(head, Cut) else self._echo(head)):
                return False
        return False

    def _read_ahead(self) -> None:
        """A mechanism that needs no time is never behind."""
        most = self.make.ahead_rows if self._row_s else 1
        while self._queued < most and not self.condition.offline:
            order = self._reader.read(self.make.ahead_rows - self._queued)
            match order:
                case None:
                    return
                case Rows(rows):
                    self._queued += len(rows)
                    if self._queue and isinstance(tail := self._queue[-1], list):
                        tail.extend(rows)
                    else:
                        self._queue.append(list(rows))
                case Cut() | Echo():
                    self._queue.append(order)
                    self._queued += 1
                case Begun() | Wrong():
                    self._effects.append(order)
                case _:
                    self._ask(order)

    def _ask(self, order: AskedInOrder | AskedName | Automatic | Reset) -> None:
        match order:
            case AskedInOrder(n) if self.make.in_order:
                self._answer(bytes((self._shown().in_order() if n in (1, 49) else 0,)))
            case AskedName(n) if (name := self.make.names(n)) is not None:
                self._answer(name)
            case Automatic(on) if self.make.automatic:
                self._automatic = on
                if on:
                    self._answer(self._shown().automatic())
            case Reset():
                self._automatic = False
            case _:
                return

    def _head_done(self) -> float:
        """When the head of the queue is done, or worth a look."""
        head = self._queue[0]
        if isinstance(head, Cut):
            return self._free_at + self._cut_s(head)
        if isinstance(head, Echo):
            return self._free_at
        rows = len(head)
        if self._reader.waiting:
            rows = min(rows, self._look_rows)
        if ahead := self._strikes["row"]:
            rows = min(rows, max(ahead[0].at - self.burnt, 1))
        return self._free_at + rows * self._row_s

    def _burn(self, head: list[bytes], until: float) -> int:
        """Rows of the head of the queue, as many as are done by then."""
        rows = len(head)
        if self._row_s:
            rows = min(rows, int((until - self._free_at) / self._row_s + _ROUNDING))
        if ahead := self._strikes["row"]:
            rows = min(rows, max(ahead[0].at - self.burnt, 1))
        if rows <= 0:
            return 0
        self._hanging += head[:rows]
        del head[:rows]
        if not head:
            self._queue.popleft()
        self._queued -= rows
        self.burnt += rows
        self._free_at += rows * self._row_s
        return rows

    def _cut_s(self, cut: Cut) -> float:
        return self.make.cut_s + (self.make.head_to_cutter * self._row_s if cut.feeds else 0.0)

    def _fall(self, cut: Cut, until: float) -> bool:
        if self._jammed:
            self._become(replace(self.condition, cutter_error=True), self._free_at)
            return False
        if self._free_at + self._cut_s(cut) > until + _ROUNDING:
            return False
        self._free_at += self._cut_s(cut)
        self._queue.popleft()
        self._queued -= 1
        behind_blade = 0 if cut.feeds else self.make.head_to_cutter
        self._come_off(max(len(self._hanging) - behind_blade, 0), self._carried + cut.data, cut=True)
        if self.make.takes_ticket:
            self._become(replace(self.condition, ticket_waiting=True), self._free_at)
        return True

    def _come_off(self, rows: int, data: bytes, *, cut: bool) -> None:
        breaks = tuple(at for at in self._breaks if at <= rows)
        self._effects.append(Piece(tuple(self._hanging[:rows]), cut, breaks, data))
        del self._hanging[:rows]
        self._breaks = [at - rows for at in self._breaks if at > rows]
        self._carried = data if self._hanging else b""

    def _data_hanging(self) -> bytes:
        first_cut = next((item.data for item in self._queue if isinstance(item, Cut)), None)
        return self._carried + (first_cut if first_cut is not None else self.ticket)

    def _echo(self, echo: Echo) -> bool:
        self._queue.popleft()
        self._queued -= 1
        if self.make.echoes and self._echo_fault != "no-echo":
            self._late.append(echo.token)
            self._send_echoes()
        return True

    def _send_echoes(self) -> None:
        while self._late and self._echo_fault != "late-echo":
            self._answer(b"\x37\x22" + self._late.pop(0) + b"\x00")

    def _answer(self, data: bytes) -> None:
        self._effects.append(Answered(data if self._noise is None else data[:1] + self._noise + data[1:]))

    def _shown(self) -> Condition:
        """As far as it has the sensors."""
        if self.condition.paper == "near-end" and not self.make.near_end:
            return replace(self.condition, paper="ok")
        return self.condition

    def _become(self, condition: Condition, at: float) -> None:
        before, shown = self.condition, self._shown()
        disturbed = (
            (condition.paper == "out" and before.paper != "out")
            or (condition.cover_open and not before.cover_open)
            or (condition.mechanism_error and not before.mechanism_error)
        )
        if disturbed and self._hanging:
            self._disturb()
        self.condition = condition
        if before.offline and not condition.offline:
            self._free_at = max(self._free_at, at)
        if self._automatic and shown != self._shown():
            self._answer(self._shown().automatic())

    def _disturb(self) -> None:
        if len(self._hanging) not in self._breaks:
            self._breaks.append(len(self._hanging))

    def _add(self, strikes: Iterable[Strike]) -> None:
        for strike in strikes:
            self._strikes[strike.when].append(strike)
        for planned in self._strikes.values():
            planned.sort(key=lambda strike: strike.at)

    def _struck(self, when: str, count: int) -> bool:
        """Carries out what is due at this byte or row; whether anything was."""
        ahead, due = self._strikes[when], 0
        while due < len(ahead) and ahead[due].at <= count and not self._halted:
            due += 1
            self._carry_out(ahead[due - 1], self._free_at if when == "row" else self._now)
        del ahead[:due]
        return due > 0

    def _carry_out(self, strike: Strike, at: float) -> None:
        self._effects.append(Struck(strike))
        match strike.fault:
            case "paper-out":
                self._become(replace(self.condition, paper="out"), at)
            case "cover-open":
                self._become(replace(self.condition, cover_open=True), at)
            case "overheated":
                self._become(replace(self.condition, overheated=True), at)
            case "cutter":
                self._jammed = True
            case "garbage":
                self._noise = strike.noise
                self._effects.append(Answered(strike.noise))
            case "late-echo" | "no-echo" as fault:
                self._echo_fault = fault
            case _:
                self._halted = True
                return
        if strike.lasts is not None:
            self._mends.append((at + strike.lasts, strike.fault))
            self._mends.sort()

    def _mend(self, fault: Fault, at: float) -> None:
        match fault:
            case "paper-out":
                self._become(replace(self.condition, paper="ok"), at)
            case "cover-open":
                self._become(replace(self.condition, cover_open=False), at)
            case "overheated":
                self._become(replace(self.condition, overheated=False), at)
            case "cutter":
                self._jammed = False
                self._become(replace(self.condition, cutter_error=False), at)
            case "garbage":
                self._noise = None
            case "late-echo" | "no-echo":
                self._echo_fault = None
                self._send_echoes()
            case _:
                return
