"""What a round of `./prove office` leaves for the judge, as values, and what the judge makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.facts import TicketIssued
from tests.faults.office_truth import Branch, Pair


@dataclass(frozen=True, slots=True)
class Told:
    """What an officer was told of an act that was done: the seq of its last fact, and the number that it called."""

    counter: int
    act: str
    seq: int
    called: str | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What a display had in sight at a moment. Times in UTC ms; `as_of`: what it said its numbers are of. `lost`: it
    said that they are old."""

    where: str
    at_ms: int
    as_of_ms: int | None
    lost: bool
    calls: frozenset[Pair]
    recent: frozenset[Pair] = frozenset()


@dataclass(frozen=True)
class JournalFile:
    """A kiosk's journal: rows by seq, and the journal that it continues up to a seq."""

    journal: str
    key: str
    rows: Mapping[int, bytes]
    issued: Mapping[int, TicketIssued]
    before: tuple[str, int] | None = None


@dataclass(frozen=True)
class Machine:
    """A kiosk's data folder and its printer's tray: the hash of the token on each whole sheet. `shown`: numbers that
    citizens saw as theirs. `gone`: it was taken away before the office's disk died, and can send nothing again."""

    name: str
    files: tuple[JournalFile, ...]
    papers: tuple[str, ...]
    shown: frozenset[str] = frozenset()
    gone: bool = False

    def ends(self) -> dict[str, int]:
        """Up to where each journal that was continued by another one is the office's too."""
        return {each.before[0]: each.before[1] for each in self.files if each.before is not None}


@dataclass(frozen=True)
class Loss:
    """A restore. `row`: the record on the dead disk by seq; `kept`: where the copy ended; `heard`: how far any machine
    had the record; `back`: the rows that came back; `from_boot_ms`: when the restored office began to write."""

    journal: str
    rows: Mapping[int, bytes]
    kept: int
    heard: int
    back: Mapping[int, bytes]
    from_boot_ms: int


@dataclass(frozen=True)
class Evidence:
    """All of a round. `held`: rows at the office, by journal and seq. `branches`: all that any office wrote, in order
    of time. `wanted`: whether something lost was still wanted. `audit`: codes of violations; `verified`: (file,
    problem). `epoch_ms`: the UTC at which the machine's boot time was 0. `said`: what people complained of."""

    machines: tuple[Machine, ...]
    held: Mapping[str, Mapping[int, bytes]]
    branches: tuple[Branch, ...]
    told: tuple[Told, ...]
    sights: tuple[Sight, ...]
    epoch_ms: int
    day: str
    losses: tuple[Loss, ...] = ()
    wanted: bool = False
    audit: tuple[str, ...] = ()
    verified: tuple[tuple[str, str | None], ...] = ()
    said: tuple[str, ...] = ()


@dataclass
class Figures:
    """Sums of a round. `twins`: numbers that a clone gave once more before it was noticed. `unheard`: facts that no
    machine had when the disk died. `gone`: facts that the copy did not have, of a machine that was taken away.
    `ignorant`: calls by an old copy of numbers that the record had elsewhere. `outlived`: sights of a copy's calls that
    the record had ended. `blind_ms`: from a restored office's first fact until its record was back."""

    tickets: int = 0
    papers: int = 0
    calls: int = 0
    sights: int = 0
    grey: int = 0
    twins: int = 0
    unheard: int = 0
    gone: int = 0
    ignorant: int = 0
    outlived: int = 0
    blind_ms: int = 0


@dataclass
class Judgement:
    """`faults` by what they are about."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    figures: Figures = field(default_factory=Figures)

    def all(self) -> list[str]:
        """Every fault as a line."""
        return [f"{about}: {each}" for about, found in self.faults.items() for each in found]
