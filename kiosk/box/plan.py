"""What a box does with its configuration as it starts: files, links, units. Pure; kiosk.box.apply does it.

All of it lies below /run and is made anew at each start: nothing of an earlier file stays. What is kept for the next
start is one copy of the last good file.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kiosk.box import network
from kiosk.box.files import File
from kiosk.box.source import NAME, Source, kept
from kiosk.pin import FILE as PIN_FILE
from sync.box_words import CLOCK_CHIPS
from sync.config import ALL_IN_ONE_ROLE, KIOSK_ROLE, OFFICE_ROLE, KioskConfig, Network
from sync.printer_address import host_of
from sync.toml_text import toml_text

PYTHON = "/opt/scorecard/bin/python"
FILES = ("catalogue", "calendar", "ticket", "printers")
"""Keys whose files lie on the card, beside kiosk.toml."""
BELOW = ("network", "usb", "ssh", "service", "serve")
"""Sections that are the box's business and nobody else's: a passphrase is handed to no other process."""
CHIP_FILE = "clock-chip"
"""The kind and address of the clock chip, for scorecard-chip.service."""
DEFAULT_ZONE = "Asia/Bangkok"


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are on the box, absolute."""

    firmware: str = "/boot/firmware"
    run: str = "/run/scorecard"
    data: str = "/var/lib/scorecard"


@dataclass(frozen=True, slots=True)
class Plan:
    """`keep` (None: as it is) is the copy for the next start, written only where the data partition is. `commands`:
    after the files, in this order."""

    role: str
    files: tuple[File, ...]
    keep: File | None
    commands: tuple[tuple[str, ...], ...]


def good_copy(places: Places) -> str:
    """The path of the last good copy: who sees it sees the passphrase of the wireless network."""
    return f"{places.data}/system/{NAME}.good"


def changes_file(places: Places) -> str:
    """What was changed at the service screen, for good. A passphrase may be in it."""
    return f"{places.data}/system/changes.json"


def trial_file(places: Places) -> str:
    """What is being tried. A passphrase may be in it."""
    return f"{places.run}/trial.json"


def trial_note(places: Places) -> str:
    """What everybody may know of it (kiosk.box.hand_words.Trial)."""
    return f"{places.run}/trial-note.json"


def code_file(places: Places) -> str:
    """A pairing code that was typed: in memory, and nowhere else."""
    return f"{places.run}/code.json"


def plan(source: Source, places: Places, *, wipes: bool = False, pin: str | None = None) -> Plan:
    """Everything for this box. A box without a good configuration is a kiosk that says what is wrong, on DHCP.

    `wipes`: something on the card was used, and is to be taken off it. `pin`: the hash of the one that the technician's
    menu is to have from now on.
    """
    config = source.config
    if config is None:
        return _lost(source, places)
    files = [*_for_the_programs(source, config, places), *network.network_files(config.network, places.run)]
    files += network.time_servers(config.clock.servers)
    serves = config.role in (OFFICE_ROLE, ALL_IN_ONE_ROLE)
    printer = _printer(config)
    files.append(network.rules(network.open_ports(config, serves=serves), printer, places.run))
    files += [network.printer_way(printer[0])] if printer is not None else []
    files.append(File(f"{places.run}/usb-allow", _usb(config)))
    chip = config.clock.chip
    files += [File(f"{places.run}/{CHIP_FILE}", f"{chip} {CLOCK_CHIPS[chip]:#x}\n")] if chip is not None else []
    files += [File(f"{places.run}/restore", "")] if config.usb.restore else []
    if pin is not None:
        files.append(File(f"{places.run}/{PIN_FILE}", f"{pin}\n", 0o400, user="scorecard-kiosk", group="scorecard"))
    files += network.ssh_files(config.ssh.key, places.run, places.data) if config.ssh.key is not None else []
    files.append(network.machine_unit(config.network.hostname, config.time_zone, config.screen.brightness))
    units = ["scorecard-restore.service"] if config.usb.restore else []
    units += ["scorecard-chip.service", "scorecard-chip-set.path"] if chip is not None else []
    units += [f"scorecard-{config.role}.target"]
    units += ["iwd.service"] if config.network.wifi else []
    units += ["ssh.service"] if config.ssh.key else []
    units += ["scorecard-wipe.service"] if wipes else []
    keep = File(good_copy(places), kept(source).decode("utf-8"), 0o600) if source.copy == "own" else None
    return Plan(config.role, (*files, *_problem(source, places)), keep, _commands(units))


