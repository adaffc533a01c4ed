"""What a printer is asked once on each connection, and what its answers make of it. Pure: hardware.printer_session
sends and listens.

Nothing is asked that could move paper. Questions that are answered in their turn (GS r, GS I, GS ( H) go only to a
printer that answers DLE EOT and is ready: with its cover open it would answer when somebody else is served. GS I goes
only to one that answers GS r, and each time with a GS r behind it: where that comes first, no name will come. What a
printer does not know it may take for letters of a line that it does not print: the next job's ESC @ drops them.
GS ( H goes only to a printer that has said its name, and whose kind may know it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

from hardware.printer import Met
from hardware.profile import Abilities, Identity, Profile
from hardware.status import (
    FULL_STATUS,
    IN_ORDER,
    Answer,
    AutoStatus,
    Echo,
    FullStatus,
    Named,
    Processed,
    Reply,
    ReplyReader,
    echo_request,
    echo_token,
)

MAKER, MODEL, FIRMWARE = 66, 67, 65
TOKEN = echo_token(0)
"""No job's: their ids begin at 1."""
ECHO = echo_request(TOKEN)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is sent next. `name`: of GS I, 0: none. `echo`: GS ( H. Each with a GS r behind it, or GS r alone."""

    name: int = 0
    echo: bool = False

    @property
    def data(self) -> bytes:
        """Its bytes."""
        name = bytes((0x1D, 0x49, self.name)) if self.name else b""
        return name + (ECHO if self.echo else b"") + IN_ORDER

    def asked_of(self, reader: ReplyReader) -> ReplyReader:
        """The reader that awaits its answers."""
        return (reader.ask_name(self.name) if self.name else reader).ask_in_order()


@dataclass(frozen=True, slots=True)
class Acquired:
    """What is known of the printer at the end of this cable. `asked`: what was, in this order; `over`: there is
    nothing left to ask, or it answers none of it."""

    identity: Identity = field(default_factory=Identity)
    abilities: Abilities = field(default_factory=Abilities)
    asked: tuple[Ask, ...] = ()
    over: bool = False

    def next(self, profile: Profile) -> Ask | None:
        """What to ask now of a printer of this kind; None: nothing."""
        if self.over or self.abilities.answers is not True:
            return None
        return next((ask for ask in _wanted(self, profile) if ask not in self.asked), None)

    def asking(self, ask: Ask) -> "Acquired":
        """This is sent."""
        return replace(self, asked=(*self.asked, ask))

    def heard(self, replies: Sequence[Reply]) -> "Acquired":
        """With these, asked for or not. What cannot be read says nothing."""
        known = self
        for reply in replies:
            known = replace(known, identity=_named(known.identity, reply), abilities=_seen(known.abilities, reply))
        return known

    def answered(self, *, in_time: bool, ready: bool = True) -> "Acquired":
        """The GS r behind the last question has come, or has not: then it does not know GS r, or where it is not
        `ready` any more, will be asked again once it is. An echo that did not come before GS r never will."""
        if not in_time:
            return replace(self, over=True) if ready else replace(self, asked=())
        return self.without_echo() if self.asked[-1].echo else self

    def without_echo(self) -> "Acquired":
        """It has read past a GS ( H and gave no echo, unless it has before."""
        silent = self.abilities.echoes is None
        return replace(self, abilities=replace(self.abilities, echoes=False)) if silent else self

    def done(self) -> "Acquired":
        """No question is left."""
        return replace(self, over=True)


def recognised(identity: Identity, kinds: Sequence[Profile], otherwise: Profile) -> Profile:
    """The kind that this printer says it is: of those that fit, the one with the longest beginning of its model name,
    the earlier of two."""
    fitting = [kind for kind in kinds if kind.fits(identity)]
    return max(fitting, key=lambda kind: kind.likeness(identity), default=otherwise)


def told_anew(last: Met | None, now: Met) -> Met | None:
    """What is worth telling of this printer after that one; None: nothing. Of one that says the same of itself, what it
    has not shown again on this connection still holds; one that answers nothing is another than one that did."""
    same = last is not None and (last.identity, last.profile) == (now.identity, now.profile)
    if last is None or not same or (last.abilities.answers and not now.abilities.answers):
        return None if now == last else now
    known = {name: value for name, value in _each(now.abilities) if value is not None}
    abilities = replace(last.abilities, **known)
    return None if abilities == last.abilities else replace(now, abilities=abilities)


def _each(abilities: Abilities) -> list[tuple[str, bool | None]]:
    return [(each.name, getattr(abilities, each.name)) for each in fields(abilities)]


def round_bytes(profile: Profile) -> bytes:
    """What a printer of this kind is asked beside each round of DLE EOT 1 … 4."""
    return b"" if profile.full_status == "no" else FULL_STATUS


def _wanted(known: Acquired, profile: Profile) -> list[Ask]:
    if profile.identify == "no" or profile.in_order == "no":
        return []
    wanted = [Ask(), Ask(name=MODEL)]
    if known.identity.known:
        wanted += [Ask(name=MAKER), Ask(name=FIRMWARE)]
        if profile.echo != "no" and known.abilities.echoes is None:
            wanted.append(Ask(echo=True))
    return wanted


def _seen(abilities: Abilities, reply: Reply) -> Abilities:
    match reply:
        case Answer():
            return replace(abilities, answers=True)
        case AutoStatus():
            return replace(abilities, automatic=True)
        case Processed():
            return replace(abilities, in_order=True)
        case Echo():
            return replace(abilities, echoes=True)
        case FullStatus():
            return replace(abilities, full_status=True)
        case _:
            return abilities


def _named(identity: Identity, reply: Reply) -> Identity:
    if not isinstance(reply, Named):
        return identity
    text = reply.data.decode("ascii", "replace").strip() or None
    match reply.n:
        case 66:
            return replace(identity, maker=text)
        case 67:
            return replace(identity, model=text)
        case 65:
            return replace(identity, firmware=text)
        case _:
            return identity
