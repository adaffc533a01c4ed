"""`python -m server COMMAND --config server.toml`: the office's server and its commands (see `--help`)."""

import gc

if __name__ == "__main__":
    gc.disable()  # until all is imported, which stays anyway: to look through it again takes a fifth of the start

import argparse
import asyncio
import contextlib
import ctypes
import gc
import hashlib
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server import (
    auditing,
    backup_command,
    certificate,
    control,
    install_command,
    mail,
    telling,
    update_command,
    webhook,
)
from server.backup_key import key_sheet
from server.backups import Backup
from server.commands import perform
from server.config import ServerConfig, parse_server
from server.console_tls import ConsoleCertificate
from server.errors import ConfigError, ControlFailed, LedgerRefused, ServerError
from server.export import export
from server.ledger import Ledger
from server.names import own_addresses, own_host
from server.offices import zones_of
from server.publish_command import command_of
from server.restore import restore
from server.rollups import marked, reckon
from server.signs import PAPERS
from server.stores import FILE, open_reader, place_of
from sync.clock import trusted
from sync.config_words import is_postgresql
from sync.errors import SyncError
from sync.notify import pulse_for
from sync.simulated_clock import clock_for
from sync.system_clock import SystemClock, random_bytes
from sync.types import UtcMs
from translations import LANGUAGES

M_MMAP_THRESHOLD = -3
"""From glibc's malloc.h."""
UNKNOWN_TIME = UtcMs(0)
"""What a server tells that does not trust its own clock: earlier than any true time, so nobody believes it."""


def main(arguments: list[str]) -> int:
    """Run one command; 0 when it did what it says, 1 with the reason and the hint on stderr, 2 on a wrong call."""
    if arguments[:1] == ["update"]:
        return _update(arguments[1:])
    options = _options(arguments)
    try:
        if options.command == "backup-key":
            print(key_sheet(), end="")
            return 0
        if options.command == "restore":
            print(restore(options.file, options.secret_file, options.config))
            return 0
        config, digest = _read(options.config)
        if options.command == "install":
            print(install_command.install(config, options.config, options.root, dry=options.dry_run))
            return 0
        folder = _folder(options.config, config)
        clock = clock_for(config.sim_clock, options.config.parent)
        match options.command:
            case "serve":
                _serve(config, digest, options.config, folder, clock)
            case "export":
                print(export(place_of(config.database, folder), options.journal, Path(options.to or "journal.db")))
            case "audit":
                said, clean = auditing.audit(config, folder, options.day, options.language, as_json=options.json)
                print(said)
                return 0 if clean else 1
            case "checkpoint":
                print(auditing.day_checkpoint(config, folder, options.day), end="")
            case "evidence":
                print(
                    auditing.write_evidence(config, folder, options.first, options.to or options.first, _out(options))
                )
            case "signs":
                print(_signs(options, config, folder, _moment(clock)))
            case "report":
                print(_report(options, config, folder, _moment(clock)))
            case "rebuild":
                _rebuild(config, folder, clock)
            case "move":
                from server.moving import move  # only who has the driver moves

                print(move(folder / FILE, options.to, config.zone))
            case "pair":
                print(_ask(config, folder, clock, {"command": "pair", "place": options.place})["code"])
            case "code":
                print(_ask(config, folder, clock, {"command": "code"})["code"])
            case "publish":
                print(_publish(folder, options))
            case "backup":
                return _back_up(config, options.config, folder, clock, as_json=options.json)
            case "revoke":
                revoked = _ask(config, folder, clock, {"command": "revoke", "journal_id": options.journal or ""})
                print(f"revoked {revoked['revoked']}: what it sent stays, what it sends is refused")
    except (ServerError, SyncError) as error:
        line = f"{options.config}, line {error.line}: " if isinstance(error, ConfigError) and error.line else ""
        _complain(error, line)
        return 1
    return 0


def _update(arguments: list[str]) -> int:
    try:
        print(update_command.update(arguments, lambda path: _folder(path, _read(path)[0])))
    except (ServerError, SyncError) as error:
        _complain(error)
        return 1
    return 0


