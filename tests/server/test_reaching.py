"""Whether the office answers, asked at the service screen: by sync, over TLS, each obstacle by its code."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync import asking, wire
from sync.asked import Asked
from sync.asking import ANSWERED, NO_JOURNAL, OTHER_SERVER, UNPAIRED, UNREACHABLE, Reached, ask, ask_reach
from sync.pairing import Pin, save_pin
from sync.reaching import reach
from tests.server.device import Device
from tests.server.small_office import SmallOffice
from tests.server.test_first_code import office as office
from tests.server.test_first_code import paired_data


class Ticks:
    """Each look at the clock is 40 ms later."""

    def __init__(self) -> None:
        self.ms = 0

    def __call__(self) -> int:
        self.ms += 40
        return self.ms


def test_a_paired_machine_is_answered_and_each_obstacle_has_its_code(
    tmp_path: Path, office: SmallOffice, device: Device
) -> None:
    data = paired_data(tmp_path / "kiosk", office, device)
    before = sorted(path.name for path in data.iterdir())
    assert reach(data, office.url, Ticks()) == Reached(ANSWERED, 40)
    assert sorted(path.name for path in data.iterdir()) == before, "nothing is written down"
    pin = (data / "pin.json").read_text()
    print_ = json.loads(pin)["fingerprint"]
    (data / "pin.json").write_text(pin.replace(print_, print_[::-1]))
    assert reach(data, office.url, Ticks()).code == OTHER_SERVER
    (data / "pin.json").unlink()
    assert reach(data, office.url, Ticks()) == Reached(UNPAIRED, 40)
    (data / "pin.json").write_text(pin)
    office.revoke(device)
    assert reach(data, office.url, Ticks()).code == wire.REVOKED
    office.stop()
    assert reach(data, office.url, Ticks()).code == UNREACHABLE
    office.start()


def test_a_machine_without_a_journal_says_so(tmp_path: Path) -> None:
    save_pin(tmp_path / "pin.json", Pin("id", "ab" * 32, 0, "00" * 32))
    assert reach(tmp_path, "https://127.0.0.1:1", Ticks()).code == NO_JOURNAL


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    made = Asked(tmp_path / asking.FILE, {asking.REACH: lambda: Reached(ANSWERED, 12)})
    made.start()
    yield made
    made.close()


def test_the_kiosk_asks_over_the_socket_and_only_what_sync_answers(tmp_path: Path, asked: Asked) -> None:
    socket = tmp_path / asking.FILE
    assert ask_reach(socket) == Reached(ANSWERED, 12)
    assert ask(socket) == "malformed", "a score box's sync gives no codes"
    asked.close()
    assert ask_reach(socket) is None
