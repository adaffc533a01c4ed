"""The pictograms: drawn by us from a few shapes on a square of 100 × 100 (kiosk.pen).

Drawn and not typed, because the typefaces have no arrows or signs (the facts file, section 4), and because a picture
must mean the same to someone who reads none of the languages. None has text, a flag, or a mark of faith, rank or sex.
"""

from functools import lru_cache

from PIL import Image

from kiosk.pen import Drawing, Pen
from kiosk.pictograms_services import SERVICES
from kiosk.pictograms_signs import SIGNS

SERVICE_PICTOGRAMS: dict[str, Drawing] = SERVICES
"""What a service or a group in the catalogue may choose as its `pictogram`."""
ALL: dict[str, Drawing] = {**SERVICE_PICTOGRAMS, **SIGNS}


@lru_cache(maxsize=256)
def mask(name: str, side: int) -> Image.Image:
    """The pictogram as a mask of mode "L", `side` pixels square; do not draw on it. An unknown name is a document."""
    side = max(side, 1)
    pen = Pen(side)
    ALL.get(name, ALL["document"])(pen)
    return pen.smooth(side)
