"""The counter's page: what is at the counter, who waits, and what can be done now. Values in, HTML out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from server.counter_state import CounterState, TicketState, counter_state
from server.counter_words import REASON_WORDS, STATUS_WORDS
from server.pages import Pages, named
from server.targets import targets
from sync import reasons
from sync.clock import office_time
from sync.live import Live
from sync.types import UtcMs
from translations import load
from translations.numerals import format_time

# gettext: counter

SHOWN = 12
"""How many of the queue are drawn with what can be done with them."""
Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Offered:
    """The services that the office offers: names by id and language, published minutes by id."""

    names: Names
    minutes: Mapping[str, int]


class CounterPages:
    """Draws the parts of the counter's page that change."""

    def __init__(self, pages: Pages, zone: ZoneInfo) -> None:
        self._pages, self._zone = pages, zone

    def counter(
        self, live: Live, number: int, offered: Offered, language: str, now_ms: UtcMs, *, supervisor: bool = False
    ) -> str:
        """One counter, live. `offered`: the services; a supervisor can give numbers up."""
        names = offered.names
        state = counter_state(live, number, now_ms)
        words = load(language, "counter")
        values: dict[str, Any] = {
            "state": state,
            "seq": live.seq,
            "supervisor": supervisor,
            "ticket": state.ticket and self._row(state.ticket, names, language),
            "called_at": state.ticket and self._time(state.ticket.called_ms, language),
            "rows": [self._row(each, names, language) for each in state.next[:SHOWN]],
            "away": [self._row(each, names, language) for each in state.away],
            "targets": targets(live, number, offered.minutes, now_ms),
            "services": [(each, named(names, each, language)) for each in names],
            "own": [named(names, each, language) for each in state.services],
            "reasons": {
                kind: [(code, words.gettext(REASON_WORDS[code])) for code in getattr(reasons, kind)]
                for kind in ("PICK", "EARLY_NO_SHOW", "TICKETLESS", "PARK", "TRANSFER", "CANCEL", "BREAK")
            },
            "pause": state.pause and words.gettext(REASON_WORDS.get(state.pause, state.pause)),
            "gate_s": _gate_seconds(state),
            "_n": words.ngettext,
        }
        return self._pages.render("counter_live.html", language, values, "counter")

    def frame(self, fragment: str, events: str, language: str, now_ms: UtcMs) -> Markup:
        """What stands around a part that changes: how fresh it is, and where its events come from."""
        values = {
            "fragment": Markup(fragment),
            "events": events,
            "as_of": self._pages.clock(now_ms),
            "release": self._pages.release,
        }
        return Markup(self._pages.render("counter_frame.html", language, values, "counter"))

    def counters(self, live: Live, numbers: list[int], language: str) -> str:
        """All counters, to choose one."""
        rows = []
        for number in numbers:
            counter, held = live.counter(number), live.at_counter(number)
            rows.append({"counter": counter, "label": held.label if held else None, "number": number})
        values = {"rows": rows, "waiting": len(live.waiting()), "seq": live.seq}
        return self._pages.render("counters_live.html", language, values, "counter")

    def _row(self, ticket: TicketState, names: Names, language: str) -> dict[str, Any]:
        words = load(language, "counter")
        minutes = words.ngettext("{count} minute", "{count} minutes", ticket.minutes).format(count=ticket.minutes)
        return {
            "ticket": ticket,
            "service": named(names, ticket.service, language),
            "after": [named(names, each, language) for each in ticket.services[ticket.step + 1 :]],
            "minutes": minutes,
            "status": words.gettext(STATUS_WORDS[ticket.status]),
        }

    def _time(self, utc_ms: int | None, language: str) -> str | Markup:
        return "" if utc_ms is None else format_time(office_time(utc_ms, self._zone), language)


def _gate_seconds(state: CounterState) -> int:
    """Seconds until nobody's coming may be said without a reason, as far as time alone goes."""
    return -(-(state.no_show_ms or 0) // 1000)
