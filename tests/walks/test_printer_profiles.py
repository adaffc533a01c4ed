"""The whole kiosk with a printer of a kind that kiosk.toml names, and with an office's own kinds. Real processes; what
the virtual printer has on paper is held against the journal."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from kiosk.demo import ROOT
from kiosk.touch import Remote
from sync.facts import PrintEnded, PrinterMet, PrintSending, TicketIssued
from tests.faults.evidence import token_on
from tests.walks.hardship import LONG_S, Premises
from tests.walks.stage import until

BAR = 96
"""Dots from the head of a panel printer to its tear bar, as its kind says (feed_to_edge)."""
FULL = b"\x1dVA\0"
"""GS V 65, a full cut: what the office's own kind wants, and without a word of it no printer gets."""
OWN = '[hall]\ntitle = "the printer in the hall"\nmodels = ["HX-9"]\ncut = "full"\n'
SLIPS = {
    "a key": (OWN.replace("cut", "cutt"), "printers.toml, line 4: unknown key `cutt` in [hall]"),
    "its name": (OWN.replace("[hall]", "[hal]"), 'printers.toml: there is no kind of printer named "hall"'),
}


@pytest.fixture
def premises(tmp_path: Path) -> Iterator[Premises]:
    with Premises(tmp_path / "hall") as made:
        yield made


def take(premises: Premises, language: str, meanwhile: Callable[[], None] = lambda: None) -> None:
    """One ticket; returns once its attempt has ended. `meanwhile`: when it is on its way."""
    until("the kiosk serves", lambda: premises.look()["name"] == "attract", LONG_S)
    ended = len(premises.facts(PrintEnded))
    with Remote(premises.control) as kiosk:
        for name in (f"language-{language}", "service-move-in", "take"):
            assert "error" not in kiosk.reach(name), name
        label = kiosk.screen()["ticket"]["label"]
        until("it is on its way", lambda: len(premises.facts(PrintSending)) > ended, LONG_S)
        meanwhile()
        until("its end", lambda: len(premises.facts(PrintEnded)) > ended, LONG_S)
        kiosk.ask(touch="done")
    assert premises.facts(TicketIssued)[-1].label == label


def sheets(premises: Premises) -> list[Path]:
    """All paper that came off, cut or torn off, oldest first."""
    return sorted(premises.tickets.glob("[0-9]*.png"))


def truth(premises: Premises, outcome: str) -> list[str]:
    """What is wrong between paper and journal, where every ticket is on one sheet and every attempt ended so."""
    issued = {body.token: body.label for body in premises.facts(TicketIssued)}
    found = [hashlib.sha256(bytes.fromhex(token_on(sheet) or "")).hexdigest() for sheet in sheets(premises)]
    papers, given = [issued.get(each) for each in found], list(issued.values())
    wrong = [] if papers == given else [f"on paper {papers}, issued {given}"]
    wrong += [f"an attempt is called {body.outcome}" for body in premises.facts(PrintEnded) if body.outcome != outcome]
    events = log(premises)
    wrong += [str(event["what"]) for event in events if event["event"] == "error"]
    return wrong + [f"paper with a break: {event}" for event in events if event.get("breaks")]


