"""The root side of the service screen: narrow requests, changes tried, kept or taken back, nothing secret told."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.box import hand_server, hand_words
from kiosk.box.apply import System
from kiosk.box.changes import Changes, card_of, changes_in
from kiosk.box.hand import Hand, word_in
from kiosk.box.hand_words import (
    DONE,
    FAILED,
    INVALID,
    MALFORMED,
    NO_DATA,
    NO_STICK,
    NOT_TAKEN,
    NOTHING,
    Asked,
    Diagnosis,
    Keep,
    Pair,
    Restart,
    Revert,
    SetBrightness,
    SetVolume,
    TakeUpdate,
    TryPrinter,
    TryWifi,
    answer_in,
    asked_in,
    line_of,
    trial_in,
)
from sync.config import KioskConfig
from tests.kiosk.box.boxes import KIOSK, PLACES, Box
from tests.sync.test_config_box import CODE

SECRET = "correct horse battery"
PRINTER = "tcp://192.168.1.77:9100"
WIFI = TryWifi("Hall", "TH", SECRET)
RESTARTED = "systemctl --no-block try-restart scorecard-kiosk.service scorecard-sync.service"
KEPT = "/var/lib/scorecard/system/changes.json"


class Handed(Box):
    """A box, its hand, and a systemd that does what its units do: scorecard-config makes everything anew."""

    def __init__(self, folder: Path, text: str = KIOSK, *, data: bool = True) -> None:
        super().__init__(folder, text, data=data)
        self.now, self.refuses = 100.0, ""
        self.start()
        self.ran.clear()
        self.hand = Hand(PLACES, System(folder, self.run, self._own, self.said.append), lambda: self.now)

    def run(self, command: Sequence[str]) -> int:
        self.ran.append(" ".join(command))
        if self.refuses and self.refuses in self.ran[-1]:
            return 1
        if list(command) == ["systemctl", "restart", "scorecard-config.service"]:
            ran = list(self.ran)
            self.start()
            self.ran[:] = ran
        return 0

    def restart(self) -> None:
        """The power goes and comes: what is in memory is gone."""
        import shutil

        shutil.rmtree(self.at("/run"))
        self.start()
        self.ran.clear()

    @property
    def config(self) -> KioskConfig:
        found = self.as_the_kiosk_sees_it().config
        assert found is not None
        return found


@pytest.fixture
def box(tmp_path: Path) -> Handed:
    return Handed(tmp_path)


def test_another_printer_is_tried_by_whoever_reads_it_and_is_gone_after_a_restart(box: Handed) -> None:
    before = box.config.printer
    assert box.hand.answer(TryPrinter(PRINTER)) == DONE
    assert box.config.printer == PRINTER
    assert box.ran[-1] == RESTARTED
    assert box.ran.index("systemctl --no-block restart scorecard-revert.timer") < box.ran.index(
        "systemctl restart scorecard-config.service"
    ), "who takes it back is there before anything changes"
    note = trial_in(box.at("/run/scorecard/trial-note.json").read_bytes())
    assert note == hand_words.Trial(("printer",), 400.0)
    assert "192.168.1.77 . 9100" in box.read("/run/scorecard/nftables.d/10-box.nft")
    assert not box.at(KEPT).exists()
    box.restart()
    assert box.config.printer == before


def test_what_is_kept_outlives_a_restart_and_nothing_tries_to_take_it_back(box: Handed) -> None:
    box.hand.answer(TryPrinter(PRINTER))
    assert box.hand.answer(Keep()) == DONE
    assert box.ran[-1] == "systemctl --no-block stop scorecard-revert.timer"
    assert box.at(KEPT).stat().st_mode & 0o777 == 0o600
    assert box.hand.answer(Revert()) == NOTHING
    box.restart()
    assert box.config.printer == PRINTER


def test_what_is_taken_back_leaves_everything_as_it_was(box: Handed) -> None:
    before = box.read("/run/scorecard/kiosk.toml")
    box.hand.answer(TryPrinter(PRINTER))
    box.ran.clear()
    assert box.hand.answer(Revert()) == DONE
    assert box.read("/run/scorecard/kiosk.toml") == before
    assert box.ran[-1] == RESTARTED
    assert not box.at("/run/scorecard/trial.json").exists()
    assert not box.at("/run/scorecard/trial-note.json").exists()
    assert box.hand.answer(Keep()) == NOTHING


def test_a_wireless_network_is_tried_without_restarting_the_screen_and_its_passphrase_is_iwds_alone(
    box: Handed,
) -> None:
    assert box.hand.answer(WIFI) == DONE
    assert SECRET in box.read("/run/scorecard/iwd/Hall.psk")
    assert box.ran[-1] == "systemctl --no-block restart iwd.service"
    assert RESTARTED not in box.ran
    open_to_all = [path for path in box.root.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
    assert not [path for path in open_to_all if SECRET in path.read_text("utf-8", "replace")]
    assert SECRET not in repr(WIFI) + "".join(box.said) + "".join(box.ran)
    box.hand.answer(Revert())
    assert not box.at("/run/scorecard/iwd").exists()
    assert box.ran[-1] == "systemctl --no-block stop iwd.service"


def test_a_newer_kiosk_toml_beats_what_was_changed_and_a_used_code_is_no_newer_file(box: Handed) -> None:
    box.hand.answer(TryPrinter(PRINTER))
    box.hand.answer(Keep())
    box.put(KIOSK + "# mended\n")
    box.restart()
    assert box.config.printer != PRINTER
    with_code = KIOSK.replace("[server]", f'[server]\ncode = "{CODE}"')
    assert card_of(with_code.encode()) == card_of(with_code.replace(CODE, "used").encode())


def test_control_changes_that_named_no_file_would_hold_up_the_newer_one(box: Handed) -> None:
    box.put(KIOSK + "# mended\n")
    mended = card_of((KIOSK + "# mended\n").encode())
    box.at(KEPT).write_bytes(Changes(mended, {"printer": PRINTER}).text())
    box.restart()
    assert box.config.printer == PRINTER


@pytest.mark.parametrize("wrong", [
    TryPrinter("tcp://printer:9100"), TryPrinter("parallel:///dev/lp0"), TryWifi("Hall", "TH", "short"),
    TryWifi("Hall", "Thailand", SECRET), Pair("7K3Q"),
])  # fmt: skip
def test_what_kiosk_toml_would_not_take_changes_nothing(box: Handed, wrong: Asked) -> None:
    assert box.hand.answer(wrong) == INVALID
    assert (box.ran, box.at(KEPT).exists(), box.at("/run/scorecard/trial.json").exists()) == ([], False, False)


def test_without_who_takes_it_back_nothing_is_tried(box: Handed) -> None:
    box.refuses = "scorecard-revert.timer"
    assert box.hand.answer(TryPrinter(PRINTER)) == FAILED
    assert not box.at("/run/scorecard/trial.json").exists()
    assert "systemctl restart scorecard-config.service" not in box.ran


def test_without_the_data_partition_it_is_tried_and_not_kept(tmp_path: Path) -> None:
    box = Handed(tmp_path, data=False)
    assert box.hand.answer(TryPrinter(PRINTER)) == DONE
    assert box.hand.answer(Keep()) == NO_DATA
    assert box.hand.answer(SetVolume(40)) == NO_DATA
    assert box.hand.answer(Revert()) == DONE


def test_a_typed_code_is_in_memory_alone_and_the_one_on_the_card_does_not_come_back(tmp_path: Path) -> None:
    other = "7K3Q-F0ZM-9T2X-BW4H-7K3Q-F0ZM-90"
    box = Handed(tmp_path, KIOSK.replace("[server]", f'[server]\ncode = "{other}"'))
    assert box.hand.answer(Pair(CODE)) == DONE
    assert box.config.server.code == CODE
    assert box.ran[-1] == "systemctl --no-block try-restart scorecard-sync.service"
    durable = [path for path in box.at("/var").rglob("*") if path.is_file()]
    assert not [path for path in durable if CODE in path.read_text("utf-8", "replace")]
    assert CODE not in repr(Pair(CODE))
    box.restart()
    assert box.config.server.code is None, "what was typed has paired, or is typed again"


def test_volume_and_brightness_are_kept_at_once(box: Handed) -> None:
    assert box.hand.answer(SetVolume(40)) == DONE
    assert box.hand.answer(SetBrightness(60)) == DONE
    assert box.ran[-1] == "systemctl --no-block restart scorecard-machine.service"
    box.restart()
    assert (box.config.sound.volume, box.config.screen.brightness) == (40, 60)


def test_the_machine_is_restarted_by_systemd_itself_and_a_bundle_by_its_unit(box: Handed) -> None:
    assert box.hand.answer(Restart()) == DONE
    assert box.ran == ["systemctl --no-block --job-mode=replace-irreversibly start reboot.target"]
    assert box.hand.answer(Diagnosis()) == FAILED
    assert box.ran[-1] == "systemctl start scorecard-diagnosis.service"
    told = box.at("/run/scorecard-diagnosis/told")
    told.parent.mkdir()
    told.write_text("written\n")
    assert box.hand.answer(Diagnosis()) == "written"
    told.write_text("x" * 50)
    assert word_in(told) == FAILED


def test_an_update_is_taken_from_the_stick_by_its_unit_and_what_stands_in_the_way_is_told(box: Handed) -> None:
    assert box.hand.answer(TakeUpdate()) == DONE
    assert box.ran[-1] == "systemctl start scorecard-take.service"
    box.refuses = "scorecard-take.service"
    assert box.hand.answer(TakeUpdate()) == NOT_TAKEN
    told = box.at("/run/scorecard-take/told")
    told.parent.mkdir()
    told.write_text("no-stick\n")
    assert box.hand.answer(TakeUpdate()) == NO_STICK


# Words ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [
    Restart(), TryPrinter(PRINTER), WIFI, TryWifi("Hall", "TH"), Keep(), Revert(), Pair(CODE), SetVolume(0),
    SetBrightness(5), Diagnosis(), TakeUpdate(),
])  # fmt: skip
def test_every_request_is_read_as_it_was_meant(asked: Asked) -> None:
    assert asked_in(line_of(asked)) == asked
    assert len(line_of(asked)) <= hand_words.LONGEST


@pytest.mark.parametrize("line", [
    b"", b"{}", b"[]", b"null", b'{"ask": "shell", "command": "id"}', b'{"ask": "restart", "now": true}',
    b'{"ask": "volume", "percent": 101}', b'{"ask": "volume", "percent": "40"}', b'{"ask": "brightness", "percent": 0}',
    b'{"ask": "try-printer", "address": ""}', b'{"ask": "try-printer", "address": "a\\nb"}',
    b'{"ask": "try-wifi", "country": "TH"}', b'{"ask": "pair", "code": "' + b"A" * 300 + b'"}',
])  # fmt: skip
def test_whatever_else_is_malformed(line: bytes) -> None:
    assert asked_in(line) is None


@given(st.binary(max_size=300))
def test_no_bytes_of_whatever_kind_are_more_than_a_request_or_none(line: bytes) -> None:
    asked_in(line)
    assert changes_in(line) is None
    assert answer_in(line) is None


def test_changes_of_another_place_than_those_that_can_be_changed_are_none() -> None:
    assert changes_in(json.dumps({"card": "x", "values": {"ssh": {"key": "mine"}}}).encode()) is None
    assert changes_in(b'{"card": "x", "values": {"printer": "file:///x"}}') is not None


# The socket -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Callable[[bytes], bytes]]:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(tmp_path / "hand.sock"))
    listening.listen(2)
    asked = list[Asked]()

    def answer(each: Asked) -> str:
        asked.append(each)
        return DONE

    thread = threading.Thread(target=hand_server.serve, args=(listening, answer, 0.5))
    thread.start()

    def send(data: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as end:
            end.connect(str(tmp_path / "hand.sock"))
            end.sendall(data)
            end.shutdown(socket.SHUT_WR)
            return end.recv(200)

    yield send
    thread.join(30)
    assert not thread.is_alive(), "it ends where nobody asks"
    listening.close()
    assert asked == [Keep()]


def test_lines_are_answered_one_after_another_and_too_long_ones_refused(line: Callable[[bytes], bytes]) -> None:
    assert answer_in(line(line_of(Keep()))) == DONE
    assert answer_in(line(b"what?\n")) == MALFORMED
    assert answer_in(line(b"")) == MALFORMED
    assert answer_in(line(line_of(Keep())[:-1].ljust(5000) + b"\n")) == MALFORMED


def test_only_the_socket_that_systemd_hands_to_this_very_process_is_taken() -> None:
    assert hand_server.handed({}, 7) is None
    assert hand_server.handed({"LISTEN_PID": "8", "LISTEN_FDS": "1"}, 7) is None
    assert hand_server.handed({"LISTEN_PID": "7", "LISTEN_FDS": "2"}, 7) is None
