"""Where pictures go, and how they lie beside one another."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

from PIL import Image

from fonts.tokens import load as load_tokens
from fonts.tokens import rgb

Colour: TypeAlias = tuple[int, int, int]

COLOURS = 64
STEP = 12
"""Levels apart at which two colours are kept both: Pillow takes the nearest only roughly."""
GAP = 20


@dataclass
class Album:
    """A folder of pictures. `kept`: the bytes of each so far, by name."""

    folder: Path
    kept: dict[str, int] = field(default_factory=dict)

    def keep(self, name: str, image: Image.Image, colours: int = COLOURS) -> None:
        """Save it as a small PNG; colours are only merged where there are more than these."""
        path = self.folder / f"{name}.png"
        small(image, colours).save(path, optimize=True)
        self.kept[name] = path.stat().st_size
        say(f"{path.name}  {image.width} x {image.height}, {self.kept[name] // 1024} KiB")


def small(image: Image.Image, colours: int = COLOURS) -> Image.Image:
    """The picture in few colours. Half of them are its own commonest, the grounds of panels, which stay as they are; an
    octree finds the others, since it keeps a colour that few pixels have and that median cut would give away."""
    if image.mode != "RGB" or image.getcolors(colours) is not None:
        return image
    octree = image.quantize(colours // 2, method=Image.Quantize.FASTOCTREE).convert("RGB")
    kept: list[Colour] = []
    for most, candidates in ((colours // 2, _commonest(image)), (colours, _commonest(octree))):
        for colour in candidates:
            if len(kept) < most and all(_apart(colour, known) >= STEP for known in kept):
                kept.append(colour)
    palette = Image.new("P", (1, 1))
    palette.putpalette([level for colour in kept for level in colour])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def _commonest(image: Image.Image) -> list[Colour]:
    counted = sorted(image.getcolors(image.width * image.height) or [], reverse=True)
    return [cast("Colour", colour) for _, colour in counted]


def _apart(one: Colour, other: Colour) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def beside(images: Sequence[Image.Image], gap: int = 2 * GAP) -> Image.Image:
    """In a row, from the top, on a ground on which white paper can be seen."""
    width = sum(image.width + gap for image in images) + gap
    height = max(image.height for image in images) + 2 * gap
    whole = Image.new("RGB", (width, height), ground())
    x = gap
    for image in images:
        whole.paste(image.convert("RGB"), (x, gap))
        x += image.width + gap
    return whole


def ground() -> tuple[int, int, int]:
    """What pictures lie on."""
    return rgb(load_tokens().colour.rule)


def say(line: str) -> None:
    """Progress, with the time."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stderr.flush()
