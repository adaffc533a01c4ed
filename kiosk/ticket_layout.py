"""The ticket as data: what stands on it, in which order and rank. Pure; kiosk.paper draws it.

The citizen's own language leads. The number is in Latin digits, the same for everyone in the hall, and once more in the
language's own digits. Below the service stands its name in the office's first language, for the staff who take the
ticket in hand. A fee or a document list is never left out: "none" is said.
"""

# gettext: ticket

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sync.catalogue import Catalogue, Service, baht
from translations import LANGUAGES, load
from translations import Catalogue as Texts
from translations.numerals import buddhist_year, format_date, format_time, local_digits

Rank = Literal["small", "body", "title", "heading"]
"""A size of fonts.tokens, [paper.capital_mm]."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one ticket says. `issued`: office time, without zone. `url`: where the QR leads (None: no server).

    `office`: its name by language. `languages`: those of the kiosk, the staff's first. `copy`: an earlier paper of
    this number may exist.
    """

    label: str
    service: Service
    language: str
    issued: datetime
    office: Mapping[str, str]
    languages: tuple[str, ...]
    code: str
    witness: str
    url: str | None = None
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Banner:
    """White on black across the paper."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Line:
    """Centred text, broken over as many lines as it needs."""

    text: str
    language: str
    rank: Rank
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """The hero: as large as the paper lets it be."""

    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """What something is, its value, and perhaps a note to it in small print."""

    label: str
    value: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels on the left, what they stand for on the right; the labels share one column."""

    rows: tuple[Pair, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A heading and its items, each with a mark before it."""

    title: str
    items: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The QR code (None: none) beside what is typed by hand: the caption, the code and the witness."""

    url: str | None
    caption: str
    rows: tuple[Pair, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin line across the paper."""


Block: TypeAlias = Banner | Line | Number | Pairs | Listing | Proof | Rule


def lay_out(ticket: Ticket) -> tuple[Block, ...]:
    """The blocks of a ticket from top to bottom. Raises CatalogueError where the service lacks the language."""
    language, texts = ticket.language, load(ticket.language, "ticket")
    text = ticket.service.text(language)
    blocks: list[Block] = [Banner(copy_mark(), language)] if ticket.copy else []
    blocks.append(Line(ticket.office[language], language, "body", bold=True))
    blocks.append(Number(ticket.label))
    local = local_digits(ticket.label, language)
    name = texts.gettext("Queue ticket")
    blocks.append(Line(name if local == ticket.label else f"{name}  {local}", language, "body"))
    blocks.append(Line(_moment(ticket, texts), language, "small"))
    blocks += [Rule(), Line(text.name, language, "title", bold=True)]
    staff = ticket.languages[0]
    if staff != language:
        blocks.append(Line(ticket.service.text(staff).name, staff, "small"))
    blocks += _facts(ticket, texts)
    blocks += [Rule(), _proof(ticket, texts), Rule()]
    complaints = texts.gettext("Complaints")
    blocks.append(Line(f"{complaints}: {text.complaints}", language, "small"))
    return tuple(blocks)


def specimens(
    catalogue: Catalogue, office: Mapping[str, str], languages: tuple[str, ...], public_url: str | None
) -> list[Ticket]:
    """A ticket of every service in every language, with the widest of words: for `Paper.rehearse` at start."""
    url = None if public_url is None else f"{public_url}/t/{'0' * 32}"
    widest = datetime(2028, 12, 28, 20, 58)  # noqa: DTZ001 a sample of office time
    return [
        Ticket(f"{each.series}888", each, language, widest, office, languages, "8888", "W" * 16, url)
        for each in catalogue.services
        for language in languages
    ]


def copy_mark() -> str:
    """What marks a copy, in every language: whoever is handed one has to know it for one."""
    return " · ".join(load(language, "ticket").gettext("COPY") for language in LANGUAGES)


def grouped(witness: str) -> str:
    """The witness in groups of four, as it is read aloud and typed."""
    return " ".join(witness[i : i + 4] for i in range(0, len(witness), 4))


def _moment(ticket: Ticket, texts: Texts) -> str:
    """When it was issued, with the year in the era that other papers of the country or the reader use."""
    language, day = ticket.language, ticket.issued.date()
    if language == "th":
        year = texts.gettext("C.E. {year}").format(year=day.year)
    else:
        year = texts.gettext("B.E. {year}").format(year=buddhist_year(day))
    return f"{format_date(day, language)} ({year})  {format_time(ticket.issued, language)}"


def _facts(ticket: Ticket, texts: Texts) -> list[Block]:
    """Fee, standard time and documents; each is there, if only as "none"."""
    minutes = ticket.service.minutes
    time = texts.ngettext("{minutes} minute", "{minutes} minutes", minutes).format(minutes=minutes)
    rows = (_fee(ticket, texts), Pair(texts.gettext("Standard time"), time))
    needed = ticket.service.text(ticket.language).documents
    title = texts.gettext("Documents")
    if not needed:
        return [Pairs((*rows, Pair(title, texts.gettext("none"))), ticket.language)]
    items = tuple(f"{each.text} ({each.when})" if each.when else each.text for each in needed)
    return [Pairs(rows, ticket.language), Listing(title, items, ticket.language)]


def _fee(ticket: Ticket, texts: Texts) -> Pair:
    fee, note = ticket.service.fee, ticket.service.text(ticket.language).fee_note
    label = texts.gettext("Fee")
    if fee == "none":
        return Pair(label, texts.gettext("none"), note)
    if fee == "varies":
        return Pair(label, note or "")
    return Pair(label, texts.gettext("{amount} baht").format(amount=baht(fee)), note)


def _proof(ticket: Ticket, texts: Texts) -> Proof:
    rows = (Pair(texts.gettext("Code"), ticket.code), Pair(texts.gettext("Proof code"), grouped(ticket.witness)))
    return Proof(ticket.url, texts.gettext("Check this ticket"), rows, ticket.language)
