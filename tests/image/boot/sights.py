"""What the machine's screen should show, and where to touch it: drawn here by the kiosk's own code, then compared."""

from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from image.machine import SIZE
from kiosk import still
from kiosk.layout import Display
from kiosk.preview import EXAMPLE, OFFICE, example_catalogue
from kiosk.preview_service import screen_picture
from kiosk.scene import Scene, Text
from kiosk.screen_types import State
from kiosk.view_parts import Exhibit
from kiosk.views import draw
from translations import LANGUAGES

SIZE_MM = (261, 163)
"""A 12 inch screen."""
SAME = 0.1
"""The same for what has few points of ink."""
ALIKE = 4.0
"""Mean difference of a picture's points, of 255, up to which two show the same: clocks and dates may differ."""


class Sights:
    """The kiosk's screens as they are drawn for this machine."""

    def __init__(self, catalogue: Path = EXAMPLE) -> None:
        self.catalogue = example_catalogue(catalogue)
        self._exhibit = Exhibit(OFFICE, LANGUAGES, self.catalogue)
        self._display = Display(*SIZE, *SIZE_MM)
        self._typesetter = Typesetter()

    def target(self, state: State, name: str) -> tuple[float, float]:
        """The middle of this target, 0 to 1 from left and top."""
        scene = self._scene(state)
        found = scene.named(name)
        if found is None:
            raise LookupError(f"{name} is not among {[each.name for each in scene.targets]}")
        x, y = found.rect.centre
        return x / SIZE[0], y / SIZE[1]

    def drawn(self, state: State) -> Image.Image:
        """This screen, as this machine should show it."""
        return screen_picture(state, self._exhibit, self._display, self._typesetter)

    def shown(self, state: State, picture: Path) -> bool:
        """Whether the picture shows this screen; a ticket's, whatever its number: that is left out, and the rest is
        nearer to what was drawn than *printing* is to *ready*."""
        drawn = self.drawn(state)
        if state.ticket is None:
            return difference(drawn, picture) < ALIKE
        number = state.ticket.label
        row = next(op.rect for op in self._scene(state).ops if isinstance(op, Text) and op.text == number)
        return difference(drawn, picture, but=(0, row.y, SIZE[0], row.y + row.h)) < SAME

    def still(self, picture: Path) -> bool:
        """Whether the picture shows the one of the start."""
        return difference(still.whole(SIZE), picture) < SAME

    def _scene(self, state: State) -> Scene:
        return draw(state, self._exhibit, self._display, self._typesetter, load_tokens())


def difference(drawn: Image.Image, picture: Path, but: tuple[int, int, int, int] = (0, 0, 0, 0)) -> float:
    """Mean difference of the points, of 255; those of `but` (left, top, right, bottom) count for none."""
    with Image.open(picture) as taken:
        other = taken.convert("RGB")
    if other.size != drawn.size:
        return 255.0
    apart = ImageChops.difference(drawn.convert("RGB"), other)
    apart.paste((0, 0, 0), but)
    return sum(ImageStat.Stat(apart).mean) / 3
