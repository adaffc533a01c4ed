"""Server down, network cut, printer absent, unplugged, swapped: the kiosk serves on or says what is wrong, and catches
up. Real processes; the citizens go on touching all the time, and judge each screen that they see."""

import contextlib
import re
import shutil
import signal
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.wording import REASONS, reason
from sync import wire
from sync.facts import PrinterChanged, TicketIssued, TicketLanguage
from tests.sync.https_office import HttpsOffice, Response
from tests.walks.cables import Cable, Relay
from tests.walks.hardship import LONG_S, Premises, differences
from tests.walks.onlookers import Crowd
from tests.walks.printer_walk import Walk
from tests.walks.stage import until
from translations import LANGUAGES

WITHIN_S = 30.0
"""A kiosk tries a printer that is not there every 10 s at the latest; the rest is for a machine with other work."""

SOON_S = 10.0
"""A kiosk's answer takes milliseconds; the rest is for a machine with other work."""
IN_A_REQUEST = 200
"""Bytes on an open connection: within the head of a request."""


@pytest.fixture
def premises(tmp_path: Path) -> Iterator[Premises]:
    with Premises(tmp_path / "hall") as made:
        yield made


def clean(crowd: Crowd) -> None:
    """No dead end was seen, and every answer came soon."""
    assert crowd.complaints == []
    assert crowd.slowest < SOON_S


@pytest.mark.parametrize("kind", [pytest.param("tcp", marks=pytest.mark.long), "serial"])
def test_whatever_befalls_the_printer_is_said_and_every_number_is_on_paper_or_written_down(
    premises: Premises, kind: str
) -> None:
    with Cable(kind, premises) as cable, Crowd(premises.control, seed=3) as crowd:
        premises.write_kiosk_toml(cable.url)
        walk = Walk(premises, cable, crowd)
        assert walk.absent_at_boot() < WITHIN_S
        walk.unplugged_while_idle()
        walk.unplugged_in_the_middle()
        walk.no_paper({"paper": "out"}, {"paper": "ok"}, "paper-out", signal.SIGTERM)
        walk.no_paper({"cover": "open"}, {"cover": "closed"}, "cover-open", signal.SIGKILL)
        walk.swapped("mute", restarted=kind == "tcp")
        walk.swapped("talking")
    clean(crowd)
    faults = [body.fault for body in premises.facts(PrinterChanged)]
    gone = ["unreachable", None]
    assert faults[:10] == [*gone, *gone, *gone, "paper-out", None, "cover-open", None]
    assert faults[10:14] == [*gone, *gone], "swapped twice"
    assert walk.unreported() == []
    assert walk.unmarked() == []
    crowd.ever_written.clear()
    assert walk.unreported() != [], "control: what nobody wrote down is missed"
    shutil.copyfile(premises.sheets()[0], premises.tickets / "9999.png")
    assert walk.unmarked() != [], "control: a second sheet without a mark is found"


@dataclass
class Hall:
    """What the tests of the way to the office need. `exchange`: the office's own port."""

    premises: Premises
    network: Relay
    crowd: Crowd
    exchange: int

    def start(self) -> None:
        """Kiosk and sync."""
        self.premises.start_kiosk()
        self.premises.start_sync()

    def tickets(self, count: int) -> None:
        """So many tickets more, on paper."""
        before = len(self.premises.sheets())
        self.crowd.take(count)
        until("the numbers", lambda: self.crowd.served, LONG_S)
        until("the paper", lambda: len(self.premises.sheets()) == before + count, LONG_S)

    def caught_up(self) -> None:
        """Wait until sync believes that the office has every fact."""
        until("the office has everything", self.premises.arrived, LONG_S)

    def restart_kiosk(self, how: signal.Signals) -> None:
        """It ends and begins again."""
        self.premises.end("kiosk", how)
        self.premises.start_kiosk()

    def settle(self) -> None:
        """Everybody goes home, and the last facts arrive."""
        self.crowd.leave()
        self.caught_up()

    def differences(self) -> list[str]:
        """Between the kiosk's journal and the office's database."""
        return differences(self.premises.data / "journal.db", self.premises.ledger)

    def held(self) -> int:
        """How many facts the office has stored."""
        with contextlib.closing(sqlite3.connect(f"{self.premises.ledger.as_uri()}?mode=ro", uri=True)) as office:
            query = "SELECT count(*) FROM facts JOIN journals USING (journal_id) WHERE own = 0"
            return int(office.execute(query).fetchone()[0])


@pytest.fixture
def hall(premises: Premises) -> Iterator[Hall]:
    """An office, a kiosk that is to be paired with it through a cable, and a printer; only the printer runs."""
    exchange = premises.start_server()
    code = premises.pairing_code()
    with Relay(("127.0.0.1", exchange)) as network, Crowd(premises.control, seed=5) as crowd:
        premises.write_kiosk_toml(f"tcp://{premises.start_printer('--listen', '127.0.0.1:0')}", network.port, code)
        yield Hall(premises, network, crowd, exchange)


