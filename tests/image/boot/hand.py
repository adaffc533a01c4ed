"""A hand within the machine, for what only somebody with rights there can bring about: it freezes, fills, looks.

The card as it ships has none: the test puts a script beside kiosk.toml, and words for the kernel that start it. It
listens on a port which only this machine has.
"""

import base64
import time
from pathlib import Path

from image.errors import ImageError
from image.qmp import Talk
from image.tools import WORK

SCRIPT = """\
systemctl --no-block start multi-user.target
until port=$(ls /dev/vport*p1 2>/dev/null); do sleep 0.2; done
exec 3<>"$port"
while sleep 0.2; do  # reading ends whenever nobody is at the other end
  while read -r line <&3; do
    said=$(echo "$line" | base64 -d | sh 2>&1 3>&-; echo "=$?")
    echo "$said" | base64 -w0 >&3
    echo >&3
  done
done
"""
KERNEL = '"systemd.run=/bin/sh /boot/firmware/hand.sh" systemd.run_success_action=none systemd.run_failure_action=none'
"""Started in place of all else: so the script begins with starting that."""
WORDS = (
    "-chardev",
    f"socket,id=hand,path={WORK}/hand,server=on,wait=off",
    "-device",
    "virtio-serial-pci",
    "-device",
    "virtserialport,chardev=hand",
)
FILE = "hand.sh"
ANSWER_S = 45.0
PYTHON = "/opt/scorecard/bin/python"
COUNT = """\
import sqlite3
db = sqlite3.connect("file:/var/lib/scorecard/kiosk/journal.db?mode=ro", uri=True)
print(sum('"ticket.issued"' in row for (row,) in db.execute("SELECT CAST(row AS TEXT) FROM facts")))
"""


class Hand:
    """Does things in the machine that runs in this folder, as root."""

    def __init__(self, folder: Path, patience_s: float) -> None:
        until = time.monotonic() + patience_s
        while True:  # what is sent before the script listens is lost
            self._talk = Talk(folder / "hand", ANSWER_S)
            try:
                if self.does("true") == (0, ""):
                    return
            except ImageError:
                self._talk.close()
                if time.monotonic() > until:
                    raise

    def does(self, command: str) -> tuple[int, str]:
        """Its status, and what it said. Raises ImageError where no answer comes."""
        self._talk.send(base64.b64encode(command.encode()).decode())
        while (line := self._talk.line().strip()) == "":
            pass
        said, _, status = base64.b64decode(line).decode(errors="replace").rstrip("\n").rpartition("=")
        return int(status), said.rstrip("\n")

    def tells(self, command: str) -> str:
        """What it said. Raises ImageError where the command failed."""
        status, said = self.does(command)
        if status:
            raise ImageError(f"{command}: {status}: {said}", hint="look at serial.log")
        return said

    def shows(self) -> str:
        """What the kiosk says that it shows."""
        return self.tells("systemctl show -P StatusText scorecard-kiosk.service")

    def asks(self, program: str) -> str:
        """What this program of Python says, run by the box's own."""
        return self.tells(f"cd / && {PYTHON} -I - <<'PROGRAM'\n{program}\nPROGRAM")

    def recorded(self) -> int:
        """How many tickets are on record."""
        return int(self.asks(COUNT))

    def close(self) -> None:
        """Let go."""
        self._talk.close()
