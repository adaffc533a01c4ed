"""What displays tell in a few words: how long a service takes and what it costs, why nobody is called now. Pure."""

from datetime import datetime

from translations import load
from translations.numerals import format_date, format_time, weekday_name

# gettext: display

NO_FEE = "none"
"""What a catalogue says where there is no fee."""
URGENT = "urgent"


def service_facts(language: str, minutes: int | None, fee: str | None) -> tuple[str, ...]:
    """The standard time and the fee. `fee`: NO_FEE, an amount in baht such as "1,250.50", or a sentence of its own."""
    words = load(language, "display")
    facts = []
    if minutes is not None:
        facts.append(words.ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes))
    if fee == NO_FEE:
        facts.append(words.gettext("no fee"))
    elif fee:
        amount = fee.replace(",", "").replace(".", "").isdecimal()
        facts.append(words.gettext("{amount} baht").format(amount=fee) if amount else fee)
    return tuple(facts)


def untitled(language: str, notice: str | None) -> str:
    """What stands above a text without a title: a notice of this level (urgent, information), or the rule."""
    words = load(language, "display").gettext
    if notice is None:
        return words("How numbers are called")
    return words("Important notice") if notice == URGENT else words("Notice")


def below_still(
    language: str, why: str | None, opens: datetime | None, back: datetime | None, msgid: str | None
) -> str:
    """What is said where nobody is called: why, and when the office opens or its counters are back; else `msgid`."""
    words = load(language, "display").gettext
    if opens is not None:
        day = opens.date()
        at = f"{weekday_name(day, language)} {format_date(day, language)} {format_time(opens, language)}"
        when = words("Opens {when}").format(when=at)
    elif back is not None:
        when = words("Back at {time}").format(time=format_time(back, language))
    else:
        when = words(msgid) if msgid else ""
    return " · ".join(each for each in (why, when) if each)
