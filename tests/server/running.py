"""A real server process for tests."""

import ssl
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.server.device import tls_client

CONFIG = """
data = "office"
time_zone = "Asia/Bangkok"
[name]
th = "เทศบาลนครแม่สอด"
en = "Mae Sot City Municipality"
my = "မဲဆောက်မြို့တော် စည်ပင်သာယာရေး"
[listen]
exchange = "127.0.0.1:0"
pages = "127.0.0.1:0"
console = "127.0.0.1:0"
[clock]
trust = "system"
"""


class RunningServer:
    """`python -m server` on free ports, with its data below `folder`."""

    def __init__(self, folder: Path, config: str = CONFIG, environment: Mapping[str, str] | None = None) -> None:
        """`environment`: the process's own, None: as this one's."""
        self.folder, self._environment = folder, environment
        self.config = folder / "server.toml"
        self.config.write_text(config, "utf-8")
        self.start()

    def start(self) -> None:
        """Start, and wait until it listens."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "server", "--config", str(self.config)],
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment,
        )
        assert self.process.stdout is not None
        lines: dict[str, str] = {}
        while "console" not in lines:  # the last that it says
            what, told = self.process.stdout.readline().split()
            lines[what] = told
        self.pages_url, self.exchange_url = lines["pages"], lines["exchange"]
        self.console_url, self.authority = lines["console"], lines.get("authority")

    def end(self) -> int:
        """SIGTERM; the exit status."""
        self.process.terminate()
        return self._gone()

    def kill(self) -> int:
        """SIGKILL; the exit status."""
        self.process.kill()
        return self._gone()

    def _gone(self) -> int:
        status = self.process.wait(timeout=20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    @property
    def data(self) -> Path:
        """The server's folder."""
        return self.folder / "office"

    @property
    def certificate(self) -> bytes:
        """The server's certificate, DER."""
        return ssl.PEM_cert_to_DER_cert((self.data / "server.crt").read_text())

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`python -m server COMMAND …` beside this server."""
        call = [sys.executable, "-m", "server", *arguments, "--config", str(self.config)]
        return subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)

    def code(self, *arguments: str) -> str:
        """A fresh pairing code."""
        done = self.command("pair", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def exchange(self) -> httpx.Client:
        """A client of the exchange."""
        return tls_client(self.exchange_url, self.data / "server.crt")

    def pages(self) -> httpx.Client:
        """A client of the pages."""
        return httpx.Client(base_url=self.pages_url, timeout=30)

    def memory_kib(self) -> int:
        """Resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))

    def peak_kib(self) -> int:
        """The most resident memory it ever had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def now_ms() -> int:
    """The machine's time."""
    return time.time_ns() // 1_000_000
