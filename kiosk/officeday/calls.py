"""The day's calls: figures from what officers noted, held against what the office's journal and its audit say. Pure."""

from collections import Counter as Count
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kiosk.officeday import flow
from kiosk.officeday.notes import Acted, Given, Looked, Note
from kiosk.officeday.office_record import Deed, OfficeDay

OPEN_STILL = frozenset({"waiting", "parked", "called", "serving"})
FACT_OF = {
    "open": "counter.opened",
    "close": "counter.closed",
    "pause": "counter.paused",
    "resume": "counter.resumed",
    "recall": "ticket.recalled",
    "came": "ticket.serving",
    "no-show": "ticket.no_show",
    "park": "ticket.parked",
    "transfer": "ticket.transferred",
    "back": "ticket.placed",
    "ticketless": "service.ticketless",
}
"""The fact that an act comes to, beside the end of a service and a call."""


def figures(notes: Sequence[Note], office: OfficeDay, audit: Mapping[str, Any] | None) -> dict[str, Any]:
    """The part of summary.json that tells of calling; every figure null where no counter ever opened."""
    acts = done(notes)
    names = ("called", "served", "no_show", "carried", "by_hand", "ticketless", "wait_s", "counters", "audit")
    if not acts:
        return dict.fromkeys(names)
    status = Count(office.status.values())
    found = (
        sum(each.called is not None for each in acts),
        status["served"],
        sum(each.act == "no-show" for each in acts),
        sum(status[name] for name in OPEN_STILL),
        sum(each.act == "pick" for each in acts),
        sum(each.act == "ticketless" for each in acts),
        waits(notes),
        {str(number): _counter(number, acts) for number in sorted({each.counter for each in acts})},
        _audit(audit),
    )
    return dict(zip(names, found, strict=True))


def differences(notes: Sequence[Note], office: OfficeDay, audit: Mapping[str, Any] | None) -> list[str]:
    """In what officers, journal and audit do not agree, in words."""
    found = [f"the office's journal does not fold: {office.broken}"] if office.broken else []
    acts = done(notes)
    mine, theirs = _by_counter(_deeds(acts)), _by_counter(office.deeds)
    for counter in sorted({*mine, *theirs}):
        one, other = mine.get(counter, []), theirs.get(counter, [])
        if counter == 0:  # who came back, entered at any counter
            one, other = sorted(one, key=str), sorted(other, key=str)
        if one != other:
            place = next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
                         min(len(one), len(other)))  # fmt: skip
            found.append(
                f"counter {counter} differs from the {place + 1}. act on: {_said(one, place)} was done and "
                f"{_said(other, place)} is in the office's journal"
            )
    for each in (audit or {}).get("violations", ()):
        found.append(f"the audit says {each['code']}: {each['sentence']}")
    for look in (note for note in notes if isinstance(note, Looked)):
        found += look.wrong
    return found


def done(notes: Iterable[Note]) -> list[Acted]:
    """The acts that the console did."""
    return [note for note in notes if isinstance(note, Acted) and note.refused is None]


def waits(notes: Sequence[Note]) -> dict[str, float]:
    """Seconds from the number in sight to its first call."""
    given = {note.label: note.at_s for note in notes if isinstance(note, Given)}
    first: dict[str, float] = {}
    for act in done(notes):
        if act.called is not None and act.called in given:
            first.setdefault(act.called, act.at_s - given[act.called])
    values = list(first.values())
    return {
        "mean": round(flow.mean(values), 1),
        "p50": round(flow.percentile(values, 0.5), 1),
        "p90": round(flow.percentile(values, 0.9), 1),
        "max": round(max(values, default=0.0), 1),
        "tickets": len(values),
    }


def told(summary: Mapping[str, Any]) -> str:
    """The calls in two lines for whoever ran the day; empty where nobody called."""
    if summary["called"] is None:
        return ""
    wait, audit = summary["wait_s"], summary["audit"] or {}
    half, most = (_words(wait[name]) for name in ("p50", "p90"))
    return (
        f"calls {summary['called']} ({summary['by_hand']} by hand), served {summary['served']}, nobody came "
        f"{summary['no_show']}, without a ticket {summary['ticketless']}, for tomorrow {summary['carried']}\n"
        f"waits until the first call: half within {half}, nine of ten within {most}\n"
        f"the audit names {audit.get('violations')} violations\n"
    )


def _words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _counter(number: int, acts: Iterable[Acted]) -> dict[str, Any]:
    own = [each for each in acts if each.counter == number]
    return {
        "by": own[0].by,
        "acts": len(own),
        "called": sum(each.called is not None for each in own),
        "asked_again": sum(each.tries > 1 for each in own),
    }


def _audit(audit: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if audit is None:
        return None
    return {"day": audit["day"], "violations": len(audit["violations"]), **audit["totals"]}


def _deeds(acts: Iterable[Acted]) -> list[Deed]:
    """The facts that these acts come to, in order."""
    found = []
    for each in acts:
        if each.ended is not None:
            found.append(Deed(each.counter, "ticket.finished", each.ended))
        if each.called is not None:
            found.append(Deed(each.counter, "ticket.called", each.called, each.reason or "rule"))
        if each.act in FACT_OF:
            counter = 0 if each.act == "back" else each.counter
            why = each.reason if each.act == "ticketless" else None
            found.append(Deed(counter, FACT_OF[each.act], each.label, why))
    return found


def _by_counter(deeds: Iterable[Deed]) -> dict[int, list[Deed]]:
    found: dict[int, list[Deed]] = {}
    for each in deeds:
        found.setdefault(each.counter, []).append(each)
    return found


def _said(deeds: Sequence[Deed], place: int) -> str:
    if place >= len(deeds):
        return "nothing"
    return f"{deeds[place].what} {deeds[place].label or ''}".strip()