def _lost(source: Source, places: Places) -> Plan:
    """What was found is handed on as it is, so that the screen tells its line."""
    plain = Network()
    files = [
        File(f"{places.run}/{NAME}", kept(source).decode("utf-8", "replace"), 0o640, group="scorecard"),
        *network.network_files(plain, places.run),
        network.rules((), None, places.run),
        File(f"{places.run}/usb-allow", ""),
        network.machine_unit(plain.hostname, DEFAULT_ZONE, None),
        *_problem(source, places),
    ]
    return Plan(source.role, tuple(files), None, _commands([f"scorecard-{KIOSK_ROLE}.target"]))


def _usb(config: KioskConfig) -> str:
    """What is let in beside what ships, a line each (hardware.usb_gate)."""
    lines = [*config.usb.allow, *([f"copy={config.usb.copy}"] if config.usb.copy is not None else [])]
    return "".join(f"{each}\n" for each in lines)


def _printer(config: KioskConfig) -> tuple[str, int] | None:
    """The number and port of a printer on the network."""
    host = host_of(config.printer) if config.printer else None
    return None if host is None else (host, urlsplit(config.printer).port or 0)


def _problem(source: Source, places: Places) -> list[File]:
    told = source.told()
    return [File(f"{places.run}/problem.json", told.decode("utf-8"))] if told is not None else []


def _commands(units: list[str]) -> tuple[tuple[str, ...], ...]:
    """Nothing here waits for the network, nor for a unit to be up."""
    return (
        ("systemctl", "daemon-reload"),
        ("systemctl", "--no-block", "start", *units),
        ("systemctl", "--no-block", "try-reload-or-restart", "nftables.service", "systemd-networkd.service"),
        ("systemctl", "--no-block", "try-restart", "systemd-timesyncd.service"),
        ("systemctl", "--no-block", "start", "scorecard-machine.service"),
    )


# For kiosk, sync and server ---------------------------------------------------------------------------------------


def _for_the_programs(source: Source, config: KioskConfig, places: Places) -> list[File]:
    files = []
    if config.role != OFFICE_ROLE:
        text = toml_text(kiosk_values(source.values, config, places))
        files.append(File(f"{places.run}/{NAME}", text, 0o640, group="scorecard"))
    if config.role in (OFFICE_ROLE, ALL_IN_ONE_ROLE):
        text = toml_text(server_values(source.values, config, places)) + (f"\n{source.extra}" if source.extra else "")
        files.append(File(f"{places.run}/server.toml", text, 0o640, group="scorecard-server"))
    if config.role == ALL_IN_ONE_ROLE:
        files.append(_pairs_itself(places))
    return files


def kiosk_values(values: Mapping[str, Any], config: KioskConfig, places: Places) -> dict[str, Any]:
    """The document for kiosk and sync: paths absolute, the role one of theirs, and nothing that is the box's alone."""
    made = {name: copy.deepcopy(value) for name, value in values.items() if name not in BELOW}
    made["data"] = f"{places.data}/kiosk"
    for name in FILES:
        path = getattr(config, name)
        if path:
            made[name] = f"{places.firmware}/{path}" if not path.startswith("/") else path
    if config.role == ALL_IN_ONE_ROLE:
        made["role"] = KIOSK_ROLE
        made["server"] = {"url": f"https://127.0.0.1:{config.serve.exchange}"}
        if config.serve.public_url is not None:
            made["server"]["public_url"] = config.serve.public_url
    return made


def server_values(values: Mapping[str, Any], config: KioskConfig, places: Places) -> dict[str, Any]:
    """server.toml: open to the office's network, its records on the data partition."""
    serve = config.serve
    made: dict[str, Any] = {"data": f"{places.data}/server", "time_zone": config.time_zone}
    if serve.public_url is not None:
        made["public_url"] = serve.public_url
    made["name"] = dict(config.office)
    ports = {"exchange": serve.exchange, "pages": serve.pages, "console": serve.console}
    made["listen"] = {name: f"0.0.0.0:{port}" for name, port in ports.items()}
    made["clock"] = {"trust": config.clock.trust}
    if serve.upstream is not None:
        code = {"code": serve.upstream.code} if serve.upstream.code is not None else {}
        made["upstream"] = {"url": serve.upstream.url, **code, "place": config.place}
    return made


PAIR_UNIT = f"{network.DROP}/scorecard-sync.service.d/pair.conf"


def _pairs_itself(places: Places) -> File:
    """A kiosk that is paired with nobody is paired with the server beside it, before its records are sent."""
    text = (
        "[Unit]\nAfter=scorecard-server.service\n[Service]\n"
        f"ExecStartPre=+{PYTHON} -I -m kiosk.box pair --run {places.run} --data {places.data}\n"
    )
    return File(PAIR_UNIT, text)
