"""What the doctor finds of a display: its copy of the office's journal, and what a kiosk would be told otherwise."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from kiosk.findings import Finding, note, ok, problem
from sync.chain import Position
from sync.mirror import FeedState
from sync.phrases import clips as needed

_CLOCK = "Connect the network and the office's server: without a time no number is shown."
_SERVER = "Check the network cable and `url` in kiosk.toml. The display shows its last numbers as old meanwhile."


_NO_TIME = "Connect the network and the office's server: scores are kept, and dated once there is a time."
_UNSENT = "Check the network cable and `url` in kiosk.toml. Scores are kept and sent later."


class Lengths(Protocol):
    """What is needed of kiosk.board_clips.BoardClips."""

    def length(self, language: str, clip: str) -> int | None: ...


UNNAMED = note(
    "services",
    "no `catalogue` is named: no service is, no waiting range, no steps and no rule are shown",
    'Copy the kiosks\' catalogue beside kiosk.toml, and write  catalogue = "catalogue.toml"  at the top of it.',
)
"""Of a display that has no catalogue."""


def mirror(state: FeedState | None, end: Position | None) -> Finding:
    """Whether the office's journal arrives here."""
    part, facts = "office's journal", end.seq if end else 0
    if state is None:
        return problem(part, "nothing has asked for it yet", "Start `python -m sync`, and see in its log why it ended.")
    if state.reason is not None:
        todo = "Read `python -m sync status`, and do what it says."
        return problem(part, f"{facts} facts here; {state.message or state.reason}", todo)
    if not facts:
        return problem(part, "none of it is here", "Wait a minute; then read `python -m sync status`.")
    return ok(part, f"{facts} facts here, each one proved")


def voice(clips: Lengths, languages: Sequence[str]) -> Finding:
    """In which languages calls can be said whole, and how many clips the others lack."""
    lacking = {each: sum(clips.length(each, clip) is None for clip in needed(each)) for each in languages}
    whole = [each for each, count in lacking.items() if not count]
    rest = [f"{each} lacks {count} of {len(needed(each))} clips" for each, count in lacking.items() if count]
    seen = "; ".join([f"calls are said in {', '.join(whole)}"] * bool(whole) + rest)
    if not rest:
        return ok("voice", seen)
    return note("voice", seen, "Record them in the office's console; they come here within ten minutes.")


def of_a_scorebox(finding: Finding) -> Finding:
    """The same, with what to do where there are no tickets."""
    told = {"clock": _NO_TIME, "server": _UNSENT}.get(finding.part)
    return replace(finding, todo=told) if told and "icket" in (finding.todo or "") else finding


def of_a_display(finding: Finding) -> Finding:
    """The same, with what to do where there are no tickets and nobody can touch anything."""
    told = {"clock": _CLOCK, "server": _SERVER}.get(finding.part)
    return replace(finding, todo=told) if told and "icket" in (finding.todo or "") else finding
