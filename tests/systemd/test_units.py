"""The appliance's units: little exposed, valid, started anew without limit, and never waiting for a network."""

import re
from pathlib import Path

import pytest

from hardware import console
from hardware.errors import ConsoleError
from kiosk.box.manager import PARTS
from kiosk.box.shelf import BUNDLE, NOTE
from kiosk.box.update import Places
from tests.systemd.units import APPLIANCE, SERVICES, TREE, UNITS, Unit, analyze, made_root, ours, score, unit, verified

NETWORK = {
    "network-online.target",
    "time-sync.target",
    "systemd-networkd-wait-online.service",
    "systemd-time-wait-sync.service",
}
ORDER = ("After", "Wants", "Requires", "Requisite", "BindsTo", "Upholds")
ALWAYS = ("scorecard-kiosk.service", "scorecard-sync.service", "scorecard-server.service")
SANDBOX = ("Protect", "Restrict", "Private", "SystemCall", "Capability", "NoNew", "Memory", "Device", "IPAddress")


def named(name: str) -> Unit:
    return unit(APPLIANCE / name)


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_systemd_rates_each_service_at_1_5_or_less(path: Path, tmp_path: Path) -> None:
    assert score(path)
    bare = tmp_path / path.name  # the control: the same without its sandbox
    bare.write_text("\n".join(line for line in path.read_text("utf-8").splitlines() if not line.startswith(SANDBOX)))
    assert not score(bare)


def test_the_page_tells_every_service_and_its_score_as_measured() -> None:
    page = (APPLIANCE.parents[1] / "docs/appliance-services.md").read_text("utf-8")
    told = dict(re.findall(r"^\| (scorecard-[a-z-]+\.service) \|.* ([0-9]\.[0-9]) \|$", page, re.MULTILINE))
    measured = {}
    for path in SERVICES:
        said = re.search(
            r"→ Overall exposure level for \S+ ([0-9.]+)", analyze("security", "--offline=true", path).stdout
        )
        measured[path.name] = said[1] if said else None
    assert told == measured


def test_every_unit_of_ours_is_valid(tmp_path: Path) -> None:
    root = made_root(tmp_path / "root")
    names = sorted(path.name for path in APPLIANCE.iterdir() if path.is_file())
    assert {name: told for name in names if (told := verified(root, name))} == {}


WATCHED = {
    "scorecard-wipe.path": "kiosk/pin.json",
    "scorecard-wipe-centre.path": "server/upstream.json",
    "scorecard-wipe-pin.path": "kiosk/service.pin",
}


@pytest.mark.parametrize("name", WATCHED)
def test_what_may_leave_the_card_is_watched_by_a_unit_of_its_own(name: str) -> None:
    """One that watches several files misses a change of the first while another is not there."""
    path = [(setting, value) for section, setting, value in named(name).lines if section == "Path"]
    assert path == [("PathChanged", f"/var/lib/scorecard/{WATCHED[name]}"), ("Unit", "scorecard-wipe.service")]
    preset = (APPLIANCE.parent / "root/usr/lib/systemd/system-preset/10-scorecard.preset").read_text("utf-8")
    assert f"enable {name}\n" in preset


@pytest.mark.parametrize(("line", "broken"), [
    ("ProtectSystem=strict", "ProtectSytem=strict"), ("User=scorecard-sync", "User=scorecard sync"),
    ("ExecStart=/opt/scorecard/bin/python", "ExecStart=/opt/scorecard/bin/pythn"),
    ("WatchdogSec=600", "WatchdogSec=long"),
])  # fmt: skip
def test_a_slip_of_the_pen_would_be_found(line: str, broken: str, tmp_path: Path) -> None:
    """The control."""
    root = made_root(tmp_path / "root")
    file = root / UNITS / "scorecard-sync.service"
    text = file.read_text("utf-8")
    file.write_text(text.replace(line, broken), "utf-8")
    assert file.read_text("utf-8") != text
    assert verified(root, file.name)


def waits(units: list[Unit]) -> set[tuple[str, str]]:
    return {(each.name, word) for each in units for name in ORDER for word in each.all(name) if word in NETWORK}


def test_nothing_waits_for_a_network_or_for_the_time_from_it() -> None:
    units = ours()
    assert {"scorecard-kiosk.service", "scorecard-config.service"} <= {each.name for each in units}
    assert waits(units) == set()
    late = Unit("late.service", (("Unit", "After", "local-fs.target network-online.target"),))
    assert waits([*units, late]) == {("late.service", "network-online.target")}, "the control"


