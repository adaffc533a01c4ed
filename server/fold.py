"""What one fact changes in the projections: pure, so that a rebuild and the daily growth cannot differ.

A change is one statement with its values. It depends on the fact and on earlier facts of the same journal only, so the
order in which journals arrive changes nothing.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from server import fold_episodes, fold_figures, fold_online, fold_published, fold_requests, fold_survey
from server.change import Change
from sync.clock import DRIFT_PPM, is_day
from sync.codec import Fact
from sync.errors import NotUnderstood
from sync.facts import (
    BoardChanged,
    CalendarAdopted,
    CatalogueAdopted,
    ClockAnchored,
    DayOpened,
    HelpAsked,
    HelpEnded,
    MachineStarted,
    PaperChanged,
    PaperRefilled,
    PrintEnded,
    PrinterChanged,
    PrinterMet,
    PrinterTested,
    PrintSending,
    ScoreGiven,
    ScoreRepeated,
    TicketIssued,
    TicketLanguage,
    TicketPromised,
    understand,
)
from sync.facts_access import FiguresSeen
from sync.facts_alerts import EpisodeFact
from sync.facts_office import CameraChecked, CamerasSet, ComplaintNoted, StaffSkilled, TicketAdmitted, TicketCalled
from sync.facts_online import OnlineAsked, OnlineRestated
from sync.facts_published import PublishedFact
from sync.facts_requests import RequestFact
from sync.facts_survey import SurveyAnswered
from sync.types import JournalId

PRINT_OUTCOMES = frozenset({"confirmed", "sent", "not-started", "interrupted", "uncertain"})
SENDING = "sending"
LEVELS = (5, 4, 3, 2, 1)
"""Of the satisfaction scale, best first."""
_LABEL_CHARACTERS = 16
_MOST_MM = 1_000_000
"""A kilometre: longer than any roll, and so than any ticket."""
_NAME_CHARACTERS = 80
"""The longest that a printer is heard out when it says its name (hardware.status)."""
_MOST_WAIT = 7 * 24 * 60
"""Minutes: no range that reaches further was ever printed."""
_TOKEN = re.compile(r"[0-9a-f]{64}")


_SLACK = "uncertainty_ms + abs(:boottime_ms - boottime_ms) * :ppm / 1000000"
BEST_ANCHOR = f"""SELECT utc_ms + :boottime_ms - boottime_ms AS utc_ms, {_SLACK} AS slack_ms FROM anchors
    WHERE journal_id = :journal_id AND boot_id = :boot_id ORDER BY {_SLACK}, seq LIMIT 1"""
# The parts put together here are constants of this module; every value is bound.
_ADD_TICKET = f"""INSERT INTO tickets (journal_id, seq, boot_id, boottime_ms, utc_ms, slack_ms, office_day,
        day, series, lane, n, label, services, token, chain)
    SELECT :journal_id, :seq, :boot_id, :boottime_ms, best.utc_ms, best.slack_ms, office_day(best.utc_ms),
        :day, :series, :lane, :n, :label, :services, :token, :chain
    FROM (SELECT 1) AS one LEFT JOIN ({BEST_ANCHOR}) AS best ON TRUE"""
_ADD_SCORE = f"""INSERT INTO scores (journal_id, seq, boot_id, boottime_ms, utc_ms, slack_ms, office_day,
        counter, level, scale)
    SELECT :journal_id, :seq, :boot_id, :boottime_ms, best.utc_ms, best.slack_ms, office_day(best.utc_ms),
        :counter, :level, :scale
    FROM (SELECT 1) AS one LEFT JOIN ({BEST_ANCHOR}) AS best ON TRUE"""
_ADD_ANCHOR = """INSERT INTO anchors (journal_id, seq, boot_id, boottime_ms, utc_ms, uncertainty_ms, source)
    VALUES (:journal_id, :seq, :boot_id, :boottime_ms, :utc_ms, :uncertainty_ms, :source)"""
# The anchor that bounds a moment most tightly dates it (sync.clock.Timeline); of two equal ones the first stays.
_NEW_SLACK = ":uncertainty_ms + abs(boottime_ms - :boottime_ms) * :ppm / 1000000"
_DATE_ANEW = {
    table: f"""UPDATE {table} SET
        utc_ms = :utc_ms + boottime_ms - :boottime_ms,
        slack_ms = {_NEW_SLACK},
        office_day = office_day(:utc_ms + boottime_ms - :boottime_ms)
    WHERE journal_id = :journal_id AND boot_id = :boot_id AND (slack_ms IS NULL OR slack_ms > {_NEW_SLACK})"""
    for table in ("tickets", "scores")
}
_PRINT = """UPDATE tickets SET attempt = :attempt, print = :print
    WHERE journal_id = :journal_id AND seq = :ticket AND attempt <= :attempt"""
_DISPUTE = """UPDATE scores SET disputed = 1
    WHERE journal_id = :journal_id AND seq = :score AND level <> :level"""
_CORRECT = """UPDATE scores SET upward = CASE WHEN :last > level THEN 1 ELSE 0 END
    WHERE journal_id = :journal_id AND seq = :score"""
_LANGUAGE = """INSERT INTO languages (journal_id, ticket, language) VALUES (:journal_id, :ticket, :language)
    ON CONFLICT (journal_id, ticket) DO UPDATE SET language = excluded.language"""
_PROMISED = """INSERT INTO promised (journal_id, ticket, low, high)
    VALUES (:journal_id, :ticket, :low, :high) ON CONFLICT DO NOTHING"""
# As sync.took reckons real waits; a test holds the two together. What was carried over has no wait: no range was
# printed for that.
_WAITS = """INSERT INTO waits (journal_id, of_journal, ticket, day, since_ms)
    VALUES (:journal_id, :of_journal, :ticket, :day, :since_ms) ON CONFLICT DO NOTHING"""
_OF_TICKET = "WHERE journal_id = :journal_id AND of_journal = :of_journal AND ticket = :ticket AND called_ms IS NULL"
_CARRIED = f"UPDATE waits SET since_ms = NULL {_OF_TICKET}"
_CALLED = f"UPDATE waits SET called_ms = :now_ms {_OF_TICKET}"
_STANDING = "INSERT INTO standing (journal_id, seq, kind) VALUES (:journal_id, :seq, :kind)"
_CATALOGUE = """INSERT INTO catalogues (journal_id, seq, catalogue) VALUES (:journal_id, :seq, :catalogue)
    ON CONFLICT (journal_id) DO UPDATE SET seq = excluded.seq, catalogue = excluded.catalogue"""
_CALENDAR = """INSERT INTO calendars (journal_id, seq, calendar) VALUES (:journal_id, :seq, :calendar)
    ON CONFLICT (journal_id) DO UPDATE SET seq = excluded.seq, calendar = excluded.calendar"""
_RELEASE = """INSERT INTO machines (journal_id, release) VALUES (:journal_id, :release)
    ON CONFLICT (journal_id) DO UPDATE SET release = excluded.release"""
_FAULT = """INSERT INTO machines (journal_id, printer_fault) VALUES (:journal_id, :printer_fault)
    ON CONFLICT (journal_id) DO UPDATE SET printer_fault = excluded.printer_fault"""
_HELP = """INSERT INTO machines (journal_id, help) VALUES (:journal_id, :seq)
    ON CONFLICT (journal_id) DO UPDATE SET help = excluded.help"""
_HELPED = "UPDATE machines SET help = NULL WHERE journal_id = :journal_id AND help = :asked"
_BOARD = """INSERT INTO machines (journal_id, board) VALUES (:journal_id, :board)
    ON CONFLICT (journal_id) DO UPDATE SET board = excluded.board"""
# A printer that says no name cannot be told from one that is switched off: only another name is another printer, and
# what could not be read (NULL, with which no comparison holds) is no difference.
_EXCHANGED = """UPDATE machines SET before_maker = named_maker, before_model = named_model,
        exchanged_boot = :boot_id, exchanged_ms = :boottime_ms
    WHERE journal_id = :journal_id AND (named_model <> :model OR (named_model = :model AND named_maker <> :maker))"""
_SINCE = """UPDATE machines SET since_boot = :boot_id, since_ms = :boottime_ms
    WHERE journal_id = :journal_id AND printer_model IS DISTINCT FROM :model"""
_MET = """INSERT INTO machines (journal_id, printer_maker, printer_model, printer_kind, printer_able)
    VALUES (:journal_id, :maker, :model, :kind, :able)
    ON CONFLICT (journal_id) DO UPDATE SET printer_maker = excluded.printer_maker,
        printer_model = excluded.printer_model, printer_kind = excluded.printer_kind,
        printer_able = excluded.printer_able"""
_NAMED = "UPDATE machines SET named_maker = :maker, named_model = :model WHERE journal_id = :journal_id"
_PAPER = """INSERT INTO machines (journal_id, paper) VALUES (:journal_id, :level)
    ON CONFLICT (journal_id) DO UPDATE SET paper = excluded.paper"""
_ROLL = """INSERT INTO machines (journal_id, roll_mm) VALUES (:journal_id, :roll_mm)
    ON CONFLICT (journal_id) DO UPDATE SET roll_mm = excluded.roll_mm, used_mm = 0"""
# As sync.paper_left folds them; a test holds the two together.
_USED = """INSERT INTO machines (journal_id, used_mm, paper_tickets, ticket_mm)
    VALUES (:journal_id, :mm, :tickets, :mm * :tickets)
    ON CONFLICT (journal_id) DO UPDATE SET used_mm = machines.used_mm + excluded.used_mm,
        paper_tickets = machines.paper_tickets + excluded.paper_tickets,
        ticket_mm = machines.ticket_mm + excluded.ticket_mm"""
_NIGHT = """INSERT INTO machines (journal_id, night, night_boot, night_ms)
    VALUES (:journal_id, :outcome, :boot_id, :boottime_ms)
    ON CONFLICT (journal_id) DO UPDATE SET night = excluded.night, night_boot = excluded.night_boot,
        night_ms = excluded.night_ms"""
_STRANGE = """INSERT INTO strange (journal_id, seq, kind, version, why)
    VALUES (:journal_id, :seq, :kind, :version, :why)"""


def changes(journal_id: JournalId, fact: Fact, chain: bytes) -> list[Change]:
    """What this fact changes. A fact that is not understood changes nothing but the list of strange ones."""
    try:
        body = understand(fact)
        problem = "this release does not know it" if body is None else _problem(body)
    except NotUnderstood as error:
        body, problem = None, str(error)
    place = {"journal_id": journal_id, "seq": int(fact.seq)}
    if problem is not None:
        strange = {"kind": fact.kind, "version": fact.version, "why": problem[:200]}
        return [Change(_STRANGE, place | strange)]
    marks = fold_figures.before(body, fact, place)
    return [
        *marks,
        *_changes(body, place, fact, chain),
        *fold_figures.after(body, place),
        *fold_published.of(body, place),
        *fold_requests.of(body, place),
        *fold_survey.of(body, place),
    ]


def _problem(body: object) -> str | None:
    """What is impossible in a body whose shape is right."""
    match body:
        case ScoreGiven(level=level) if level not in LEVELS:
            return f"there is no level {level}"
        case ScoreRepeated(levels=levels) if not levels or not set(levels) <= set(LEVELS):
            return f"there are no levels {levels}"
        case PrintEnded(outcome=outcome) if outcome not in PRINT_OUTCOMES:
            return f"there is no outcome {outcome!r}"
        case PrintEnded(mm=mm) | PrinterTested(mm=mm) | PaperRefilled(roll_mm=mm) if not 0 <= mm <= _MOST_MM:
            return f"{mm} mm are no length of paper"
        case PrinterMet() if any(len(name or "") > _NAME_CHARACTERS for name in (body.maker, body.model, body.profile)):
            return f"a printer's name has at most {_NAME_CHARACTERS} characters"
        case TicketIssued(token=token) if not _TOKEN.fullmatch(token):
            return "its token is not a SHA-256"
        case TicketIssued(label=label) if not 0 < len(label) <= _LABEL_CHARACTERS:
            return f"its label does not have 1 to {_LABEL_CHARACTERS} characters"
        case TicketPromised(low=low, high=high) if not 0 <= low < high <= _MOST_WAIT:
            return f"{low} to {high} minutes are no waiting range"
        case TicketIssued(day=day) if not is_day(day):
            return f"{day!r} is no day"
        case PublishedFact():
            return fold_published.problem(body)
        case RequestFact():
            return fold_requests.problem(body)
        case SurveyAnswered():
            return fold_survey.problem(body)
    return None


def _changes(body: object, place: dict[str, Any], fact: Fact, chain: bytes) -> Iterator[Change]:
    moment = place | {"boot_id": fact.boot_id, "boottime_ms": int(fact.boottime_ms), "ppm": DRIFT_PPM}
    match body:
        case ClockAnchored(utc_ms=utc_ms, uncertainty_ms=uncertainty_ms, source=source):
            anchor = moment | {"utc_ms": utc_ms, "uncertainty_ms": uncertainty_ms, "source": source}
            yield Change(_ADD_ANCHOR, anchor)
            for statement in _DATE_ANEW.values():
                yield Change(statement, anchor)
        case TicketIssued():
            names = ("day", "series", "lane", "n", "label", "token")
            ticket = {name: getattr(body, name) for name in names}
            yield Change(_ADD_TICKET, moment | ticket | {"services": _json(body.services), "chain": chain})
        case PrintSending(ticket=seq, attempt=attempt):
            yield Change(_PRINT, place | {"ticket": seq, "attempt": attempt, "print": SENDING})
        case PrintEnded(ticket=seq, attempt=attempt, outcome=outcome):
            yield Change(_PRINT, place | {"ticket": seq, "attempt": attempt, "print": outcome})
            if body.mm:
                yield Change(_USED, place | {"mm": body.mm, "tickets": 1})
        case ScoreGiven(counter=counter, level=level, scale=scale):
            yield Change(_ADD_SCORE, moment | {"counter": counter, "level": level, "scale": scale})
        case ScoreRepeated(score=score, levels=levels):
            for level in sorted(set(levels)):
                yield Change(_DISPUTE, place | {"score": score, "level": level})
            yield Change(_CORRECT, place | {"score": score, "last": levels[-1]})
        case TicketPromised(ticket=seq, low=low, high=high):
            yield Change(_PROMISED, place | {"ticket": seq, "low": low, "high": high})
        case TicketLanguage(ticket=seq, language=language):
            yield Change(_LANGUAGE, place | {"ticket": seq, "language": language})
        case TicketAdmitted() | TicketCalled():
            yield _wait(body, place)
            if isinstance(body, TicketAdmitted) and body.place is not None:
                yield fold_online.came(body, place)
        case OnlineAsked():
            yield fold_online.asked(body, place)
        case OnlineRestated():
            yield fold_online.restated(body, place)
        case StaffSkilled() | CamerasSet() | CameraChecked() | ComplaintNoted():
            yield Change(_STANDING, place | {"kind": fact.kind})
        case EpisodeFact() | FiguresSeen():
            yield fold_episodes.change(body, place)
        case DayOpened(day=day):
            yield Change(fold_figures.OPEN_DAY, place | {"day": day})
        case CalendarAdopted(calendar=calendar):
            yield Change(_CALENDAR, place | {"calendar": _json(calendar)})
        case CatalogueAdopted(catalogue=catalogue):
            yield Change(_CATALOGUE, place | {"catalogue": _json(catalogue)})
        case MachineStarted(release=release):
            yield Change(_RELEASE, place | {"release": release})
        case PrinterChanged(fault=fault):
            yield Change(_FAULT, place | {"printer_fault": fault})
        case PrinterMet():
            yield from _met(body, moment)
        case PaperChanged(level=level):
            yield Change(_PAPER, place | {"level": level})
        case PaperRefilled(roll_mm=roll_mm):
            yield Change(_ROLL, place | {"roll_mm": roll_mm})
        case PrinterTested(reason=reason, outcome=outcome, mm=mm):
            if mm:
                yield Change(_USED, place | {"mm": mm, "tickets": 0})
            if reason == "night":
                yield Change(_NIGHT, moment | {"outcome": outcome})
        case HelpAsked():
            yield Change(_HELP, place)
        case HelpEnded(asked=asked):
            yield Change(_HELPED, place | {"asked": asked})
        case BoardChanged(problems=problems):
            yield Change(_BOARD, place | {"board": _json(problems) if problems else None})


def _wait(body: TicketAdmitted | TicketCalled, place: dict[str, Any]) -> Change:
    ticket = {"journal_id": place["journal_id"], "of_journal": body.ticket.journal, "ticket": body.ticket.seq}
    if isinstance(body, TicketCalled):
        return Change(_CALLED, ticket | {"now_ms": body.now_ms})
    if body.how == "carried":
        return Change(_CARRIED, ticket)
    return Change(_WAITS, ticket | {"day": body.day, "since_ms": min(body.here_ms, body.now_ms)})


def _met(body: PrinterMet, moment: dict[str, Any]) -> Iterator[Change]:
    maker, model = body.maker or None, body.model or None
    printer = moment | {"maker": maker, "model": model, "kind": body.profile, "able": _json(body.abilities)}
    yield Change(_EXCHANGED, printer)
    yield Change(_SINCE, printer)
    yield Change(_MET, printer)
    if model is not None:
        yield Change(_NAMED, printer)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
