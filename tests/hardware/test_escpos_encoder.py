import subprocess
import sys
from pathlib import Path

SCRIPT = """
import logging, os
from hardware.escpos_encoder import new_encoder
before = dict(os.environ)
printer = new_encoder()
printer.hw("INIT")
assert printer.output == b"\\x1b@"
assert dict(os.environ) == before
print(logging.getLogger().handlers, os.listdir(os.environ["TMPDIR"]))
"""
NAIVE = """
import logging, os
import escpos.printer
print(logging.getLogger().handlers, os.listdir(os.environ["TMPDIR"]))
"""


def run(script: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"TMPDIR": str(folder), "ESCPOS_CAPABILITIES_PICKLE_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_loading_the_encoder_leaves_no_folder_and_no_log_handler(tmp_path: Path) -> None:
    assert run(SCRIPT, tmp_path) == "[] []"


def test_control_a_plain_import_leaves_both(tmp_path: Path) -> None:
    assert run(NAIVE, tmp_path) != "[] []"
