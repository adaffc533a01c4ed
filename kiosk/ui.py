"""The window: what is painted, and fingers and keys as inputs. The only module that knows pygame.

pygame's own waiting looks at its queue a thousand times a second; here the loop sleeps in `select` on the file
descriptors that `inputs` names, and `drain` takes what came. Only the display is initialised: no mixer, no joysticks.
"""

import ctypes
import os
import re
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame
from PIL import Image

from fonts.shaping import Typesetter
from fonts.tokens import Hex, rgb
from fonts.tokens import load as load_tokens
from kiosk.errors import KioskError
from kiosk.layout import Rect
from kiosk.painter import Piece, pieces
from kiosk.scene import Scene, changed_area
from kiosk.still import picture

_KEPT_BYTES = 48 * 1024 * 1024


class WindowError(KioskError):
    """No window could be opened."""


@dataclass(frozen=True, slots=True)
class Touched:
    """A finger or the mouse went down at this pixel."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Released:
    """It went up again."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key went down: one of sync.keypad.KEYS. kiosk.keypad says what it means."""

    key: str


@dataclass(frozen=True, slots=True)
class LetGo:
    """It went up again."""

    key: str


@dataclass(frozen=True, slots=True)
class Exposed:
    """What was painted may be lost."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The window was closed."""


UiEvent: TypeAlias = Touched | Released | Pressed | LetGo | Exposed | Closed


class Glass(Protocol):
    """What the loop needs of a window. `size` in pixels."""

    size: tuple[int, int]

    def inputs(self) -> list[int]:
        """File descriptors that become readable when `drain` may have something."""

    def drain(self) -> list[UiEvent]:
        """What came since the last call; never waits."""

    def paint(self, scene: Scene) -> None:
        """Bring the scene in sight; only what differs from the last one is drawn."""

    def repaint(self) -> None:
        """Draw everything again."""

    def close(self) -> None: ...


class RecordingGlass:
    """A window without a screen: keeps every scene, and gives what is put into `events`."""

    def __init__(self, size: tuple[int, int] = (1280, 720)) -> None:
        self.size = size
        self.scenes: list[Scene] = []
        self.events: list[UiEvent] = []

    def inputs(self) -> list[int]:
        return []

    def drain(self) -> list[UiEvent]:
        events, self.events = self.events, []
        return events

    def paint(self, scene: Scene) -> None:
        self.scenes.append(scene)

    def repaint(self) -> None:
        return

    def close(self) -> None:
        return


def _code(scancode: int) -> int:
    """SDL's key code of a key that types no character, where pygame has no name for it (SDL_SCANCODE_TO_KEYCODE)."""
    return scancode | 1 << 30


_KEYS: dict[int, str] = {
    pygame.K_TAB: "Tab",
    pygame.K_LEFT: "Left",
    pygame.K_RIGHT: "Right",
    pygame.K_UP: "Up",
    pygame.K_DOWN: "Down",
    pygame.K_RETURN: "Enter",
    pygame.K_ESCAPE: "Escape",
    pygame.K_SPACE: "Space",
    pygame.K_BACKSPACE: "Backspace",
    pygame.K_HOME: "Home",
    pygame.K_END: "End",
    pygame.K_PAGEUP: "PageUp",
    pygame.K_PAGEDOWN: "PageDown",
    pygame.K_INSERT: "Insert",
    pygame.K_DELETE: "Delete",
    pygame.K_MENU: "Menu",
    pygame.K_HELP: "Help",
    **{getattr(pygame, f"K_F{n}"): f"F{n}" for n in range(1, 13)},
    # Scancodes 104 … 115 and, below, 127 … 129 and 258 … 261: SDL_scancode.h.
    **{_code(104 + n): f"F{13 + n}" for n in range(12)},
    **{getattr(pygame, f"K_{n}"): str(n) for n in range(10)},
    **{getattr(pygame, f"K_KP{n}"): f"Pad{n}" for n in range(10)},
    pygame.K_KP_ENTER: "PadEnter",
    pygame.K_KP_PLUS: "PadPlus",
    pygame.K_KP_MINUS: "PadMinus",
    pygame.K_KP_MULTIPLY: "PadTimes",
    pygame.K_KP_DIVIDE: "PadDivide",
    pygame.K_KP_PERIOD: "PadPoint",
    _code(127): "Mute",
    _code(128): "VolumeUp",
    _code(129): "VolumeDown",
    _code(258): "NextTrack",
    _code(259): "PreviousTrack",
    _code(260): "StopTrack",
    _code(261): "PlayPause",
}
KEY_NAMES = frozenset(_KEYS.values())
"""Every key that `Pressed` and `LetGo` may name, and BackTab."""


