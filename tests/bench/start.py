"""`start`: from starting the kiosk's process to its first picture, against a bare process with the same libraries."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.demo import EXAMPLE
from tests.bench.row import Row, median
from tests.walks.stage import VirtualScreen

BAR = 3.0
STARTS = 7
PATIENCE_S = 60.0
FIRST_PICTURE = "first picture"
PEER = """
import PIL.Image, PIL.ImageDraw, PIL.ImageFont, pygame, escpos.escpos, gpiozero, sqlite3, msgspec, sqlite_utils
import cryptography.hazmat.primitives.asymmetric.ed25519, requests
pygame.display.init()
surface = pygame.display.set_mode((1280, 720))
surface.fill((250, 247, 239))
pygame.display.update()
import sys
sys.stderr.write("first picture\\n")
"""


def rows() -> list[Row]:
    """The median of several starts with a journal that is there already; both kinds take turns."""
    with TemporaryDirectory() as folder, VirtualScreen() as screen:
        settings = _settings(Path(folder))
        kiosk = [sys.executable, "-m", "kiosk", "--config", str(settings), "--window"]
        _first_picture(kiosk, screen.environment)  # makes the journal and the compiled files
        starts, peers = [], []
        for _ in range(STARTS):
            peers.append(_first_picture([sys.executable, "-c", PEER], screen.environment))
            starts.append(_first_picture(kiosk, screen.environment))
    value, reference = median(starts), median(peers)
    return [Row("start", value * 1000, "ms", "a bare window with the same libraries", value / reference, BAR)]


def _settings(folder: Path) -> Path:
    text = (EXAMPLE / "kiosk.toml").read_text(encoding="utf-8")
    for name in ("catalogue.toml", "calendar.toml", "ticket.toml"):
        if (EXAMPLE / name).exists():
            (folder / name).write_bytes((EXAMPLE / name).read_bytes())
    path = folder / "kiosk.toml"
    path.write_text(text.replace('trust = "ntp"', 'trust = "system"'), encoding="utf-8")
    return path


def _first_picture(command: list[str], environment: Mapping[str, str]) -> float:
    """Seconds from starting the process until it says that its first picture is in sight; then it is ended."""
    begun = time.monotonic()
    process = subprocess.Popen(command, env=dict(environment), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stderr is not None
    try:
        said = b""
        while FIRST_PICTURE.encode() not in said:
            ready, _, _ = select.select([process.stderr], [], [], PATIENCE_S)
            more = os.read(process.stderr.fileno(), 65536) if ready else b""
            if not more:
                raise RuntimeError(f"no first picture: {said.decode(errors='replace')}")
            said += more
        return time.monotonic() - begun
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        process.stderr.close()
