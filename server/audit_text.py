"""An audit as people read it, and as programs do (docs/audit.md, "JSON"). Pure."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any
from zoneinfo import ZoneInfo

from server import audit_words as said
from server.audit_reading import DayAudit
from server.restored_words import restored_words
from sync.audit_terms import Call, Journey, Totals
from sync.cameras import Window
from sync.clock import office_time
from sync.patterns import Pattern
from translations import Catalogue

FORMAT = 1


def text(day: DayAudit, found: Sequence[Pattern], words: Catalogue, zone: ZoneInfo) -> str:
    """The whole of it in words."""
    audit = day.audit
    place = words.gettext(said.PLACE).format(journal=day.journal, first=audit.first, last=audit.last)
    lines = [words.gettext(said.TITLE).format(day=audit.day), place]
    if not audit.whole:
        lines.append(words.gettext(said.RUNNING))
    lines += restored_words(day, words, lambda utc_ms: f"{office_time(utc_ms, zone):%Y-%m-%d %H:%M}")
    lines += ["", *_totals(audit.totals, words)]
    if audit.unchecked:
        lines.append(words.gettext(said.UNCHECKED).format(count=audit.unchecked))
    lines += ["", *_violations(day, words)]
    if found:
        lines += ["", words.gettext(said.TO_LOOK_AT).format(count=len(found))]
        lines += [f"  {said.pattern_words(each, words)}" for each in found]
    complaints = list(_complaints(day, words, zone))
    return "\n".join([*lines, *([""] if complaints else []), *complaints, ""])


def document(day: DayAudit, found: Sequence[Pattern], words: Catalogue) -> dict[str, Any]:
    """The same for programs. Times are UTC in ms; new keys may be added, none changes its meaning."""
    audit = day.audit
    return {
        "format": FORMAT,
        "day": audit.day,
        "whole": audit.whole,
        "journal": day.journal,
        "facts": {"first": audit.first, "last": audit.last},
        "head": str(day.end),
        "restored_ms": list(day.restored),
        "waived_ms": list(day.waived),
        "parts": [asdict(each) for each in day.parts],
        "gaps": [{"code": each.what.value, **asdict(each)} for each in day.gaps],
        "rule": {each.name: getattr(audit.rule, each.name) for each in fields(audit.rule) if each.name != "now_ms"},
        "totals": asdict(audit.totals),
        "unchecked": audit.unchecked,
        "strange": audit.strange,
        "violations": [
            {
                "code": each.what.value,
                "seq": each.seq,
                "part": each.part,
                "values": dict(each.values),
                "sentence": said.sentence(each, words),
                "look": said.look(each, words),
            }
            for each in audit.violations
        ],
        "patterns": [
            {
                "name": each.name.value,
                "by": each.sort.value,
                "group": each.group,
                "k": each.k,
                "n": each.n,
                "usual": round(each.usual, 4),
                "typical_ms": each.typical_ms,
                "sentence": said.pattern_words(each, words),
            }
            for each in found
        ],
        "tickets": [_ticket(each, day) for each in audit.journeys],
    }


def public_document(day: DayAudit, words: Catalogue) -> dict[str, Any]:
    """The same for everybody: no patterns, cameras or complaints, and of staff nothing at all."""
    whole = document(day, (), words)
    del whole["patterns"]
    for ticket in whole["tickets"]:
        del ticket["complaints"]
        for call in ticket["calls"]:
            del call["staff"], call["camera"]
    return whole


def _totals(totals: Totals, words: Catalogue) -> list[str]:
    lines = []
    for name, msgid in said.TOTALS.items():
        value = getattr(totals, name)
        count = value if isinstance(value, int) else sum(value.values())
        detail = "" if isinstance(value, int) else ", ".join(f"{code} {number}" for code, number in value.items())
        lines.append(f"{count:6}  {words.gettext(msgid)}{f' ({detail})' if detail else ''}")
    return lines


def _violations(day: DayAudit, words: Catalogue) -> list[str]:
    violations = day.audit.violations
    if not violations:
        return [words.gettext(said.NONE)]
    lines = [words.gettext(said.VIOLATIONS).format(count=len(violations))]
    for each in violations:
        at = f"{each.seq}: " if each.seq else ""
        lines += [f"  {at}{said.sentence(each, words)} [{each.what.value}]", f"      {said.look(each, words)}"]
    return lines


def _complaints(day: DayAudit, words: Catalogue, zone: ZoneInfo) -> list[str]:
    lines = []
    for journey in day.audit.journeys:
        for complaint in day.complaints.get(journey.name, ()):
            lines.append(words.gettext(said.COMPLAINT).format(ticket=journey.label, category=complaint.category))
            lines += [f"  {window_words(each, words, zone)}" for each in _windows(journey, day)]
    return lines


def window_words(window: Window, words: Catalogue, zone: ZoneInfo) -> str:
    """Which camera, from when to when as its picture shows it, and until when the pictures are there."""
    begin, end = (f"{office_time(each, zone):%Y-%m-%d %H:%M:%S}" for each in (window.shown_from, window.shown_to))
    parts = [words.gettext(said.CAMERA).format(camera=window.camera, begin=begin, end=end)]
    if not window.checked:
        parts.append(words.gettext(said.UNKNOWN_CLOCK))
    if window.export_before is not None:
        parts.append(
            words.gettext(said.EXPORT_BEFORE).format(day=f"{office_time(window.export_before, zone):%Y-%m-%d}")
        )
    return "; ".join(parts)


def _windows(journey: Journey, day: DayAudit) -> list[Window]:
    found = (day.cameras.window(call, day.audit.last_ms) for call in journey.calls)
    return [each for each in found if each is not None]


def _ticket(journey: Journey, day: DayAudit) -> dict[str, Any]:
    plain = {
        "journal": journey.name.journal,
        "seq": journey.name.seq,
        "calls": [_call(call, day) for call in journey.calls],
        "complaints": [
            {"category": each.category, "at_ms": each.now_ms} for each in day.complaints.get(journey.name, ())
        ],
    }
    names = ("label", "day", "services", "since_ms", "admitted_ms", "how", "priority", "status")
    return {**{name: getattr(journey, name) for name in names}, **plain}


def _call(call: Call, day: DayAudit) -> dict[str, Any]:
    window = day.cameras.window(call, day.audit.last_ms)
    plain = {key: value for key, value in asdict(call).items() if key not in ("ticket", "label")}
    return {**plain, "camera": None if window is None else asdict(window)}
