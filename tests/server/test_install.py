"""`python -m server install`: what it would do, what it does below another root, that it does nothing twice."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from server.__main__ import main
from server.config import parse_server
from server.errors import InstallRefused
from server.install import TEMPLATE, UNIT, Machine, plan, unit
from server.install_command import PROGRAM, install
from server.installing import Installer
from tests.server.running import CONFIG
from tests.server.saved import PUBLIC

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\n'
UBUNTU = "ID=ubuntu\nID_LIKE=debian\n"
TOML = CONFIG.replace('data = "office"', 'data = "/var/lib/scorecard"')
BACKUP = f'[backup]\nfolder = "/media/backup"\nfor = ["{PUBLIC}"]\n'
TEXT = (PROGRAM / "systemd" / TEMPLATE).read_text("utf-8")
PLACES = {"program": "/opt/scorecard", "behind": "/usr/bin/python3.13", "config_file": "/etc/scorecard/server.toml"}


def machine(os_release: str = DEBIAN, **places: str) -> Machine:
    """A machine as docs/backup.md sets it up."""
    at = {name: Path(path) for name, path in (PLACES | places).items()}
    return Machine(at["program"], Path("/opt/scorecard/.venv/bin/python"), at["behind"], at["config_file"], os_release)


def text_of(toml: str) -> str:
    """The unit for this configuration."""
    config = parse_server(toml)
    return unit(config, machine(), Path("/etc/scorecard") / config.data, TEXT)


def settings(text: str) -> list[str]:
    """Its lines without comments."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_unit_starts_the_server_as_its_own_user_and_again_when_it_falls() -> None:
    lines = settings(text_of(TOML))
    for line in (
        "User=scorecard", "Type=notify", "WatchdogSec=180", "Restart=always", "StateDirectory=scorecard",
        "WorkingDirectory=/opt/scorecard",
        "ExecStart=/opt/scorecard/.venv/bin/python -m server --config /etc/scorecard/server.toml",
    ):  # fmt: skip
        assert line in lines


def test_the_unit_reaches_nothing_that_the_server_does_not_need() -> None:
    lines = settings(text_of(TOML))
    for line in (
        "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes", "NoNewPrivileges=yes",
        "CapabilityBoundingSet=", "AmbientCapabilities=", "MemoryDenyWriteExecute=yes", "RestrictNamespaces=yes",
        "SystemCallFilter=@system-service", "SystemCallFilter=~@privileged",
    ):  # fmt: skip
        assert line in lines
    assert not any(line.startswith("ReadWritePaths") for line in lines)
    assert "SystemCallFilter=adjtimex clock_adjtime" in lines[lines.index("SystemCallFilter=~@privileged") :]
    assert "ProtectClock=yes" not in lines  # it would hide whether the clock is right