@pytest.mark.parametrize("name", ALWAYS)
def test_what_must_run_is_started_anew_without_limit_and_watched(name: str) -> None:
    service = named(name)
    for key, value in (
        ("Type", "notify"), ("NotifyAccess", "main"), ("Restart", "always"), ("StartLimitIntervalSec", "0"),
        ("WatchdogSignal", "SIGKILL"),
    ):  # fmt: skip
        assert service.one(key) == value, key
    assert ("Unit", "StartLimitIntervalSec", "0") in service.lines
    assert int(service.one("WatchdogSec") or 0) > 0
    assert service.one("User") not in (None, "root")
    assert service.one("CapabilityBoundingSet") == ""


def test_a_frozen_picture_is_noticed_in_time_to_be_back_within_fifteen_seconds() -> None:
    kiosk = named("scorecard-kiosk.service")
    assert int(kiosk.one("WatchdogSec") or 99) + int(kiosk.one("RestartSec") or 99) <= 8


def test_the_kiosk_has_hardware_and_no_internet_and_sync_the_other_way_round() -> None:
    kiosk, sync = named("scorecard-kiosk.service"), named("scorecard-sync.service")
    assert set(kiosk.all("RestrictAddressFamilies")) == {"AF_UNIX", "AF_NETLINK"}
    assert kiosk.one("IPAddressDeny") == "any"
    assert kiosk.one("DevicePolicy") == sync.one("DevicePolicy") == "closed"
    assert sync.one("PrivateDevices") == "yes"
    assert sync.all("DeviceAllow") == sync.all("SupplementaryGroups") == []
    assert "AF_INET" in sync.all("RestrictAddressFamilies")


def test_each_class_of_devices_is_known_to_the_kernel_before_the_kiosk_starts() -> None:
    classes = {word for word in named("scorecard-kiosk.service").all("DeviceAllow") if word.startswith("char-")}
    brings = {
        "char-drm": "drm", "char-alsa": "snd", "char-ttyUSB": "usbserial", "char-ttyACM": "cdc-acm",
    }  # fmt: skip
    built_in = {"char-input", "char-usb", "char-ttyAMA", "char-gpiochip"}  # Debian's arm64 kernel has these in it
    loaded = (TREE / "usr/lib/modules-load.d/scorecard.conf").read_text("utf-8").splitlines()
    assert classes == brings.keys() | built_in
    assert set(brings.values()) <= set(loaded)


def test_every_role_starts_what_it_needs() -> None:
    roles = {path.stem.removeprefix("scorecard-"): set(unit(path).all("Wants")) for path in APPLIANCE.glob("*.target")}
    picture = {"scorecard-kiosk.service", "scorecard-sync.service"}
    server = {"scorecard-server.service"}
    assert roles == {
        "kiosk": picture, "display": picture, "scorebox": picture, "office": server, "all-in-one": picture | server,
    }  # fmt: skip
    assert named("scorecard-config.service").one("OnFailure") == "scorecard-kiosk.target"


def test_what_starts_is_listed_and_nothing_else_does() -> None:
    lines = (TREE / "usr/lib/systemd/system-preset/10-scorecard.preset").read_text("utf-8").splitlines()
    listed = [line.split() for line in lines if line and not line.startswith("#")]
    assert listed[-1] == ["disable", "*"]
    enabled = {name for verb, name in listed if verb == "enable"}
    for path in APPLIANCE.iterdir():
        installed = bool(path.is_file() and unit(path).all("WantedBy"))
        assert installed == (path.name in enabled), path.name


def test_a_machine_that_hangs_is_reset() -> None:
    settings = unit(TREE / "etc/systemd/system.conf.d/10-scorecard.conf")
    for name, most in (("RuntimeWatchdogSec", 10), ("RebootWatchdogSec", 15), ("KExecWatchdogSec", 15)):
        found = re.fullmatch(r"(\d+)s", settings.one(name) or "")
        assert found, name
        assert 0 < int(found[1]) <= most
    program = Path("/usr/lib/systemd/systemd").read_bytes()
    assert [name for _, name, _ in settings.lines if f"\0{name}\0".encode() not in program] == []
    assert b"\0RuntimeWatchdogsSec\0" not in program, "the control"


