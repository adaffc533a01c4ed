"""What each part of a layout puts on a ticket: parts → blocks. Pure.

Of a visit with several services each has a key, 1 to 5. What is the same for several is said once, with their keys.
"""

# gettext: ticket

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TypeVar

from kiosk.paper_blocks import (
    Block,
    Entries,
    Entry,
    Group,
    Line,
    Listing,
    Number,
    Pair,
    Pairs,
    Proof,
    Rank,
    Rule,
    Space,
)
from kiosk.ticket_data import Layout, Part, PartName, Ticket, Tongues
from sync.catalogue import Service, baht
from translations import Catalogue as Texts
from translations import load
from translations.breaks import break_opportunities
from translations.numerals import buddhist_year, format_date, format_time, local_digits

PRIORITY = "P"
"""Never why (the office publishes who may have it)."""

NO_BREAK = "\u00a0"
WORD_JOINER = "\u2060"
_Said = TypeVar("_Said")


@dataclass(frozen=True, slots=True)
class Copy:
    """One ticket and its layout, as the parts read them."""

    ticket: Ticket
    layout: Layout
    texts: Texts

    @property
    def several(self) -> bool:
        """Whether the visit has more than one service."""
        return len(self.ticket.services) > 1

    def tongues(self, wanted: Tongues) -> tuple[str, ...]:
        """The languages that a part is said in, the ticket's own first."""
        own, known = self.ticket.language, self.ticket.languages
        rest = {"own": (), "own+staff": known[:1], "all": known}[wanted]
        return (own, *(each for each in rest if each != own))

    def by_key(self, say: Callable[[Service], _Said]) -> list[tuple[str | None, _Said]]:
        """What is said of the services, each saying once, with the keys of those it is for (None: of all)."""
        found: dict[_Said, list[int]] = {}
        for index, service in enumerate(self.ticket.services):
            found.setdefault(say(service), []).append(index + 1)
        if len(found) == 1:
            return [(None, said) for said in found]
        return [(_keys(keys), said) for said, keys in found.items()]


def blocks_of(part: Part, copy: Copy) -> list[Block]:
    """The blocks of this part, none where there is nothing to say. CatalogueError where a service lacks a language."""
    return _MAKERS[part.name](part, copy)


def grouped(witness: str) -> str:
    """The witness in groups of four, as it is read aloud and typed."""
    return " ".join(witness[i : i + 4] for i in range(0, len(witness), 4))


def _logo(part: Part, copy: Copy) -> list[Block]:
    return [copy.layout.logo] if copy.layout.logo is not None else []


def _lines(part: Part, copy: Copy, texts: Mapping[str, str], rank: Rank, *, bold: bool = False) -> list[Block]:
    """A text in the part's languages; the further ones one rank below."""
    made: list[Block] = []
    own_rank = part.rank or rank
    for language in copy.tongues(part.languages or "own"):
        own = language == copy.ticket.language
        heavy = bold if part.bold is None else part.bold
        made.append(Line(texts[language], language, own_rank if own else "small", bold=heavy and own))
    return made


def _office(part: Part, copy: Copy) -> list[Block]:
    return _lines(part, copy, {**copy.ticket.office, **copy.layout.header}, "body", bold=True)


def _number(part: Part, copy: Copy) -> list[Block]:
    return [Number(copy.ticket.label, PRIORITY if copy.ticket.priority else None)]


def _title(part: Part, copy: Copy) -> list[Block]:
    ticket = copy.ticket
    name, local = copy.texts.gettext("Queue ticket"), local_digits(ticket.label, ticket.language)
    text = name if local == ticket.label else f"{name}  {local}"
    return [Line(text, ticket.language, part.rank or "body", bold=bool(part.bold))]


def _moment(part: Part, copy: Copy) -> list[Block]:
    """When it was issued, with the year in the other era too: papers of the country use the one, most readers both."""
    ticket, language = copy.ticket, copy.ticket.language
    time = _unbroken(format_time(ticket.issued, language), language)
    text = f"{in_both_eras(ticket.issued.date(), language)}  {time}"
    return [Line(text, language, part.rank or "small", bold=bool(part.bold))]


