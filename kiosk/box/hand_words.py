"""What the screen may ask of the box's root side, and what is answered: one line of JSON each way. Pure.

Narrow on purpose: each request has its own fields, every one of a type and length, and anything else is malformed. A
screen that was taken over can do no more than a technician who knows the PIN.
"""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

SOCKET = "/run/scorecard/hand.sock"
LONGEST = 4096
TRIAL_S = 300
"""How long a change is tried: whoever is cut off by it finds everything as before after five minutes."""

Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Percent: TypeAlias = Annotated[int, Meta(ge=0, le=100)]


class _Asked(msgspec.Struct, frozen=True, tag_field="ask", forbid_unknown_fields=True):
    pass


class Restart(_Asked, frozen=True, tag="restart"):
    """The machine is to start anew."""


class TryPrinter(_Asked, frozen=True, tag="try-printer"):
    """Another printer, as in kiosk.toml, for TRIAL_S."""

    address: Text


class TryWifi(_Asked, frozen=True, tag="try-wifi"):
    """Another wireless network, for TRIAL_S. `passphrase` None: it has none. `country` None: as kiosk.toml's own."""

    ssid: Text
    country: Text | None = None
    passphrase: Text | None = None

    def __repr__(self) -> str:
        return f"TryWifi({self.ssid!r})"


class Keep(_Asked, frozen=True, tag="keep"):
    """What is being tried stays."""


class Revert(_Asked, frozen=True, tag="revert"):
    """What is being tried goes."""


class Pair(_Asked, frozen=True, tag="pair"):
    """Pair anew, by this one-time code."""

    code: Text

    def __repr__(self) -> str:
        return "Pair(…)"


class SetVolume(_Asked, frozen=True, tag="volume"):
    """How loud the chime is from now on."""

    percent: Percent


class SetBrightness(_Asked, frozen=True, tag="brightness"):
    """How bright the screen is from now on."""

    percent: Annotated[int, Meta(ge=5, le=100)]


class Diagnosis(_Asked, frozen=True, tag="diagnosis"):
    """A bundle for whoever looks into a fault from afar, onto the USB stick that is plugged in."""


class TakeUpdate(_Asked, frozen=True, tag="take-update"):
    """The next release, from the USB stick that is plugged in; it is installed later, when nobody is served."""


Asked: TypeAlias = (
    Restart | TryPrinter | TryWifi | Keep | Revert | Pair | SetVolume | SetBrightness | Diagnosis | TakeUpdate
)

DONE, MALFORMED, INVALID, NOTHING, NO_DATA, FAILED = "done", "malformed", "invalid", "nothing", "no-data", "failed"
NO_STICK, NOT_TAKEN = "no-stick", "update-refused"
"""Answers. INVALID: kiosk.toml would not be good with it. NOTHING: nothing is being tried. NO_DATA: it cannot be kept,
the data partition is missing. FAILED: systemd or the disk refuses. NO_STICK,
NOT_TAKEN: of an update. A diagnosis has further ones (kiosk.box.diagnose)."""


class Trial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What everybody on the box may know of a change that is being tried: of which things, until when (boot time)."""

    what: tuple[str, ...]
    until_s: float


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    answer: Annotated[str, Meta(max_length=40)]


_ASKED, _ANSWERS, _TRIALS = (msgspec.json.Decoder(each) for each in (Asked, _Answer, Trial))


def asked_in(line: bytes) -> Asked | None:
    """The request in this line; None: it is malformed."""
    try:
        found: Asked = _ASKED.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found


def answer_in(line: bytes) -> str | None:
    """The answer in this line; None: it is none."""
    try:
        return str(_ANSWERS.decode(line).answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def trial_in(data: bytes) -> Trial | None:
    """What is being tried; None: that is unreadable."""
    try:
        found: Trial = _TRIALS.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found


def line_of(asked: Asked) -> bytes:
    """The line that asks for it."""
    return msgspec.json.encode(asked) + b"\n"


def answered(code: str) -> bytes:
    """The line that answers."""
    return msgspec.json.encode(_Answer(code)) + b"\n"
