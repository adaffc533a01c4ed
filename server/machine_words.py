"""What the console tells of a machine beside what the office's page tells of it: its program, its clock."""

from server.office_desk import OfficeDesk
from server.reading import Clock, Device
from server.update_words import update_words
from translations import N_, load

# gettext: editor

SOURCES = {
    "ntp": N_("network time"),
    "rtc": N_("a clock of its own"),
    "office": N_("this server"),
    "staff": N_("staff"),
    "system": N_("its system, as its settings say"),
}
"""Who vouches for a clock (sync.facts.ClockAnchored)."""
NEVER = N_("nobody vouches for it yet")
SINCE = N_("not certain since it was started again; before that: {clock}")


def more(device: Device, clock: Clock | None, desk: OfficeDesk, language: str) -> list[tuple[str, str]]:
    """(label, value), in this language."""
    words = load(language, "editor")
    told = [
        (words.gettext("Program"), device.release or "–"),
        *update_words(desk.update_of(device.journal_id), language),
    ]
    if clock is None:
        return [*told, (words.gettext("Clock"), words.gettext(NEVER))]
    by = words.gettext(SOURCES[clock.source]) if clock.source in SOURCES else clock.source
    give_or_take = f"{clock.uncertainty_ms / 1000:.1f}"
    said = words.gettext("{when}, by {source}, give or take {seconds} s").format(
        when=desk.seen(clock.at_ms, language), source=by, seconds=give_or_take
    )
    return [*told, (words.gettext("Clock"), said if clock.sure else words.gettext(SINCE).format(clock=said))]
