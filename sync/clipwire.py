"""The messages by which a display fetches what its office recorded for the hall (docs/exchange.md, "Clips").

A question without a clip is answered by the list of all that count; one that names a clip by the bytes of its file.
"""

from dataclasses import dataclass

from sync import questions, wire
from sync.clips import Clip
from sync.keys import DeviceKey
from sync.types import JournalId
from sync.wire import CLIPS_PATH, Request

AUDIO = "audio/wav"


@dataclass(frozen=True, slots=True)
class Ask:
    """Which clip; None: which are there?"""

    clip: Clip | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Every clip that counts at the office."""

    clips: tuple[Clip, ...]


def sign_ask(device: JournalId, ask: Ask, key: DeviceKey) -> Request:
    """The signed request of this device."""
    return questions.sign(device, ask, key, CLIPS_PATH)


def read_ask(request: Request) -> Ask:
    """The question in this request. Raises BadAnswer."""
    return questions.read(request, Ask, "Clips")


def read_list(body: bytes) -> tuple[Clip, ...]:
    """The clips of the answer 200. Raises BadAnswer."""
    return wire.decode_as(body, Listed, "list of clips").clips
