"""What bytes put on paper, at a printer that prints in no time and never fails: the mechanism seen by tests of the
encoder. Pure."""

from dataclasses import dataclass

from hardware.condition import Condition as Condition
from hardware.interpreter import Answered as Answered
from hardware.interpreter import Begun as Begun
from hardware.interpreter import Wrong as Wrong
from hardware.makes import Make
from hardware.mechanism import Mechanism, Piece


@dataclass(frozen=True, slots=True)
class CutOff:
    """A ticket fell: its bytes and its rows, each of `width // 8` bytes, 1 = black. No rows: only blank
    paper."""

    data: bytes
    rows: tuple[bytes, ...]


Effect = Answered | Begun | CutOff | Wrong


class PaperReader:
    """One printer from power-on. `width` is the paper in dots, a multiple of 8."""

    def __init__(self, width: int = 576) -> None:
        self._mechanism = Mechanism(Make(width=width))

    @property
    def rows(self) -> list[bytes]:
        """What hangs out, not cut off yet."""
        return list(self._mechanism.hanging)

    def receive(self, data: bytes, now: float) -> list[Effect]:
        """Takes bytes in and obeys them at once."""
        return [
            CutOff(effect.data, effect.rows) if isinstance(effect, Piece) else effect
            for effect in self._mechanism.receive(data, now)
            if isinstance(effect, Answered | Begun | Piece | Wrong)
        ]