def in_both_eras(day: date, language: str) -> str:
    """The date in words, its year in the other era too; no number is parted from its word."""
    texts = load(language, "ticket")
    if language == "th":
        year = texts.gettext("C.E. {year}").format(year=day.year)
    else:
        year = texts.gettext("B.E. {year}").format(year=buddhist_year(day))
    told = re.sub(r"(?<=\d) ", NO_BREAK, format_date(day, language))
    return f"{told} {_unbroken(f'({year})', language)}"


def _unbroken(text: str, language: str) -> str:
    """The text, forbidden to break over two lines."""
    ends = [0, *break_opportunities(text, language), len(text)]
    pieces = [text[start:end].replace(" ", NO_BREAK) for start, end in pairwise(ends)]
    return WORD_JOINER.join(pieces)


def _times(count: int) -> str | None:
    return f"×{NO_BREAK}{count}" if count > 1 else None


def _services(part: Part, copy: Copy) -> list[Block]:
    """The service as the title of what follows; of a visit with several, the list of them."""
    ticket = copy.ticket
    tongues = copy.tongues(part.languages or "own+staff")
    bold = part.bold is not False
    if not copy.several:
        name, times = ticket.service.text(ticket.language).name, _times(ticket.counts[0])
        made: list[Block] = [Line(f"{name} {times}" if times else name, tongues[0], part.rank or "title", bold=bold)]
        return made + [Line(ticket.service.text(each).name, each, "small") for each in tongues[1:]]
    rows = tuple(
        Entry(
            str(index + 1),
            service.text(ticket.language).name,
            _times(ticket.counts[index]),
            tuple((service.text(each).name, each) for each in tongues[1:]),
        )
        for index, service in enumerate(ticket.services)
    )
    return [Entries(rows, ticket.language, part.rank or "body", bold=bold)]


def _staff_name(part: Part, copy: Copy) -> list[Block]:
    """The services in the staff's language, where the ticket is in another."""
    staff, rank, bold = copy.ticket.languages[0], part.rank or "small", bool(part.bold)
    if staff == copy.ticket.language:
        return []
    names = [service.text(staff).name for service in copy.ticket.services]
    if not copy.several:
        return [Line(names[0], staff, rank, bold=bold)]
    return [Entries(tuple(Entry(str(n), name) for n, name in enumerate(names, 1)), staff, rank, bold=bold)]


def _people_ahead(part: Part, copy: Copy) -> list[Block]:
    if copy.ticket.ahead is None:
        return []
    return [Pairs((Pair(copy.texts.gettext("People ahead"), str(copy.ticket.ahead)),), copy.ticket.language)]


def _waiting(part: Part, copy: Copy) -> list[Block]:
    if copy.ticket.wait is None:
        return []
    least, most = copy.ticket.wait
    if least == most:
        value = _minutes(most, copy.texts)
    else:
        value = copy.texts.gettext("{least}–{most} minutes").format(least=least, most=most)
    return [Pairs((Pair(copy.texts.gettext("Expected wait"), value),), copy.ticket.language)]


def _minutes(minutes: int, texts: Texts) -> str:
    return texts.ngettext("{minutes} minute", "{minutes} minutes", minutes).format(minutes=minutes)


def _pairs(label: str, copy: Copy, say: Callable[[Service], tuple[str, str | None]]) -> list[Block]:
    rows = [
        Pair(label if index == 0 else "", value, note, key)
        for index, (key, (value, note)) in enumerate(copy.by_key(say))
    ]
    return [Pairs(tuple(rows), copy.ticket.language)]


def _fee(part: Part, copy: Copy) -> list[Block]:
    """Never left out: "none" is said."""

    def say(service: Service) -> tuple[str, str | None]:
        note = service.text(copy.ticket.language).fee_note
        if service.fee == "none":
            return copy.texts.gettext("none"), note
        if service.fee == "varies":
            return note or "", None
        return copy.texts.gettext("{amount} baht").format(amount=baht(service.fee)), note

    return _pairs(copy.texts.gettext("Fee"), copy, say)