def test_an_office_that_is_down_from_the_start_misses_nothing_when_it_comes(hall: Hall) -> None:
    hall.premises.end("server", signal.SIGTERM)
    hall.start()
    until("no numbers before it is paired", lambda: hall.crowd.sights[-1:] == [("out-of-order", "unpaired")], LONG_S)
    sync = hall.premises.parts["sync"].pid
    hall.premises.start_server()
    hall.tickets(len(LANGUAGES))
    hall.premises.end("server", signal.SIGTERM)
    hall.tickets(1)
    hall.restart_kiosk(signal.SIGKILL)
    hall.tickets(1)
    hall.restart_kiosk(signal.SIGTERM)
    hall.premises.start_server()
    hall.caught_up()
    hall.settle()
    assert hall.premises.parts["sync"].pid == sync, "it went on by itself"
    assert hall.differences() == []
    assert {body.language for body in hall.premises.facts(TicketLanguage)} == set(LANGUAGES)
    labels = [body.label for body in hall.premises.facts(TicketIssued)]
    assert len(labels) == len(set(labels)) == 5
    clean(hall.crowd)
    hall.premises.end("server", signal.SIGTERM)
    tamper(hall.premises.ledger)
    control = ["fact 3 is another one at the office", "fact 1000 is another one at the office"]
    assert hall.differences() == control, "control: what came otherwise, or out of nowhere, is seen"


DEVICES = "journal_id IN (SELECT journal_id FROM journals WHERE own = 0)"


def tamper(ledger: Path) -> None:
    """One byte more in one fact, and one fact that nobody sent."""
    with contextlib.closing(sqlite3.connect(ledger)) as office, office:
        for (name,) in office.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            office.execute(f"DROP TRIGGER {name}")
        office.execute(f"UPDATE facts SET row = CAST(row || ' ' AS BLOB) WHERE seq = 3 AND {DEVICES}")
        office.execute(f"INSERT INTO facts SELECT journal_id, 1000, row, chain FROM facts WHERE seq = 2 AND {DEVICES}")


def test_a_network_that_breaks_in_any_way_is_made_good_without_a_restart(hall: Hall) -> None:
    hall.start()
    hall.tickets(1)
    hall.caught_up()
    sync = hall.premises.parts["sync"].pid
    hall.network.cut()
    hall.tickets(2)
    hall.restart_kiosk(signal.SIGKILL)
    hall.network.mend()
    hall.caught_up()
    for how in ("cut", "deaf"):
        torn_in_a_batch(hall, how)
    hall.network.silence()
    hall.tickets(2)
    hall.restart_kiosk(signal.SIGTERM)
    hall.network.mend()
    hall.settle()
    assert hall.premises.parts["sync"].pid == sync, "it went on by itself"
    assert hall.differences() == []
    clean(hall.crowd)


def torn_in_a_batch(hall: Hall, how: str) -> None:
    """The line breaks within the request ("cut"), or the answer to one that was carried out is lost ("deaf")."""
    for _ in range(8):
        before = hall.held()
        hall.network.break_after(IN_A_REQUEST, how)
        hall.crowd.take(1)
        assert hall.network.broken.wait(LONG_S)
        carried_out = hall.held() > max(before, int(hall.premises.inbox().received))
        until("the number", lambda: hall.crowd.served, LONG_S)
        hall.network.mend()
        hall.caught_up()
        if how == "cut" or carried_out:
            return
    raise AssertionError("the answer was never lost")


def test_control_an_office_that_says_yes_and_keeps_nothing_is_found_out_and_made_good(hall: Hall) -> None:
    def yes(path: str, headers: Mapping[str, str], body: bytes) -> Response:
        last = int(headers[wire.RANGE_HEADER].split("-")[1])
        return 200, {}, wire.encode_message(wire.Answer(last, 0, 0))

    hall.start()
    hall.tickets(1)
    until("the true office has everything", lambda: hall.differences() == [], LONG_S)
    data = hall.premises.ledger.parent
    pem = hall.premises.folder / "liar.pem"
    pem.write_bytes((data / "server.key").read_bytes() + (data / "server.crt").read_bytes())
    with HttpsOffice(pem, yes) as liar:
        hall.network.lead_to(liar.port)
        hall.tickets(1)
        until("the liar was asked", lambda: liar.requests, LONG_S)
        hall.caught_up()
        assert [line for line in hall.differences() if "has not arrived" in line], "row for row it is seen"
        hall.network.lead_to(hall.exchange)
    hall.tickets(1)
    hall.crowd.leave()
    until("the true office has everything", lambda: hall.differences() == [], LONG_S)


def test_control_a_kiosk_that_hides_what_is_wrong_with_its_printer_is_caught(premises: Premises) -> None:
    with Cable("tcp", premises) as cable, Crowd(premises.control, seed=7) as crowd:
        premises.write_kiosk_toml(cable.url)
        premises.start_kiosk("tests.walks.dumb_kiosk")
        until("somebody complains", lambda: crowd.complaints, LONG_S)
    assert "without saying why (unreachable)" in crowd.complaints[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words_of_its_own_script_in_every_language(language: str) -> None:
    script = {"th": "[\u0e01-\u0e5b]{3}", "en": "[A-Za-z]{3}", "my": "[\u1000-\u109f]{3}"}[language]
    assert [code for code in REASONS if not re.search(script, reason(code, language))] == []
