"""What is told of a service in a few words beside its steps: how long it takes, what it costs. Pure."""

from translations import load

# gettext: display

NO_FEE = "none"
"""What a catalogue says where there is no fee."""


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
