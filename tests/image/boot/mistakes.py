"""Ten ways in which a technician's kiosk.toml is wrong, each with what the box must say of it."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """`spoil` makes a broken file of a good one; `told`: what the box says."""

    name: str
    spoil: Callable[[str], bytes]
    told: str


def _with(old: str, new: str) -> Callable[[str], bytes]:
    def spoil(text: str) -> bytes:
        assert text.count(old) == 1, old
        return text.replace(old, new).encode()

    return spoil


MISTAKES = (
    Mistake("an unknown key", _with("languages", "langages"), "unknown key `langages`"),
    Mistake("empty", lambda text: b"", "kiosk.toml is empty"),
    Mistake("UTF-16", lambda text: text.encode("utf-16"), "the file is in UTF-16"),
    Mistake("garbage", lambda text: bytes(range(1, 256)) * 4, "is not UTF-8"),
    Mistake("zeros", lambda text: bytes(4096), "there is a NUL character in the file"),
    Mistake("a key twice", _with("paper_mm = 80", "paper_mm = 80\npaper_mm = 80"), "`paper_mm` stands twice"),
    Mistake("a wrong type", _with("paper_mm = 80", 'paper_mm = "80"'), "`paper_mm`"),
    Mistake("a bad address", _with("10.77.0.1/24", "10.77.0.1/33"), "is no address"),
    Mistake("impossible pins", _with("[0, 1, 4, 5, 6]", "[0, 1, 4, 5, 62]"), "item 5 = 62 is out of range"),
    Mistake("cut in the middle", lambda text: text[: text.index("[screen]") + 4].encode(), "this line is not TOML"),
)
