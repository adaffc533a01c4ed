"""What a box makes of a good kiosk.toml."""

import subprocess
import tomllib
from pathlib import Path

import pytest

from hardware.usb_allowed import rule_of
from kiosk.box.plan import Places
from server.config import parse_server
from sync.config import parse_kiosk
from sync.toml_text import toml_text
from tests.kiosk.box.boxes import FILES, KIOSK, Box
from tests.sync.test_config_box import BOX, CODE, KEY
from tests.systemd.test_rules import WHY_NOT, rules
from tests.systemd.units import APPLIANCE, made_root, unit, verified

CENTRE = f'[serve.upstream]\nurl = "https://centre:8443"\ncode = "{CODE}"\n'
SERVE = '[serve]\npages = 8090\npublic_url = "http://192.168.1.10:8090"\n' + CENTRE
UNITS = "/run/systemd/system"


def started(box: Box) -> set[str]:
    """Every unit that was started."""
    begun = [line.removeprefix("systemctl --no-block start ") for line in box.ran if "--no-block start " in line]
    return {unit for line in begun for unit in line.split()}


@pytest.mark.parametrize("role", FILES)
def test_each_role_starts_its_target_and_nothing_is_waited_for(tmp_path: Path, role: str) -> None:
    box = Box(tmp_path, FILES[role])
    box.start()
    assert started(box) == {f"scorecard-{role}.target", "scorecard-machine.service"}
    assert all("--no-block" in line or line == "systemctl daemon-reload" for line in box.ran)
    assert box.read("/run/scorecard/nftables.d/10-box.nft") == (
        "add element inet scorecard listening { 8443, 8080, 8444 }\n" if role in ("office", "all-in-one") else ""
    ) + ("add element inet scorecard printers { 127.0.0.1 . 9100 }\n" if role in ("kiosk", "all-in-one") else "")


def test_kiosk_and_sync_get_absolute_paths_and_none_of_the_boxs_secrets(tmp_path: Path) -> None:
    more = 'calendar = "calendar.toml"\nticket = "/opt/t.toml"\nrole = "kiosk"\n'
    box = Box(tmp_path, more + KIOSK.replace("[server]", f'[server]\ncode = "{CODE}"') + BOX)
    box.start()
    text = box.read("/run/scorecard/kiosk.toml")
    config = parse_kiosk(text)
    assert (config.data, config.catalogue) == ("/var/lib/scorecard/kiosk", "/boot/firmware/catalogue.toml")
    assert (config.calendar, config.ticket) == ("/boot/firmware/calendar.toml", "/opt/t.toml")
    assert (config.server.code, config.office["th"]) == (CODE, "เทศบาล")
    files = {str(path.relative_to(tmp_path)): path for path in (tmp_path / "run").rglob("*") if path.is_file()}
    holding = [name for name, path in files.items() if "correct horse" in path.read_text("utf-8")]
    assert holding == ["run/scorecard/iwd/=4f666669636520e0b8aae0b8b3e0b899e0b8b1e0b881e0b887e0b8b2e0b899.psk"]
    assert files[holding[0]].stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "run/scorecard/kiosk.toml").stat().st_mode & 0o777 == 0o640
    assert box.owned["/run/scorecard/kiosk.toml"] == "root:scorecard"
    assert started(box) >= {"iwd.service", "ssh.service"}


def test_the_last_good_copy_has_no_code_and_is_not_open_to_others(tmp_path: Path) -> None:
    text = KIOSK.replace("[server]", f'[server]\ncode = "{CODE}" # of Monday') + BOX
    box = Box(tmp_path, text)
    box.start()
    kept = box.at("/var/lib/scorecard/system/kiosk.toml.good")
    assert kept.read_text("utf-8") == text.replace(CODE, "used")
    assert kept.stat().st_mode & 0o077 == 0


def test_without_the_data_partition_nothing_is_written_in_its_place(tmp_path: Path) -> None:
    box = Box(tmp_path, KIOSK, data=False)
    assert box.start().keep is not None
    assert not box.at("/var").exists()
    assert box.as_the_kiosk_sees_it().config is not None


