"""The bytes of a backup: a tar of the server's files, compressed, in the age format (age-encryption.org/v1).

Anybody with the secret opens one without us: `age --decrypt -i secret.txt BACKUP | tar xz`. Its first member,
`manifest.json`, says what else is in it.
"""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import Any, BinaryIO

import msgspec
import pyrage

from server.errors import BackupDamaged, SecretUnusable
from sync.types import UtcMs

FORMAT = "scorecard-backup/1"
MANIFEST = "manifest.json"
CHUNK = 1 << 20
_LEVEL = 4
"""Of gzip: what a Raspberry Pi does with a year of an office in a minute or two."""
_MANIFEST_MOST = 64 << 20


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds: each journal as (seq, chain in hex) of its last fact, each file with its SHA-256 in hex."""

    format: str
    release: str
    server_id: str
    at_ms: UtcMs
    journals: dict[str, tuple[int, str]]
    files: dict[str, str]


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Sink:
    """Counts and hashes what goes by. It remembers why the file took no more: the library tells that as a text only."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._hash = file, hashlib.sha256()
        self.size = 0
        self.trouble: OSError | None = None

    def write(self, data: bytes) -> int:
        """Pass it on, all of it."""
        try:
            self._file.write(data)
        except OSError as error:
            self.trouble = error
            raise
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held here."""

    @property
    def digest(self) -> str:
        """SHA-256 of all that was written, in hex."""
        return self._hash.hexdigest()


def pack(manifest: Manifest, folder: Path, to: Sink, recipients: Sequence[Any]) -> None:
    """Write the backup of the manifest's files, which lie in `folder`. Raises OSError."""

    def archive(pipe: BinaryIO) -> None:
        with (
            gzip.GzipFile(fileobj=pipe, mode="wb", compresslevel=_LEVEL, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            said = msgspec.json.encode(manifest)
            tar.addfile(_member(MANIFEST, len(said), manifest), io.BytesIO(said))
            for name in manifest.files:
                path = folder / name
                with path.open("rb") as file:
                    tar.addfile(_member(name, path.stat().st_size, manifest), file)

    with _beside(archive) as pipe:
        try:
            pyrage.encrypt_io(pipe, to, list(recipients))
        except (pyrage.EncryptError, OSError) as error:
            raise (to.trouble or OSError(str(error))) from error
    if to.trouble is not None:  # what the library does not tell of a file that ends within its buffer
        raise to.trouble


def unpack(backup: BinaryIO, identities: Sequence[Any], folder: Path) -> Manifest:
    """Put the files of a backup into this folder, durably, and return what they are.

    Raises BackupDamaged where one bit is otherwise than it was written, SecretUnusable where the identities open
    another backup, OSError where the folder takes no more.
    """

    with _told(), _beside(_decrypting(backup, identities)) as pipe, gzip.GzipFile(fileobj=pipe) as zipped:
        with tarfile.open(fileobj=zipped, mode="r|") as tar:
            manifest = _unpacked(tar, folder)
        while zipped.read(CHUNK):  # to the very end: a backup that is cut there is found too
            pass
    return manifest


def first_file(backup: BinaryIO, identities: Sequence[Any]) -> tuple[Manifest, str, bytes]:
    """What a backup holds, and its first file: (manifest, name, content). Raises like `unpack`."""
    with (
        _told(),
        _beside(_decrypting(backup, identities), to_the_end=False) as pipe,
        gzip.GzipFile(fileobj=pipe) as zipped,
        tarfile.open(fileobj=zipped, mode="r|") as tar,
    ):
        manifest, member = _manifest(tar), tar.next()
        if member is None:
            raise BackupDamaged("there is nothing in the backup", hint=_DAMAGED)
        return manifest, member.name, _body(tar, member).read()


def _decrypting(backup: BinaryIO, identities: Sequence[Any]) -> Callable[[BinaryIO], None]:
    def decrypt(pipe: BinaryIO) -> None:
        pyrage.decrypt_io(backup, pipe, list(identities))

    return decrypt


@contextmanager
def _told() -> Iterator[None]:
    """What the libraries say of a backup, in our own errors."""
    try:
        yield
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise SecretUnusable("the secret does not open this backup", hint=_OTHER_SECRET) from error
        raise BackupDamaged(f"the backup cannot be decrypted: {error}", hint=_DAMAGED) from error
    except (tarfile.TarError, EOFError, zlib.error, msgspec.DecodeError) as error:
        raise BackupDamaged(f"the backup cannot be read: {error}", hint=_DAMAGED) from error
    except OSError as error:
        if error.errno is None:  # not the system's: what is read is no whole stream
            raise BackupDamaged(f"the backup cannot be read: {error}", hint=_DAMAGED) from error
        raise


def _manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    if first is None or first.name != MANIFEST or first.size > _MANIFEST_MOST:
        raise BackupDamaged("the file is no backup of a server", hint=_DAMAGED)
    manifest = msgspec.json.decode(_body(tar, first).read(), type=Manifest)
    if manifest.format != FORMAT:
        raise BackupDamaged(f"a newer release wrote this backup: {manifest.format}", hint="Install that release.")
    return manifest


def _unpacked(tar: tarfile.TarFile, folder: Path) -> Manifest:
    manifest = _manifest(tar)
    missing = dict(manifest.files)
    while (member := tar.next()) is not None:
        wanted = missing.pop(member.name, None)
        if wanted is None or not member.isreg() or not _stays_inside(member.name):
            raise BackupDamaged(f"{member.name} does not belong into a backup", hint=_DAMAGED)
        if _written(folder / member.name, _body(tar, member)) != wanted:
            raise BackupDamaged(f"{member.name} is not what was backed up", hint=_DAMAGED)
    if missing:
        raise BackupDamaged(f"{', '.join(missing)} is missing", hint=_DAMAGED)
    return manifest


def _body(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    body = tar.extractfile(member)
    if body is None:
        raise BackupDamaged(f"{member.name} is no file", hint=_DAMAGED)
    return body


def _written(path: Path, body: BinaryIO) -> str:
    """Write a file durably; the SHA-256 of what was written."""
    digest = hashlib.sha256()
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while part := body.read(CHUNK):
            file.write(part)
            digest.update(part)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _member(name: str, size: int, manifest: Manifest) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, manifest.at_ms // 1000
    return member


@contextmanager
def _beside(work: Callable[[BinaryIO], None], *, to_the_end: bool = True) -> Iterator[BinaryIO]:
    """The reading end of a pipe that `work` fills in a thread of its own; what `work` raised is raised at the end."""
    source, target = os.pipe()
    raised: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(target, "wb", buffering=CHUNK) as pipe:
                work(pipe)
        except BaseException as error:  # noqa: BLE001 whatever it is, it is raised by who waits
            raised.append(error)

    thread = Thread(target=run, name="archive")
    thread.start()
    try:
        with os.fdopen(source, "rb", buffering=CHUNK) as pipe:
            yield pipe
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error):
        thread.join()
        _raise(raised)  # why the pipe ended early is the better reason
        raise
    finally:
        thread.join()
    if to_the_end:
        _raise(raised)


def _raise(raised: Sequence[BaseException]) -> None:
    for error in raised:
        if not isinstance(error, BrokenPipeError):
            raise error


_DAMAGED = "Take another backup: the one before, or one from another medium."
_OTHER_SECRET = "Look for the secret that belongs to the key under `for` in [backup] of that server's server.toml."
