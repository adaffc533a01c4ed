"""The real processes together: what the kiosk tells of the hall is what the console shows at the same moment."""

import os
import re
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.demo import Demo, Ports
from kiosk.touch import Remote
from sync import keys
from sync.facts import TicketIssued, TicketPromised, understand
from sync.issuing import secrets_of
from sync.journal import JournalReader
from tests.server.officer import Officer
from tests.walks.test_kiosk_walk import until

SERVICE = "move-in"
COUNTER = 1


class Office:
    """The demonstration without a screen, with an officer at counter 1."""

    def __init__(self, folder: Path) -> None:
        self.demo = Demo(folder, ports=Ports(0, 0, 0, 0), headless=True)
        self.demo.start()
        self.kiosk = Remote(self.demo.control)
        with urllib.request.urlopen(f"{self.demo.pages}/certificate/scorecard-office.crt", timeout=20) as answer:
            authority = folder / "office.pem"
            authority.write_text(ssl.DER_cert_to_PEM_cert(answer.read()))
        call = [sys.executable, "-m", "server", "code", "--config", str(self.demo.server_toml)]
        code = subprocess.run(call, env=self.demo.environment, capture_output=True, text=True, check=True, timeout=60)
        self.officer = Officer(self.demo.console, authority, os.urandom)
        self.officer.become_administrator(code.stdout.strip())

    def close(self) -> None:
        """End everything."""
        self.kiosk.close()
        self.officer.close()
        self.demo.stop()

    def take(self) -> str:
        """A ticket from the kiosk; its number, once nothing is on its way to paper."""
        for name in ("language-en", f"service-{SERVICE}", "take"):
            assert "error" not in self.kiosk.reach(name), name
        seen = self.kiosk.screen()
        if seen["name"] == "late":  # it may be evening where this runs
            assert "error" not in self.kiosk.ask(touch="take-anyway")
            seen = self.kiosk.screen()
        assert seen["name"] == "ticket"
        assert "error" not in self.kiosk.ask(key="Escape")
        return str(seen["ticket"]["label"])

    def issued(self) -> dict[str, tuple[int, TicketIssued]]:
        """The kiosk's tickets by number."""
        return {body.label: (seq, body) for seq, body in self._facts() if isinstance(body, TicketIssued)}

    def promised(self) -> dict[int, TicketPromised]:
        """What was promised, by the ticket's seq."""
        return {body.ticket: body for _, body in self._facts() if isinstance(body, TicketPromised)}

    def _facts(self) -> Iterator[tuple[int, Any]]:
        with JournalReader(self.demo.data / "journal.db") as journal:
            yield from [(fact.seq, understand(fact)) for fact in journal.facts()]

    def code_of(self, label: str) -> str:
        """What only its paper says."""
        _, body = self.issued()[label]
        key = keys.load(self.demo.data / "device.key")
        with JournalReader(self.demo.data / "journal.db") as journal:
            named = journal.opened().journal_id
        return secrets_of(key, named, body.day, body.series, body.lane, body.n).code

    def look_up(self, label: str) -> None:
        """*My ticket* of this number comes into sight."""
        self._type(label, self.code_of(label))
        assert self.kiosk.screen()["name"] == "standing"

    def knows(self, label: str, code: str) -> bool:
        """Whether it does by now; a ticket that this kiosk did not give has to reach its mirror first."""
        self._type(label, code)
        return self.kiosk.screen()["name"] == "standing" or "error" in self.kiosk.ask(key="Escape")

    def _type(self, label: str, code: str) -> None:
        for name in ("my-ticket", "language-en", *(f"key-{each}" for each in label), "enter"):
            assert "error" not in self.kiosk.ask(touch=name), (name, self.kiosk.screen()["targets"])
        for digit in code:
            assert "error" not in self.kiosk.ask(touch=f"key-{digit}")

    def give(self) -> tuple[str, str]:
        """A number from the console; with the code that its page shows."""
        form = {"csrf": self.officer.csrf, "key": self.officer.key(), "services": SERVICE, "language": "en"}
        page = self.officer.client.post("/issue", data=form, follow_redirects=True).text
        label, code = re.search(r'id="label">(\w+)', page), re.search(r'id="code">(\d{4})<', page)
        assert label is not None
        assert code is not None
        return label[1], code[1]

    def says(self, wanted: str) -> bool:
        """Whether the kiosk shows this text."""
        return wanted in self.kiosk.screen()["texts"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def test_the_kiosks_number_is_the_consoles(office: Office) -> None:
    officer = office.officer
    first = office.take()
    assert until(lambda: officer.state(COUNTER)["waiting_in_all"] == 1)
    officer.done(COUNTER, "open")
    others = [office.take() for _ in range(3)]
    assert until(lambda: officer.state(COUNTER)["waiting"] == 4)
    shown = [each["label"] for each in officer.state(COUNTER)["next"]]
    assert shown == [first, *others]
    office.look_up(others[-1])
    assert until(lambda: office.says(f"{officer.state(COUNTER)['waiting'] - 1} people before it"))
    assert any(text.startswith("Expected wait: ") for text in office.kiosk.screen()["texts"])
    assert officer.done(COUNTER, "next")["called"] == first
    assert until(lambda: office.says(f"{officer.state(COUNTER)['waiting'] - 1} people before it"))
    assert office.says("2 people before it"), "it has followed the call without a touch"
    for _ in range(2):
        officer.done(COUNTER, "came")
        officer.done(COUNTER, "next")
    assert until(lambda: office.says("Next to be called"))
    officer.done(COUNTER, "came")
    assert officer.done(COUNTER, "next")["called"] == others[-1]
    assert until(lambda: office.says(f"Called: counter {COUNTER}"))
    promised, known = office.promised(), office.issued()
    told = {label: promised[known[label][0]] for label in others if known[label][0] in promised}
    assert told, "once a counter is at work, waits are promised"
    assert all(each.ahead == others.index(label) + 1 for label, each in told.items())
    assert known[first][0] not in promised, "nothing was promised while nobody was at work"
    assert [label for label, (_, body) in known.items() if body.code in (None, office.code_of(label))] == []
    assert "error" not in office.kiosk.ask(key="Escape")
    label, code = office.give()
    assert until(lambda: label in [each["label"] for each in officer.state(COUNTER)["next"]])
    officer.done(COUNTER, "came")
    assert until(lambda: office.knows(label, code)), "what staff gave is found at the kiosk, by the code on their page"
    assert officer.done(COUNTER, "next")["called"] == label
    assert until(lambda: office.says(f"Called: counter {COUNTER}"))
