"""The calling rule in words, made from the settings in force: short for a display, long for the wall and the web.

Changing a setting changes the text. It says what P means and never why somebody has it.
"""

# gettext: queue

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from translations import Catalogue, load
from translations.errors import UnknownRuleError

VERSION = 1
"""The version of the rule that these words tell (sync.rule.VERSIONS)."""


class Rule(Protocol):
    """The settings in force, as sync.facts_office.RuleAdopted has them; `no_show_ms` in milliseconds."""

    @property
    def rule(self) -> int: ...
    @property
    def priority_rate(self) -> int: ...
    @property
    def overtakes(self) -> int: ...
    @property
    def returned_place(self) -> int: ...
    @property
    def parked_place(self) -> int: ...
    @property
    def no_show_ms(self) -> int: ...
    @property
    def recalls(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One thing that the rule says. `key` is the same in every language."""

    key: str
    title: str
    text: str


def title(rule: Rule, language: str) -> str:
    """What the sheet is headed with. Raises UnknownRuleError."""
    words = _words(rule, language)
    name, version = words.gettext("The calling rule"), words.gettext("Version {version}")
    return f"{name} · {version.format(version=rule.rule)}"


def short(rule: Rule, language: str) -> tuple[str, ...]:
    """The rule in a few lines, for a display. Raises UnknownRuleError."""
    words = _words(rule, language)
    if rule.overtakes < 1:
        lines = [words.gettext("In the order of arrival")]
    else:
        lines = [words.gettext("Longest wait first")]
        if rule.priority_rate > 1:
            lines.append(_count(words, _waiting_counts, rule.priority_rate))
        lines.append(_count(words, _goes_first, rule.overtakes))
    if rule.returned_place > 0:
        lines.append(_count(words, _missed_after, rule.returned_place))
    else:
        lines.append(words.gettext("Missed the call: among the next after coming back"))
    return tuple(lines)


def long(rule: Rule, language: str) -> tuple[Paragraph, ...]:
    """The whole rule, for the wall sheet and the web. Raises UnknownRuleError."""
    words = _words(rule, language)
    return (
        Paragraph("order", words.gettext("Who is next"), _order(words, rule)),
        Paragraph("priority", words.gettext("Priority"), _priority(words, rule)),
        Paragraph("cap", words.gettext("The limit"), _cap(words, rule)),
        Paragraph("missed", words.gettext("Missed the call"), _joined(_called(words, rule), _returned(words, rule))),
        Paragraph("errand", words.gettext("Sent on an errand"), _parked(words, rule)),
        *_always(words),
    )


def online(share: int, head_minutes: int, language: str) -> Paragraph:
    """What places asked for from phones count for, where an office gives them (sync.online)."""
    words = load(language, "queue")
    told = words.gettext(
        "Where a place was asked for from a phone, waiting counts from then, but from no earlier than {minutes} minutes"
        " before the code was typed in the hall."
        " At most {share} of 100 tickets of a service within an hour count so, and one always."
        " The limit holds for them as for all others."
    )
    return Paragraph("online", words.gettext("Places from phones"), told.format(minutes=head_minutes, share=share))


def _always(words: Catalogue) -> tuple[Paragraph, ...]:
    """What no setting changes."""
    visit = words.gettext(
        "A ticket keeps its waiting time for the next service of a visit, and where it is sent on to another service."
    )
    closing = words.gettext(
        "No waiting ticket expires. Whoever is not served before closing is called first on the next working day."
    )
    exceptions = words.gettext("Staff call another number only with a reason from a fixed list, which stays on record.")
    proof = _joined(
        words.gettext(
            "Every call stays on record with its time and this rule, so that anyone can replay each day."
            " The office shows it on request."
        ),
        words.gettext("The proof code on a ticket shows that it is in that record."),
    )
    return (
        Paragraph("visit", words.gettext("Several services"), visit),
        Paragraph("closing", words.gettext("Closing"), closing),
        Paragraph("exceptions", words.gettext("Exceptions"), exceptions),
        Paragraph("proof", words.gettext("Proof"), proof),
    )


def _words(rule: Rule, language: str) -> Catalogue:
    if rule.rule != VERSION:
        hint = "The day was served by a newer release: read the rule there."
        raise UnknownRuleError(f"there are no words for version {rule.rule} of the calling rule", hint=hint)
    return load(language, "queue")


def _joined(*sentences: str) -> str:
    return " ".join(sentences)


Counted = Callable[[Catalogue, int], str]


def _count(words: Catalogue, text: Counted, count: int) -> str:
    return text(words, count).format(count=count)


def _waiting_counts(words: Catalogue, n: int) -> str:
    return words.ngettext("With P, waiting counts {count} time", "With P, waiting counts {count} times", n)


def _goes_first(words: Catalogue, n: int) -> str:
    return words.ngettext("At most {count} later ticket goes first", "At most {count} later tickets go first", n)


def _missed_after(words: Catalogue, n: int) -> str:
    return words.ngettext("Missed the call: after {count} other", "Missed the call: after {count} others", n)


def _order(words: Catalogue, rule: Rule) -> str:
    first = (
        words.gettext("Tickets are called in the order in which they came.")
        if rule.overtakes < 1
        else words.gettext("Whoever has waited longest is called first.")
    )
    return _joined(first, words.gettext("Each counter calls only for the services that it offers."))


def _priority(words: Catalogue, rule: Rule) -> str:
    if rule.priority_rate <= 1 or rule.overtakes < 1:
        means = words.gettext("P on a ticket means priority. In this office it does not change the order.")
    else:
        minutes = words.ngettext(
            "P on a ticket means priority: one minute of waiting counts as {count} minute.",
            "P on a ticket means priority: one minute of waiting counts as {count} minutes.",
            rule.priority_rate,
        )
        means = minutes.format(count=rule.priority_rate)
    return _joined(means, words.gettext("Why is never asked, printed or shown."))


def _cap(words: Catalogue, rule: Rule) -> str:
    if rule.overtakes < 1:
        return words.gettext("Nobody who came later is called before somebody who came earlier.")
    most = words.ngettext(
        "At most {count} later ticket is called before an earlier one, at counters that serve it. Then the earlier one"
        " goes before all later ones.",
        "At most {count} later tickets are called before an earlier one, at counters that serve it. Then the earlier"
        " one goes before all later ones.",
        rule.overtakes,
    )
    return most.format(count=rule.overtakes)


def _called(words: Catalogue, rule: Rule) -> str:
    """How often, and over how long, before somebody counts as not there: the first call and its repetitions."""
    seconds, calls = -(-rule.no_show_ms // 1000), rule.recalls + 1
    time = words.ngettext("{count} second", "{count} seconds", seconds).format(count=seconds)
    called = words.ngettext(
        "A number is called {count} time, over at least {time}.",
        "A number is called {count} times, over at least {time}.",
        calls,
    )
    return called.format(count=calls, time=time)


def _returned(words: Catalogue, rule: Rule) -> str:
    if rule.returned_place < 1:
        return words.gettext("Whoever comes back says so at the kiosk and is among the next to be called.")
    after = words.ngettext(
        "Whoever comes back says so at the kiosk and is called after {count} other.",
        "Whoever comes back says so at the kiosk and is called after {count} others.",
        rule.returned_place,
    )
    return after.format(count=rule.returned_place)


def _parked(words: Catalogue, rule: Rule) -> str:
    needs = words.gettext("Whoever staff send for a copy, a form or a payment needs no new ticket.")
    if rule.parked_place < 1:
        return _joined(needs, words.gettext("On coming back they are among the next to be called."))
    after = words.ngettext(
        "On coming back they are called after {count} other.",
        "On coming back they are called after {count} others.",
        rule.parked_place,
    )
    return _joined(needs, after.format(count=rule.parked_place))
