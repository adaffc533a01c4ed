"""The pictures of README and docs, made by driving the real product: its window, its paper, its pages.

    python -m tests.walks.pictures [--out docs/pictures]

LANGUAGE-SCREEN.png from the kiosk's window, kiosk-LANGUAGE.png all of them on one sheet, tickets.png from the printer,
office-LANGUAGE.png and phone-LANGUAGE.png from Chromium; docs/diagrams.md.
"""

import argparse
import re
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from fonts.shaping import Typesetter
from fonts.tokens import load as load_tokens
from fonts.tokens import rgb
from kiosk import preview
from kiosk.demo import READY
from kiosk.layout import Display
from kiosk.parts import Part
from kiosk.screen_types import Screen
from kiosk.touch import Remote
from kiosk.view_parts import Exhibit
from sync.facts import PrintEnded, ScoreGiven
from tests.faults.evidence import token_on
from tests.faults.kill import settle
from tests.walks import diagrams
from tests.walks.stage import Stage, until

ROOT = Path(__file__).parents[2]
LANGUAGES = ("th", "en", "my")
SCREENS = ("attract", "service", "keys", "details", "ticket", "write-down", "out-of-order", "confirm-date")
PRESSES = (5, 4, 5, 3, 5, 4, 2, 5, 4, 5, 1, 4)
BETWEEN_PRESSES_S = 5.4
COLOURS = 128
FOR_EVERYBODY = ("attract", "out-of-order")
"""Screens that are the same in every language: kept once."""
MORNING = 10
TILE = (640, 360)
GAP = 20
PHONE = {"width": 390, "height": 844}
PC = {"width": 1280, "height": 800}


@dataclass
class Album:
    """Where the pictures go. `shots`: those of the kiosk so far, by language and screen."""

    folder: Path
    shots: dict[tuple[str, str], Image.Image] = field(default_factory=dict)
    bytes: int = 0

    def keep(self, name: str, image: Image.Image) -> None:
        """Save it as a small PNG; colours are only merged where there are more than COLOURS."""
        path = self.folder / f"{name}.png"
        if image.mode == "RGB" and image.getcolors(COLOURS) is None:
            image = image.quantize(COLOURS, dither=Image.Dither.NONE)
        image.save(path, optimize=True)
        self.bytes += path.stat().st_size
        say(f"{path.name}  {image.width} x {image.height}, {path.stat().st_size // 1024} KiB")

    def shoot(self, stage: Stage, language: str, screen: str) -> None:
        """What is on the kiosk's screen."""
        self.take(language, screen, stage.screen.picture())

    def take(self, language: str, screen: str, image: Image.Image) -> None:
        """A screen of the kiosk."""
        self.shots[language, screen] = image
        if screen not in FOR_EVERYBODY:
            self.keep(f"{language}-{screen}", image)
        elif language == LANGUAGES[0]:
            self.keep(screen, image)


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> int:
    """Make them all."""
    parser = argparse.ArgumentParser(prog="./prove pictures", description="Pictures of the real product")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    album = Album(given.out)
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder, Stage(Path(folder) / "demo") as stage:
        say("everything runs, on a virtual screen")
        in_the_morning(stage)
        printer = Hand(stage)
        with Visitors(stage):
            sheets = [a_ticket(stage, album, language) for language in LANGUAGES]
            some_more_tickets(stage)
            for language in LANGUAGES:
                without_paper(stage, album, printer, language)
        if not settle(stage.demo):
            raise SystemExit(f"the office did not get every fact; {stage.demo.parts['sync'].tail()}")
        album.keep("tickets", side_by_side([Image.open(sheet) for sheet in sheets]))
        pages(stage, album, sheets)
        doubtful_clock(stage, album)
    for language in LANGUAGES:
        album.keep(f"kiosk-{language}", sheet_of([album.shots[language, screen] for screen in SCREENS]))
    if given.out == ROOT / "docs" / "pictures":
        (ROOT / "docs" / "diagrams.md").write_text(diagrams.page(), encoding="utf-8")
        say("docs/diagrams.md")
    print(f"{len(list(given.out.glob('*.png')))} pictures, {album.bytes / 1e6:.2f} MB")
    return 0


