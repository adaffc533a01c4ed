"""kiosk.toml's sections for the appliance, and what each role has."""

import pytest

from sync.box_words import is_ssh_key
from sync.config import Network, Screen, Serve, Ssh, Upstream, Usb, Wifi, parse_kiosk
from sync.errors import ConfigError
from tests.sync.test_config import DISPLAY, GOOD, mistake

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f anna@laptop"
"""A public key of 32 counted bytes: nobody has its secret."""
CODE = "7K3Q-F0ZM-9T2X-BW4H-7K3Q-F0ZM-9T"
BOX = f"""\
[network]
hostname = "kiosk-2"
address = "192.168.1.20/24"
gateway = "192.168.1.1"
dns = ["192.168.1.1", "9.9.9.9"]
[network.wifi]
ssid = "Office สำนักงาน"
passphrase = "correct horse"
[usb]
allow = ["04b8:0e15", "0eef:0001@1-1.2"]
[ssh]
key = "{KEY}"
"""
SCOREBOX = """\
role = "scorebox"
place = "Counter 3"
pins = "mock"
languages = ["th", "en"]
[office]
th = "เทศบาล"
en = "City"
[screen]
width_mm = 155
height_mm = 86
[[counters]]
counter = 3
levels = [5, 6, 13, 19, 26]
[server]
url = "https://192.168.1.10:8443"
"""
OFFICE = 'role = "office"\nplace = "Server room"\n[office]\nth = "เทศบาล"\n'
ALL_IN_ONE = GOOD[: GOOD.index("[server]")].replace("place", 'role = "all-in-one"\nplace', 1)


def test_the_sections_of_the_appliance_are_read_in_every_role() -> None:
    for text in (GOOD, DISPLAY, SCOREBOX, OFFICE, ALL_IN_ONE):
        config = parse_kiosk(text + BOX)
        assert config.network == Network(
            "kiosk-2",
            "192.168.1.20/24",
            "192.168.1.1",
            ("192.168.1.1", "9.9.9.9"),
            Wifi("Office สำนักงาน", "correct horse", "TH"),
        )
        assert (config.usb, config.ssh) == (Usb(("04b8:0e15", "0eef:0001@1-1.2")), Ssh(KEY))
        plain = parse_kiosk(text)
        assert (plain.network, plain.usb, plain.ssh, plain.serve) == (Network(), Usb(), Ssh(), Serve())
        assert (plain.network.address, plain.network.wifi, plain.data) == ("dhcp", None, config.data)
    config = parse_kiosk(GOOD.replace("height_mm = 194", "height_mm = 194\nbrightness = 60") + CLOCK)
    assert (config.screen.brightness, config.clock.servers) == (60, ("time.example.go.th", "192.168.1.1"))


CLOCK = '[clock]\nservers = ["time.example.go.th", "192.168.1.1"]\n'


def test_a_score_box_has_counters_and_screen_and_nothing_to_print() -> None:
    config = parse_kiosk(SCOREBOX)
    assert (config.role, [each.counter for each in config.counters], config.data) == ("scorebox", [3], "data")
    assert (config.printer, config.catalogue, config.screen.width_mm) == ("", "", 155)
    assert parse_kiosk(SCOREBOX[: SCOREBOX.index("[server]")]).server.url is None, "it may stand alone"
    without = SCOREBOX[: SCOREBOX.index("[[counters]]")]
    assert mistake(without)[0] == "missing key `counters` at the top of the file"
    assert mistake("counters = []\n" + without)[0] == "`counters` has 0 values"
    assert mistake(SCOREBOX + 'public_url = "http://x"\n')[0] == "a score box has no `public_url` under [server]"