def _complain(error: ServerError | SyncError, line: str = "") -> None:
    print(f"server: {line}{error}\n  what to do: {error.hint}", file=sys.stderr, flush=True)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.config is None and options.command != "backup-key":
        parser.error("the following arguments are required: --config")
    if options.command == "restore" and None in (options.file, options.secret_file):
        parser.error("restore needs the backup's file and --secret-file")
    if options.command == "move" and is_postgresql(options.to or "") is not None:
        parser.error("move needs --to postgresql://…")
    if options.command == "publish" and options.file is None:
        parser.error("publish needs the catalogue.toml or calendar.toml")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description="The office's server.")
    commands = (
        "serve", "pair", "code", "revoke", "rebuild", "export", "audit", "checkpoint", "evidence", "signs", "report",
        "backup", "backup-key", "restore", "install", "publish", "move", "update",
    )  # fmt: skip
    parser.add_argument("command", nargs="?", default="serve", choices=commands, help="what to do (default: serve)")
    parser.add_argument("file", nargs="?", type=Path, help="restore: the backup; publish: the catalogue or calendar")
    parser.add_argument("--config", type=Path, metavar="server.toml")
    parser.add_argument("--secret-file", type=Path, metavar="F", help="restore: the file with the secret from the safe")
    parser.add_argument("--dry-run", action="store_true", help="install: only say what would be done")
    parser.add_argument("--root", type=Path, metavar="DIR", help="install: into the system below this folder")
    parser.add_argument("--place", help="pair: where the machine stands, as the pages show it")
    parser.add_argument(
        "--journal", help="revoke, export: the journal, 32 hex digits (export: default the office's own)"
    )
    parser.add_argument(
        "--to",
        metavar="FILE",
        help="export: the new file (default: journal.db); evidence: the last office day; move: the database",
    )
    parser.add_argument("--day", default="", metavar="D", help="audit, checkpoint: the office day, like 2026-11-30")
    parser.add_argument("--json", action="store_true", help="audit, backup: for programs")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="audit: the language (default: en)")
    parser.add_argument("--from", dest="first", default="", metavar="D", help="evidence: the first office day")
    parser.add_argument("--out", type=Path, metavar="DIR", help="evidence, signs: the folder; report: the file")
    parser.add_argument("--paper", choices=PAPERS, default="a4", help="signs: the size (default: a4)")
    parser.add_argument(
        "--lang", type=_languages, default=LANGUAGES, metavar="th,en,my", help="signs, report: in which languages"
    )
    parser.add_argument("--month", default="", metavar="M", help="report: 2026-11, 2026-Q4 or FY2570")
    parser.add_argument("--ita", metavar="FY2570", help="report: the evidence file of this fiscal year instead")
    parser.add_argument("--items", type=Path, metavar="F", help="report --ita: the file with the items' numbers")
    parser.add_argument("--digits", choices=("latin", "local", "thai"), default="latin", help="report: on paper")
    parser.add_argument("--office", help="report: at a centre, an office's first journal, or all")
    parser.add_argument("--offices", metavar="all|ID,…", help="publish: at a centre, for these (default: for itself)")
    parser.add_argument("--catalogue", type=Path, metavar="F", help="signs: a catalogue.toml, not what kiosks show")
    return parser


def _languages(text: str) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(text.split(",")))
    strange = [each for each in asked if each not in LANGUAGES]
    if strange:
        raise argparse.ArgumentTypeError(f"{strange[0]!r} is none of {', '.join(LANGUAGES)}")
    return asked


def _out(options: argparse.Namespace) -> Path:
    return options.out or Path(options.command)


def _signs(options: argparse.Namespace, config: ServerConfig, folder: Path, now: datetime) -> str:
    from server import sign_command  # typst is large: only what prints loads it

    order = sign_command.Order(_out(options), options.paper, options.lang, options.catalogue)
    return sign_command.write_signs(config, folder, order, now)


def _report(options: argparse.Namespace, config: ServerConfig, folder: Path, now: datetime) -> str:
    from server import report_command

    language = options.lang[0] if options.lang != LANGUAGES else "th"
    period = options.ita or options.month
    out, local = options.out or Path(f"report-{period}.pdf"), options.digits != "latin"
    order = report_command.Order(period, out, language, local, options.office)
    if options.ita is not None:
        from server import ita_command

        return ita_command.write_ita(config, folder, order, options.items, now)
    return report_command.write_report(config, folder, order, now)


def _moment(clock: SystemClock) -> datetime:
    return datetime.fromtimestamp(clock.read().utc_ms / 1000, UTC)


def _read(path: Path) -> tuple[ServerConfig, str]:
    """The configuration, and the SHA-256 of its file."""
    try:
        text = path.read_bytes()
        return parse_server(text), hashlib.sha256(text).hexdigest()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint="Check the path after --config.") from error


def _folder(path: Path, config: ServerConfig) -> Path:
    folder = path.parent / config.data
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise LedgerRefused(
            f"{folder} cannot be made: {error.strerror}", hint="Check `data` in server.toml."
        ) from error
    return folder


