"""A PostgreSQL server of the tests' own: in a folder, on a socket there, ended with them."""

import hashlib
import os
import pwd
import stat
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from server.postgres_store import PostgresStore

BINARIES = Path("/usr/lib/postgresql")
"""Where Debian installs it, by major version."""
QUICK = ("fsync=off", "synchronous_commit=on", "full_page_writes=off", "shared_buffers=64MB", "max_connections=60")
"""For tests of what is stored, not of what survives."""
SURE = ("shared_buffers=128MB", "max_connections=60")


def binaries() -> Path:
    """Of the newest PostgreSQL on this machine."""
    found = sorted(BINARIES.glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise FileNotFoundError(f"no PostgreSQL below {BINARIES}; install Debian's package postgresql")
    return found[-1]


def let_pass(folder: Path) -> None:
    """Others may go through it; what else they may stays, for it may be the system's own temporary folder."""
    folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IXGRP | stat.S_IXOTH)


class Cluster:
    """One server. Its superuser is `postgres`, who also runs it where we are root: it refuses to run as that."""

    def __init__(self, folder: Path, settings: tuple[str, ...] = QUICK, port: int = 5432) -> None:
        self.folder, self.settings, self.port = folder, settings, port
        self.data = folder / "data"
        self._made: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            entry = pwd.getpwnam(self._user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            let_pass(folder.parent)
        self._run(
            "initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
        )
        self.start()

    def start(self) -> None:
        """Begin, and wait until it answers."""
        options = " ".join(f"-c {each}" for each in (*self.settings, "listen_addresses=''"))
        options += f" -c unix_socket_directories={self.folder} -c port={self.port}"
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """End it; `immediate` is as if the power went."""
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def url(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://postgres@/{database}?host={self.folder}&port={self.port}"

    def database(self, path: Path) -> str:
        """The address of the database that stands for this file; it is made at the first question."""
        name = "t" + hashlib.sha256(str(path).encode()).hexdigest()[:16]
        if name not in self._made:
            if not self._made:
                self._template()
            self.execute(f"CREATE DATABASE {name} TEMPLATE ledger STRATEGY file_copy")
            self._made.add(name)
        return self.url(name)

    @property
    def made(self) -> frozenset[str]:
        """The databases that there are."""
        return frozenset(self._made)

    def drop(self, but: frozenset[str] = frozenset()) -> None:
        """Let go of every database that a test made, but of these."""
        kept = but | {"ledger"}
        for name in self._made - kept:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")
        self._made &= kept

    def execute(self, statement: str) -> None:
        """As the superuser, outside of any database of ours."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            db.execute(statement.encode())

    def _template(self) -> None:
        self.execute("CREATE DATABASE ledger")
        self._made.add("ledger")
        store = PostgresStore(self.url("ledger"))
        with store.writer(ZoneInfo("UTC")) as db:
            store.migrate(db)

    def _run(self, program: str, *arguments: str) -> None:
        as_user = ["runuser", "-u", self._user, "--"] if self._user else []
        command = [*as_user, str(binaries() / program), *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, cwd="/")
        if ended.returncode:
            raise RuntimeError(f"{program}: {ended.stderr or ended.stdout}")
