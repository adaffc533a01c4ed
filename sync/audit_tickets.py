"""Admissions under audit: held against the kiosks that issued the tickets, and against the evening before."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sync.audit_terms import Before, Kiosks, Taken, Wrong
from sync.body import TicketName
from sync.facts_office import RuleAdopted, TicketAdmitted, TicketCalled, TicketPrioritised
from sync.facts_online import OnlineRestated
from sync.facts_restated import CounterRestated, TicketRestated
from sync.online import HOW, Online, Void
from sync.tickets import IllegalStep, QueueTicket, Status, restated
from sync.types import JournalId, Seq, UtcMs

CERTAIN_MS = 60_000
"""A moment that is known less well than to a minute does not make a ticket older (docs/queue.md)."""
ROUNDING_MS = 1000
HOWS = ("issued", "arrived", "console", "carried", HOW)
AT_THE_KIOSK = "kiosk"
LATE_MS = 5 * 60_000
"""While the day runs, a ticket may be on its way from its kiosk to the office for so long."""
_Say = Callable[..., None]


class Admissions:
    """One day's admissions. `say` records a violation: (what, seq, body or None, values)."""

    def __init__(
        self,
        before: Before,
        kiosks: Kiosks,
        day: str,
        say: _Say,
        earlier: "Admissions | None" = None,
        *,
        back: bool = False,
    ) -> None:
        """`earlier`: those of the day's part before. `back`: this one was lost at the office and came back."""
        self._back = back
        self._before, self._kiosks, self._day, self._say = before, kiosks, day, say
        self._admitted: dict[TicketName, TicketAdmitted] = {}
        self._seen: set[TicketName] = earlier.seen() if earlier is not None else set()
        self._labels: dict[tuple[str, str], TicketName] = dict(earlier._labels) if earlier is not None else {}
        self._last: dict[JournalId, TicketAdmitted] = {}
        self._owed = self._carried_over()
        self._called = False
        self._restated: dict[TicketName, TicketRestated] = {}
        self._places: set[str] = set()
        self.unchecked: int = earlier.unchecked if earlier is not None else 0

    def seen(self) -> set[TicketName]:
        """The tickets that came into the queue, in this part of the day or before."""
        return self._seen | self._admitted.keys() | self._restated.keys()

    def _carried_over(self) -> list[QueueTicket]:
        """Who has to be admitted first this morning, in this order."""
        over = [each for each in (self._before.tickets or {}).values() if each.status is Status.CARRIED]
        return sorted(over, key=lambda each: each.admitted)

    def admitted(self, body: TicketAdmitted, seq: Seq, online: Online) -> None:
        """One more admission. `online`: the places of the day before it."""
        if body.ticket in self._admitted:
            return  # the fold refuses it, by name
        held = self._labels.setdefault((body.day, body.label), body.ticket)
        if held != body.ticket:
            self._say(Wrong.NUMBER_TWICE, seq, body)
        if body.how not in HOWS:
            self._say(Wrong.REASON_UNLISTED, seq, body, detail=body.how)
        self._admitted[body.ticket] = body
        if body.how == "carried":
            self._carried(body, seq)
            return
        if body.day != self._day:
            self._say(Wrong.OUTSIDE_DAY, seq, body)
        self._in_order(body, seq)
        self._against_kiosk(body, seq)
        self._by_place(body, seq, online)

    def restated(self, body: TicketRestated, seq: Seq) -> None:
        """A ticket as the record before has it."""
        self._restated[body.ticket] = body
        self._owed = [each for each in self._owed if each.name != body.ticket]
        if self._before.record is None:
            self.unchecked += 1
            return
        try:
            same = restated(body) == self._before.record.tickets.get(body.ticket)
        except IllegalStep:
            same = False
        if not same:
            self._say(Wrong.RESTATED_OTHERWISE, seq, ticket=body.label)

    def counter_restated(self, body: CounterRestated, seq: Seq) -> None:
        """A counter as the record before has it."""
        if self._before.record is None:
            return
        held = self._before.record.counter(body.counter)
        told = (body.staff, body.services, body.open, body.pause, body.ticket)
        if told != (held.staff or "", held.services, held.open, held.pause, held.ticket):
            self._say(Wrong.RESTATED_OTHERWISE, seq, ticket=f"#{body.counter}")

    def place_restated(self, body: OnlineRestated, seq: Seq) -> None:
        """An online place as the record before has it."""
        self._places.add(body.place)
        if self._before.record is None:
            return
        held = self._before.record.online.places.get(body.place)
        if held is None or (body.services, body.asked_ms, body.until_ms, body.ticket) != (
            held.services, held.asked_ms, held.until_ms, held.ticket,
        ):  # fmt: skip
            self._say(Wrong.RESTATED_OTHERWISE, seq, ticket=_place_name(body.place))

    def called(self, body: TicketCalled, ticket: QueueTicket | None, seq: Seq) -> None:
        """A call: whoever was carried over had to be here by now, and a priority that was asked for as well."""
        if not self._called:
            self._called = True
            self._still_owed(seq)
        taken = self._kiosks.tickets.get(body.ticket)
        if taken is not None and taken.priority and ticket is not None and not ticket.priority:
            self._say(Wrong.PRIORITY_LOST, seq, body)

    def prioritised(self, body: TicketPrioritised, seq: Seq) -> None:
        """Priority that was given later: by the kiosk's word only where somebody asked there."""
        taken = self._kiosks.tickets.get(body.ticket)
        if body.staff == AT_THE_KIOSK and taken is not None and not taken.priority:
            self._say(Wrong.PRIORITY_UNASKED, seq, body)

    def rule(self, body: RuleAdopted, seq: Seq) -> None:
        """The rule that a restated queue goes on with is that of the record before."""
        record = self._before.record
        if record is not None and record.day is not None and replace(body, now_ms=record.rule.now_ms) != record.rule:
            self._say(Wrong.RULE_CHANGED, seq, body)

    def ended(self, whole: bool, now_ms: UtcMs) -> None:
        """The day is over: what never came?"""
        if not self._called:
            self._still_owed(Seq(0))
        for name in sorted(self._kiosks.tickets.keys() - self.seen()):
            taken = self._kiosks.tickets[name]
            if taken.day == self._day and (whole or self._is_late(taken, now_ms)):
                self._say(Wrong.VANISHED, Seq(0), ticket=taken.label)

    def closed(self) -> None:
        """This part's facts are over: who was left out where the queue was restated?"""
        if self._restated and self._before.record is not None:
            for name in sorted(self._before.record.tickets.keys() - self._restated.keys()):
                self._say(Wrong.RESTATED_OTHERWISE, Seq(0), ticket=self._before.record.tickets[name].label)
            for place in sorted(self._before.record.online.places.keys() - self._places):
                self._say(Wrong.RESTATED_OTHERWISE, Seq(0), ticket=_place_name(place))

    def _is_late(self, taken: Taken, now_ms: UtcMs) -> bool:
        overtaken = taken.name.journal in self._last and self._last[taken.name.journal].ticket.seq > taken.name.seq
        return overtaken or any(each.utc_ms + LATE_MS < now_ms for each in taken.dated)

    def _still_owed(self, seq: Seq) -> None:
        for each in self._owed:
            self._say(Wrong.CARRIED_LOST, seq, ticket=each.label)
        self._owed = []

    def _carried(self, body: TicketAdmitted, seq: Seq) -> None:
        """First in the morning, in the old order, as old as it was."""
        if self._before.tickets is None:
            self.unchecked += 1
            return
        old = self._before.tickets.get(body.ticket)
        if old is None or old.status is not Status.CARRIED:
            self._say(Wrong.NEVER_ISSUED, seq, body)
            return
        rest = (old.services[old.step :], old.since_ms, old.priority, old.label, old.day)
        if (body.services, body.since_ms, body.priority, body.label, body.day) != rest:
            self._say(Wrong.CARRIED_CHANGED, seq, body)
        if self._owed and self._owed[0].name != body.ticket:
            self._say(Wrong.ADMISSION_ORDER, seq, body, other=self._owed[0].label)
        self._owed = [each for each in self._owed if each.name != body.ticket]

    def _in_order(self, body: TicketAdmitted, seq: Seq) -> None:
        """A kiosk's tickets are admitted as they come; those that come together, the longest waiting first."""
        last = self._last.get(body.ticket.journal)
        if last is not None:
            together = last.now_ms == body.now_ms
            sorted_ = (last.here_ms, last.ticket) < (body.here_ms, body.ticket)
            if not (last.ticket < body.ticket or (together and sorted_)):
                self._say(Wrong.ADMISSION_ORDER, seq, body, other=last.label)
        if last is None or last.ticket < body.ticket:
            self._last[body.ticket.journal] = body

    def _against_kiosk(self, body: TicketAdmitted, seq: Seq) -> None:
        taken = self._kiosks.tickets.get(body.ticket)
        if taken is None:
            reached = self._kiosks.reached.get(body.ticket.journal) if self._back else None
            if body.ticket.journal in self._kiosks.journals and (reached is None or body.ticket.seq <= reached):
                self._say(Wrong.NEVER_ISSUED, seq, body)
            else:
                self.unchecked += 1
                self._since(body, None, seq)
            return
        if (taken.label, taken.day, taken.services, taken.cases) != (
            body.label, body.day, body.services, body.cases,
        ):  # fmt: skip
            self._say(Wrong.TICKET_CHANGED, seq, body, other=taken.label)
        if body.priority and not taken.priority:
            self._say(Wrong.PRIORITY_UNASKED, seq, body)
        if body.place != taken.place:
            wrong = Wrong.ONLINE_UNFOUNDED if taken.place is None else Wrong.ONLINE_DENIED
            self._say(wrong, seq, body, detail="kiosk")
        self._since(body, taken, seq)

    def _by_place(self, body: TicketAdmitted, seq: Seq, online: Online) -> None:
        """What its online place is worth is by the published rule, and nothing else counts from before it came."""
        granted: UtcMs | Void = Void.UNKNOWN
        if body.place is not None and body.services:
            granted = online.since(body.place, body.services, body.here_ms, body.now_ms)
        counts = body.how == HOW
        if counts is not (body.came_ms is not None) or (counts and isinstance(granted, Void)):
            self._say(Wrong.ONLINE_UNFOUNDED, seq, body, detail=granted if isinstance(granted, Void) else body.how)
        elif counts and not isinstance(granted, Void):
            self._near(body, body.since_ms, [granted], seq)
        elif body.place is not None and body.void != granted:
            self._say(Wrong.ONLINE_DENIED, seq, body, detail=body.void or "")

    def _since(self, body: TicketAdmitted, taken: Taken | None, seq: Seq) -> None:
        """Since when it waits: its issue as an anchor of its kiosk dates it, else when the office heard of it."""
        if body.how in ("issued", HOW):
            if taken is not None:
                self._near(body, body.here_ms, _came(body, taken), seq)
            return
        self._near(body, body.since_ms, [body.now_ms], seq)
        early = [each.utc_ms for each in (taken.dated if taken else ()) if each.before and each.slack_ms <= CERTAIN_MS]
        if body.how == "arrived" and early and min(early) < body.now_ms - CERTAIN_MS:
            self._say(Wrong.SINCE_LATER, seq, body)

    def _near(self, body: TicketAdmitted, since_ms: int, times: Sequence[int], seq: Seq) -> None:
        if not any(abs(each - since_ms) <= ROUNDING_MS for each in times):
            earlier = since_ms < max(times)
            self._say(Wrong.SINCE_EARLIER if earlier else Wrong.SINCE_LATER, seq, body, detail=str(since_ms))


def _place_name(place: str) -> str:
    return f"#{place[:8]}"


def _came(body: TicketAdmitted, taken: Taken) -> list[int]:
    """When whoever holds it may have come by the kiosk's anchors. Where the office knew none of them, a ticket that
    counts from its place came when the office heard of it."""
    certain = [each for each in taken.dated if each.slack_ms <= CERTAIN_MS]
    times = [min(each.utc_ms, int(body.now_ms)) for each in certain]
    heard = body.how == HOW and not any(each.before for each in certain)
    return [*times, int(body.now_ms)] if heard or not times else times
