"""The base of all bodies of facts, and how a fact names a ticket."""

from dataclasses import dataclass
from typing import ClassVar

from sync.types import JournalId, Seq


@dataclass(frozen=True, slots=True)
class Body:
    """Base of all bodies. Fields hold str, int, bool, None, tuples and further such classes only.

    `unsaid`: fields that are left out of the row while they are None.
    """

    kind: ClassVar[str]
    version: ClassVar[int] = 1
    unsaid: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True, order=True)
class TicketName:
    """A ticket of any machine: the journal and the seq of its `ticket.issued`."""

    journal: JournalId
    seq: Seq


@dataclass(frozen=True, slots=True, order=True)
class FactName:
    """A fact of any machine: its journal, and its seq there."""

    journal: JournalId
    seq: Seq