def _time(part: Part, copy: Copy) -> list[Block]:
    return _pairs(
        copy.texts.gettext("Standard time"), copy, lambda service: (_minutes(service.minutes, copy.texts), None)
    )


def _documents(part: Part, copy: Copy) -> list[Block]:
    """Below the names of the services that need them; one that several need stands once, below their keys."""
    ticket, title = copy.ticket, copy.texts.gettext("Documents")
    none = copy.texts.gettext("none")
    needed: dict[str, list[int]] = {}
    empty: list[int] = []
    for key, service in enumerate(ticket.services, 1):
        documents = service.text(ticket.language).documents
        if not documents:
            empty.append(key)
        for each in documents:
            keys = needed.setdefault(f"{each.text} ({each.when})" if each.when else each.text, [])
            if key not in keys:
                keys.append(key)
    if not needed:
        return [Pairs((Pair(title, none),), ticket.language)]
    groups: dict[tuple[int, ...], list[str]] = {}
    for text, keys in needed.items():
        groups.setdefault(tuple(keys), []).append(text)
    if empty:
        groups[tuple(empty)] = [none]
    if len(groups) == 1:
        return [Listing(title, (Group(tuple(needed)),), ticket.language)]
    made = tuple(_group(tuple(items), keys, copy) for keys, items in sorted(groups.items()))
    return [Listing(title, made, ticket.language)]


def _group(items: tuple[str, ...], keys: tuple[int, ...], copy: Copy) -> Group:
    """Items below the service's key and name; below the keys alone where they are for several."""
    if len(keys) > 1:
        return Group(items, _keys(keys))
    return Group(items, _keys(keys), copy.ticket.services[keys[0] - 1].text(copy.ticket.language).name)


def _keys(keys: Iterable[int]) -> str:
    return " · ".join(map(str, keys))


def _steps(part: Part, copy: Copy) -> list[Block]:
    language, services = copy.ticket.language, copy.ticket.services
    steps = [service.text(language).steps for service in services]
    groups = [_group(each, (key,), copy) if copy.several else Group(each) for key, each in enumerate(steps, 1)]
    return [Listing(copy.texts.gettext("Steps"), tuple(groups), language, numbered=True)]


def _proof(part: Part, copy: Copy) -> list[Block]:
    ticket, texts = copy.ticket, copy.texts
    rows = (Pair(texts.gettext("Code"), ticket.code), Pair(texts.gettext("Proof code"), grouped(ticket.witness)))
    return [Proof(ticket.url, texts.gettext("Check this ticket"), rows, ticket.language)]


def _complaints(part: Part, copy: Copy) -> list[Block]:
    """Where to complain, each place once."""
    made: list[Block] = []
    tongues = copy.tongues(part.languages or "own")
    places = [tuple((each, service.text(each).complaints) for each in tongues) for service in copy.ticket.services]
    for place in dict.fromkeys(places):
        made += _lines(part, copy, {each: _labelled(each, text) for each, text in place}, "small")
    return made


def _labelled(language: str, text: str) -> str:
    label = load(language, "ticket").gettext("Complaints")
    return f"{label}: {text}"


def _text(part: Part, copy: Copy) -> list[Block]:
    return _lines(part, copy, part.texts, "small")


def _rule(part: Part, copy: Copy) -> list[Block]:
    return [Rule()]


def _space(part: Part, copy: Copy) -> list[Block]:
    return [Space(part.mm)]


_MAKERS: Mapping[PartName, Callable[[Part, Copy], list[Block]]] = {
    "logo": _logo,
    "office": _office,
    "number": _number,
    "title": _title,
    "moment": _moment,
    "services": _services,
    "staff-name": _staff_name,
    "people-ahead": _people_ahead,
    "waiting": _waiting,
    "fee": _fee,
    "time": _time,
    "documents": _documents,
    "steps": _steps,
    "proof": _proof,
    "complaints": _complaints,
    "text": _text,
    "rule": _rule,
    "space": _space,
}
