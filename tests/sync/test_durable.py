"""A file that is replaced durably has its content under the new name before anything else goes on."""

import re
import subprocess
import sys
from pathlib import Path

from kiosk.demo import ROOT

REPLACE = (
    "import sys, pathlib; from sync.durable import write_durably; write_durably(pathlib.Path(sys.argv[1]), b'new')"
)


def test_the_file_was_flushed_before_and_behind_its_renaming_and_then_the_folder(tmp_path: Path) -> None:
    """FAT writes the content's place into the new name only with the file: a plug pulled before left an empty file."""
    target, trace = tmp_path / "file", tmp_path / "trace"
    watched = ["strace", "-f", "-qq", "-y", "-e", "trace=fsync,rename", "-o", str(trace)]
    subprocess.run([*watched, sys.executable, "-c", REPLACE, str(target)], cwd=ROOT, check=True)
    calls = re.findall(r"(fsync|rename)\((?:\d+<)?\"?([^\">,]+)", trace.read_text("utf-8"))
    assert calls == [
        ("fsync", f"{target}.new"),
        ("rename", f"{target}.new"),
        ("fsync", str(target)),
        ("fsync", str(tmp_path)),
    ]
