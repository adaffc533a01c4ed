"""What somebody does about a printer that cannot print: the steps as data, and which of them is due. Pure.

The steps follow the printer's own status: whoever opens the cover to put in a roll sees the next step at once. What a
printer cannot tell is not guessed: then no step is marked, and the list is read from the top.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from hardware.printer import PaperStatus
from translations import N_


class Step(NamedTuple):
    """One thing to do: its pictogram (kiosk.pictograms) and its words, to be looked up in the kiosk's texts."""

    icon: str
    text: str


_OPEN = Step("cover-open", N_("Open the printer cover"))
_ROLL = Step("roll", N_("Put in a new roll of paper"))
_CLOSE = Step("cover-close", N_("Close the cover until it clicks"))
_CLEAR = Step("clear-paper", N_("Remove the paper that is stuck"))
_SWITCH = Step("power", N_("Switch the printer off and on again"))

STEPS: Mapping[str, tuple[Step, ...]] = MappingProxyType(
    {
        "paper-out": (_OPEN, _ROLL, _CLOSE),
        "cover-open": (_CLOSE,),
        "cutter": (_OPEN, _CLEAR, _CLOSE),
        "mechanism": (_OPEN, _CLEAR, _CLOSE, _SWITCH),
        "overheated": (Step("wait", N_("Wait until the printer has cooled down")),),
        "unreachable": (
            Step("power", N_("Check that the printer is switched on")),
            Step("cable", N_("Check the printer's cables")),
        ),
        "offline": (_SWITCH,),
    }
)
"""By the printer's fault (hardware.printer.Fault)."""

_THROUGH_THE_COVER = frozenset({"paper-out", "cutter", "mechanism"})
"""Faults whose repair opens the cover, so that an open cover is no fault of its own."""


@dataclass(frozen=True, slots=True)
class Mending:
    """The repair under way: of which fault, and the index of the step that is due; None: nobody can tell."""

    fault: str
    due: int | None = 0

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of its steps; none for a fault that is not known here."""
        return STEPS.get(self.fault, ())

    @property
    def told(self) -> tuple[Step, ...]:
        """The steps that are told in words: the one that is due, else all of them."""
        return self.steps if self.due is None else self.steps[self.due : self.due + 1]


def mending(before: Mending | None, status: PaperStatus) -> Mending | None:
    """The repair after this status; None where the printer can print."""
    fault = status.fault
    if fault is None:
        return None
    if fault == "cover-open":
        # Where the cover was open before anything was known, what is wrong beneath it is what to mend.
        begun = before.fault if before is not None else replace(status, cover_open=False).fault
        if begun is None or begun not in _THROUGH_THE_COVER:
            return Mending("cover-open")
        put_in = begun == "paper-out" and status.paper in ("ok", "near-end")
        return Mending(begun, 2 if put_in else 1)
    if fault == "unreachable":
        return Mending(fault, None)
    if fault == "mechanism" and before is not None and before.fault == fault and before.due:
        return Mending(fault, len(STEPS[fault]) - 1)  # the cover was opened and closed, and it has not helped
    return Mending(fault)
