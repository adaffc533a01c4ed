"""What people are told of the backups: above the console's pages, and on the server's terminal. Texts of `office`."""

from dataclasses import dataclass
from typing import Protocol

from server import medium
from server.backups import Alarm, Failure
from server.errors import BackupFailed
from server.people import Role
from translations import N_, load

# gettext: office

NOWHERE = (
    N_("No backups are made"),
    N_(
        "If this server breaks, accounts, recordings and whatever the machines no longer have are lost. "
        "The administrator sets up [backup] in server.toml (docs/backup.md)."
    ),
)
LATE = N_("No verified backup for more than 48 hours")
NEVER = N_("There is no verified backup yet")
FAILED = N_("The last backup failed")
AGAIN = N_("It is tried again every hour.")
STAFF = N_("Tell a supervisor or the administrator.")
REASONS = {
    medium.AWAY: N_("The backup disk is not there. Connect it, and look whether it is mounted."),
    medium.SAME_DISK: N_("The backup folder lies on the server's own disk. Mount another disk there."),
    medium.FULL: N_("A disk is full. Make room; on the backup disk the oldest backups can go."),
    medium.READ_ONLY: N_("The backup disk cannot be written. Take its write protection off, or check its owner."),
    medium.DAMAGED: N_("The backup disk does not give back what it was given. Exchange it."),
}
OTHER = N_("The reason is on the server's terminal and in its log.")


class State(Protocol):
    """How it stands with the backups (server.nightly.Backups)."""

    failure: Failure | None

    @property
    def alarm(self) -> Alarm | None: ...

    @property
    def last_ms(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Banner:
    """What stands above a page, in its language."""

    alarm: Alarm
    says: str
    remedy: str

    @property
    def red(self) -> bool:
        """Whether something may be lost by now."""
        return self.alarm is Alarm.LATE


def banner(state: State, role: Role, language: str) -> Banner | None:
    """For somebody of this role. Staff see the red one only, and whom to tell."""
    alarm, words = state.alarm, load(language, "office").gettext
    if alarm is None or (role < Role.SUPERVISOR and alarm is not Alarm.LATE):
        return None
    if alarm is Alarm.NOWHERE:
        return Banner(alarm, *map(words, NOWHERE))
    says = FAILED if alarm is Alarm.FAILED else NEVER if state.last_ms is None else LATE
    if role < Role.SUPERVISOR:
        return Banner(alarm, words(says), words(STAFF))
    reason = [] if state.failure is None else [words(REASONS.get(state.failure.code, OTHER))]
    return Banner(alarm, words(says), " ".join([*reason, words(AGAIN)]))


def warning(state: State) -> BackupFailed | None:
    """The same for the server's terminal, with what the system said."""
    told = banner(state, Role.ADMINISTRATOR, "en")
    if told is None:
        return None
    because = "" if state.failure is None else f": {state.failure.text}"
    return BackupFailed(told.alarm.value, f"{told.says}{because}", hint=told.remedy)