def in_the_morning(stage: Stage) -> None:
    """Move the office to a time zone in which it is open now, so that no picture shows tickets of the night."""
    hours = (MORNING - datetime.now(UTC).hour) % 24
    zone = f'time_zone = "Etc/GMT{-hours:+d}"' if hours <= 14 else f'time_zone = "Etc/GMT{24 - hours:+d}"'
    server, kiosk = stage.demo.server_toml, stage.demo.kiosk_toml
    server.write_text(f"{zone}\n{server.read_text(encoding='utf-8')}", encoding="utf-8")
    kiosk.write_text(re.sub(r"(?m)^time_zone.*", zone, kiosk.read_text(encoding="utf-8")), encoding="utf-8")
    stage.demo.restart("server")
    stage.demo.restart("kiosk")
    stage.see(Screen.ATTRACT, 40)


class Hand:
    """A hand at the virtual printer, which is started anew so that it has a place for one."""

    def __init__(self, stage: Stage) -> None:
        self._path = stage.demo.folder / "printer-control"
        stage.demo.parts["printer"].command += ["--control", f"unix:{self._path}"]
        stage.demo.restart("printer")
        stage.see(Screen.ATTRACT, 40)

    def does(self, **what: str | bool) -> None:
        """One movement: paper, cover, power, stall."""
        with Remote(self._path) as printer:
            assert printer.ask(**what) == {"ok": True}


class Visitors:
    """People who press the score buttons while tickets are taken. At the end the last of PRESSES is waited for."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._thread = threading.Thread(target=self._press, name="visitors", daemon=True)
        self._gone = threading.Event()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is not None:
            self._gone.set()
        self._thread.join()

    def _press(self) -> None:
        for level in PRESSES:
            self._stage.screen.key(str(level))
            if self._gone.wait(BETWEEN_PRESSES_S):
                return
        say(f"{len(self._stage.facts(ScoreGiven))} scores")


def a_ticket(stage: Stage, album: Album, language: str) -> Path:
    """From the first screen to the paper, each screen shot; the sheet."""
    before = len(stage.facts(PrintEnded))
    album.shoot(stage, language, "attract")
    stage.touch(f"language-{language}", Screen.SERVICE)
    album.shoot(stage, language, "service")
    stage.press("Tab", "Down", then=Screen.SERVICE)
    album.shoot(stage, language, "keys")
    stage.touch("service-move-in", Screen.DETAILS)
    album.shoot(stage, language, "details")
    stage.touch("take", Screen.TICKET)
    until("the paper is out", lambda: len(stage.facts(PrintEnded)) > before)
    stage.see(Screen.TICKET)
    album.shoot(stage, language, "ticket")
    stage.touch("done", Screen.ATTRACT)
    return stage.sheets()[-1]


def some_more_tickets(stage: Stage) -> None:
    """For the office's page."""
    wanted = ("waste-fee", "move-in", "building-advice", "waste-fee", "move-in", "waste-fee")
    for language, service in zip(LANGUAGES * 2, wanted, strict=True):
        stage.touch(f"language-{language}", Screen.SERVICE)
        names = [target["id"] for target in stage.look()["targets"] if target["id"].startswith("service-")]
        name = f"service-{service}"
        stage.touch(name if name in names else names[-1], Screen.DETAILS)
        stage.touch("take", Screen.TICKET)
        stage.touch("done", Screen.ATTRACT)


def without_paper(stage: Stage, album: Album, printer: Hand, language: str) -> None:
    """The paper runs out under a ticket: its number is to be written down, then the kiosk is out of order.

    With new paper it comes out after all.
    """
    stage.touch(f"language-{language}", Screen.SERVICE)
    stage.touch("service-move-in", Screen.DETAILS)
    printer.does(stall=True)
    stage.touch("take", Screen.TICKET)
    printer.does(paper="out")
    printer.does(stall=False)
    stage.see(Screen.WRITE_DOWN)
    album.shoot(stage, language, "write-down")
    stage.touch("done", Screen.OUT_OF_ORDER)
    album.shoot(stage, language, "out-of-order")
    before = len(stage.sheets())
    printer.does(paper="ok")
    stage.see(Screen.ATTRACT, 40)
    until("the paper comes after all", lambda: len(stage.sheets()) > before, 40)


