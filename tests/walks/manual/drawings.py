"""The drawings of the technician's manual: docs/drawings/NAME-LANGUAGE.svg. What they show of pins is what the sheet
beside each box shows (image.configure_sheet); letters are outlines, so that every reader sees Thai as it was shaped."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import typst

from fonts.faces import DIRECTORY, check_printable
from fonts.tokens import load as load_tokens
from image.configure_sheet import PHYSICAL, pins
from kiosk.wording import texts
from sync.config import KioskConfig, parse_kiosk
from tests.walks.manual import words

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "drawings"
TEMPLATE = Path(__file__).with_suffix(".typ")
EXAMPLE = ROOT / "kiosk" / "example" / "kiosk.toml"
LANGUAGES = ("en", "th")
"""The manual's."""
LEVELS = ("least satisfied", "slightly satisfied", "moderately satisfied", "very satisfied", "most satisfied")
"""From level 1, as the catalogues have them."""
ROW = (5, 4, 3, 2, 1)
"""The buttons from the left, as the test of the buttons shows them (kiosk.view_tools)."""
RESERVED: Mapping[int, str] = {0: "ID EEPROM", 1: "ID EEPROM", 2: "SDA", 3: "SCL", 14: "TX", 15: "RX"}
"""GPIO numbers that something else may need, and what."""
REACH = {"least": 380, "over": 1120, "most": 1220}
"""Millimetres above the floor; `over`: where one reaches over an obstruction (EN 301 549, 8.3)."""
DRAWINGS: Mapping[str, words.Words] = {
    "header": words.HEADER,
    "buttons": words.BUTTONS,
    "lamps": words.LAMPS,
    "printer": words.PRINTER,
    "caps": words.CAPS,
    "case": words.CASE,
}


def example() -> KioskConfig:
    """The counter that ships, its *next* button too."""
    return parse_kiosk(re.sub(r"# (next = \d)", r"\1", EXAMPLE.read_text(encoding="utf-8")))


def header(language: str) -> list[dict[str, Any]]:
    """The forty pins as the sheet has them, in one language, with those that something else may need."""
    made = pins(example())
    for entry in made:
        after = entry["text"].rpartition(" · ")[2]
        if entry["kind"] in ("lamp", "next"):
            entry["text"] = words.HEADER[entry["kind"]][language]
        elif entry["kind"] == "level":
            entry["text"] = f"{after} · {texts(language).gettext(LEVELS[int(after) - 1])}"
        elif entry["gpio"] in RESERVED:
            entry["kind"], entry["text"] = "reserved", f"{RESERVED[entry['gpio']]} · GPIO {entry['gpio']}"
    return made


def data(name: str, language: str) -> dict[str, Any]:
    """What the template draws."""
    score = load_tokens().score
    spoken = texts(language)
    return {
        "name": name,
        "language": language,
        "words": {key: said[language] for key, said in DRAWINGS[name].items()},
        "pins": header(language),
        "levels": [
            {"level": level, "fill": score[level].fill, "words": spoken.gettext(LEVELS[level - 1])} for level in ROW
        ],
        "serial": [f"GPIO 14 (TX) · {PHYSICAL[14]}", f"GPIO 15 (RX) · {PHYSICAL[15]}", "GND · 6"],
        "reach": REACH,
    }


def drawn(name: str, language: str, form: Literal["svg", "png"] = "svg") -> bytes:
    """One drawing. Raises FontsError, typst.TypstError."""
    given = data(name, language)
    shown = [*given["words"].values(), *(entry["text"] for entry in given["pins"])]
    check_printable([line for text in shown for line in text.split("\n")])
    fonts = typst.Fonts(False, False, [DIRECTORY])
    compiler = typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)
    made = compiler.compile(format=form, sys_inputs={"data": json.dumps(given, ensure_ascii=False)}, ppi=130)
    assert isinstance(made, bytes)
    return made


def path(name: str, language: str) -> Path:
    """Where it lies."""
    return FOLDER / f"{name}-{language}.svg"
