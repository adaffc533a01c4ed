"""Which kinds of printers this kiosk knows, and which it takes its own for: from kiosk.toml and the office's file."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from hardware.dots import Dots
from hardware.errors import PrintersFileError
from hardware.printers_file import chosen, kinds
from hardware.profile import Profile
from kiosk.configfile import GOOD, keep
from kiosk.errors import KioskError
from kiosk.paper import PAPERS
from sync.config import KioskConfig

LEAST_DOTS = PAPERS[58]
"""Below this no ticket is drawn."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """`profile`: the one to begin with; `others`: by which the printer may be recognised instead; `known`: all.

    With a `problem` of the office's file: its last good copy is in use, else (`shipped`) only what ships. `unkept`: why
    no copy could be kept.
    """

    profile: Profile
    others: tuple[Profile, ...]
    known: tuple[Profile, ...]
    problem: PrintersFileError | None = None
    shipped: bool = False
    unkept: str | None = None

    def kind(self, met: str | None = None) -> Profile:
        """The one that is named or else, `met`, the one that the printer was recognised as."""
        return next((each for each in self.known if self.others and each.name == met), self.profile)

    def width(self, paper_mm: int, met: str | None = None) -> Dots:
        """Dots of a ticket on this roll, in a printer of that kind."""
        return Dots(min(max(self.kind(met).width, LEAST_DOTS), PAPERS[paper_mm]))


def settle(config: KioskConfig, folder: Path, data: Path) -> Kinds:
    """What kiosk.toml says of the printer. `folder`: what its paths are relative to; `data`: where the copy is kept.

    A slip in the office's file may also take away the very kind that kiosk.toml names, or make it too narrow: such a
    file is no good one either, and never becomes the copy.

    Raises PrintersFileError where no kind has the name that it says, KioskError where that kind is too narrow.
    """
    if config.printers is None:
        return _settled(config, kinds(None))
    good = data / ("printers.toml" + GOOD)
    try:
        content = _content(folder / config.printers)
        found = _settled(config, kinds(content))
    except (PrintersFileError, KioskError) as problem:
        return _last_good(config, good, problem)
    try:
        keep(good, content)
    except OSError as error:
        return replace(found, unkept=f"{good}: {error.strerror}")
    return found


def _settled(config: KioskConfig, known: tuple[Profile, ...]) -> Kinds:
    profile, others = chosen(config.printer_profile, known)
    if not others:
        _fits(profile, config.paper_mm)
    return Kinds(profile, others, known)


def _last_good(config: KioskConfig, good: Path, problem: PrintersFileError | KioskError) -> Kinds:
    """From the copy, else from what ships; the problem itself where neither has the kind that is named."""
    told = problem if isinstance(problem, PrintersFileError) else PrintersFileError(str(problem), hint=problem.hint)
    with suppress(OSError, PrintersFileError, KioskError):
        return replace(_settled(config, kinds(good.read_bytes())), problem=told)
    with suppress(PrintersFileError, KioskError):
        return replace(_settled(config, kinds(None)), problem=told, shipped=True)
    raise problem


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        hint = "Put the file there, or take `printers` out of kiosk.toml."
        raise PrintersFileError(f"{path} cannot be read: {error.strerror}", hint=hint) from error


def _fits(profile: Profile, paper_mm: int) -> None:
    narrower = [mm for mm, dots in sorted(PAPERS.items()) if mm < paper_mm and dots >= profile.width]
    if profile.width >= LEAST_DOTS and not narrower:
        return
    fits = bool(narrower) and profile.width == PAPERS[narrower[-1]]
    hint = f"Set paper_mm = {narrower[-1]}, or choose another printer_profile." if fits else _OTHER
    raise KioskError(
        f'"{profile.name}" prints {profile.width} dots, too few for tickets on paper of {paper_mm} mm', hint=hint
    )


_OTHER = "Choose another printer_profile in kiosk.toml."


def notice_of(found: Kinds, file: str | None) -> str | None:
    """What the banner tells the technician; None where all is well. `file`: the name in kiosk.toml."""
    if found.problem is None:
        return None
    line = f", line {found.problem.line}" if found.problem.line else ""
    told = "Only the kinds of printers that ship are known." if found.shipped else "The last good settings are in use."
    return f"{told} {file}{line}: {found.problem}. {found.problem.hint}"