def _serve(config: ServerConfig, digest: str, config_file: Path, folder: Path, clock: SystemClock) -> None:
    from server.office import Office  # only who serves loads the web: every other command begins in half the time
    from server.serving import CONNECTIONS

    root = config_file.parent

    def told() -> UtcMs:
        reading = clock.read()
        return reading.utc_ms if trusted(reading, config.trust, None) else UNKNOWN_TIME

    def ready(where: Mapping[str, str]) -> None:
        print("\n".join(f"{what} {told}" for what, told in where.items()), flush=True)

    def today() -> datetime:
        return datetime.now(UTC)

    async def run() -> None:
        der = certificate.load_or_make(folder, today())
        console = ConsoleCertificate(config, root, folder, today=today, host=own_host, addresses=own_addresses)
        send = _mailer(config, root)
        office = Office(
            config,
            folder,
            der,
            console,
            digest,
            send=send,
            random=random_bytes,
            clock=clock,
            told=told,
            ready=ready,
            complain=_complain,
            backing=backup_command.in_own_process(config_file),
            ways=_ways(config, root, send),
            pulse=pulse_for(os.environ, os.getpid(), time.monotonic),
        )
        await office.run()

    _allow_files(3 * CONNECTIONS + 100)
    _return_memory()
    gc.freeze()  # else what was loaded is gone through again and again: 50 ms in which nothing is answered
    _unwrapped(lambda: asyncio.run(run()))


def _mailer(config: ServerConfig, root: Path) -> mail.Send | None:
    """What hands mails over, where a mail server is named."""
    if config.mail is None:
        return None
    file = config.mail.password_file

    def password() -> str | None:
        return None if file is None else (root / file).read_text("utf-8").partition("\n")[0].strip()

    return mail.sender(config.mail, password)


def _ways(config: ServerConfig, root: Path, send: mail.Send | None) -> list[telling.Way]:
    """By which alerts leave: where mails go, and every webhook."""
    found = [] if config.mail is None or send is None else [telling.by_mail(config.mail, send, config.name)]
    for each in config.webhooks:
        file, name = root / each.secret_file, webhook.name_of(each.url)

        def secret(file: Path = file) -> bytes:
            return file.read_bytes().partition(b"\n")[0].strip()

        post = webhook.poster(each.url, secret, lambda: int(datetime.now(UTC).timestamp()))
        found.append(telling.by_webhook(name, post, config.name))
    return found


def _allow_files(wanted: int) -> None:
    """Room for every connection of all listeners beside the ledger's files, as far as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _return_memory() -> None:
    """Have glibc give large blocks back at once: else each thread that hashes passwords keeps its 19 MiB for good."""
    with contextlib.suppress(OSError, AttributeError):  # another C library has no such habit
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 1024 * 1024)


def _unwrapped(run: Callable[[], None]) -> None:
    """Raise the one ServerError out of a task group as itself."""
    try:
        run()
    except* ServerError as group:
        raise group.exceptions[0] from None


def _rebuild(config: ServerConfig, folder: Path, clock: SystemClock) -> None:
    ledger = Ledger(place_of(config.database, folder), config.zone, random_bytes)
    try:
        print(f"folded {ledger.rebuild()} facts anew", flush=True)
        print(f"reckoned {_reckon(ledger, folder, config, clock)} days anew")
    finally:
        ledger.close()


def _reckon(ledger: Ledger, folder: Path, config: ServerConfig, clock: SystemClock) -> int:
    """Make the figures of all marked days anew; how many there were."""
    with contextlib.closing(open_reader(place_of(config.database, folder))) as db:
        days, zones = marked(db), zones_of(db)
        for number, (office, day) in enumerate(days, 1):
            print(f"\r{number}/{len(days)} {day}", end="", file=sys.stderr, flush=True)
            made = reckon(db, office, day, zones.get(office, config.zone))
            with ledger.transaction():
                ledger.rollups.store(made, clock.read().utc_ms)
    return len(days)


def _publish(folder: Path, options: argparse.Namespace) -> str:
    """The running server alone has a journal to publish in."""
    done = control.ask(folder, command_of(options.file, options.offices))
    if done is None:
        raise ControlFailed("the server does not run", hint="Start it, then publish.")
    return f"{options.file}: published as version {done['number']}"


def _back_up(config: ServerConfig, config_file: Path, folder: Path, clock: SystemClock, *, as_json: bool) -> int:
    def work() -> Backup:
        return backup_command.back_up(config, config_file, folder, lambda command: _ask(config, folder, clock, command))

    print(backup_command.told(work) if as_json else backup_command.said(work()))
    return 0


def _ask(config: ServerConfig, folder: Path, clock: SystemClock, command: dict[str, Any]) -> dict[str, Any]:
    """By the running server, which has the ledger; else by taking the ledger ourselves."""
    answer = control.ask(folder, command)
    if answer is not None:
        return answer
    der = certificate.load_or_make(folder, datetime.now(UTC))
    ledger = Ledger(place_of(config.database, folder), config.zone, random_bytes)
    try:
        with ledger.transaction():
            return perform(ledger, command, der, random_bytes, clock.read().utc_ms)
    finally:
        ledger.close()


if __name__ == "__main__":
    gc.freeze()
    gc.enable()
    os.umask(0o027)
    sys.exit(main(sys.argv[1:]))
