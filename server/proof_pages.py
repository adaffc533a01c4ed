# gettext: audit
"""The proof as a citizen sees it, drawn: the audit of a day, the rule, a ticket that is checked, a checkpoint.

No id and no name of staff is on any of these pages; whatever is told is told by counter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from server import proof_words as said
from server.audit_words import look, sentence
from server.audits import Told
from server.checking import Checked
from server.halls import Listed
from server.pages import Pages, in_language, named
from server.papers import Paper
from server.qr import code
from server.restored_words import restored_words
from sync import checkpoint as checkpoints
from sync.audit_terms import Call
from sync.clock import office_time
from sync.facts_office import RuleAdopted
from sync.facts_online import OnlineAdopted
from sync.types import UtcMs
from translations import N_, Domain, load
from translations.errors import UnknownRuleError
from translations.numerals import Era, format_date, format_time
from translations.rule_text import long, online, title

DAYS = 31
"""So many days are listed; older ones are asked for by their date."""
PAPERS = ("A4", "A3")
RULE_ELSEWHERE = N_("The rule is told by a newer release of this program.")
PARTLY = N_("How it was called is told by the office itself: its server was restored from a copy on that day.")
LARGE = N_("Ask the office for the evidence of this day: it has a command that writes it whole.")
Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A check as it is drawn: what was typed, and what came of it; `as_of`: its day still runs. `listed`: the paper is
    of another office; `partly`: how it was called is told there alone."""

    typed: str = ""
    found: Checked | None = None
    unknown: bool = False
    wait_s: int = 0
    as_of: UtcMs | None = None
    listed: Listed | None = None
    partly: bool = False


