"""`./run` as somebody types it in a shell."""

import re
import signal
import urllib.request
from pathlib import Path

import pytest

from kiosk.officeday.console import Console, teach
from kiosk.officeday.desk import ConsoleFailed
from tests.walks.stage import processes_about, run_command, until

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(180)
def test_run_starts_everything_and_ctrl_c_ends_it_and_leaves_nothing_behind(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    ports = ["--pages", "0", "--exchange", "0", "--printer", "0", "--console", "0"]
    started = run_command("--headless", "--out", str(out), *ports, folder=ROOT)
    try:
        assert started.stdout is not None
        said = []
        for line in started.stdout:
            said.append(line)
            if "Ctrl-C ends it all" in line:
                break
        everything = "".join(said)
        assert "everything runs" in everything
        page = re.search(r"the office +(http://\S+)", everything)
        assert page, everything
        with urllib.request.urlopen(page[1], timeout=10) as answer:
            assert answer.status == 200
        code = re.search(r"enters at (https://\S+)/first with the code (\S+)", everything)
        assert code, everything
        assert f"the staff    {code[1]} (the browser warns until it is taught: {page[1]}/certificate)" in everything
        chief = Console(code[1], teach(page[1], tmp_path))
        chief.become_administrator(code[2], "a calm working day")
        assert chief.state(1)["open"] is False
        chief.close()
        with pytest.raises(ConsoleFailed):
            Console(code[1], tmp_path / "office-certificate.pem").become_administrator(code[2], "a calm working day")
        assert len(processes_about(out)) == 5  # ./run itself, server, printer, kiosk, sync
        started.send_signal(signal.SIGINT)
        rest, _ = started.communicate(timeout=60)
        assert started.returncode == 0, rest
        assert until("no process is left", lambda: not processes_about(out))
    finally:
        if started.poll() is None:
            started.kill()
            started.communicate()
