"""The day's figures from the conductor's notes alone, and what differs from paper, journal and office. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kiosk.officeday import calls, flow
from kiosk.officeday.notes import Broke, Came, Given, Note, Paper, Pressed, Touched, Went, WroteDown
from kiosk.officeday.office_record import OfficeDay

AnyNote = TypeVar("AnyNote")


@dataclass(frozen=True, slots=True)
class Printed:
    """An attempt to print a number; `outcome` None: nobody knows."""

    label: str
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """What the machines kept. `tickets`: numbers in the journal; `presses`: at each counter, levels in order, and
    whether each counted.

    `sheets`: whole sheets in the tray and the number on each, None where it was not read (`read` False: nobody here can
    read a QR). `at_office`: numbers in the office's ledger. `facts_differ`: seqs that are not the same in both.
    `verdict`: what is wrong with the journal's chain, None: nothing. `office`: what the office's own journal says of
    calls; `audit`: what its audit says, None where no office day was begun.
    """

    tickets: tuple[str, ...]
    prints: tuple[Printed, ...]
    presses: Mapping[int, tuple[tuple[int, bool], ...]]
    sheets: Mapping[str, str | None]
    read: bool
    faulty_sheets: tuple[str, ...]
    at_office: tuple[str, ...]
    facts: int
    facts_differ: tuple[int, ...]
    verdict: str | None
    office: OfficeDay = field(default_factory=OfficeDay)
    audit: Mapping[str, Any] | None = None


def summary(notes: Sequence[Note], record: Record, *, seed: int, citizens: int) -> dict[str, Any]:
    """The content of summary.json. docs/day.md says what every figure means."""
    given, turns = _of(notes, Given), [went for went in _of(notes, Went) if not went.asks]
    came = [each for each in _of(notes, Came) if not each.asks]
    numbers = [note.label for note in given]
    lost = set(numbers) - set(record.tickets) | set(record.tickets) - set(record.at_office)
    measured = [flow.Turn(went.joined_s, went.ended_s - went.began_s, went.extra_s) for went in _of(notes, Went)]
    waited = [went.began_s - went.joined_s for went in _of(notes, Went)]
    four = flow.waits(measured, more=True)
    answers = [note.ms for note in _of(notes, Touched)]
    return {
        "seed": seed,
        "citizens": citizens,
        "issued": len(numbers),
        "printed": len(_of(notes, Paper)),
        "confirmed": len({each.label for each in record.prints if each.outcome == "confirmed"}),
        **calls.figures(notes, record.office, record.audit),
        "scored": sum(note.counted for note in _of(notes, Pressed)),
        "pressed": len(_of(notes, Pressed)),
        "synced": len(set(record.at_office)),
        "lost": len(lost),
        "duplicated": sum(count - 1 for count in _numbers_twice(numbers, record).values()),
        "written_down": len({note.label for note in _of(notes, WroteDown)}),
        "taken_by_children": sum(note.by_child for note in given),
        "gave_up": _gave_up(came, turns),
        "asked": dict(sorted(Counter(went.reason or "answered" for went in _of(notes, Went) if went.asks).items())),
        "dead_screens": len([went for went in _of(notes, Went) if went.dead is not None]),
        "before_kiosk_s": _spread(measured, waited),
        "four_touch": _spread(measured, four),
        "shorter_than_four_touch": flow.mean(waited) < flow.mean(four),
        "touches_per_ticket": _touches(turns),
        "touches_median": flow.percentile((went.touches for went in turns if went.tickets), 0.5),
        "personas": {name: _persona(name, came, turns) for name in sorted({each.persona for each in came})},
        "answer_ms": _answer(answers),
        "faults": [_fault(note) for note in _of(notes, Broke)],
        "paper_read": "by QR" if record.read else "counted",
        "facts": record.facts,
    }


def differences(notes: Sequence[Note], record: Record) -> list[str]:
    """Everything in which the notes and what the machines kept do not agree, in words; nothing: they agree."""
    numbers = [note.label for note in _of(notes, Given)]
    found = _both_ways(numbers, record.tickets, "was seen on the screen", "is in the kiosk's journal")
    found += _both_ways(record.tickets, record.at_office, "is in the kiosk's journal", "is at the office")
    found += [f"{label} was given {times} times" for label, times in _numbers_twice(numbers, record).items()]
    noted = [note.sheet for note in _of(notes, Paper)]
    found += _both_ways(noted, list(record.sheets), "was seen to come out", "lies in the tray", of="sheet ")
    found += record.faulty_sheets
    found += _paper(record)
    found += _presses(_of(notes, Pressed), record)
    if record.facts_differ:
        found.append(
            f"{len(record.facts_differ)} facts differ between kiosk and office, from {record.facts_differ[0]} on"
        )
    if record.verdict:
        found.append(f"the kiosk's journal does not hold: {record.verdict}")
    return found + calls.differences(notes, record.office, record.audit) + _line(notes)


def _presses(noted: Sequence[Pressed], record: Record) -> list[str]:
    """Each counter's presses, in order, with their levels and whether they counted."""
    found = []
    for counter in sorted({*record.presses, *(note.counter for note in noted)}):
        pressed = [(note.level, note.counted) for note in noted if note.counter == counter]
        kept = record.presses.get(counter, ())
        if pressed == list(kept):
            continue
        place = next((n for n, pair in enumerate(zip(pressed, kept, strict=False)) if pair[0] != pair[1]),
                     min(len(pressed), len(kept)))  # fmt: skip
        found.append(
            f"presses differ from the {place + 1}. on at counter {counter}: {len(pressed)} were noted and {len(kept)} "
            f"are in the journal ({_at(pressed, place)} and {_at(kept, place)})"
        )
    return found