def doubtful_clock(stage: Stage, album: Album) -> None:
    """A second kiosk, which nothing tells the time: staff are asked before the first ticket."""
    demo = stage.demo
    demo.parts["kiosk"].end()
    told = demo.kiosk_toml.read_text(encoding="utf-8")
    alone = re.sub(r"\[server\]\n.*?\n\n", "", told, flags=re.DOTALL)
    path = demo.kiosk_toml.with_name("alone.toml")
    path.write_text(alone.replace('trust = "system"', 'trust = "ntp"').replace('data = "data"', 'data = "alone"'))
    command = [sys.executable, "-u", "-m", "kiosk", "--config", str(path), "--window"]
    log = demo.folder / "logs" / "alone.log"
    part = Part("kiosk", command, [READY], log=log, environment=demo.environment)
    part.start()
    try:
        asks = stage.look()["name"] == Screen.CONFIRM_DATE
        for number, language in enumerate(LANGUAGES, 1):
            if asks:
                stage.press(f"F{number}", then=Screen.CONFIRM_DATE)
            album.take(language, "confirm-date", stage.screen.picture() if asks else drawn(language, "confirm-date"))
    finally:
        part.end()


def drawn(language: str, screen: str) -> Image.Image:
    """The screen from the same views, without a window: where NTP keeps this machine's clock, no kiosk asks for it."""
    say(f"{language}-{screen} is drawn: this machine's clock is right, so that the kiosk does not ask")
    catalogue = preview.example_catalogue()
    exhibit = Exhibit(preview.OFFICE, LANGUAGES, catalogue)
    state = preview.example_states(catalogue, language)[screen]
    return preview.screen_picture(state, exhibit, Display(1280, 720, 345, 194), Typesetter())


def pages(stage: Stage, album: Album, sheets: Sequence[Path]) -> None:
    """The office's page on a PC; it and a ticket's own page on a phone."""
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for language, sheet in zip(LANGUAGES, sheets, strict=True):
            office = f"{stage.demo.pages}/?lang={language}"
            ticket = f"{stage.demo.pages}/t/{token_on(sheet)}?lang={language}"
            album.keep(f"office-{language}", visit(browser, office, PC, 1, whole=True))
            phones = [visit(browser, url, PHONE, 2, whole=False) for url in (office, ticket)]
            album.keep(f"phone-{language}", beside(phones))
        browser.close()


def visit(browser: Browser, url: str, size: Mapping[str, int], scale: int, *, whole: bool) -> Image.Image:
    """The page, or what a screen shows of it, once its fonts and its first live update are there."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]}, device_scale_factor=scale
    )
    page = context.new_page()
    page.goto(url, wait_until="load")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(500)
    image = Image.open(BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    context.close()
    return image


def side_by_side(sheets: Sequence[Image.Image]) -> Image.Image:
    """Paper on the ground colour, dot for dot."""
    return beside([sheet.convert("RGB") for sheet in sheets], 48)


def beside(images: Sequence[Image.Image], gap: int = 2 * GAP) -> Image.Image:
    """In a row, from the top, on a ground on which white paper can be seen."""
    width = sum(image.width + gap for image in images) + gap
    height = max(image.height for image in images) + 2 * gap
    whole = Image.new("RGB", (width, height), _ground())
    x = gap
    for image in images:
        whole.paste(image, (x, gap))
        x += image.width + gap
    return whole


def sheet_of(shots: Sequence[Image.Image], columns: int = 2) -> Image.Image:
    """Small pictures in two columns."""
    tiles = [shot.resize(TILE, Image.Resampling.LANCZOS) for shot in shots]
    rows = -(-len(tiles) // columns)
    size = (columns * (TILE[0] + GAP) + GAP, rows * (TILE[1] + GAP) + GAP)
    whole = Image.new("RGB", size, _ground())
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        whole.paste(tile, (GAP + column * (TILE[0] + GAP), GAP + row * (TILE[1] + GAP)))
    return whole


def _ground() -> tuple[int, int, int]:
    return rgb(load_tokens().colour.rule)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
