"""The kiosk of a machine that is all in one pairs itself with the server beside it."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.box.files import File
from kiosk.box.pair import pair
from kiosk.box.plan import Places, plan
from kiosk.box.source import judged
from kiosk.demo import CONSOLE, EXCHANGE, PAGES
from kiosk.parts import Part
from sync.config import parse_kiosk
from sync.pairing import Pin, load_pin, save_pin
from tests.kiosk.box.boxes import FILES
from tests.sync.test_config_box import CODE
from tests.walks.stage import until

ROOT = Path(__file__).parents[3]


class Machine:
    """What the box makes for an all-in-one, in a folder, on free ports."""

    def __init__(self, folder: Path) -> None:
        self.run, self.data, self.folder = folder / "run", folder / "data", folder
        for path in (self.run, self.data / "kiosk", self.data / "server"):
            path.mkdir(parents=True)
        ports = "".join(f"{name} = {free()}\n" for name in ("exchange", "pages", "console"))
        text = FILES["all-in-one"] + f'[serve]\n{ports}[clock]\ntrust = "system"\n'
        shutil.copy(ROOT / "kiosk/example/catalogue.toml", folder)
        for file in plan(judged({"kiosk.toml": text.encode()}), self.places).files:
            if file.path.startswith(str(self.run)):
                self.write(file)

    @property
    def places(self) -> Places:
        return Places(str(self.folder), str(self.run), str(self.data))

    def write(self, file: File) -> None:
        Path(file.path).parent.mkdir(exist_ok=True)
        Path(file.path).write_text(file.text, "utf-8")

    def pair(self, code: str | None = CODE) -> tuple[str | None, list[str]]:
        asked = list[str]()

        def ask(place: str) -> str | None:
            asked.append(place)
            return code

        return pair(self.run, self.data, ask, self.write), asked

    @property
    def code(self) -> str | None:
        return parse_kiosk((self.run / "kiosk.toml").read_bytes()).server.code


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_code_of_the_server_is_put_into_the_kiosks_file(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    before = parse_kiosk((machine.run / "kiosk.toml").read_bytes())
    assert machine.pair() == ("the server on this machine gave a code for its kiosk", ["Hall"])
    assert machine.code == CODE
    after = parse_kiosk((machine.run / "kiosk.toml").read_bytes())
    assert (after.place, after.counters, after.office) == (before.place, before.counters, before.office)


def test_a_server_that_gives_none_is_asked_again_later(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    assert machine.pair(None)[0] is None
    assert machine.code is None


def test_a_kiosk_that_is_paired_asks_for_nothing(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    save_pin(machine.data / "kiosk/pin.json", Pin("s", "0" * 64, 0, "1" * 64))
    assert machine.pair() == ("paired already", [])


@pytest.mark.timeout(180)
def test_server_and_sync_as_the_box_starts_them_are_paired_without_anybody(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def part(name: str, arguments: list[str], ready: list[str]) -> Part:
        command = [sys.executable, "-u", "-m", *arguments]
        made = Part(name, command, ready, log=tmp_path / f"{name}.log", environment=environment, changed=lambda: None)
        made.start()
        return made

    configuration = str(machine.run / "server.toml")
    server = part("server", ["server", "--config", configuration], [PAGES, EXCHANGE, CONSOLE])
    try:

        def ask(place: str) -> str | None:
            command = [sys.executable, "-m", "server", "pair", "--config", configuration, "--place", place]
            return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()

        assert pair(machine.run, machine.data, ask, machine.write)
        kiosk_toml = str(machine.run / "kiosk.toml")
        kiosk = part("kiosk", ["kiosk", "--headless", "--config", kiosk_toml], [])
        sync = part("sync", ["sync", "--config", kiosk_toml, "--data", str(machine.data / "kiosk")], [])
        try:
            until("it is paired", lambda: load_pin(machine.data / "kiosk/pin.json") is not None, 60)
        finally:
            sync.end()
            kiosk.end()
    finally:
        server.end()