def test_the_console_is_shut_and_then_locked() -> None:
    calls = console.RecordingConsole()
    assert console.shut(calls)
    assert calls.asked == [(0x5606, 1), (0x4B45, 4), (0x4B3A, 1), (0x560B, 0)]
    assert calls.opened == 0
    refusing = console.RecordingConsole(refuses=console.KDSKBMODE)
    with pytest.raises(ConsoleError, match="0x4b45"):
        console.shut(refusing)
    assert (console.VT_LOCKSWITCH, 0) in refusing.asked, "one step that is refused keeps no other from being done"
    assert refusing.opened == 0


def test_a_machine_without_a_text_console_has_nothing_to_shut(tmp_path: Path) -> None:
    assert not console.shut(console.SystemConsole(), tmp_path / "tty1")
    assert console.main([str(tmp_path / "tty1")]) == 0
    (tmp_path / "file").touch()
    assert console.main([str(tmp_path / "file")]) == 1


EARLY = [each for each in ours() if each.name.endswith((".path", ".timer"))]


@pytest.mark.parametrize("early", EARLY, ids=lambda each: each.name)
def test_what_the_basic_system_waits_for_waits_for_no_service(early: Unit) -> None:
    """systemd would find a cycle, and leave a job out: services begin after basic.target, which is after these."""
    assert [name for name in early.all("After") if name.endswith(".service")] == []


def test_who_mounts_for_a_unit_with_mounts_of_its_own_does_it_in_the_systems() -> None:
    # systemd gives even a command with full rights (`+`) the unit's own mounts: there a remount would be for nobody.
    mounting = [
        (each.name, value)
        for each in ours()
        for _, name, value in each.lines
        if name.startswith("Exec") and value.startswith("+") and "mount" in value.lstrip("+").split()
    ]
    assert {name for name, _ in mounting} >= {"scorecard-wipe.service"}
    assert [each for each in mounting if not each[1].startswith("+nsenter -t 1 -m mount")] == []


def test_a_system_on_trial_that_is_not_well_or_does_not_answer_starts_anew() -> None:
    trial = named("scorecard-trial.service")
    assert trial.one("ConditionKernelCommandLine") == "scorecard.stands=trying"
    assert trial.one("FailureAction") == "reboot"
    assert trial.one("JobTimeoutAction") == "reboot-force"
    assert "scorecard.stands=${scb_stands}" in (APPLIANCE.parents[1] / "image/boot.cmd").read_text("utf-8")
    assert trial.all("WantedBy") == ["multi-user.target"]


def test_what_each_role_starts_is_what_a_trial_looks_at() -> None:
    roles = {path.name: tuple(unit(path).all("Wants")) for path in APPLIANCE.glob("*.target")}
    assert {name: set(parts) for name, parts in PARTS.items()} == {name: set(parts) for name, parts in roles.items()}


def test_updates_are_looked_for_by_the_clock_and_only_where_there_is_something_to_do() -> None:
    """A timer that counts from the last run stands still once a condition kept that from being one."""
    timer, update = named("scorecard-update.timer"), named("scorecard-update.service")
    assert timer.one("OnCalendar") == "*:0/10"
    assert timer.one("OnUnitActiveSec") is None
    places = Places()
    due = (f"{places.runtime}/restart", f"{places.fetched}/{NOTE}", f"{places.own}/{BUNDLE}")
    assert set(update.all("ConditionPathExists")) == {f"|!{places.runtime}/told", *(f"|{each}" for each in due)}
    assert update.all("ReadWritePaths") == ["-/var/lib/scorecard"], "a bundle is renamed within one mount"
    assert named("scorecard-update.path").one("PathModified") == str(places.word)
    assert str(places.word) in " ".join(named("scorecard-kiosk.service").all("ReadWritePaths"))


def test_the_records_stay_mounted_whatever_udev_thinks_of_their_device() -> None:
    options = named("var-lib-scorecard.mount").one("Options") or ""
    assert "x-systemd.device-bound=no" in options.split(",")


def test_whoever_mounts_a_stick_may_open_it() -> None:
    """A unit's devices are those of whoever begins it, root among them."""
    mounts = re.compile(r"^ExecStartPre=.*/(mount-copy|stick|diagnosis) ", re.MULTILINE)
    mounting = [each for each in SERVICES if mounts.search(each.read_text("utf-8"))]
    assert len(mounting) == 4
    for path in mounting:
        assert ("Service", "DeviceAllow", "block-sd rw") in unit(path).lines, path.name
    assert "sd_mod" in (TREE / "usr/lib/modules-load.d/scorecard.conf").read_text("utf-8").splitlines()