def log(premises: Premises) -> list[dict[str, Any]]:
    """All that the virtual printer has written down."""
    lines = (premises.tickets / "log.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def ink(sheet: Path) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of what is printed, in dots."""
    with Image.open(sheet) as picture:
        box = ImageChops.invert(picture.convert("L")).getbbox()
    assert box is not None
    return box


def test_a_panel_printer_on_three_wires_prints_every_ticket_whole_past_its_tear_bar(premises: Premises) -> None:
    """Slow, with a small buffer. What comes faster than it prints would be lost, and said so in its log."""
    link = premises.folder / "ttyPrinter"
    panel = ("--make", "clone", "--width", "384", "--buffer", "2048", "--speed", "60", "--bar", str(BAR))
    premises.start_printer("--pty", str(link), "--baud", "115200", "--no-handshake", *panel)
    kind = 'paper_mm = 58\nprinter_profile = "ttl-58"\n'
    premises.write_kiosk_toml(f"serial://{link}?baud=115200", paper=kind)
    premises.start_kiosk()
    for count, language in enumerate(("en", "my"), 1):
        take(premises, language)
        premises.at_printer(tear=True)
        until("it is torn off", lambda: len(sheets(premises)) == count)  # noqa: B023
    assert truth(premises, "sent") == []
    assert premises.facts(PrinterMet)[-1].profile == "ttl-58"
    for sheet in sheets(premises):
        with Image.open(sheet) as picture:
            assert picture.width == 384
    assert ink(sheets(premises)[1])[1] >= BAR, "nothing of the ticket before hangs at the next"
    with Image.open(sheets(premises)[1]) as picture:
        picture.save(premises.tickets / "9999.png")
    assert truth(premises, "sent") != [], "control: a second sheet of a ticket is seen"
    assert truth(premises, "confirmed") != [], "control: and what the journal says of each attempt"


def test_a_printer_with_a_mouth_gives_the_next_ticket_once_the_last_is_taken(premises: Premises) -> None:
    address = premises.start_printer("--listen", "127.0.0.1:0", "--make", "custom", "--speed", "200")
    premises.write_kiosk_toml(f"tcp://{address}", paper='printer_profile = "custom-kiosk"\n')
    premises.start_kiosk()
    take(premises, "th")
    take(premises, "my", lambda: premises.at_printer(ticket="taken"))
    order = [event["event"] for event in log(premises) if event["event"] in ("first-byte", "ticket", "control")]
    assert order == ["first-byte", "ticket", "control", "first-byte", "ticket"], "nothing pushes the first one out"
    assert truth(premises, "sent") == []
    met = premises.facts(PrinterMet)[-1]
    assert (met.profile, met.model) == ("custom-kiosk", "VKP80III")
    assert "full_status" in met.abilities
    assert cuts(premises) == [FULL, FULL]


def cuts(premises: Premises) -> list[bytes]:
    """The last command of each ticket that the blade cut."""
    return [path.read_bytes()[-4:] for path in sorted(premises.tickets.glob("[0-9]*.bin"))]


@pytest.mark.parametrize("slip", SLIPS)
def test_after_a_slip_of_the_pen_in_the_offices_own_kinds_the_last_good_ones_print_and_it_is_said(
    premises: Premises, slip: str
) -> None:
    own, (spoilt, told) = premises.folder / "kiosk" / "printers.toml", SLIPS[slip]
    own.write_text(OWN, encoding="utf-8")
    address = premises.start_printer("--listen", "127.0.0.1:0")
    premises.write_kiosk_toml(f"tcp://{address}", paper='printer_profile = "hall"\nprinters = "printers.toml"\n')
    premises.start_kiosk()
    take(premises, "en")
    assert told not in said(premises)
    own.write_text(spoilt, encoding="utf-8")
    premises.end("kiosk", signal.SIGTERM)
    premises.start_kiosk()
    take(premises, "en")
    assert truth(premises, "confirmed") == []
    assert cuts(premises) == [FULL, FULL], "as the office's own kind says, not as any that ships"
    assert {met.profile for met in premises.facts(PrinterMet)} == {"hall"}
    assert f"The last good settings are in use. {told}" in said(premises)
    assert told in premises.log("kiosk")
    assert told in doctors_word(premises)


def said(premises: Premises) -> str:
    """What stands on the screen that invites, its banner among it."""
    until("the kiosk invites", lambda: premises.look()["name"] == "attract", LONG_S)
    return " ".join(" ".join(premises.look()["texts"]).split())


def doctors_word(premises: Premises) -> str:
    """What the doctor says of the kinds of printers, beside the running kiosk."""
    config = premises.folder / "kiosk" / "kiosk.toml"
    command = [sys.executable, "-m", "kiosk", "doctor", "--json", "--config", str(config)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SDL_VIDEODRIVER": "dummy"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    problems = {each["part"]: each["seen"] for each in json.loads(done.stdout) if each["state"] == "problem"}
    return str(problems.get("kinds of printers"))
