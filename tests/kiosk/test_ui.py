"""The real window on SDL's dummy driver, and its pictures; the X11 connection where a display is."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pygame
import pytest
from PIL import Image, ImageChops

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from kiosk import still
from kiosk.layout import Display
from kiosk.painter import picture
from kiosk.preview import OFFICE, example_catalogue, main
from kiosk.screen_types import State
from kiosk.specimens import example_states
from kiosk.ui import Closed, LetGo, Pressed, Released, Touched, Window, plain_error
from kiosk.view_parts import Exhibit
from kiosk.views import draw
from translations import LANGUAGES

DISPLAY = Display(1280, 720, 345, 194)
TYPESETTER = Typesetter()


@pytest.fixture
def window() -> Iterator[Window]:
    before = os.environ.get("SDL_VIDEODRIVER")
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    window = Window(TYPESETTER, fullscreen=False, size=(1280, 720), title="test")
    yield window
    window.close()
    if before is None:
        del os.environ["SDL_VIDEODRIVER"]
    else:
        os.environ["SDL_VIDEODRIVER"] = before


def exhibit() -> Exhibit:
    return Exhibit(OFFICE, LANGUAGES, example_catalogue())


def differing(window: Window, path: Path, wanted: Image.Image) -> int:
    """The largest difference of any channel of any pixel."""
    window.save(path)
    found = Image.open(path).convert("RGB")
    return max(int(most) for _, most in ImageChops.difference(found, wanted).getextrema())  # type: ignore[misc]


def test_the_window_shows_what_the_preview_shows_also_after_partial_redraws(window: Window, tmp_path: Path) -> None:
    states = list(example_states(example_catalogue(), "my").values())
    for state in [*states, State()]:
        scene = draw(state, exhibit(), DISPLAY, TYPESETTER, load_tokens())
        window.paint(scene)
        assert differing(window, tmp_path / "seen.bmp", picture(scene, DISPLAY.rect, TYPESETTER)) <= 2, state.screen


@pytest.mark.parametrize("size", [(1280, 720), (640, 360)])
def test_until_its_first_scene_a_window_has_the_picture_of_the_start(
    window: Window, tmp_path: Path, size: tuple[int, int]
) -> None:
    """On a card nothing changes on the screen while the kiosk gets ready."""
    other = Window(TYPESETTER, fullscreen=False, size=size, title="test")
    assert differing(other, tmp_path / "seen.bmp", still.whole(size)) == 0


def test_a_press_redraws_its_button_only_and_leaves_the_same_picture(window: Window, tmp_path: Path) -> None:
    tokens = load_tokens()
    plain = draw(State(), exhibit(), DISPLAY, TYPESETTER, tokens)
    window.paint(plain)
    pressed = draw(State(), exhibit(), DISPLAY, TYPESETTER, tokens, pressed="language-en", focus="language-my")
    window.paint(pressed)
    assert differing(window, tmp_path / "pressed.png", picture(pressed, DISPLAY.rect, TYPESETTER)) <= 2
    window.paint(plain)
    assert differing(window, tmp_path / "plain.png", picture(plain, DISPLAY.rect, TYPESETTER)) <= 2


def test_fingers_mouse_and_keys_come_out_as_inputs(window: Window) -> None:
    window.drain()
    down: dict[str, Any] = {"button": 1, "pos": (5, 6)}
    for event in (
        pygame.event.Event(pygame.MOUSEBUTTONDOWN, touch=False, **down),
        pygame.event.Event(pygame.MOUSEBUTTONUP, touch=False, **down),
        pygame.event.Event(pygame.FINGERDOWN, x=0.5, y=0.25, touch_id=1, finger_id=1),
        pygame.event.Event(pygame.MOUSEBUTTONDOWN, touch=True, **down),
        pygame.event.Event(pygame.KEYDOWN, key=pygame.K_TAB, mod=pygame.KMOD_LSHIFT),
        pygame.event.Event(pygame.KEYUP, key=pygame.K_5, mod=0),
        pygame.event.Event(pygame.KEYDOWN, key=pygame.K_q, mod=0),
        pygame.event.Event(pygame.QUIT),
    ):
        pygame.event.post(event)
    assert window.drain() == [Touched(5, 6), Released(), Touched(640, 180), Pressed("BackTab"), LetGo("5"), Closed()]
    assert window.inputs() == [], "the dummy driver has nothing to wait for"


def test_the_keys_that_keypads_send_have_names(window: Window) -> None:
    window.drain()
    # SDL names F13 … F24 and the media keys by scancode; pygame has constants for the first three of them only.
    codes = {"F13": pygame.K_F13, "F15": pygame.K_F15, "F24": 115 | 1 << 30, "VolumeUp": 128 | 1 << 30}
    codes |= {"Pad7": pygame.K_KP7, "PadEnter": pygame.K_KP_ENTER, "0": pygame.K_0, "Menu": pygame.K_MENU}
    for code in codes.values():
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=code, mod=0))
    assert window.drain() == [Pressed(name) for name in codes]


def test_the_last_resort_needs_none_of_our_fonts(window: Window) -> None:
    assert plain_error(["The kiosk cannot start: Raqm is missing", "ไทย"], fullscreen=False, size=(640, 400))
    surface = pygame.display.get_surface()
    assert surface is not None
    inked = pygame.mask.from_threshold(surface, (0, 0, 0), (60, 60, 60)).count()
    assert inked > 200


def test_the_preview_saves_every_screen_in_every_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screens", str(tmp_path), "--size", "320x180"]) == 0
    saved = sorted(tmp_path.glob("*.png"))
    assert len(saved) == len(capsys.readouterr().out.splitlines()) == 3 * len(example_states(example_catalogue(), "th"))
    assert main(["diagrams"]) == 0
    assert capsys.readouterr().out.startswith("stateDiagram-v2")
