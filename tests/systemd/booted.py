"""This machine's own systemd, as the first process of namespaces of its own, with the appliance's units and settings.

The root is this machine's, with a layer in memory over it; network, processes, mounts and clock-setting stay inside.
The kiosk has no screen there (`--headless`), and does not wait for one.
"""

import os
import shutil
import signal
import subprocess
import sysconfig
from pathlib import Path
from typing import Self

from kiosk.demo import ROOT
from tests.walks.stage import until

PYTHON = Path("/usr/bin/python3")
PACKAGES = ("fonts", "hardware", "kiosk", "server", "sync", "translations")
START_S = 180.0
PREPARE = """
set -e
mount --make-rprivate /
mount -t overlay root -o lowerdir=/,upperdir=$BOX/up,workdir=$BOX/work $BOX/root
cd $BOX/root
site=opt/scorecard/lib/$VERSION/site-packages
mkdir -p $site opt/scorecard/bin usr/lib/scorecard var/lib/scorecard boot/firmware etc/systemd/system
mount -t overlay packages -o lowerdir=$BOX/ours:$SITE,upperdir=$BOX/site-up,workdir=$BOX/site-work $site
ln -sfn /usr/bin/python3 opt/scorecard/bin/python
printf 'home = /usr/bin\\nversion = %s\\n' "${VERSION#python}" > opt/scorecard/pyvenv.cfg
cp -a $REPOSITORY/systemd/appliance/. usr/lib/systemd/system/
cp -a $REPOSITORY/systemd/root/. .
cp -a $BOX/more/. .
rm -f etc/systemd/system.conf.d/10-scorecard.conf
chroot . systemd-sysusers /usr/lib/sysusers.d/scorecard.conf
grep -q systemd-timesync etc/passwd || chroot . useradd -r systemd-timesync
mount -t tmpfs -o nosuid,nodev,noexec data var/lib/scorecard
mount -t tmpfs firmware boot/firmware
cp $BOX/firmware/* boot/firmware/
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs run run
mount -t tmpfs tmp tmp
mount -t tmpfs -o mode=755 dev dev
for name in null zero full random urandom tty; do
  mknod -m 666 dev/$name c $(stat -c '0x%t 0x%T' /dev/$name)
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount --move . /
export container=box
exec chroot . /lib/systemd/systemd --system --unit=scorecard-test.target --log-target=null --show-status=no
"""
TARGET = """[Unit]
Requires=basic.target
After=basic.target
Wants=scorecard-data.service scorecard-config.service scorecard-time.service scorecard-usb.service scorecard-log.service
"""
HEADLESS = """[Service]
ExecStartPre=
ExecStart=
ExecStart=/opt/scorecard/bin/python -I -m kiosk --headless --config /run/scorecard/kiosk.toml \\
  --data /var/lib/scorecard/kiosk
"""


def why_not() -> str | None:
    """Why no system can be started here; None: one can."""
    if os.geteuid() != 0:
        return "only root starts a system of its own"
    version = f"python{sysconfig.get_python_version()}"
    if not PYTHON.exists() or PYTHON.resolve().name != version:
        return "the tests run on another Python than the machine's"
    tried = subprocess.run(
        ["unshare", "--fork", "--pid", "--mount", "--cgroup", "sh", "-c", "mount -t cgroup2 cgroup2 /sys/fs/cgroup"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return None if tried.returncode == 0 else f"no namespaces here: {tried.stderr.strip()}"


class Booted:
    """A system that runs. A context manager."""

    def __init__(self, folder: Path, kiosk_toml: str) -> None:
        """`folder` is on a file system that takes layers, such as one in memory."""
        self.folder = folder
        for name in ("up", "work", "root", "ours", "site-up", "site-work", "firmware", "more/etc/systemd/system"):
            (folder / name).mkdir(parents=True)
        for package in PACKAGES:
            shutil.copytree(ROOT / package, folder / "ours" / package)
        for name in ("catalogue.toml", "calendar.toml"):
            shutil.copy(ROOT / "kiosk/example" / name, folder / "firmware" / name)
        (folder / "firmware/kiosk.toml").write_text(kiosk_toml, "utf-8")
        self.add("scorecard-test.target", TARGET)
        self.add("scorecard-kiosk.service.d/headless.conf", HEADLESS)

    def add(self, name: str, text: str) -> None:
        """A unit or drop-in that this test needs besides."""
        file = self.folder / "more/etc/systemd/system" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")

    def __enter__(self) -> Self:
        given = {
            "BOX": str(self.folder), "REPOSITORY": str(ROOT), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "VERSION": f"python{sysconfig.get_python_version()}", "SITE": sysconfig.get_path("purelib"),
        }  # fmt: skip
        namespaces = ("--pid", "--mount", "--uts", "--ipc", "--net", "--cgroup")
        self._log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(
            ["unshare", "--fork", "--kill-child", *namespaces, "sh", "-c", PREPARE],
            env=given, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            until(f"the system runs; see {self.folder}/log", self._runs, START_S)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()

    def _runs(self) -> bool:
        assert self._process.poll() is None, (self.folder / "log").read_text(errors="replace")
        return self.run("systemctl", "show", "-P", "Version").returncode == 0

    @property
    def pid(self) -> str:
        """The number, out here, of its first process; 0: it has none."""
        found = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return found[0] if found else "0"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command inside, as root."""
        pid = self.pid
        there = f"/proc/{pid}/root"
        inside = ["nsenter", "-t", pid, "-m", "-u", "-i", "-n", "-p", "-C", f"--root={there}"]
        return subprocess.run(
            [*inside, f"--wd={there}", *command], capture_output=True, text=True, check=False, timeout=60
        )

    def shows(self, unit: str, what: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", "-P", what, unit).stdout.strip()

    def freeze(self, unit: str) -> str:
        """Stop its process as a hang would; its number."""
        pid = self.shows(unit, "MainPID")
        assert int(pid) > 1
        assert self.run("kill", f"-{int(signal.SIGSTOP)}", pid).returncode == 0
        return pid