def _line(notes: Sequence[Note]) -> list[str]:
    """The line is first come, first served: the measured waits have to follow from arrivals and turns."""
    went = _of(notes, Went)
    turns = [flow.Turn(each.joined_s, each.ended_s - each.began_s) for each in went]
    for each, wait in zip(went, flow.waits(turns), strict=True):
        if abs(each.began_s - each.joined_s - wait) > LINE_TOLERANCE_S:
            return [f"citizen {each.citizen} waited {each.began_s - each.joined_s:.1f} s, the line says {wait:.1f} s"]
    return []


LINE_TOLERANCE_S = 1.0
"""A turn begins with the millisecond the one before ended; an arrival is acted on a few milliseconds late."""


def _paper(record: Record) -> list[str]:
    """Every confirmed number is on one sheet; sheets beyond that need an attempt of which nobody knew the end."""
    confirmed = {each.label for each in record.prints if each.outcome in ("confirmed", "sent")}
    if not record.read:
        most = len([each for each in record.prints if each.outcome != "not-started"])
        return [] if len(confirmed) <= len(record.sheets) <= most else [
            f"{len(record.sheets)} sheets lie in the tray, {len(confirmed)} numbers are called printed"
        ]  # fmt: skip
    on_paper = Counter(label for label in record.sheets.values() if label is not None)
    found = [f"{label} is called printed and is on no sheet" for label in sorted(confirmed - set(on_paper))]
    attempts = Counter(each.label for each in record.prints if each.outcome != "not-started")
    found += [
        f"{label} is on {count} sheets and was printed {attempts[label]} times"
        for label, count in sorted(on_paper.items())
        if count > attempts[label]
    ]
    return found


def _numbers_twice(numbers: Iterable[str], record: Record) -> dict[str, int]:
    """Numbers that were given, recorded or held by the office more than once."""
    most: Counter[str] = Counter()
    for labels in (numbers, record.tickets, record.at_office):
        most |= Counter(labels)
    return {label: times for label, times in sorted(most.items()) if times > 1}


def _both_ways(one: Iterable[str], other: Iterable[str], there: str, here: str, *, of: str = "") -> list[str]:
    left, right = set(one), set(other)
    return [f"{of}{each} {there} and not: {here}" for each in sorted(left - right)] + [
        f"{of}{each} {here} and not: {there}" for each in sorted(right - left)
    ]


def _at(values: Sequence[tuple[int, bool]], place: int) -> str:
    return f"level {values[place][0]}" if place < len(values) else "nothing"


def _of(notes: Iterable[Note], shape: type[AnyNote]) -> list[AnyNote]:
    return [note for note in notes if isinstance(note, shape)]


def _gave_up(came: Iterable[Came], turns: Iterable[Went]) -> dict[str, int]:
    reasons = Counter(went.reason for went in turns if went.reason is not None)
    reasons.update("line too long" for each in came if not each.stayed)
    return {str(reason): times for reason, times in sorted(reasons.items())}


def _touches(turns: Iterable[Went]) -> float | None:
    """Of the turns that got a ticket: all touches by all tickets."""
    got = [went for went in turns if went.tickets]
    tickets = sum(len(went.tickets) for went in got)
    return round(sum(went.touches for went in got) / tickets, 2) if tickets else None


def _persona(name: str, came: Iterable[Came], turns: Iterable[Went]) -> dict[str, Any]:
    own = [went for went in turns if went.persona == name]
    return {
        "citizens": len([each for each in came if each.persona == name]),
        "tickets": sum(len(went.tickets) for went in own),
        "touches_per_ticket": _touches(own),
        "seconds_at_kiosk": round(flow.mean(went.ended_s - went.began_s for went in own), 1),
    }


def _spread(turns: Sequence[flow.Turn], waited: Sequence[float]) -> dict[str, float]:
    mean, p95, most, line = flow.spread(turns, waited)
    return {"mean": round(mean, 1), "p95": round(p95, 1), "max": round(most, 1), "longest_line": line}


def _answer(answers: Sequence[float]) -> dict[str, float]:
    return {
        "mean": round(flow.mean(answers), 1),
        "p95": round(flow.percentile(answers, 0.95), 1),
        "max": round(max(answers, default=0.0), 1),
        "touches": len(answers),
    }


def _fault(note: Broke) -> dict[str, Any]:
    return {
        "fault": note.fault,
        "said": list(note.said),
        "lasted_s": round(note.ended_s - note.began_s, 1),
        "caught_up_after_s": round(note.well_s - note.ended_s, 1),
    }