def test_the_unit_writes_backups_and_data_elsewhere_and_listens_on_low_ports_where_told() -> None:
    lines = settings(text_of(TOML.replace("/var/lib/scorecard", "/srv/queue") + BACKUP))
    assert [line for line in lines if line.startswith("ReadWrite")] == [
        "ReadWritePaths=/srv/queue", "ReadWritePaths=-/media/backup",
    ]  # fmt: skip
    low = settings(text_of(TOML.replace('pages = "127.0.0.1:0"', 'pages = "0.0.0.0:80"')))
    assert "CapabilityBoundingSet=CAP_NET_BIND_SERVICE" in low
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in low


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_systemd_finds_little_exposed(tmp_path: Path) -> None:
    file = tmp_path / "scorecard.service"
    file.write_text(text_of(TOML + BACKUP), "utf-8")
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=25", str(file)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    bare = [line for line in text_of(TOML).splitlines() if line.startswith(("[", "Exec", "User", "Type"))]
    file.write_text("\n".join(bare), "utf-8")  # the control: the same without its sandbox
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize(("places", "says"), [
    ({"os_release": "ID=fedora\n"}, "neither Debian nor Ubuntu"), ({"os_release": ""}, "neither Debian"),
    ({"program": "/home/somchai/scorecard"}, "the program lies in"), ({"behind": "/root/.pyenv/bin/python"}, "Python"),
    ({"config_file": "/tmp/server.toml"}, "server.toml lies in"), ({"config_file": "/etc/my office/a"}, "cannot stand"),
])  # fmt: skip
def test_what_cannot_work_is_refused_before_anything_is_done(places: dict[str, str], says: str) -> None:
    with pytest.raises(InstallRefused, match=says):
        plan(parse_server(TOML), machine(**places), TEXT)


def test_ubuntu_and_whatever_is_made_of_debian_will_do() -> None:
    for told in (UBUNTU, 'ID="raspbian"\nID_LIKE="debian"\n'):
        assert plan(parse_server(TOML), machine(told), TEXT)


class System:
    """A system below a folder, as the machine will know it."""

    def __init__(self, root: Path) -> None:
        self.root, self.ran = root, list[str]()
        (root / "etc" / "scorecard").mkdir(parents=True)
        (root / "etc" / "os-release").write_text(DEBIAN, "utf-8")
        self.config = root / "etc" / "scorecard" / "server.toml"
        self.config.write_text(TOML, "utf-8")
        self.steps = plan(parse_server(TOML), machine(), TEXT)

    def install(self, *, dry: bool = False) -> list[str]:
        """The first word of each line."""
        return [
            line[:5].strip() for line in Installer(self.root, dry=dry, run=self._run, booted=True).install(self.steps)
        ]

    def _run(self, argv: Sequence[str]) -> None:
        self.ran.append(" ".join(argv[:2]))
        if argv[0] == "useradd":
            (self.root / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\nscorecard:x:999:999::/:/x\n", "utf-8")
        if argv[1] == "enable":
            wants = self.root / "etc/systemd/system/multi-user.target.wants"
            wants.mkdir()
            (wants / UNIT.name).symlink_to(UNIT)

    def everything(self) -> list[str]:
        """Whatever lies in it."""
        return sorted(str(path) for path in self.root.rglob("*"))


def test_it_installs_once_and_does_nothing_twice(tmp_path: Path) -> None:
    system = System(tmp_path)
    before = system.everything()
    assert set(system.install(dry=True)) == {"would"}
    assert (system.everything(), system.ran) == (before, [])
    assert set(system.install()) == {"done"}
    assert system.ran == ["useradd --system", "systemctl daemon-reload", "systemctl enable", "systemctl restart"]
    assert (tmp_path / "var/lib/scorecard").stat().st_mode & 0o777 == 0o750
    assert system.config.stat().st_mode & 0o777 == 0o640
    after = system.everything()
    assert set(system.install()) == {"as is"}
    assert (system.everything(), len(system.ran)) == (after, 4)


def test_a_unit_that_was_changed_is_mended_and_the_server_started_anew(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.install()
    file = tmp_path / UNIT.relative_to("/")
    file.write_text(file.read_text("utf-8").replace("ProtectSystem=strict", "ProtectSystem=no"), "utf-8")
    system.ran.clear()
    assert system.install() == ["as is", "as is", "as is", "done", "done", "as is", "done"]
    assert "ProtectSystem=strict" in file.read_text("utf-8")
    assert system.ran == ["systemctl daemon-reload", "systemctl restart"]


def test_below_another_root_commands_are_left_to_that_machine(tmp_path: Path) -> None:
    system = System(tmp_path)
    python = Path("/usr/bin/python3")
    said = install(
        parse_server(TOML), system.config, tmp_path, dry=False, program=Path("/opt/scorecard"), python=python
    ).splitlines()
    assert [line.split()[0] for line in said] == ["to", "done", "done", "done", "to", "to", "to"]
    assert "--config /etc/scorecard/server.toml" in (tmp_path / UNIT.relative_to("/")).read_text("utf-8")


def test_the_command_says_why_it_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    system = System(tmp_path)
    system.config.write_text(TOML.replace("/var/lib/scorecard", "/home/x"), "utf-8")
    assert main(["install", "--dry-run", "--root", str(tmp_path), "--config", str(system.config)]) == 1
    assert "what to do" in capsys.readouterr().err
