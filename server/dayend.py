"""What supervisors do at the edges of a day, as jobs for server.writer: the time, closing, numbers served by hand."""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from server import acts, queue
from server.closing import carry_over
from server.decide import Who, decide
from server.errors import ActRefused
from server.ledger import Ledger
from server.once import once
from sync.errors import ClockError
from sync.services import SERIES
from sync.types import UtcMs

FAR = timedelta(days=31)
"""An office is seldom off for longer: a time that is later than that has to be said twice."""


def confirm_time(
    ledger: Ledger,
    utc_ms: UtcMs,
    confirm: Callable[[Ledger, UtcMs], None],
    moment: Callable[[], queue.Moment | None],
    *,
    shown_ms: UtcMs,
    sure: bool,
) -> None:
    """Take a supervisor's word for the time, and begin the day. Within a transaction. Raises ActRefused.

    `shown_ms`: what the server took for the time until now; `sure`: the supervisor said twice that it is right.
    """
    past = ledger.own_timeline().claimed_past
    if not sure and past is not None and utc_ms - past > FAR.total_seconds() * 1000:
        raise ActRefused("far-date", "this is long after the last time on record", hint="Say that it is right.")
    try:
        confirm(ledger, utc_ms)
    except ClockError as error:
        raise ActRefused("date-over", str(error), hint=error.hint) from error
    ledger.sessions.shift(utc_ms - shown_ms)
    at = moment()
    if at is not None and not queue.stands_still(ledger):
        queue.turn(ledger, queue.steady(ledger, at))


def local_ms(text: str, zone: ZoneInfo) -> UtcMs | None:
    """The moment of a form's date and time (2026-11-23T08:30) on the office's wall; None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
        return UtcMs(int(moment.replace(tzinfo=zone).timestamp() * 1000)) if moment.tzinfo is None else None
    except (ValueError, OverflowError):
        return None


def carry(ledger: Ledger, seen: Collection[str], to_day: date, at: queue.Moment) -> None:
    """Carry over those of these numbers that still wait. Within a transaction. Raises ActRefused."""
    at = queue.steady(ledger, at)
    queue.turn(ledger, at)
    bodies = carry_over(queue.live_of(ledger), seen, to_day, at.now_ms)
    if bodies:
        queue.commit(ledger, bodies, at.instant)


def by_hand(ledger: Ledger, key: str, act: acts.ByHand, who: Who, at: queue.Moment) -> None:
    """Enter an interval that was served with emergency numbers. Within a transaction. Raises ActRefused."""
    at = queue.steady(ledger, at)
    taken = set(ledger.held.series().values())
    if act.series in taken or act.series not in SERIES:
        raise ActRefused("series-used", f"{act.series} is a series of the kiosks", hint="Choose a free letter.")

    def do() -> bytes:
        queue.turn(ledger, at)
        queue.commit(ledger, decide(act, queue.live_of(ledger), 1, who, (), at.now_ms), at.instant)
        return b""

    once(ledger, key, msgspec.json.encode((who.staff, act)), at.now_ms, do)