def test_the_network_is_as_the_file_says(tmp_path: Path) -> None:
    box = Box(tmp_path, KIOSK + BOX)
    box.start()
    wired = box.read("/run/systemd/network/70-wired.network").split("\n")
    assert {"Address=192.168.1.20/24", "Gateway=192.168.1.1", "DNS=192.168.1.1", "DNS=9.9.9.9"} <= set(wired)
    assert "DHCP=ipv4" not in wired
    wireless = box.read("/run/systemd/network/71-wireless.network")
    assert "Hostname=kiosk-2\n" in wireless
    assert "UseDNS=no\n" in wireless
    assert box.read("/run/scorecard/iwd/main.conf") == "[General]\nCountry=TH\n"
    assert box.read("/run/scorecard/ssh/authorized_keys") == KEY + "\n"
    assert box.read("/run/scorecard/nftables.d/10-box.nft").startswith("add element inet scorecard listening { 22 }\n")
    assert box.read("/run/scorecard/usb-allow") == "04b8:0e15\n0eef:0001@1-1.2\n"
    assert started(box) >= {"ssh.service"}
    box.ran.clear()
    box.put(KIOSK)
    box.start()
    assert not started(box) & {"ssh.service", "iwd.service"}, "nothing of an earlier file stays"
    left = {path.name for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert left == {
        "kiosk.toml",
        "70-wired.network",
        "10-box.nft",
        "usb-allow",
        "printer.conf",
        "scorecard-machine.service",
    }


@pytest.mark.parametrize(("ssid", "name"), [("Office 2", "Office 2.psk"), ("a.b", "=612e62.psk"), ("ก", "=e0b881.psk")])
def test_iwds_file_is_named_as_iwd_wants_it(tmp_path: Path, ssid: str, name: str) -> None:
    box = Box(tmp_path, KIOSK + f'[network.wifi]\nssid = "{ssid}"\npassphrase = " a\\\\b longer"\n')
    box.start()
    assert box.read(f"/run/scorecard/iwd/{name}") == "[Security]\nPassphrase=\\sa\\\\b longer\n"


def test_time_servers_brightness_and_zone(tmp_path: Path) -> None:
    more = '[clock]\nservers = ["time.go.th", "192.168.1.1"]\n'
    text = KIOSK.replace("height_mm = 194", "height_mm = 194\nbrightness = 40").replace(
        "languages", 'time_zone = "Asia/Yangon"\nlanguages', 1
    )
    box = Box(tmp_path, text + more)
    box.start()
    assert box.read("/run/systemd/timesyncd.conf.d/20-scorecard.conf") == "[Time]\nNTP=time.go.th 192.168.1.1\n"
    unit = box.read(f"{UNITS}/scorecard-machine.service")
    assert "ln -sfn /usr/share/zoneinfo/Asia/Yangon /etc/localtime" in unit
    assert "* 40 / 100" in unit


def test_a_clock_chip_is_named_to_the_unit_that_tells_the_kernel_and_is_read_before_the_kiosk(tmp_path: Path) -> None:
    box = Box(tmp_path, KIOSK + '[clock]\nchip = "pcf8563"\n')
    box.start()
    assert box.read("/run/scorecard/clock-chip") == "pcf8563 0x51\n"
    assert started(box) >= {"scorecard-chip.service", "scorecard-chip-set.path", "scorecard-kiosk.target"}
    told = unit(APPLIANCE / "scorecard-chip.service")
    before = {"scorecard-kiosk.service", "scorecard-server.service", "systemd-timesyncd.service"}
    assert before <= set(told.all("Before")), "timesyncd would put the clock forward to what it kept"
    assert told.one("RemainAfterExit") == "yes", "once in each start"
    assert int(told.one("TimeoutStartSec") or 99) <= 20, "the first picture waits for it"
    box.put(KIOSK)
    box.start()
    assert not box.at("/run/scorecard/clock-chip").exists()
    assert "scorecard-chip.service" not in box.ran[-4]


def test_the_units_that_are_made_are_valid(tmp_path: Path) -> None:
    box = Box(tmp_path / "box", KIOSK.replace("height_mm = 194", "height_mm = 194\nbrightness = 40") + BOX)
    box.start()
    root = made_root(tmp_path / "root")
    target = root / "usr/lib/systemd/system"
    for path in box.at(UNITS).rglob("*"):
        if path.is_file() and path.parent.name != "iwd.service.d" and path.parent.name != "ssh.service.d":
            own = target / path.relative_to(box.at(UNITS))
            own.parent.mkdir(exist_ok=True)
            own.write_bytes(path.read_bytes())
    for name in ("scorecard-machine.service", "scorecard-kiosk.service"):
        assert not verified(root, name)
    broken = target / "scorecard-machine.service"
    broken.write_text(broken.read_text().replace("Type=oneshot", "Type=onceshot"))
    assert verified(root, "scorecard-machine.service"), "the control"


def test_the_offices_server_is_open_to_its_network_and_knows_its_centre(tmp_path: Path) -> None:
    box = Box(tmp_path, FILES["office"] + SERVE)
    box.start()
    config = parse_server(box.read("/run/scorecard/server.toml"))
    assert (config.data, config.name, config.time_zone) == (
        "/var/lib/scorecard/server",
        {"th": "เทศบาล"},
        "Asia/Bangkok",
    )
    assert [(each.host, each.port) for each in (config.exchange, config.pages, config.console)] == [
        ("0.0.0.0", 8443),
        ("0.0.0.0", 8090),
        ("0.0.0.0", 8444),
    ]
    assert config.public_url == "http://192.168.1.10:8090"
    assert config.upstream is not None
    assert (config.upstream.url, config.upstream.code, config.upstream.place) == (
        "https://centre:8443",
        CODE,
        "Server room",
    )
    assert box.owned["/run/scorecard/server.toml"] == "root:scorecard-server"
    assert not box.at("/run/scorecard/kiosk.toml").exists()


def test_all_in_one_is_a_kiosk_of_the_server_beside_it(tmp_path: Path) -> None:
    box = Box(tmp_path, FILES["all-in-one"] + SERVE)
    box.start()
    config = parse_kiosk(box.read("/run/scorecard/kiosk.toml"))
    assert (config.role, config.server.url, config.server.code) == ("kiosk", "https://127.0.0.1:8443", None)
    assert config.server.public_url == "http://192.168.1.10:8090"
    assert parse_server(box.read("/run/scorecard/server.toml")).exchange.port == 8443
    pair = box.read(f"{UNITS}/scorecard-sync.service.d/pair.conf")
    assert "ExecStartPre=+/opt/scorecard/bin/python -I -m kiosk.box pair --run /run/scorecard" in pair
    box.put(KIOSK)
    box.start()
    assert not box.at(f"{UNITS}/scorecard-sync.service.d/pair.conf").exists()


@pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))
def test_the_firewall_takes_what_is_dropped_in(tmp_path: Path) -> None:
    box = Box(tmp_path / "box", FILES["all-in-one"] + BOX)
    box.start()
    made = box.read("/run/scorecard/nftables.d/10-box.nft")
    assert "listening { 8443, 8080, 8444, 22 }" in made
    (tmp_path / "good").mkdir()
    (tmp_path / "bad").mkdir()
    good, bad = rules(tmp_path / "good", made), rules(tmp_path / "bad", made.replace("printers", "printer"))
    taken = [
        subprocess.run(["unshare", "--net", "nft", "--check", "--file", file], check=False) for file in (good, bad)
    ]
    assert [done.returncode == 0 for done in taken] == [True, False]


