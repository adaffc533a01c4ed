"""What kind of printer this is: what its makers say it can do (a profile), what it says of itself (an identity), and
what it was seen to do (its abilities). Pure values; hardware/printers.toml has the profiles that ship."""

from dataclasses import dataclass, replace
from typing import Literal

from hardware.dots import Dots

Claim = Literal["yes", "no", "ask"]
"""Whether a printer can do something. "ask": the probe finds out, and until it has, nothing relies on it."""

_EIGHTY_MM = Dots(576)


@dataclass(frozen=True, slots=True)
class Identity:
    """What the printer says of itself (GS I). None: it does not say, or what it said could not be read."""

    maker: str | None = None
    model: str | None = None
    firmware: str | None = None

    @property
    def known(self) -> bool:
        """Whether it says which model it is."""
        return self.model is not None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the printer was seen to do on this connection. None: unknown, which is never taken for a yes.

    `answers`: DLE EOT. `automatic`: status by itself, GS a. `in_order`: GS r, so that it can tell when it has read a
    job. `echoes`: GS ( H, so that it can tell when a job is on paper. `full_status`: DLE EOT 20 (Custom).
    """

    answers: bool | None = None
    automatic: bool | None = None
    in_order: bool | None = None
    echoes: bool | None = None
    full_status: bool | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of printer. Lengths in dots of its own head unless another unit is in the name.

    `models`: beginnings of the model names that GS I 67 gives, by which it is recognised, any case.
    `cut`: "full", "partial", or "none": a tear bar. `feed_to_edge`: from the print line to cutter or tear bar, where
    the cut command does not feed by itself; 0: it does. `band_rows`: most rows of one raster command; `unsafe_rows`:
    rows that no command may have a multiple of, 0: none. `motion_units`: GS P is known. `double`: GS v 0 prints at half
    resolution (m = 3). `justifies`: ESC a 0 and ESC a 2 set a picture at the very edges of the `width` dots, so that
    one side alone can be cropped. `near_end`: it has the sensor. `buffer_bytes`: what it takes in ahead of printing.
    `speed_mm_s`: of its mechanism, as its makers give it.
    """

    name: str
    title: str
    models: tuple[str, ...] = ()
    width: Dots = _EIGHTY_MM
    dots_per_inch: int = 203
    questions: Claim = "ask"
    automatic: Claim = "ask"
    in_order: Claim = "ask"
    echo: Claim = "ask"
    identify: Claim = "ask"
    full_status: Claim = "no"
    near_end: bool = True
    cut: Literal["full", "partial", "none"] = "partial"
    feed_to_edge: int = 0
    band_rows: int = 95
    unsafe_rows: int = 48
    motion_units: bool = True
    double: bool = False
    justifies: bool = False
    buffer_bytes: int = 4096
    speed_mm_s: int = 150

    def on_paper(self, width: Dots) -> "Profile":
        """With a roll in it of which it prints so many dots; the edges of other paper are not those of its head."""
        return replace(self, width=width, justifies=self.justifies and width == self.width)

    def known(self, seen: Abilities) -> Abilities:
        """What was seen and, of what was not, what a printer of this kind cannot do."""
        claims = {
            "answers": self.questions,
            "automatic": self.automatic,
            "in_order": self.in_order,
            "echoes": self.echo,
            "full_status": self.full_status,
        }
        ruled_out = {name for name, claim in claims.items() if claim == "no" and getattr(seen, name) is None}
        return replace(seen, **dict.fromkeys(ruled_out, False))

    def fits(self, identity: Identity) -> bool:
        """Whether a printer that says this of itself is of this kind."""
        return self.likeness(identity) > 0

    def likeness(self, identity: Identity) -> int:
        """How many letters of its model name are known here; 0: it is of another kind."""
        model = (identity.model or "").casefold()
        return max((len(known) for known in self.models if model.startswith(known.casefold())), default=0)


GENERIC = Profile("generic", "an 80 mm receipt printer of which nothing is known")
"""What is taken where no profile is named or recognised: relies on nothing that was not seen."""
