"""The machines of the product as diagrams, made from their own tables: docs/diagrams.md.

python -m tests.walks.diagrams > docs/diagrams.md
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import TypeVar

from kiosk import printing, votes
from kiosk.votes import Counter, Votes
from sync import exchange, tickets
from sync.types import BootMs, Seq
from tests.walks import diagrams_screens

HEAD = """<!-- Made from the tables in the code by ./prove pictures, and a test holds it to them: edit those. -->
# The machines

Each of these is a table in the code and a function `step` that walks it. What is no arrow here is refused, and changes
nothing.
"""

SCREENS = (
    "`kiosk/screens.py`: one table, here in eight parts; each of its arrows is on one of them. A box with several names"
    " stands for screens that these arrows treat alike. What stays on its screen is left out;"
    " `python -m kiosk.preview diagrams` draws everything at once."
)

State = TypeVar("State", bound=Enum)
Event = TypeVar("Event", bound=Enum)

SECTIONS: Sequence[tuple[str, str, Callable[[], str]]] = (
    (
        "The contact of a score button",
        "`kiosk/votes.py`. A press is one when a contact that closes has settled.",
        lambda: _diagram(_pairs(votes.CONTACTS), "open"),
    ),
    (
        "The five buttons of a counter",
        "`kiosk/votes.py`. Lamp and chime follow `Committed`, the same for every level. This machine has no table; its"
        " arrows are found by trying every input in every phase.",
        lambda: _diagram(counter_arrows(), "armed"),
    ),
    (
        "The printing of a ticket",
        "`kiosk/printing.py`. `uncertain` is never repeated by itself; `interrupted` is, marked as a copy.",
        lambda: _diagram(_pairs(printing.TABLE), "queued"),
    ),
    (
        "A ticket in the queue",
        "`sync/tickets.py`; docs/queue.md tells it in words. Each arrow is a fact of the office's journal, all of them"
        " `ticket.` something; `ticket.finished` leads back to `waiting` where the visit has another service.",
        lambda: _diagram(queue_arrows(), "waiting"),
    ),
    (
        "The exchange with the office",
        "`sync/exchange.py`; docs/exchange.md tells it in words. What the journal holds behind `received` is never"
        " dropped in any of these.",
        lambda: exchange.diagram(),
    ),
)


def page() -> str:
    """The whole page as Markdown."""
    parts = [f"## {title}\n{words}\n\n```mermaid\n{draw().strip()}\n```\n" for title, words, draw in SECTIONS]
    return "\n".join((HEAD, screens_section(), *parts))


def screens_section() -> str:
    """The kiosk's screens, in several diagrams."""
    parts = [f"## The kiosk's screens\n{SCREENS}\n"]
    for title, found in diagrams_screens.views().items():
        drawn = _diagram(diagrams_screens.merged(found), diagrams_screens.AT_REST if "Rest" in title else None)
        parts.append(f"### {title}\n{diagrams_screens.words(title)}\n\n```mermaid\n{drawn}\n```\n")
    return "\n".join(parts)


def counter_arrows() -> list[tuple[str, str, str]]:
    """(phase, what happens, next phase) of the buttons of a counter, found by trying; what stays is left out."""
    begun = votes.start(1, BootMs(0))
    found: dict[tuple[Counter, str], Counter] = {}
    waiting, known = [begun], {begun.phase}
    while waiting:
        state = waiting.pop(0)
        for name, tried in TRIALS.items():
            try:
                after = tried(state)
            except votes.VotesError:
                continue
            if after.phase is not state.phase:
                found[state.phase, name] = after.phase
            if after.phase not in known:
                known.add(after.phase)
                waiting.append(after)
    return [(source.value, name, target.value) for (source, name), target in found.items()]


def queue_arrows() -> list[tuple[str, str, str]]:
    """(status, fact, next status) of a ticket at the office; what stays is left out."""
    return [
        (source.value, fact.kind.removeprefix("ticket."), target.value)
        for (source, fact), targets in tickets.TABLE.items()
        for target in targets
        if target is not source
    ]


def _pressed(state: Votes) -> Votes:
    down = votes.step(state, votes.Edge(4, True, state.now)).state
    return votes.step(down, votes.Tick(BootMs(state.now + state.timings.settle + state.timings.together))).state


def _later(state: Votes) -> Votes:
    return votes.step(state, votes.Tick(BootMs(state.now + state.timings.lockout))).state


TRIALS: Mapping[str, Callable[[Votes], Votes]] = {
    "a press counts": _pressed,
    "Committed": lambda state: votes.step(state, votes.Committed(Seq(9), state.now)).state,
    "Refused": lambda state: votes.step(state, votes.Refused(state.now)).state,
    "the lockout ends": _later,
    "Stop": lambda state: votes.step(state, votes.Stop(state.now)).state,
    "Try": lambda state: votes.step(state, votes.Try(state.now)).state,
    "EndTry": lambda state: votes.step(state, votes.EndTry(state.now)).state,
}


def _pairs(table: Mapping[tuple[State, Event], State]) -> list[tuple[str, str, str]]:
    return [(str(a.value), str(event.value), str(b.value)) for (a, event), b in table.items() if a is not b]


def _diagram(arrows: Iterable[tuple[str, str, str]], first: str | None) -> str:
    """Mermaid: arrows between the same two states are one, with all their events."""
    together: dict[tuple[str, str], list[str]] = {}
    for source, event, target in arrows:
        together.setdefault((source, target), []).append(event)
    names = dict.fromkeys(name for pair in together for name in pair)
    lines = ["stateDiagram-v2", *([f"    [*] --> {_id(first)}"] if first else [])]
    lines += [f"    {_id(name)} : {name}" for name in names if _id(name) != name]
    for (a, b), events in together.items():
        said = ", ".join(filter(None, events))
        lines.append(f"    {_id(a)} --> {_id(b)}" + (f" : {said}" if said else ""))
    return "\n".join(lines)


def _id(name: str) -> str:
    return name.replace(", ", "__").replace("-", "_").replace(" ", "_")


if __name__ == "__main__":
    sys.stdout.write(page())
