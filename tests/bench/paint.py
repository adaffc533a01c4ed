"""`paint`: how soon a press is seen, what a whole screen costs, warm and cold, in a real window on a virtual screen.

Run as a program it is the measured process: it draws the product's screens in the product's window and tells its
samples as JSON.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import cycle, islice
from typing import Any

from tests.bench.row import Row, percentile

FRAME_MS = 1000 / 60
"""One frame of a 60 Hz screen: a press is to be seen in the next one."""
INSTANT_MS = 100.0
"""What is felt as an answer at once (Miller 1968; Nielsen 1993): a screen that has never been drawn."""
COLD_BAR = 3.0
"""The first drawing of a screen, against shaping and rasterising its lines alone."""
SAMPLES = 200
WARM_SAMPLES = 100
SIZE = (1280, 720)


def rows() -> list[Row]:
    """Press, whole screen warm, whole screen cold."""
    from tests.walks.stage import VirtualScreen

    with VirtualScreen(*SIZE) as screen:
        command = [sys.executable, "-m", "tests.bench.paint"]
        done = subprocess.run(command, env=dict(screen.environment), capture_output=True, text=True, check=True)
    seen: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    made = [
        Row(f"paint press p{percent}", percentile(seen["press"], percent), "ms", "one frame at 60 Hz",
            percentile(seen["press"], percent) / FRAME_MS, 1.0)
        for percent in (50, 99)
    ]  # fmt: skip
    made += [
        Row(f"paint screen warm p{percent}", percentile(seen["warm"], percent), "ms", "one frame at 60 Hz",
            percentile(seen["warm"], percent) / FRAME_MS, 1.0 if percent == 50 else 2.0)
        for percent in (50, 99)
    ]  # fmt: skip
    cold = percentile(seen["cold"], 50)
    made.append(Row("paint screen cold", cold, "ms", "what is felt as at once, 100 ms", cold / INSTANT_MS, 1.0))
    lines = percentile(seen["lines"], 50)
    made.append(Row("paint screen cold, type", cold, "ms", "shaping its lines alone", cold / lines, COLD_BAR))
    return made


class Bench:
    """The product's window, and every screen in every language, each shown once."""

    def __init__(self) -> None:
        from fonts.shaping import Typesetter
        from fonts.tokens import load
        from kiosk.appliance import TEXT_LINES
        from kiosk.layout import Display
        from kiosk.preview import OFFICE, example_catalogue
        from kiosk.specimens import example_states
        from kiosk.ui import Window
        from kiosk.view_parts import Exhibit
        from translations import LANGUAGES

        self._exhibit = Exhibit(OFFICE, LANGUAGES, example_catalogue())
        self._display, self._tokens = Display(*SIZE, 345, 194), load()
        self.states = [
            state for language in LANGUAGES for state in example_states(self._exhibit.catalogue, language).values()
        ]
        self.new_typesetter = partial(Typesetter, cache_lines=TEXT_LINES)
        self.warm = self.new_typesetter()
        self.window = Window(self.warm, fullscreen=False, size=SIZE, title="bench")
        for state in self.states:
            self.window.paint(self.scene(state, self.warm))
            self.window.repaint()
        self.touchable = [state for state in self.states if self.scene(state, self.warm).targets]

    def scene(self, state: Any, typesetter: Any, pressed: str | None = None) -> Any:
        """What is to be seen of this state."""
        from kiosk.views import draw

        return draw(state, self._exhibit, self._display, typesetter, self._tokens, pressed=pressed)

    def press(self, state: Any) -> float:
        """Milliseconds from the finger to the pressed button in sight, on a screen that is in sight already."""
        before = self.scene(state, self.warm)
        self.window.paint(before)
        self.window.repaint()
        target = before.targets[-1].name
        return _ms(lambda: self.window.paint(self.scene(state, self.warm, target)))

    def lines(self, found: Any) -> float:
        """Only the type of a screen, by a typesetter that knows none of it."""
        from kiosk.scene import Text

        fresh = self.new_typesetter()
        texts = [op for op in found.ops if isinstance(op, Text)]
        return _ms(
            lambda: [fresh.line(line[2], op.language, op.size_px, op.weight) for op in texts for line in op.lines]
        )

    def whole(self, state: Any, typesetter: Any) -> float:
        """Milliseconds of a whole screen."""
        return _ms(lambda: self.window.paint(self.scene(state, typesetter)))


def presses() -> Iterator[float]:
    """Milliseconds of a press on one screen after the other, for as long as somebody asks."""
    bench = Bench()
    return map(bench.press, cycle(bench.touchable))


def main() -> None:
    """Measure in this process."""
    bench = Bench()
    samples: dict[str, list[float]] = {
        "press": [bench.press(state) for state in islice(cycle(bench.touchable), SAMPLES)],
        "warm": [bench.whole(state, bench.warm) for state in islice(cycle(bench.states), WARM_SAMPLES)],
        "cold": [],
        "lines": [],
    }
    for state in _text_heavy(bench.states):  # in turns: what slows the machine down slows both down
        samples["cold"].append(bench.whole(state, bench.new_typesetter()))
        samples["lines"].append(bench.lines(bench.scene(state, bench.warm)))
    print(json.dumps(samples))


def _text_heavy(states: Iterable[Any]) -> list[Any]:
    return [state for state in states if state.screen.value in ("service", "details")]


def _ms(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
