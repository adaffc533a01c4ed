"""One look at a printer that nobody else uses: what it is and can do, and what it says of its paper. For the doctor.

Nothing is printed: it is greeted as the kiosk greets it (hardware.printer_session, hardware.probe); and where `echo` is
asked for, GS ( H goes to a printer without a name too, whose bytes one that does not know it may print as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hardware.outcome import Habits, Patience
from hardware.printer import PaperStatus
from hardware.printer_session import PrinterSession
from hardware.profile import GENERIC, Abilities, Identity, Profile
from hardware.transports import Transport
from hardware.waiting import PollWaiting


@dataclass(frozen=True, slots=True)
class PrinterLook:
    """What a printer said within the time.

    `listens`: the way to it carries answers at all (a file does not). `profile`: the kind that it is treated as.
    """

    listens: bool
    status: PaperStatus = field(default_factory=lambda: PaperStatus(reachable=True))
    identity: Identity = field(default_factory=Identity)
    abilities: Abilities = field(default_factory=Abilities)
    profile: Profile = GENERIC


def look(
    transport: Transport,
    *,
    profile: Profile = GENERIC,
    profiles: Sequence[Profile] = (),
    echo: bool = False,
    patience_s: float = 2.0,
) -> PrinterLook:
    """Ask, and wait so long at most for each answer. `profile`, `profiles`: see Keeper. Raises TransportError when the
    device goes, or is silent though its kind answers."""
    if transport.fileno() is None:
        return PrinterLook(listens=False, profile=profile)
    waiting = PollWaiting()
    try:
        session = PrinterSession(
            transport,
            waiting,
            lambda status: None,
            patience=Patience(greeting=patience_s, answer=patience_s),
            closing=lambda: False,
            profile=profile,
            habits=Habits(),
            profiles=profiles,
        )
        session.greet()
        if echo:
            session.ask_echo()
    finally:
        waiting.close()
    known = session.acquired
    return PrinterLook(True, session.status, known.identity, known.abilities, session.profile)
