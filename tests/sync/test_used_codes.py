"""The pairing codes of a kiosk.toml: found, and marked as used without another byte changed."""

import pytest

from sync.config import parse_kiosk
from sync.used_codes import codes_in, without_codes
from tests.sync.test_config import GOOD
from tests.sync.test_config_box import ALL_IN_ONE, CODE

GIVEN = GOOD.replace("[server]\n", f'[server]\ncode = "{CODE}"  # from the console\n')
CENTRE = ALL_IN_ONE + f'[serve.upstream]\nurl = "https://centre.go.th:8443"\ncode = "{CODE}"\n'
WAYS = {
    "a section": GIVEN,
    "windows": "\ufeff" + GIVEN.replace("\n", "\r\n"),
    "a remark above": f"# {CODE} was the old one\n{GIVEN}",
    "single quotes": GIVEN.replace(f'"{CODE}"', f"'{CODE}'"),
    "no dashes": GIVEN.replace(CODE, CODE.replace("-", "").lower()),
    "one line": f'server = {{ url = "https://x:8443", code = "{CODE}" }}\n' + GOOD[: GOOD.index("[server]")],
    "the centre's": CENTRE,
}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_a_code_is_marked_in_place(text: str) -> None:
    content = text.encode()
    (code,) = codes_in(content)
    wiped = without_codes(content)
    assert wiped == content[: code.start] + b"used" + content[code.end :]
    assert content[code.start : code.end].decode() == code.text
    assert codes_in(wiped) == ()
    config = parse_kiosk(wiped)
    assert config.server.code is None
    assert config.serve.upstream is None or config.serve.upstream.code is None


PIN = "482915"
WITH_PIN = GOOD + f'[service]\npin = "{PIN}"\n'


@pytest.mark.parametrize("text", [WITH_PIN, WITH_PIN.replace(f'"{PIN}"', f"'{PIN}'  # {PIN}"), f"# {PIN}\n{WITH_PIN}"])
def test_a_pin_is_marked_in_place(text: str) -> None:
    content = text.encode()
    (pin,) = codes_in(content)
    assert (pin.path, pin.text) == (("service", "pin"), PIN)
    wiped = without_codes(content)
    assert wiped == content[: pin.start] + b"used" + content[pin.end :]
    assert (codes_in(wiped), parse_kiosk(wiped).service.pin) == ((), None)
    assert parse_kiosk(content).service.pin == PIN


def test_only_what_was_used_is_marked() -> None:
    other = CODE.replace("7K3Q", "9T2X")
    both = (GIVEN + f'[serve.upstream]\nurl = "https://x"\ncode = "{other}"\n').encode()
    assert [code.text for code in codes_in(both)] == [CODE, other]
    one = without_codes(both, lambda code: code.path == ("server", "code"))
    assert [code.text for code in codes_in(one)] == [other]
    assert len(one) == len(both) - len(CODE) + len("used")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        GOOD.encode(),
        GIVEN.replace(CODE, "used").encode(),
        GIVEN.replace(CODE, "7K3Q").encode(),
        b"\xff\xfe",
        b"[[",
    ],
    ids=["empty", "none", "used", "mistyped", "no text", "no TOML"],
)
def test_a_file_without_a_code_stays_as_it_is(content: bytes) -> None:
    assert without_codes(content) == content


def test_control_a_search_for_the_code_would_mark_a_remark() -> None:
    content = WAYS["a remark above"].encode()
    assert content.replace(CODE.encode(), b"used", 1) != without_codes(content)
