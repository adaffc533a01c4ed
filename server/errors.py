"""The errors of this room: one family, each with a hint of what to do."""


class ServerError(Exception):
    """Base of every error this room raises. `hint` says what the reader can do about it."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(ServerError):
    """A server.toml that cannot be used. `line` is the 1-based line of the mistake, where one can be named."""

    def __init__(self, message: str, *, hint: str, line: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.line = line


class BundleRefused(ServerError):
    """A file that cannot be offered as an update. What was offered before still is."""


class UpdateNews(ServerError):
    """What became of an update that comes from the centre: trouble, or that it is here."""


class LedgerBusy(ServerError):
    """Another process already writes this ledger."""


class LedgerDamaged(ServerError):
    """The ledger's file is not one, or was written by a newer release."""


class LedgerRefused(ServerError):
    """The disk did not take it (full, read-only, vanished). Nothing of it was stored."""


class ControlFailed(ServerError):
    """The running server did not do what its control socket was asked."""


class CertificateUnusable(ServerError):
    """The server's certificate or key cannot be read."""


class ListenFailed(ServerError):
    """An address that the configuration names cannot be listened on."""


class BodyTooLarge(ServerError):
    """A request's body goes beyond the limit."""


class Disconnected(ServerError):
    """The sender went away before its request was whole."""


class ActRefused(ServerError):
    """What staff asked for cannot be done now. `code` is for programs. Nothing changed."""

    def __init__(self, code: str, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class AccountRefused(ServerError):
    """An account cannot be changed so. The hint is a text of the catalogue; `field`: where on a form it belongs."""

    def __init__(self, message: str, *, hint: str, field: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.field = field


class ServerBusy(ServerError):
    """More was asked at once than the server takes on."""


class Refused(ServerError):
    """A request at the console that is not done. Message and hint are texts of the catalogue `console`; `code` is for
    programs, `wait_s` how many seconds to wait before the next try.
    """

    def __init__(self, status: int, code: str, message: str, *, hint: str, wait_s: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status, self.code, self.message, self.wait_s = status, code, message, wait_s


class NoSuchDay(ServerError):
    """The office has no such day on record."""


class TooMuch(ServerError):
    """More was asked for than is made at once."""


class MailFailed(ServerError):
    """A mail was not taken. `sent`: some of those it was for have it, and it is not sent again."""

    def __init__(self, message: str, *, hint: str, sent: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.sent = sent


class ComeLater(ServerError):
    """Too much is asked for at the moment, by everybody (503) or from one address (429)."""

    def __init__(self, status: int, wait_s: int, *, hint: str = "Come again later.") -> None:
        super().__init__("too much is asked for", hint=hint)
        self.status, self.wait_s = status, wait_s


class ExportFailed(ServerError):
    """Evidence could not be written where it was wanted."""


class ClipRefused(ServerError):
    """A recording that cannot be used as a clip."""


class FiguresDamaged(ServerError):
    """Stored figures that cannot be read."""


class PaperFailed(ServerError):
    """A paper that cannot be made: a sign or a report."""


class BackupFailed(ServerError):
    """A backup was not made, or not verified. `code` is for programs (server.medium)."""

    def __init__(self, code: str, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class BackupDamaged(ServerError):
    """What is read is no whole backup."""


class SecretUnusable(ServerError):
    """A secret that is none, or that opens another backup."""


class RestoreRefused(ServerError):
    """A backup cannot be restored here. Nothing was changed."""


class InstallRefused(ServerError):
    """The service cannot be installed so."""


class NoSuchPeriod(ServerError):
    """A report was asked for of something that is no period, or of an office that is not known here."""


class Mistaken(ServerError):
    """Something went wrong beside the answers that nobody had thought of: what follows a commit, or relaying."""


class DeliveryFailed(ServerError):
    """A webhook's receiver did not take an alert. It is sent again."""


class PreviewFailed(ServerError):
    """Pictures of screens and tickets could not be drawn."""
