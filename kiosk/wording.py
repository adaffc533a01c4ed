"""The codes of what can be wrong, in words for citizens. Pure."""

from collections.abc import Mapping

from sync.catalogue import Fee, ServiceText, baht
from translations import N_, Catalogue, load

REASONS: Mapping[str, str] = {
    "paper-out": N_("The printer has no paper"),
    "cover-open": N_("The printer cover is open"),
    "cutter": N_("The paper cutter is jammed"),
    "offline": N_("The printer is not ready"),
    "unreachable": N_("The printer does not answer"),
    "disk-full": N_("The memory is full"),
    "disk-read-only": N_("The memory cannot be written"),
    "disk-failed": N_("The memory cannot be written"),
    "config": N_("The settings cannot be read"),
    "not-started": N_("The ticket could not be printed"),
    "interrupted": N_("The ticket could not be printed"),
    "uncertain": N_("It is not certain that the ticket was printed"),
}


def texts(language: str) -> Catalogue:
    """The kiosk's texts in a language."""
    return load(language, "kiosk")


def reason(code: str, language: str) -> str:
    """What is wrong; a code that is not known here says that tickets cannot be given."""
    return texts(language).gettext(REASONS.get(code, N_("Tickets cannot be given right now")))


def fee(value: Fee, text: ServiceText, language: str) -> str:
    """The fee as a citizen reads it; "none" is said."""
    spoken = texts(language)
    if value == "none":
        return spoken.gettext("none")
    if value == "varies":
        return text.fee_note or spoken.gettext("none")
    return spoken.gettext("{amount} baht").format(amount=baht(value))


def minutes(count: int, language: str) -> str:
    """The standard time."""
    return texts(language).ngettext("{minutes} minute", "{minutes} minutes", count).format(minutes=count)
