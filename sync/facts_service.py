"""What a machine writes of its service menu, the technician's screen, and the office of a code that it gave there. What
was typed, and the code, are on no record."""

from dataclasses import dataclass
from typing import ClassVar

from sync.body import Body
from sync.types import JournalId, UtcMs


@dataclass(frozen=True, slots=True)
class ServiceOpened(Body):
    """The PIN was right: what lies behind it was open from here on."""

    kind: ClassVar[str] = "service.opened"


@dataclass(frozen=True, slots=True)
class ServiceRefused(Body):
    """The PIN was wrong, for the `wrong`th time in a row."""

    kind: ClassVar[str] = "service.refused"
    wrong: int


@dataclass(frozen=True, slots=True)
class ServiceUsed(Body):
    """Behind the PIN something was asked for that this machine does not do by itself; on record before it is done.

    `tool`: restart-kiosk, restart-machine, usb, pair, wifi, printer, keep, revert, volume, brightness, clock or bundle.
    No value: a code, a passphrase and what was typed are on no record.
    """

    kind: ClassVar[str] = "service.used"
    tool: str


@dataclass(frozen=True, slots=True)
class AdministratorInvited(Body):
    """The office gave a one-time code for its first administrator to the machine with the journal `device`.

    `now_ms`: the office's clock. The code itself is on no record.
    """

    kind: ClassVar[str] = "administrator.invited"
    now_ms: UtcMs
    device: JournalId