class Window:
    """A window or the whole screen. SDL chooses the driver: X11, KMSDRM on the appliance, "dummy" without a screen."""

    def __init__(self, typesetter: Typesetter, *, fullscreen: bool, size: tuple[int, int], title: str) -> None:
        """Raises WindowError where there is no display."""
        self._type = typesetter
        if os.environ.get("DISPLAY"):
            # On X, SDL would draw our one surface through OpenGL: a hundred megabytes of Mesa for nothing.
            os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
        try:
            pygame.display.init()
            wanted = pygame.display.get_desktop_sizes()[0] if fullscreen else size
            self._surface = pygame.display.set_mode(wanted, pygame.FULLSCREEN if fullscreen else 0)
        except pygame.error as error:
            raise WindowError(
                f"no window can be opened: {error}",
                hint="Start it where a display is (DISPLAY is set), on the appliance itself, or with --headless.",
            ) from error
        self._begin()
        self._title = title
        pygame.display.set_caption(title)
        pygame.display.set_allow_screensaver(False)
        pygame.mouse.set_visible(not fullscreen)
        pygame.key.stop_text_input()
        self.size = self._surface.get_size()
        self.driver = pygame.display.get_driver()
        self._scene: Scene | None = None
        self._sprites: OrderedDict[tuple[int, Hex], tuple[Image.Image, pygame.Surface]] = OrderedDict()
        self._kept = 0
        self._connection = _connection(self.driver)

    def _begin(self) -> None:
        """The first scene takes a while: until then the picture that a card has shown since its start."""
        still, (width, height) = picture(self._type), self._surface.get_size()
        drawn = pygame.image.frombytes(still.tobytes(), still.size, "RGB")
        self._surface.fill(rgb(load_tokens().colour.ground))
        self._surface.blit(drawn, ((width - still.width) // 2, (height - still.height) // 2))
        pygame.display.update()

    def show_lamp(self, lit: bool) -> None:
        """Stand in for the counter's lamp, in the window's title: what a demonstration has instead of a box."""
        pygame.display.set_caption(f"{self._title}  \N{BLACK CIRCLE}  thank you" if lit else self._title)

    def inputs(self) -> list[int]:
        if self._connection is not None:
            return [self._connection]
        return _input_devices() if self.driver.lower() == "kmsdrm" else []

    def drain(self) -> list[UiEvent]:
        found = (self._understood(event) for event in pygame.event.get())
        return [event for event in found if event is not None]

    def paint(self, scene: Scene) -> None:
        whole = Rect(0, 0, *self.size)
        areas = changed_area(self._scene, scene, whole)
        self._scene = scene
        shown = []
        for area in areas:
            clip = pygame.Rect(area).clip(pygame.Rect(whole))
            if clip.w and clip.h:
                self._draw(scene, clip)
                shown.append(clip)
        if shown:
            pygame.display.update(shown)

    def repaint(self) -> None:
        scene, self._scene = self._scene, None
        if scene is not None:
            self.paint(scene)

    def save(self, path: Path) -> None:
        """What is in sight as PNG."""
        pygame.image.save(self._surface, str(path))

    def close(self) -> None:
        pygame.display.quit()

    def _draw(self, scene: Scene, clip: pygame.Rect) -> None:
        self._surface.set_clip(clip)
        self._surface.fill(rgb(scene.ground))
        for op in scene.ops:
            if not clip.colliderect(op.rect):
                continue
            for piece in pieces(op, self._type):
                if piece.mask is None:
                    self._surface.fill(rgb(piece.colour), piece.rect)
                elif clip.colliderect(piece.rect):
                    self._surface.blit(self._sprite(piece), piece.rect[:2])
        self._surface.set_clip(None)

    def _sprite(self, piece: Piece) -> pygame.Surface:
        """The piece as a surface; kept with its mask, since the mask's identity is the key."""
        assert piece.mask is not None
        key = (id(piece.mask), piece.colour)
        found = self._sprites.get(key)
        if found is None:
            image = Image.new("RGBA", piece.mask.size, (*rgb(piece.colour), 0))
            image.putalpha(piece.mask)
            surface = pygame.image.frombytes(image.tobytes(), image.size, "RGBA").convert_alpha()
            found = self._sprites[key] = (piece.mask, surface)
            self._kept += 5 * image.width * image.height
            while self._kept > _KEPT_BYTES:
                _, (mask, _) = self._sprites.popitem(last=False)
                self._kept -= 5 * mask.width * mask.height
        self._sprites.move_to_end(key)
        return found[1]

    def _understood(self, event: pygame.event.Event) -> UiEvent | None:
        kind = event.type
        if kind == pygame.FINGERDOWN:
            return Touched(int(event.x * self.size[0]), int(event.y * self.size[1]))
        if kind == pygame.MOUSEBUTTONDOWN and event.button == 1 and not event.touch:
            return Touched(*event.pos)
        if kind == pygame.FINGERUP or (kind == pygame.MOUSEBUTTONUP and event.button == 1 and not event.touch):
            return Released()
        if kind in (pygame.KEYDOWN, pygame.KEYUP) and event.key in _KEYS:
            name = _KEYS[event.key]
            if name == "Tab" and event.mod & pygame.KMOD_SHIFT:
                name = "BackTab"
            return Pressed(name) if kind == pygame.KEYDOWN else LetGo(name)
        if kind in (pygame.WINDOWEXPOSED, pygame.WINDOWRESTORED):
            return Exposed()
        return Closed() if kind == pygame.QUIT else None


def _connection(driver: str) -> int | None:
    """The file descriptor on which the display server sends events."""
    library, function = {
        "x11": ("libX11.so.6", "XConnectionNumber"),
        "wayland": ("libwayland-client.so.0", "wl_display_get_fd"),
    }.get(driver.lower(), ("", ""))
    capsule: Any = pygame.display.get_wm_info().get("display")
    if not library or capsule is None:
        return None
    name_of = ctypes.pythonapi.PyCapsule_GetName
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
    pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    number_of = getattr(ctypes.CDLL(library), function)
    number_of.restype, number_of.argtypes = ctypes.c_int, [ctypes.c_void_p]
    found: int = number_of(pointer_of(capsule, name_of(capsule)))
    return found


def _input_devices() -> list[int]:
    """The /dev/input/event* that SDL holds open (KMSDRM)."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if re.fullmatch(r"/dev/input/event\d+", str(link.readlink())):
                found.append(int(link.name))
    return found


def plain_error(lines: Sequence[str], *, fullscreen: bool, size: tuple[int, int]) -> bool:
    """The last resort: an error on the screen in pygame's own font, ASCII only, where our text cannot be drawn.

    The window stays until `pygame.display.quit`. Returns whether there was a display.
    """
    try:
        pygame.display.init()
        wanted = pygame.display.get_desktop_sizes()[0] if fullscreen else size
        surface = pygame.display.set_mode(wanted, pygame.FULLSCREEN if fullscreen else 0)
        pygame.font.init()
        font = pygame.font.Font(None, max(wanted[1] // 22, 16))
    except (pygame.error, NotImplementedError, ImportError):
        return False
    surface.fill((255, 255, 255))
    y = wanted[1] // 12
    for line in lines:
        words = line.encode("ascii", "replace").decode()
        drawn = font.render(words, True, (0, 0, 0), None, wanted[0] - wanted[0] // 10)
        surface.blit(drawn, (wanted[0] // 20, y))
        y += drawn.get_height() + font.get_height() // 2
    pygame.display.flip()
    return True
