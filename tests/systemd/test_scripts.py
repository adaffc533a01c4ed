"""The small programs that the units start, and the folders and users that they need."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.systemd.units import TREE

SCRIPTS = TREE / "usr/lib/scorecard"
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


def program(folder: Path, name: str, text: str) -> Path:
    """A program of this name in a folder for PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)
    return folder


def run(script: str, *arguments: str | Path, path: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{path}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", **more}
    return subprocess.run(
        [SCRIPTS / script, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


class Clock:
    """A root with the day of its making and a kept time, and a `date` that shows a time and notes what it is set to."""

    def __init__(self, folder: Path, shows: int) -> None:
        self.folder, self.noted = folder, folder / "noted"
        told = f'case "$*" in +%s) echo {shows} ;; *-s*) echo "$3" >> {self.noted} ;; *) /bin/date "$@" ;; esac'
        self.path = program(folder / "bin", "date", told)

    def built(self, text: str) -> None:
        file = self.folder / "usr/lib/scorecard/built"
        file.parent.mkdir(parents=True)
        file.write_text(text)

    def kept(self, seconds: int) -> None:
        file = self.folder / "var/lib/scorecard/system/timesync/clock"
        file.parent.mkdir(parents=True)
        file.touch()
        os.utime(file, (seconds, seconds))

    def floor(self) -> list[str]:
        """What the clock is set to."""
        done = run("clock-floor", self.folder, path=self.path)
        assert done.returncode == 0, done.stderr
        return self.noted.read_text().splitlines() if self.noted.exists() else []


@pytest.mark.parametrize(("shows", "built", "kept", "set_to"), [
    (0, "1790000000\n", None, ["@1790000000"]), (0, "1790000000\n", 1795000000, ["@1795000000"]),
    (0, "1790000000\n", 1700000000, ["@1790000000"]), (1796000000, "1790000000\n", 1795000000, []),
    (5, None, None, []), (5, "nonsense", 77, ["@77"]), (1795000000, "1795000000", 1795000000, []),
])  # fmt: skip
def test_the_clock_is_never_before_what_is_known_and_never_put_back(
    tmp_path: Path, shows: int, built: str | None, kept: int | None, set_to: list[str]
) -> None:
    clock = Clock(tmp_path, shows)
    if built is not None:
        clock.built(built)
    if kept is not None:
        clock.kept(kept)
    assert clock.floor() == set_to


class Log:
    """A folder of kept warnings, and a journalctl that tells what `new` holds, once."""

    def __init__(self, folder: Path) -> None:
        self.kept, self.memory, self.new = folder / "log", folder / "memory", folder / "new"
        for each in (self.kept, self.memory):
            each.mkdir()
        self.path = program(folder / "bin", "journalctl", f"[ -e {self.new} ] && cat {self.new} && rm {self.new}")

    def come(self, text: str) -> None:
        self.new.write_text(text)
        done = run("keep-log", path=self.path, LOG_FOLDER=str(self.kept), RUNTIME_DIRECTORY=str(self.memory))
        assert done.returncode == 0, done.stderr

    def sizes(self) -> dict[str, int]:
        return {path.name: path.stat().st_size for path in self.kept.iterdir()}


def test_new_warnings_are_appended_and_nothing_is_written_where_there_are_none(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.come("")
    assert log.sizes() == {}
    log.come("one\n")
    log.come("two\n")
    assert (log.kept / "warnings.log").read_text() == "one\ntwo\n"
    before = (log.kept / "warnings.log").stat().st_mtime_ns
    log.come("")
    assert (log.kept / "warnings.log").stat().st_mtime_ns == before


def test_a_part_that_complains_without_end_does_not_wear_the_card_out(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.come("x" * 79 + "\n")
    log.come(("first" + "y" * 94 + "\n") * 20_000 + "last words\n")
    text = (log.kept / "warnings.log").read_text()
    assert len(text.encode()) < 66_000
    assert text.endswith("last words\n")
    assert "left out here" in text
    for _ in range(40):
        log.come("z" * 200_000)
    assert log.sizes().keys() == {"warnings.log", "warnings.1.log"}
    assert sum(log.sizes().values()) <= 2_000_000


def test_the_kiosk_waits_for_a_screen_and_not_for_ever(tmp_path: Path) -> None:
    naps = tmp_path / "naps"
    path = program(
        tmp_path / "bin",
        "sleep",
        f"echo >> {naps}; [ $(wc -l < {naps}) -lt 5 ] || mkdir -p {tmp_path}/class/drm/card1-HDMI-A-1",
    )
    assert run("await-screen", path=path, SYS=str(tmp_path)).returncode == 0
    assert len(naps.read_text()) == 5
    program(tmp_path / "bin", "sleep", f"echo >> {naps}")
    assert run("await-screen", path=path, SYS=str(tmp_path / "none")).returncode == 0
    assert len(naps.read_text()) == 105


@AS_ROOT
def test_the_folders_of_the_data_partition_have_their_owners_with_fixed_numbers(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    sysusers = tmp_path / "usr/lib/sysusers.d"
    sysusers.mkdir(parents=True)
    (sysusers / "scorecard.conf").write_text((TREE / "usr/lib/sysusers.d/scorecard.conf").read_text())
    (sysusers / "timesync.conf").write_text("u systemd-timesync -\n")
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}"], check=True, capture_output=True)
    rules = tmp_path / "data.conf"
    rules.write_text((TREE / "usr/share/scorecard/data.conf").read_text())
    for _ in range(2):
        subprocess.run(["systemd-tmpfiles", f"--root={tmp_path}", "--create", rules], check=True)
    found = {
        path.relative_to(tmp_path / "var/lib/scorecard").as_posix(): (
            f"{path.stat().st_mode & 0o7777:o}", path.stat().st_uid, path.stat().st_gid
        )
        for path in (tmp_path / "var/lib/scorecard").rglob("*")
    }  # fmt: skip
    time = found.pop("system/timesync")
    assert time[0] == "755"
    assert time[1] > 0
    assert found == {
        "kiosk": ("2770", 801, 800), "server": ("750", 802, 802), "updates": ("2770", 803, 800),
        "system": ("755", 0, 0), "system/log": ("750", 804, 804), "system/ssh": ("700", 0, 0),
        "system/iwd": ("700", 0, 0), "system/update": ("700", 0, 0),
    }  # fmt: skip


class Stick:
    """What mount-copy meets: `kind` as blkid tells it; what was done is noted."""

    def __init__(self, folder: Path, kind: str, *, there: bool = True) -> None:
        self.folder, self.noted, self.device = folder, folder / "noted", folder / "device"
        self.path = folder / "bin"
        for name, text in (
            ("mountpoint", f"test -e {folder}/mounted"),
            ("blkid", f"echo {kind}"),
            ("id", "case $1 in -u) echo 805 ;; *) echo 800 ;; esac"),
            ("mount", f'echo "mount $*" >> {self.noted}'),
            ("chown", f'echo "chown $*" >> {self.noted}'),
            ("chmod", f'echo "chmod $*" >> {self.noted}'),
            ("sleep", f"echo nap >> {self.noted}; test $(grep -c nap {self.noted}) -lt 3 || touch {self.device}"),
        ):
            program(self.path, name, text)
        if there:
            self.device.touch()

    def mounted(self, wait: str = "0") -> tuple[int, list[str]]:
        done = run("mount-copy", "/medium", wait, path=self.path, SCORECARD_COPY=str(self.device))
        return done.returncode, self.noted.read_text().splitlines() if self.noted.exists() else []


@pytest.mark.parametrize("kind", ["vfat", "exfat", "ext4"])
def test_the_second_medium_runs_nothing_and_belongs_to_who_copies(tmp_path: Path, kind: str) -> None:
    stick = Stick(tmp_path, kind)
    code, (mount, *rest) = stick.mounted()
    assert code == 0
    assert mount.startswith(f"mount -t {kind} -o nosuid,nodev,noexec,noatime")
    assert mount.endswith(f"{stick.device} /medium")
    given = ["chown 805:800 /medium", "chmod 0750 /medium"]
    assert ("uid=805,gid=800" in mount, rest) == ((False, given) if kind == "ext4" else (True, []))


def test_a_medium_of_another_kind_is_not_mounted_nor_one_twice_and_one_that_comes_late_is_waited_for(
    tmp_path: Path,
) -> None:
    assert Stick(tmp_path / "ntfs", "ntfs").mounted() == (1, [])
    late = Stick(tmp_path / "late", "vfat", there=False)
    assert late.mounted() == (1, [])
    code, noted = late.mounted("60")
    assert (code, noted[:3], len(noted)) == (0, ["nap"] * 3, 4)
    there = Stick(tmp_path / "there", "vfat")
    (there.folder / "mounted").touch()
    assert there.mounted() == (0, [])


class Plugged:
    """A machine with these block devices, and programs that note what they were asked for. `takes`: what mounts."""

    def __init__(self, folder: Path, takes: str, **devices: str) -> None:
        self.folder, self.run, self.noted = folder, folder / "run", folder / "noted"
        (folder / "sys").mkdir()
        for name, where in devices.items():
            (folder / "devices" / where / name).mkdir(parents=True)
            (folder / "sys" / name).symlink_to(folder / "devices" / where / name)
        self.path = program(
            folder / "bin", "mount", f'echo "mount $*" >> {self.noted}; case "$*" in {takes}) ;; *) exit 1 ;; esac'
        )
        for name in ("umount", "sync", "chown"):
            program(self.path, name, f'echo "{name} $*" >> {self.noted}')
        program(self.path, "mountpoint", f"grep -q '^mount' {self.noted}")
        program(self.path, "blkid", 'case "$*" in *sdc1) echo SCORE-COPY ;; esac')
        program(self.path, "systemctl", "echo scorecard-kiosk.service loaded active running")
        program(self.path, "journalctl", "echo a line of the log")
        program(self.path, "id", "echo 801")
        program(self.path, "getent", "echo scorecard:x:800:")

    def do(self, what: str) -> list[str]:
        more = {"FOLDER": str(self.run), "SYS": str(self.folder / "sys"), "DEV": "/dev"}
        done = run("diagnosis", what, path=self.path, **more)
        assert done.returncode == 0, done.stderr
        return self.noted.read_text().splitlines() if self.noted.exists() else []


def test_a_diagnosis_goes_onto_a_usb_stick_and_onto_no_other_disk(tmp_path: Path) -> None:
    inside, plugged = "pci0000/ata1", "platform/usb1/1-1"
    stick = Plugged(tmp_path, "*vfat*sdd1*", sda=inside, sda1=inside, sdc1=plugged, sdd=plugged, sdd1=plugged)
    noted = stick.do("gather")
    tried = [line for line in noted if line.startswith("mount ")]
    assert [line.split()[5] for line in tried] == ["/dev/sdd", "/dev/sdd", "/dev/sdd1"], "not the copy's"
    assert all("nosuid,nodev,noexec" in line and "uid=801,gid=800" in line for line in tried)
    assert (stick.run / "units").read_text().startswith("scorecard-kiosk.service")
    assert "a line of the log" in (stick.run / "log").read_text()
    assert (stick.run / "log").stat().st_mode & 0o077 == 0
    noted = stick.do("end")
    assert noted[-2:] == [f"sync -f {stick.run}/stick", f"umount {stick.run}/stick"]
    assert sorted(path.name for path in stick.run.iterdir()) == ["stick"]


def test_without_a_stick_nothing_is_mounted_or_let_go_of(tmp_path: Path) -> None:
    stick = Plugged(tmp_path, "nothing", sda="pci0000/ata1")
    assert not [line for line in stick.do("gather") + stick.do("end") if "mount" in line]