def test_an_office_needs_a_name_and_little_else_and_all_in_one_is_a_kiosk_with_its_own_server() -> None:
    config = parse_kiosk(OFFICE)
    assert (config.role, config.office, config.time_zone) == ("office", {"th": "เทศบาล"}, "Asia/Bangkok")
    assert (config.screen, config.languages, config.counters) == (Screen(0, 0, True, 1280, 720), (), ())
    assert mistake(OFFICE.replace('th = "เทศบาล"\n', ""))[0] == "the office has no name"
    centre = f'[serve]\npages = 80\n[serve.upstream]\nurl = "https://centre.go.th:8443/"\ncode = "{CODE}"\n'
    assert mistake(OFFICE + centre)[0] == "`pages` in [serve] = 80 is out of range"
    serve = parse_kiosk(ALL_IN_ONE + centre.replace("80", "8000")).serve
    assert (serve.pages, serve.upstream) == (8000, Upstream("https://centre.go.th:8443", CODE))
    assert parse_kiosk(ALL_IN_ONE).counters == parse_kiosk(GOOD).counters


USELESS = [
    (GOOD, "[serve]\n", "a kiosk has no `serve`",
     'Take it out of this file, or write role = "office" or "all-in-one".'),
    (DISPLAY, "[serve]\n", "a display has no `serve`", None),
    (OFFICE, "[screen]\n", "an office's server has no `screen`", None),
    (OFFICE, '[server]\nurl = "https://x"\n', "an office's server has no `server`", None),
    (ALL_IN_ONE, '[server]\nurl = "https://x"\n', "a machine that is all in one has no `server`", None),
    (SCOREBOX, '[voice]\nquiet = []\n', "a score box has no `voice`", None),
    (DISPLAY, '[service]\npin = "482915"\n', "a display has no `service`", None),
    (OFFICE, '[service]\npin = "482915"\n', "an office's server has no `service`", None),
    (SCOREBOX.replace("place", 'printer = "file:///x"\nplace', 1), "", "a score box has no `printer`", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "more", "message", "hint"), USELESS)
def test_what_does_nothing_in_a_role_is_told(text: str, more: str, message: str, hint: str | None) -> None:
    found = mistake(text + more)
    assert found[0] == message
    assert found[1]
    assert found[2] == hint or (hint is None and found[2])