def test_the_gate_of_usb_takes_what_kiosk_toml_adds(tmp_path: Path) -> None:
    box = Box(tmp_path, KIOSK + BOX)
    box.start()
    found = [rule_of(line) for line in box.read("/run/scorecard/usb-allow").splitlines()]
    assert [(rule.vendor, rule.product, rule.port) for rule in found] == [(0x04B8, 0x0E15, None), (0x0EEF, 1, "1-1.2")]


def test_a_stick_for_the_copy_is_let_in_and_records_come_from_it_before_the_screen(tmp_path: Path) -> None:
    box = Box(tmp_path, KIOSK + '[usb]\ncopy = "0781:5583"\n')
    box.start()
    assert box.read("/run/scorecard/usb-allow") == "copy=0781:5583\n"
    assert (started(box) & {"scorecard-restore.service"}, box.at("/run/scorecard/restore").exists()) == (set(), False)
    box.put(KIOSK + '[usb]\ncopy = "0781:5583"\nrestore = true\n')
    box.ran.clear()
    box.start()
    units = next(each for each in box.ran if "scorecard-kiosk.target" in each)
    assert units.index("scorecard-restore.service") < units.index("scorecard-kiosk.target")
    assert box.at("/run/scorecard/restore").exists()
    box.put(KIOSK)
    box.start()
    assert not box.at("/run/scorecard/restore").exists()


def test_what_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    box = Box(tmp_path, KIOSK)
    box.at("/run/systemd").mkdir(parents=True)
    box.at("/run/systemd/network").write_text("in the way")
    box.start()
    assert any("70-wired.network cannot be written" in line for line in box.said)
    assert "scorecard-kiosk.target" in started(box)
    assert box.as_the_kiosk_sees_it().config is not None


def test_toml_that_is_written_is_read_as_the_same() -> None:
    values = {
        "a": 'q"\\\n\t\x01 ก ☎\u200b',
        "b": True,
        "c": [1, 2],
        "odd key": [],
        "s": {"x": "", "t": {"y": 1}},
        "l": [{"z": 1}, {"z": 2, "deep": {"w": "v"}}],
    }
    assert tomllib.loads(toml_text(values)) == values


def test_the_places_are_those_of_the_card() -> None:
    assert Places() == Places("/boot/firmware", "/run/scorecard", "/var/lib/scorecard")