class ProofPages:
    """Draws the proof of one office."""

    def __init__(self, pages: Pages, zone: ZoneInfo) -> None:
        self._pages, self._zone = pages, zone

    def audit(self, told: Told, days: Sequence[str], checkpoint: str | None, language: str) -> str:
        """The audit of a day, with its checkpoint where there is one, and the `days` on record, the last one first."""
        audit, words = told.found.audit, load(language, "audit")
        values = {
            "day": audit.day,
            "as_of": None if audit.whole else self._pages.clock(told.at_ms),
            "_n": words.ngettext,
            "restored": restored_words(told.found, words, lambda utc_ms: self._time(utc_ms, language, audit.day)),
            "totals": audit.totals,
            "sums": said.sums(audit.totals, words, whole=audit.whole),
            "unchecked": audit.unchecked,
            "violations": [
                (each.what.value, each.seq, sentence(each, words), look(each, words)) for each in audit.violations
            ],
            "days": [(each, format_date(date.fromisoformat(each), language)) for each in days[:DAYS]],
            "older": len(days) > DAYS,
            "first": days[-1],
            "last": days[0],
            "parts": parts,
            **_kept(checkpoint),
            **self._dates(audit.day, language),
        }
        heading = words.gettext("How the calling rule was kept")
        return self._framed("proof_audit.html", language, values, heading, kept=f"day={audit.day}&")

    def no_day(self, language: str) -> str:
        """Before the first day."""
        words = load(language, "audit")
        heading, text = words.gettext("No day is on record yet"), words.gettext("The first one begins with a ticket.")
        return self._framed("proof_nothing.html", language, {"title": heading, "text": text}, heading)

    def rule(self, rule: RuleAdopted, language: str, paper: str, day: str, terms: OnlineAdopted | None = None) -> str:
        """The rule in force, for a screen and for a wall sheet of this paper. `terms`: of today's online places."""
        words = load(language, "audit")
        try:
            heading, paragraphs = title(rule, language), long(rule, language)
        except UnknownRuleError:
            heading, text = words.gettext("The calling rule"), words.gettext(RULE_ELSEWHERE)
            return self._framed("proof_nothing.html", language, {"title": heading, "text": text}, heading)
        if terms is not None:
            paragraphs = (*paragraphs, online(terms.share, terms.head_ms // 60_000, language))
        values = {
            "title": heading,
            "paragraphs": paragraphs,
            "sizes": PAPERS,
            "paper": paper,
            "say_print": words.gettext("To print as a wall sheet"),
            **self._dates(day, language),
        }
        return self._framed(
            "proof_rule.html", language, values, heading, kept=f"paper={paper}&", paper=paper, domain="queue"
        )

    def paper(self, typed: str, paper: Paper, language: str) -> str:
        """What came of the paper of another office."""
        listed = paper.listed
        as_of = listed.heard_ms if paper.running and not paper.partly else None
        asked = Asked(typed, paper.checked, as_of=as_of, listed=listed, partly=paper.partly)
        return ProofPages(self._pages, listed.zone).check(asked, paper.services, language)

    def check(self, asked: Asked, names: Names, language: str) -> str:
        """The form, and what came of it."""
        words, found = load(language, "audit"), asked.found
        values: dict[str, Any] = {"typed": asked.typed, "found": None, "unknown": asked.unknown, "wait_s": asked.wait_s}
        if found is not None:
            fine, verdict = said.verdict(found, words)
            values |= {
                "found": found,
                "verdict": {"fine": fine, "words": words.gettext(PARTLY) if asked.partly else verdict},
                "partly": asked.partly,
                "of": asked.listed and (asked.listed.office, in_language(asked.listed.name, language)),
                "against": said.against(found, words),
                "issued": found.utc_ms and self._time(found.utc_ms, language),
                "services": [named(names, service, language) for service in found.services],
                "status": words.gettext(said.STATUS.get(found.status, said.STATUS[None])),
                "as_of": asked.as_of and f"{office_time(asked.as_of, self._zone):%H:%M:%S}",
                "calls": [self._call(each, found.day, language) for each in found.calls],
                **self._dates(found.day, language),
            }
        return self._framed("proof_check.html", language, values, words.gettext("Check a ticket"))

    def later(self, wait_s: int, language: str) -> str:
        """Too much is asked for."""
        words = load(language, "audit")
        heading, text = words.gettext("Too many at once"), words.gettext("Try again in {seconds} seconds.")
        values = {"title": heading, "text": text.format(seconds=wait_s)}
        return self._framed("proof_nothing.html", language, values, heading)

    def unread(self, wait_s: int, language: str) -> str:
        """The record cannot be read at this moment."""
        words = load(language, "audit")
        heading = words.gettext("The record cannot be read at the moment")
        text = words.gettext("Try again in {seconds} seconds.")
        values = {"title": heading, "text": text.format(seconds=wait_s)}
        return self._framed("proof_nothing.html", language, values, heading)

    def too_much(self, language: str) -> str:
        """A day whose evidence is not made on the fly."""
        words = load(language, "audit")
        heading, text = words.gettext("This day is too large to load here"), words.gettext(LARGE)
        return self._framed("proof_nothing.html", language, {"title": heading, "text": text}, heading)

    def checkpoint(self, text: str, language: str) -> str:
        """A checkpoint as a sheet of A4."""
        kept = _kept(text)
        day = kept["checkpoint"].day
        values = {**kept, "text": text, "qr": code(text), "day": day, **self._dates(day, language)}
        heading = load(language, "audit").gettext("Checkpoint of {date}").format(date=values["date"])
        return self._framed("proof_checkpoint.html", language, values, heading, paper="A4")

    def _call(self, call: Call, day: str, language: str) -> dict[str, Any]:
        words, minutes = load(language, "audit"), call.waited_ms // 60_000
        ended = said.ENDED.get(call.how or "")
        return {
            "time": self._time(call.at_ms, language, day),
            "counter": call.counter,
            "why": said.why(call, words),
            "waited": words.ngettext(*said.WAITED, minutes).format(minutes=minutes),
            "ended": ended and words.gettext(ended).format(time=self._time(call.ended_ms or 0, language, day)),
        }

    def _framed(
        self,
        template: str,
        language: str,
        values: Mapping[str, Any],
        heading: str,
        *,
        kept: str = "",
        paper: str | None = None,
        domain: Domain = "audit",
    ) -> str:
        body = Markup(self._pages.render(template, language, values, domain))
        frame = {"title": heading, "body": body, "kept": kept, "paper": paper}
        return self._pages.render("proof.html", language, frame, "pages")

    def _time(self, utc_ms: int, language: str, day: str | None = None) -> str:
        """Hours and minutes on the office's wall, with the date where it is not this day."""
        local: datetime = office_time(utc_ms, self._zone)
        told = format_time(local, language)
        return told if day in (None, local.date().isoformat()) else f"{_short(local.date(), language)} {told}"

    def _dates(self, day: str, language: str) -> dict[str, str]:
        own = date.fromisoformat(day)
        other: Era = "gregorian" if language == "th" else "buddhist"
        return {"date": format_date(own, language), "other_date": format_date(own, language, era=other)}


def _short(day: date, language: str) -> str:
    return format_date(day, language, month=False)


def _kept(text: str | None) -> dict[str, Any]:
    """What a page shows of a checkpoint that we signed ourselves."""
    if text is None:
        return {"checkpoint": None, "signature": ""}
    return {"checkpoint": checkpoints.read(text), "signature": checkpoints.signature(text)}


def parts(text: str) -> list[str]:
    """A long code in groups of eight, as eyes compare it."""
    return [text[at : at + 8] for at in range(0, len(text), 8)]
