"""A broken kiosk.toml never stops a box: ten kinds and more, each told with its line on the kiosk's own screen."""

from pathlib import Path

import pytest

from kiosk.box.source import judge
from tests.kiosk.box.boxes import FILES, KIOSK, Box
from tests.sync.test_config_box import BOX

UTF8 = "Save the file again as plain text in UTF-8."
NEW = "Take kiosk.toml from another card, or write one anew with image/configure."
LINE = KIOSK.split("\n")


def without(old: str, new: str) -> str:
    assert KIOSK.count(old) == 1
    return KIOSK.replace(old, new)


BROKEN: dict[str, tuple[str | bytes | None, str, int | None, str]] = {
    "missing": (None, "there is no kiosk.toml on the card that can be read", None, NEW),
    "empty": ("", "kiosk.toml is empty", 1, NEW),
    "spaces": (" \r\n\r\n", "kiosk.toml is empty", 1, NEW),
    "UTF-16": (KIOSK.encode("utf-16"), "the file is in UTF-16, not in UTF-8", 1, UTF8),
    "binary garbage": (bytes(range(1, 256)) * 4, "byte 0x80 is not UTF-8", 2, UTF8),
    "zeros": (bytes(4096), "there is a NUL character in the file", 1, UTF8),
    "key twice": (without('pins = "mock"', 'pins = "mock"\npins = "mock"'),
                  "`pins` stands twice: on line 3 and here", 4, "Keep one of them."),
    "unknown key": (without("languages", "langages"), "unknown key `langages` at the top of the file", 4,
                    "Did you mean `languages`?"),
    "wrong type": (without("width_mm = 345", 'width_mm = "345"'),
                   '`width_mm` in [screen] has to be a whole number, not the text "345"', 9,
                   "Write the number without quotes."),
    "bad address": (KIOSK + '[network]\naddress = "192.168.1.20/33"\n',
                    '`address` in [network]: "192.168.1.20/33" is no address', 19,
                    'Write "dhcp", or the address with its network: "192.168.1.20/24".'),
    "impossible pins": (without("[5, 6, 13, 19, 26]", "[5, 6, 13, 19, 62]"),
                        "`levels` in [counters], item 5 = 62 is out of range", 13,
                        "Write a whole number from 0 to 27 (BCM numbers of the Pi's header)."),
    "pins twice": (without("lamp = 21", "lamp = 26"),
                   "pin 26 is both the button of level 5 of counter 1 and the lamp of counter 1", 14,
                   "Every pin has one use: choose another for one of them."),
    "cut in the middle": (KIOSK.encode()[: KIOSK.encode().index("ศบาล".encode()) + 1],
                          "byte 0xE0 is not UTF-8", 6, UTF8),
    "cut between letters": (KIOSK[: KIOSK.index('City"') + 3], "this line is not TOML: Unterminated string", 7,
                            'Each line is  key = value ; text is in quotes "…"; a list in [ ]. '
                            "Compare it with the example file."),
    "5 MB": (KIOSK + "# " + "x" * 5_000_000, "the file is too large to be a configuration", None, "At most 256 KiB."),
    "records elsewhere": ('data = "data"\n' + KIOSK, "on the appliance nobody chooses where the records lie", 1,
                          "Take `data` out: the box keeps its records on a partition of their own."),
    "printer by name": (without("tcp://127.0.0.1:9100", "tcp://printer.local:9100"),
                        'the kiosk asks nobody where "printer.local" is', 2,
                        'Write the printer\'s number: printer = "tcp://192.168.1.20:9100".'),
    "no such letter": (without("City", "City ☎"), "no typeface of the kiosk has ☎ (BLACK TELEPHONE)", 7,
                       "Write it in words, or with other letters."),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message", "line", "hint"), BROKEN.values(), ids=BROKEN)
def test_without_a_good_copy_the_box_is_a_kiosk_whose_screen_tells_the_line(
    tmp_path: Path, text: str | bytes | None, message: str, line: int | None, hint: str
) -> None:
    box = Box(tmp_path, text)
    assert box.start().role == "kiosk"
    assert "systemctl --no-block start scorecard-kiosk.target" in box.ran
    shown = box.as_the_kiosk_sees_it()
    assert shown.config is None
    assert shown.problem is not None
    assert (str(shown.problem), shown.problem.line, shown.problem.hint) == (message, line, hint)
    assert "DHCP=ipv4" in box.read("/run/systemd/network/70-wired.network")
    assert not box.at("/var/lib/scorecard/system/kiosk.toml.good").exists(), "nothing broken is ever kept"


@pytest.mark.parametrize(("text", "message", "line", "hint"), BROKEN.values(), ids=BROKEN)
def test_with_a_good_copy_the_box_goes_on_and_its_screen_tells_the_line(
    tmp_path: Path, text: str | bytes | None, message: str, line: int | None, hint: str
) -> None:
    box = Box(tmp_path, KIOSK + BOX)
    good = box.start()
    made = box.read("/run/scorecard/kiosk.toml")
    box.put(text)
    again = box.start()
    assert (again.role, again.keep) == (good.role, None)
    assert box.read("/run/scorecard/kiosk.toml") == made
    assert "192.168.1.20/24" in box.read("/run/systemd/network/70-wired.network")
    shown = box.as_the_kiosk_sees_it()
    assert shown.config is not None
    assert shown.problem is not None
    assert (str(shown.problem), shown.problem.line, shown.problem.hint) == (message, line, hint)
    box.put(KIOSK)
    box.start()
    assert box.as_the_kiosk_sees_it().problem is None, "mended, nothing is told any more"


@pytest.mark.parametrize("role", FILES)
def test_control_a_good_file_of_each_role_is_taken_as_it_is(tmp_path: Path, role: str) -> None:
    box = Box(tmp_path, FILES[role])
    assert box.start().role == role
    assert not box.at("/run/scorecard/problem.json").exists()
    assert box.said == [f"this box is: {role}"]


def test_a_display_whose_file_is_broken_stays_a_display(tmp_path: Path) -> None:
    box = Box(tmp_path, FILES["display"])
    box.start()
    box.put("x")
    assert box.start().role == "display"


def test_a_card_that_cannot_be_read_is_told_as_such() -> None:
    source = judge({}, "Input/output error", None)
    assert str(source.problem) == "there is no kiosk.toml on the card that can be read: Input/output error"
    assert source.role == "kiosk"


MAIL = '[mail]\nhost = "mail.go.th"\nfrom = "a@go.th"\nto = ["b@go.th"]\n'
SERVED = FILES["office"] + '[serve]\nsettings = "server.toml"\n'


def test_an_offices_server_takes_further_sections_from_a_file_beside_it(tmp_path: Path) -> None:
    box = Box(tmp_path, SERVED)
    box.put("\ufeff" + MAIL.replace("\n", "\r\n"), "server.toml")
    assert box.start().role == "office"
    assert box.read("/run/scorecard/server.toml").endswith("\n" + MAIL)


@pytest.mark.parametrize(("name", "text", "message"), [
    ("server.toml", None, "there is no server.toml on the card"),
    ("server.toml", 'data = "/x"\n', "`data` stands in server.toml"),
    ("server.toml", '[listen]\npages = "0.0.0.0:1"\n', "`listen` stands in server.toml"),
    ("server.toml", "judges = 2\n", "`judges` in server.toml is no section"),
    ("server.toml", "[mail\n",
     "server.toml: line 1: this line is not TOML: Expected ']' at the end of a table declaration"),
    ("../etc/shadow", None, '"../etc/shadow" is no file beside kiosk.toml'),
])  # fmt: skip
def test_what_is_wrong_with_that_file_is_told(tmp_path: Path, name: str, text: str | None, message: str) -> None:
    box = Box(tmp_path, SERVED.replace("server.toml", name))
    box.put(text, "server.toml")
    box.start()
    problem = box.as_the_kiosk_sees_it().problem
    assert problem is not None
    assert (str(problem), problem.line) == (message, 6)
