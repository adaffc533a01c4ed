"""The console's certificate on the disk: by the office's own authority, or files that somebody else made.

authority.pem   made at the first start, ten years; taught to the browsers of the office (the page /certificate)
console.pem     made from it at every start and while running, whenever names change or its end comes near
"""

import ssl
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from server.authority import Pair, make_authority, make_leaf, missing, permitted, read_pair, still_good
from server.config import ServerConfig
from server.errors import CertificateUnusable
from server.names import Names, names_of
from sync.keys import write_durably

AUTHORITY_FILE = "authority.pem"
LEAF_FILE = "console.pem"
LOOK_SECONDS = 15 * 60
"""How often names and dates are looked at while the server runs: an address can change at any time."""


class ConsoleCertificate:
    """What the console's listener shows. Use `files` for it; call `look` now and then with its TLS context."""

    def __init__(
        self,
        config: ServerConfig,
        root: Path,
        folder: Path,
        *,
        today: Callable[[], datetime],
        host: Callable[[], str],
        addresses: Callable[[], Iterable[str]],
    ) -> None:
        """Read or make what is needed. `root`: what paths in server.toml are relative to; `folder`: the server's data.

        Raises CertificateUnusable.
        """
        self._config, self._folder = config, folder
        self._today, self._host, self._addresses = today, host, addresses
        self._loaded: list[bytes] = []
        self._authority: Pair | None = None
        if config.console_certificate is None or config.console_key is None:
            self.files = folder / LEAF_FILE, folder / LEAF_FILE
            self._authority = self._own_authority()
            self._renew(self._authority)
        else:
            self.files = root / config.console_certificate, root / config.console_key
            check_files(*self.files)
        self._loaded = self._contents()

    @property
    def names(self) -> Names:
        """Where the console is found now."""
        config = self._config
        found = names_of(config.console.host, self._host(), self._addresses(), config.console_names)
        return found if self._authority is None else permitted(self._authority, found)

    @property
    def authority(self) -> bytes | None:
        """The certificate that browsers have to be taught (DER); None where somebody else vouches."""
        return None if self._authority is None else self._authority.der

    def look(self, context: ssl.SSLContext) -> bool:
        """Renew what is due, and have the listener show what is new; connections that stand are not touched.

        Says whether anything was new. Raises CertificateUnusable, and the listener goes on with what it has.
        """
        if self._authority is not None:
            self._renew(self._authority)
        try:
            found = self._contents()
        except OSError as error:
            raise _unreadable(self.files, error) from error
        if found == self._loaded:
            return False
        check_files(*self.files)
        context.load_cert_chain(*self.files)
        self._loaded = found
        return True

    def _contents(self) -> list[bytes]:
        return [path.read_bytes() for path in self.files]

    def _own_authority(self) -> Pair:
        path, config = self._folder / AUTHORITY_FILE, self._config
        names = names_of(config.console.host, self._host(), self._addresses(), config.console_names)
        if not path.exists():
            name = config.name.get("en") or next(iter(config.name.values()))
            write_durably(path, make_authority(name, names, self._today()).pem, mode=0o600)
        try:
            found = read_pair(path.read_bytes())
            astray = missing(config.console_names, permitted(found, names))
        except (OSError, ValueError, TypeError, x509.ExtensionNotFound) as error:
            raise CertificateUnusable(f"{path} cannot be read: {error}", hint=_LOST) from error
        if astray:
            raise CertificateUnusable(f"{path} may not vouch for {', '.join(astray)}", hint=_OTHER_NAMES)
        return found

    def _renew(self, authority: Pair) -> None:
        path, names, now = self._folder / LEAF_FILE, self.names, self._today()
        try:
            good = still_good(authority, read_pair(path.read_bytes()), names, now)
        except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
            good = False  # none yet, or a damaged one: it costs nothing to make another
        if not good:
            try:
                write_durably(path, make_leaf(authority, names, now).pem, mode=0o600)
            except ValueError as error:  # the clock stands after the authority's end
                raise CertificateUnusable(f"no certificate can be made: {error}", hint=_ENDED) from error


def check_files(certificate: Path, key: Path) -> None:
    """Whether a server could show these. Raises CertificateUnusable with what to do."""
    try:
        chain = x509.load_pem_x509_certificates(certificate.read_bytes())
        own = load_pem_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise _unreadable((certificate, key), error) from error
    if chain[0].public_key() != own.public_key():
        hint = "`certificate` under [console] holds the server's own certificate first, then those that vouch for it."
        raise CertificateUnusable(f"{certificate} and {key} do not belong together", hint=hint)


def _unreadable(files: tuple[Path, Path], error: Exception) -> CertificateUnusable:
    hint = "Check `certificate` and `key` under [console] in server.toml: two PEM files, the key without a password."
    return CertificateUnusable(f"{files[0]} and {files[1]} cannot be used: {error}", hint=hint)


_LOST = (
    "Restore it from a backup. Without one, delete it: a new authority is made, and every tablet and PC has to be "
    "taught it anew (the page /certificate)."
)
_OTHER_NAMES = (
    "It was made for other names. Take these out of `names` under [console], or delete the file: a new authority is "
    "made, and every tablet and PC has to be taught it anew (the page /certificate)."
)
_ENDED = (
    "Check the machine's date. If it is right, the authority has had its ten years: delete authority.pem, and teach "
    "the new one to every tablet and PC (the page /certificate)."
)
