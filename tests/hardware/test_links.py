"""The machine's network connections, from files laid out as the kernel does and from its own answers."""

import struct
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hardware.links import Link, SystemLinks, addresses_in, dumped


def laid_out(net: Path, name: str, **files: str) -> None:
    (net / name).mkdir(parents=True)
    for file, text in files.items():
        (net / name / file).write_text(text)


def test_connections_are_told_by_name_without_the_loopback(tmp_path: Path) -> None:
    laid_out(tmp_path, "lo", type="772\n", ifindex="1\n", carrier="1\n")
    laid_out(tmp_path, "eth0", type="1\n", ifindex="70001\n", carrier="0\n")
    laid_out(tmp_path, "wlan0", type="1\n", ifindex="70002\n", carrier="1\n")
    (tmp_path / "wlan0" / "phy80211").mkdir()
    laid_out(tmp_path, "eth1", type="1\n", ifindex="70003\n")  # it is down: the kernel refuses `carrier`
    assert SystemLinks(tmp_path).read() == (
        Link("eth0", wireless=False, carries=False), Link("eth1", wireless=False, carries=False),
        Link("wlan0", wireless=True, carries=True),
    )  # fmt: skip
    assert SystemLinks(tmp_path / "nowhere").read() == ()


def test_the_kernel_tells_the_loopback_s_address() -> None:
    assert "127.0.0.1" in {address for _, address in dumped()}


def message(index: int, address: bytes, *, family: int = 2, attribute: int = 2, size: int = 8) -> bytes:
    body = struct.pack("=BBBBI", family, 24, 0, 0, index) + struct.pack("=HH", size, attribute) + address
    return struct.pack("=IHHII", 16 + len(body), 20, 2, 1, 0) + body


def test_addresses_are_read_from_an_answer_and_nothing_else_is_taken_for_one() -> None:
    mine, done = message(2, bytes([192, 168, 1, 21])), struct.pack("=IHHII", 16, 3, 2, 1, 0)
    assert addresses_in(mine) == ([(2, "192.168.1.21")], False)
    assert addresses_in(mine + message(3, bytes(4), family=10) + done) == ([(2, "192.168.1.21")], True)
    broadcast = message(2, bytes([192, 168, 1, 255]), attribute=4)
    assert addresses_in(broadcast) == ([], False)
    assert addresses_in(message(2, bytes(4), size=3)) == ([], False)
    assert addresses_in(b"") == ([], True), "nobody waits for ever"


@given(st.binary(max_size=200))
def test_no_answer_of_whatever_kind_holds_it_up(data: bytes) -> None:
    found, _ = addresses_in(data)
    assert all(address.count(".") == 3 for _, address in found)
