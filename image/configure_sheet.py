"""A printed page for each box: what it is, where it stands, what is plugged where, and who has set it up.

In Thai and English beside each other. Nothing on it is secret but the pairing code, which is good once.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typst

from fonts.errors import FontsError
from fonts.faces import DIRECTORY, check_printable
from image.configure_table import Made
from image.errors import ImageError
from sync.config import ALL_IN_ONE_ROLE, DISPLAY_ROLE, KIOSK_ROLE, OFFICE_ROLE, SCOREBOX_ROLE, KioskConfig
from translations import N_, load

SHOWN = ("th", "en")
"""The languages of the sheet, the first one first."""
TEMPLATE = Path(__file__).parent / "sheet.typ"
ROLES = {
    KIOSK_ROLE: N_("Kiosk"),
    DISPLAY_ROLE: N_("Display"),
    SCOREBOX_ROLE: N_("Score box"),
    OFFICE_ROLE: N_("Office's server"),
    ALL_IN_ONE_ROLE: N_("Kiosk and office's server in one"),
}
PHYSICAL = {
    2: 3, 3: 5, 4: 7, 14: 8, 15: 10, 17: 11, 18: 12, 27: 13, 22: 15, 23: 16, 24: 18, 10: 19, 9: 21, 25: 22, 11: 23,
    8: 24, 7: 26, 0: 27, 1: 28, 5: 29, 6: 31, 12: 32, 13: 33, 19: 35, 16: 36, 26: 37, 20: 38, 21: 40,
}  # fmt: skip
"""The pin of the header (1 to 40) of each GPIO number."""
GROUND = frozenset({6, 9, 14, 20, 25, 30, 34, 39})
POWER = {1: "3.3 V", 2: "5 V", 4: "5 V", 17: "3.3 V"}
STEPS = (
    N_("Put the card in. Plug in screen, printer and buttons as drawn, the power last."),
    N_("The first picture comes within a minute. If it names a line of kiosk.toml, mend that line."),
    N_("Hold score buttons 1 and 5 for five seconds: the service menu shows how every part is."),
    N_("With the PIN: print a test slip, press every button."),
    N_("At the office's console, under Machines: is this machine there?"),
)


def sheets(boxes: Sequence[Made]) -> bytes:
    """The pages as PDF. Raises ImageError."""
    made = _compiled([page(box) for box in boxes], "pdf")
    assert isinstance(made, bytes)
    return made


def pictures(boxes: Sequence[Made], ppi: float = 110) -> list[bytes]:
    """The same as PNG."""
    made = _compiled([page(box) for box in boxes], "png", ppi=ppi)
    return [made] if isinstance(made, bytes) else list(made)


def _compiled(pages: list[dict[str, Any]], form: Any, **options: Any) -> Any:
    try:
        check_printable(list(_texts(pages)))
        inputs = {"data": json.dumps(pages, ensure_ascii=False)}
        fonts = typst.Fonts(False, False, [DIRECTORY])
        return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts).compile(
            format=form, sys_inputs=inputs, **options
        )
    except FontsError as error:
        raise ImageError(f"this cannot be printed: {error}", hint=error.hint) from error
    except typst.TypstError as error:
        raise ImageError(f"the sheet cannot be set: {error.message}", hint="Is the repository whole?") from error


def page(box: Made) -> dict[str, Any]:
    """What stands on the page of this box."""
    config = box.config
    return {
        "name": box.name,
        "title": _each(ROLES[config.role]),
        "place": config.place,
        "office": [config.office[language] for language in SHOWN if language in config.office],
        "facts": [[_each(name), told] for name, told in _facts(config)],
        "code": config.server.code,
        "code_words": _each(N_("Pairing code, good once")),
        "pins_words": _each(N_("Header of the Raspberry Pi, seen from above")),
        "pins": pins(config) if config.counters else [],
        "legend": [_each(N_("Counter · level of the button, 5 the most satisfied")), *_wired(config)],
        "steps_words": _each(N_("First steps")),
        "steps": [_each(step) for step in _steps(config)],
        "signed": [_each(each) for each in (N_("Set up by"), N_("Date"), N_("Signature"))],
    }


def _wired(config: KioskConfig) -> Iterator[list[str]]:
    ways = {counter.pressed for counter in config.counters}
    if "low" in ways:
        yield _each(N_("Each button connects its pin with GND"))
    if "high" in ways:
        yield _each(N_("Each button connects its pin with 3.3 V"))


def _steps(config: KioskConfig) -> Iterator[str]:
    """Those that this box can take."""
    plug, look, menu, test, console = STEPS
    yield plug
    if config.role != OFFICE_ROLE:
        yield look
    if config.counters:
        yield menu
    if config.printer:
        yield test
    if config.server.url is not None or config.role == ALL_IN_ONE_ROLE:
        yield console


def _facts(config: KioskConfig) -> Iterator[tuple[str, Any]]:
    network, plain = config.network, [config.place] * len(SHOWN)
    yield N_("Place"), plain
    yield N_("Name on the network"), [network.hostname] * len(SHOWN)
    if network.address == "dhcp":
        yield N_("Network"), _each(N_("cable, address from the office's network"))
    else:
        router = f", {network.gateway}" if network.gateway else ""
        yield N_("Network"), [network.address + router] * len(SHOWN)
    if network.wifi is not None:
        yield N_("Wireless network"), [network.wifi.ssid] * len(SHOWN)
    if config.role in (OFFICE_ROLE, ALL_IN_ONE_ROLE):
        told = f"{config.serve.exchange}, {config.serve.pages}, {config.serve.console}"
        yield N_("Ports of the server"), [told] * len(SHOWN)
    elif config.server.url is not None:
        yield N_("Office's server"), [config.server.url] * len(SHOWN)
    else:
        yield N_("Office's server"), _each(N_("none: it stands alone"))
    if config.printer:
        yield N_("Printer"), [config.printer] * len(SHOWN)
    if config.screen.width_mm:
        yield N_("Screen"), [f"{config.screen.width_mm} × {config.screen.height_mm} mm"] * len(SHOWN)


def pins(config: KioskConfig) -> list[dict[str, Any]]:
    """The forty pins of the header in their order: number, GPIO (None: none), what hangs there, what kind that is."""
    uses: dict[int, tuple[str, str]] = {}
    for counter in config.counters:
        number = counter.counter
        for level, pin in enumerate(counter.levels, 1):
            uses[pin] = "level", f"{number} · {level}"
        if counter.lamp is not None:
            uses[counter.lamp] = "lamp", f"{number} · " + " / ".join(_each(N_("lamp")))
        if counter.next is not None:
            uses[counter.next] = "next", f"{number} · " + " / ".join(_each(N_("next")))
    gpio = {physical: number for number, physical in PHYSICAL.items()}
    nothing = "", ""
    made = []
    for physical in range(1, 41):
        found = gpio.get(physical)
        kind, text = nothing if found is None else uses.get(found, nothing)
        if physical in GROUND:
            kind, text = "ground", "GND"
        elif physical in POWER:
            kind, text = "power", POWER[physical]
        made.append({"pin": physical, "gpio": found, "kind": kind, "text": text})
    return made


def _each(msgid: str) -> list[str]:
    return [load(language, "sheet").gettext(msgid) for language in SHOWN]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