WRONG = [
    ("hostname", '"kiosk-2"', '"Kiosk 2"', '`hostname` in [network]: "Kiosk 2" is no name of a machine', 2),
    ("no network", '"192.168.1.20/24"', '"192.168.1.20"',
     '`address` in [network]: "192.168.1.20" does not say which network it is in', 3),
    ("no address", '"192.168.1.20/24"', '"192.168.1.320/24"',
     '`address` in [network]: "192.168.1.320/24" is no address', 3),
    ("another machine's", '"192.168.1.20/24"', '"192.168.1.1/24"', "the gateway is this machine itself", 4),
    ("of the whole network", '"192.168.1.20/24"', '"192.168.1.255/24"',
     '`address` in [network]: "192.168.1.255/24" is the address of the whole network', 3),
    ("a whole continent", '"192.168.1.20/24"', '"192.168.1.20/4"',
     '`address` in [network]: "192.168.1.20/4": a network of /4 is none of an office', 3),
    ("gateway elsewhere", 'gateway = "192.168.1.1"', 'gateway = "192.168.2.1"',
     "the gateway 192.168.2.1 is not in the network of 192.168.1.20/24", 4),
    ("gateway with dhcp", '"192.168.1.20/24"', '"dhcp"',
     "with DHCP the office's network says which gateway there is", 4),
    ("dns by name", '"9.9.9.9"', '"dns.example"',
     '`dns` in [network], item 2: "dns.example" is no address of a machine', 5),
    ("a long network", '"Office สำนักงาน"', '"Office of สำนักงาน"',
     "`ssid` in [network.wifi]: this is no name of a wireless network", 7),
    ("a short passphrase", '"correct horse"', '"horse"',
     "`passphrase` in [network.wifi]: this passphrase of 5 characters is none of WPA", 8),
    ("a passphrase of digits", '"correct horse"', '12345678', "`passphrase` in [network.wifi] has to be text", 8),
    ("a Thai passphrase", '"correct horse"', '"ม้าที่ถูกต้อง"',
     "`passphrase` in [network.wifi]: this passphrase of 13 characters is none of WPA", 8),
    ("a country", '"correct horse"', '"correct horse"\ncountry = "Thai"',
     '`country` in [network.wifi]: "Thai" is no country', 9),
    ("a device", '"04b8:0e15"', '"04B8:0E15"', '`allow` in [usb], item 1: "04B8:0E15" is no USB device', 10),
    ("a port", "@1-1.2", "@usb1", '`allow` in [usb], item 2: "0eef:0001@usb1" is no USB device', 10),
    ("a device twice", '"04b8:0e15", ', '"0eef:0001@1-1.2", ', "`allow` in [usb] has '0eef:0001@1-1.2' twice", 10),
    ("half a key", "HR4f anna", " anna", "`key` in [ssh]: this public key is cut off or mistyped", 12),
    ("no key", "ssh-ed25519 AAAA", "ssh-dss AAAA", "`key` in [ssh]: this is no public key of SSH", 12),
    ("misspelt", "gateway", "gatewey", "unknown key `gatewey` in [network]", 4),
    ("passphrase in the wrong place", '[network.wifi]\nssid = "Office สำนักงาน"\n', "",
     "unknown key `passphrase` in [network]", 6),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message", "line"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG])
def test_each_mistake_is_told_with_its_line(old: str, new: str, message: str, line: int) -> None:
    assert BOX.count(old) == 1
    found, at, hint = mistake(GOOD + BOX.replace(old, new))
    assert (found, at) == (message, GOOD.count("\n") + line)
    assert hint
    assert not [secret for secret in ("horse", "1234") if secret in found + hint], "a passphrase is never repeated"


@pytest.mark.parametrize("value", ["482915", '"48291"', '"4829156"', '"48291a"', '"111111"', '"987654"', '""'])
def test_what_is_no_pin_is_told_with_its_line_and_not_repeated(value: str) -> None:
    found, line, hint = mistake(f"{GOOD}[service]\npin = {value}\n")
    assert "pin" in found
    assert line == GOOD.count("\n") + 2
    assert hint
    assert not [part for part in ("4829", "987") if part in found + hint]


def test_a_secret_key_is_known_for_what_it_is() -> None:
    assert is_ssh_key(KEY) is None
    refused = is_ssh_key("-----BEGIN OPENSSH PRIVATE KEY-----")
    assert refused is not None
    assert refused[0] == "this is the secret key"


def test_two_of_the_servers_ports_cannot_be_one() -> None:
    message, line, hint = mistake(OFFICE + "[serve]\nexchange = 8444\n")
    assert (message, line) == ("`exchange` and `console` have the same port 8444", 5)
    assert hint


def test_a_code_that_was_used_is_none() -> None:
    given = GOOD.replace("[server]\n", f'[server]\ncode = "{CODE}"\n')
    assert parse_kiosk(given).server.code == CODE
    assert parse_kiosk(given.replace(CODE, "used")) == parse_kiosk(GOOD)
    alone = GOOD.replace('url = "https://192.168.1.10:8443"\n', 'code = "used"\n')
    assert parse_kiosk(alone).server.url is None
    with pytest.raises(ConfigError, match="has 4 characters"):
        parse_kiosk(given.replace(CODE, "XXXX"))


def test_records_come_from_a_stick_that_is_named() -> None:
    text = GOOD + '[usb]\ncopy = "0781:5583"\nrestore = true\n'
    assert parse_kiosk(text).usb == Usb((), "0781:5583", restore=True)
    with pytest.raises(ConfigError, match="no stick is named"):
        parse_kiosk(GOOD + "[usb]\nrestore = true\n")
    with pytest.raises(ConfigError, match="no USB device"):
        parse_kiosk(GOOD + '[usb]\ncopy = "a stick"\n')
