"""The picture of the start: drawn by our own hand, and on the framebuffer byte for byte where it belongs."""

import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from fonts.tokens import load, rgb
from image.kernel import SHOWS
from image.still import WIDTHS, bands, raw
from kiosk.still import HEIGHT, MARGIN, centred, picture

SHELLS = [["sh"], ["busybox", "sh"]] if Path("/bin/busybox").exists() or Path("/usr/bin/busybox").exists() else [["sh"]]


class Screen:
    """A framebuffer in files, black at first."""

    def __init__(self, folder: Path, width: int, height: int, *, bits: int = 32, more: int = 0) -> None:
        self.folder, self.size, self.stride = folder, (width, height), width * bits // 8 + more
        self.about, self.file = folder / "sys/class/graphics/fb0", folder / "dev/fb0"
        for each in (self.about, folder / "dev", folder / "still"):
            each.mkdir(parents=True)
        for name, text in (
            ("virtual_size", f"{width},{height}"),
            ("stride", str(self.stride)),
            ("bits_per_pixel", str(bits)),
            ("name", "simple"),
        ):
            (self.about / name).write_text(text + "\n")
        self.black()
        for name, band in bands().items():
            (folder / "still" / name).write_bytes(band)

    def black(self) -> None:
        self.file.write_bytes(bytes(self.stride * self.size[1]))

    @property
    def is_black(self) -> bool:
        return not any(self.file.read_bytes())

    def show(self, shell: list[str], *more: str, path: str = "") -> None:
        environment = {"PATH": f"{path}/usr/bin:/bin", "SYS": str(self.folder / "sys"), "DEV": str(self.folder / "dev")}
        command = [*shell, str(SHOWS), str(self.folder / "still"), *more]
        subprocess.run(command, env=environment, check=True, timeout=60)


def whole(width: int, height: int) -> bytes:
    """What the screen shall hold."""
    image = Image.new("RGB", (width, height), rgb(load().colour.ground))
    image.paste(centred(picture(), (width, HEIGHT)), (0, (height - HEIGHT) // 2))
    return raw(image)


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080), (800, 480), (480, 320), (1366, 768)])
def test_it_stands_in_the_middle_on_the_kiosk_s_own_ground(
    tmp_path: Path, size: tuple[int, int], shell: list[str]
) -> None:
    screen = Screen(tmp_path, *size)
    screen.show(shell)
    assert screen.file.read_bytes() == whole(*size)


@pytest.mark.parametrize(("width", "height", "bits", "more"), [
    (1280, 800, 16, 0), (1280, 800, 32, 64), (1234, 800, 32, 0), (800, 200, 32, 0),
])  # fmt: skip
def test_on_a_screen_of_another_kind_nothing_is_drawn(
    tmp_path: Path, width: int, height: int, bits: int, more: int
) -> None:
    screen = Screen(tmp_path, width, height, bits=bits, more=more)
    screen.show(["sh"])
    assert screen.is_black


def test_without_a_screen_it_ends(tmp_path: Path) -> None:
    screen = Screen(tmp_path, 1280, 800)
    screen.file.unlink()
    screen.show(["sh"])
    assert not screen.file.exists()


def test_another_driver_that_clears_the_screen_gets_it_too_and_the_same_one_not_again(tmp_path: Path) -> None:
    """Each nap is a line; at the second the next driver is there and everything is black, at the fourth somebody else
    paints, and stays."""
    screen, naps = Screen(tmp_path, 800, 480), tmp_path / "naps"
    other = tmp_path / "other"
    other.write_bytes(b"\x11" * (screen.stride * 480))
    black = tmp_path / "black"
    black.write_bytes(screen.file.read_bytes())
    (tmp_path / "bin").mkdir()
    sleep = tmp_path / "bin/sleep"
    sleep.write_text(
        f"#!/bin/sh\necho >> {naps}\ncase $(wc -l < {naps}) in\n"
        f"2) echo vc4drmfb > {screen.about}/name; cat {black} > {screen.file} ;;\n"
        f"4) cp {screen.file} {tmp_path}/after; cat {other} > {screen.file} ;;\nesac\n"
    )
    sleep.chmod(0o755)
    screen.show(["sh"], "2", path=f"{tmp_path}/bin:")
    assert (tmp_path / "after").read_bytes() == whole(800, 480)
    assert (screen.file.read_bytes(), len(naps.read_text())) == (other.read_bytes(), 10)


def test_the_band_is_of_every_width_as_the_framebuffer_has_it_and_begins_with_ground() -> None:
    made = bands()
    assert {int(name): len(band) for name, band in made.items()} == {width: width * HEIGHT * 4 for width in WIDTHS}
    red, green, blue = rgb(load().colour.ground)
    ground = bytes((blue, green, red, 0))
    for width in WIDTHS:
        assert made[str(width)].startswith(ground * (width * MARGIN)), "what the rest of the screen is filled with"
    assert len(picture().getcolors(1 << 16) or ()) > 10, "something is drawn"


def test_who_shows_it_can_be_run() -> None:
    assert os.access(SHOWS, os.X_OK)
