"""The report of the hall as Markdown, between two marks of docs/queue.md. Pure."""

from collections.abc import Mapping, Sequence

from tests.queueing.bars import (
    INSIDE_AT_LEAST,
    LATER_AT_MOST,
    WAYS,
    cells,
    held,
)
from tests.queueing.figures import CHOSEN, CLASSES, Sums, Waits
from tests.queueing.office import LOADS, USUAL, World

BEGINS, ENDS = "<!-- The report: made by ./prove queue, do not edit -->", "<!-- End of the report -->"
WORLDS: Mapping[str, World] = {
    "as above": USUAL,
    "service times spread 1.6 times as wide": World(spread=1.6),
    "everything takes longer than the standard minutes": World(pace=(1.0, 1.5)),
    "days differ more from one another": World(mood=0.2),
    "one in five misses the first call": World(no_show=0.2),
}
"""The world that the constants were set in, with other offices, and some that are less kind."""


def report(
    found: Mapping[str, Sums], worlds: Mapping[str, Sums], places: Mapping[str, Sums], faults: Sequence[str]
) -> str:
    """Everything between the marks; `faults` as tests.queueing.bars has them."""
    ours = found[CHOSEN]
    people = sum(len(waits) for waits in ours.waits.values())
    verdict = "Every bar holds." if not faults else "**Broken:** " + "; ".join(faults) + "."
    parts = [
        BEGINS,
        f"{ours.days} days, the same {people} people under every rule. {verdict} Waits are minutes from taking the"
        " ticket to the first call, as mean / 50 / 90 / 95 of a hundred / longest. Load is the work that comes as a"
        " part of what the counters can do in a day; within it there are peaks.",
        *(_waits(found, load) for load in (None, *LOADS)),
        _ranges(ours),
        _worlds(worlds),
        _places(places),
        ENDS,
    ]
    return "\n\n".join(parts)


def put(page: str, made: str) -> str:
    """The page with this report instead of its old one. Raises ValueError where it has no place for one."""
    head, _, rest = page.partition(BEGINS)
    _, mark, tail = rest.partition(ENDS)
    if not mark:
        raise ValueError(f"there is no {BEGINS} … {ENDS}")
    return head + made + tail


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, numbers to the right."""
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(["---"] + ["--:"] * (len(head) - 1)) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def _waits(found: Mapping[str, Sums], load: float | None) -> str:
    head = ["rule", *CLASSES, "most overtaken"]
    rows = [
        [name, *(_five(sums.of(kind, load)) for kind in CLASSES), str(sums.most_overtaken(load))]
        for name, sums in found.items()
    ]
    title = "Waits, all days" if load is None else f"Waits, load {load:g}"
    return f"### {title}\n\n{table(head, rows)}"


def _five(waits: Waits) -> str:
    return " / ".join(f"{each:.0f}" for each in (waits.mean, waits.p50, waits.p90, waits.p95, waits.longest))


def _ranges(ours: Sums) -> str:
    rows = []
    for (load, kind), some in cells(ours.told).items():
        errors = [held(some, way) for way in WAYS]
        shown = [f"{error.inside:.0%} / {error.later:.0%}" if error else "-" for error in errors]
        wide = sorted(each.printed.high - each.printed.low for each in some)
        rows.append([f"{_load(load)}, {kind or 'everybody'}", str(len(some)), *shown, f"{wide[len(wide) // 2]}"])
    words = (
        f"Real waits inside the printed range / later than it. The bars: at least {INSIDE_AT_LEAST:.0%} inside, at most"
        f" {LATER_AT_MOST:.0%} later, in every line of the first column. The other two are controls and miss them."
        f" {ours.untold} tickets were told no range, for no counter that serves them was at work."
    )
    head = ["who", "tickets", *WAYS, "middle width, min"]
    return f"### The waiting range\n\n{words}\n\n{table(head, rows)}"


def _load(load: float | None) -> str:
    return "all days" if load is None else f"load {load:g}"


def _worlds(worlds: Mapping[str, Sums]) -> str:
    rows = []
    for name, sums in worlds.items():
        error = held(sums.told)
        shown = [f"{error.inside:.0%}", f"{error.later:.0%}"] if error else ["-", "-"]
        rows.append([name, str(len(sums.told)), *shown])
    words = (
        "The constants of the range were set with the offices above. These are others, which nothing was set with; in"
        " the last four the world is less kind, too. The bars are the same."
    )
    return f"### The range in other worlds\n\n{words}\n\n{table(['world', 'tickets', 'inside', 'later'], rows)}"


def _places(places: Mapping[str, Sums]) -> str:
    rows = [
        [name, _five(Waits.of(sums.missed)), _five(Waits.of(sums.errand)), *(_five(sums.of(kind)) for kind in CLASSES)]
        for name, sums in places.items()
    ]
    words = "Minutes from coming back to the call, by the place that tickets come back to; beside it the waits of all."
    head = ["place", "after a missed call", "from an errand", *CLASSES]
    return f"### Places of those who come back\n\n{words}\n\n{table(head, rows)}"
