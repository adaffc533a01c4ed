"""No login, no console, no magic key, a log in memory: the settings are there, and their programs know them."""

import re
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.systemd.units import TREE, unit

ETC = TREE / "etc"
MASKED = (
    "getty.target", "getty@.service", "autovt@.service", "serial-getty@.service", "console-getty.service",
    "debug-shell.service", "rescue.service", "emergency.service", "ctrl-alt-del.target", "kbrequest.target",
    "systemd-networkd-wait-online.service",
)  # fmt: skip
PROGRAMS = {
    "systemd/journald.conf.d/10-scorecard.conf": "systemd-journald",
    "systemd/logind.conf.d/10-scorecard.conf": "systemd-logind",
}
LEFT_OUT = {"kernel.yama.ptrace_scope", "kernel.sysrq", "kernel.kexec_load_disabled"}
"""What a kernel may be built without; Debian's has them."""


def known(program: bytes, name: str) -> bool:
    return re.search(rb"[\0.]" + name.encode() + rb"\0", program) is not None


@pytest.mark.parametrize("name", MASKED)
def test_nothing_is_left_that_gives_a_console(name: str) -> None:
    link = ETC / "systemd/system" / name
    assert link.is_symlink()
    assert str(link.readlink()) == "/dev/null"


def test_no_generator_makes_a_login_of_a_kernel_argument() -> None:
    for name in ("getty", "debug", "ssh"):
        assert str((ETC / "systemd/system-generators" / f"systemd-{name}-generator").readlink()) == "/dev/null"


def test_everything_masked_is_a_unit_that_could_be_there() -> None:
    for link in (ETC / "systemd/system").iterdir():
        if link.is_symlink() and str(link.readlink()) == "/dev/null":
            assert re.fullmatch(r"[a-z0-9@_-]+\.(service|target|timer|path|socket)", link.name), link.name


@pytest.mark.parametrize(("file", "program"), PROGRAMS.items())
def test_the_programs_know_their_settings(file: str, program: str) -> None:
    settings = unit(ETC / file)
    text = (Path("/usr/lib/systemd") / program).read_bytes()
    assert [name for _, name, _ in settings.lines if not known(text, name)] == []
    assert not known(text, "RuntimeMaxUsed"), "the control"


def test_the_log_is_in_memory() -> None:
    assert unit(ETC / "systemd/journald.conf.d/10-scorecard.conf").one("Storage") == "volatile"


def sysctls() -> dict[str, str]:
    lines = (ETC / "sysctl.d/90-scorecard.conf").read_text("utf-8").splitlines()
    return dict(tuple(map(str.strip, line.split("=", 1))) for line in lines if line and not line.startswith("#"))  # type: ignore[misc]


def unknown(switches: Iterable[str]) -> set[str]:
    return {name for name in switches if not Path("/proc/sys", *name.split(".")).exists()}


def test_the_kernel_knows_every_switch_and_no_magic_key_works() -> None:
    switches = sysctls()
    assert (switches["kernel.sysrq"], switches["kernel.ctrl-alt-del"]) == ("0", "0")
    assert unknown(switches) <= LEFT_OUT
    assert unknown({"kernel.sysrequest": "0"}) == {"kernel.sysrequest"}, "the control"


def test_each_group_of_switches_says_why() -> None:
    before = ""
    for line in (ETC / "sysctl.d/90-scorecard.conf").read_text("utf-8").splitlines():
        assert line.startswith("#") or before, "a switch without a reason above it"
        before = line


def test_ssh_takes_keys_alone_and_is_off() -> None:
    text = (ETC / "ssh/sshd_config.d/10-scorecard.conf").read_text("utf-8")
    assert "PasswordAuthentication no\n" in text
    assert "KbdInteractiveAuthentication no\n" in text
    presets = (TREE / "usr/lib/systemd/system-preset/10-scorecard.preset").read_text("utf-8")
    assert "ssh" not in presets


def test_the_last_time_is_kept_on_the_data_partition_and_rarely() -> None:
    dropped = unit(ETC / "systemd/system/systemd-timesyncd.service.d/10-scorecard.conf")
    assert dropped.one("BindPaths") == "-/var/lib/scorecard/system/timesync:/var/lib/systemd/timesync"
    assert dropped.all("After") == ["scorecard-data.service"]
    assert unit(ETC / "systemd/timesyncd.conf.d/10-scorecard.conf").one("SaveIntervalSec") == "1h"


def test_the_cable_needs_nobody_to_wait_for_it() -> None:
    wired = unit(ETC / "systemd/network/80-wired.network")
    assert (wired.one("DHCP"), wired.one("RequiredForOnline"), wired.one("LinkLocalAddressing")) == ("ipv4", "no", "no")


def allowed(policy: ElementTree.Element, user: str) -> bool:
    """Whether dbus-daemon lets this user send to RAUC: the last rule that fits holds; those of one user come last."""
    rules = [rule for each in ("default", None) for rule in policy.iter("policy") if rule.get("context") == each]
    answer = True
    for rule in rules:
        if rule.get("user") in (None, user):
            for word in rule:
                if word.get("send_destination") == "de.pengutronix.rauc":
                    answer = word.tag == "allow"
    return answer


def test_nobody_but_root_asks_for_an_installation() -> None:
    """Debian's settings let anyone: a service that was broken into could ask for an older release."""
    policy = ElementTree.parse(ETC / "dbus-1/system.d/scorecard.conf").getroot()
    users = ("root", "scorecard-kiosk", "scorecard-sync", "scorecard-server")
    assert {user for user in users if allowed(policy, user)} == {"root"}
    debian = '<busconfig><policy context="default"><allow send_destination="de.pengutronix.rauc"/></policy></busconfig>'
    assert allowed(ElementTree.fromstring(debian), "scorecard-sync"), "the control"
