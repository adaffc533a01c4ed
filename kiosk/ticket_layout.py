"""The ticket as data: what stands on it, in which order and rank. Pure; kiosk.paper draws it.

The citizen's own language leads. The number is in Latin digits, the same for everyone in the hall, and once more in the
language's own digits. Below the service stands its name in the office's first language, for the staff who take the
ticket in hand. A fee or a document list is never left out: "none" is said.
"""

# gettext: ticket

from collections.abc import Iterator, Mapping
from datetime import datetime

from kiosk.paper_blocks import Banner, Block, Pairs
from kiosk.ticket_data import MOST_SERVICES, SHIPPED, Layout, Ticket
from kiosk.ticket_parts import Copy, blocks_of
from sync.catalogue import Catalogue, Service
from translations import LANGUAGES, load

__all__ = ["SHIPPED", "Layout", "Ticket", "copy_mark", "lay_out", "named_blocks", "specimens"]


def lay_out(ticket: Ticket, layout: Layout = SHIPPED) -> tuple[Block, ...]:
    """The blocks of a ticket from top to bottom. Raises CatalogueError where a service lacks the language."""
    return tuple(block for _, block in named_blocks(ticket, layout))


def named_blocks(ticket: Ticket, layout: Layout = SHIPPED) -> list[tuple[str, Block]]:
    """As `lay_out`, each block with the name of its part, or of those whose rows share one column."""
    copy = Copy(ticket, layout, load(ticket.language, "ticket"))
    made: list[tuple[str, Block]] = [("copy", Banner(copy_mark(), ticket.language))] if ticket.copy else []
    for part in layout.parts:
        for block in blocks_of(part, copy):
            last = made[-1] if made else None
            if isinstance(block, Pairs) and last is not None and isinstance(last[1], Pairs):
                rows = (*last[1].rows, *block.rows)
                made[-1] = (f"{last[0]}, {part.name}", Pairs(rows, ticket.language))
            else:
                made.append((part.name, block))
    return made


def specimens(
    catalogue: Catalogue, office: Mapping[str, str], languages: tuple[str, ...], public_url: str | None
) -> list[Ticket]:
    """A ticket of every service in every language, with the widest of words: for `Paper.rehearse` at start.

    Before them visits of as many services as one may have, so that each stands in a list too.
    """
    visits = list(_chunks(catalogue.services)) if len(catalogue.services) > 1 else []
    visits += [(each,) for each in catalogue.services]  # last, for they are what the paper should keep in mind
    return [specimen(visit, language, office, languages, public_url) for visit in visits for language in languages]


def specimen(
    services: tuple[Service, ...],
    language: str,
    office: Mapping[str, str],
    languages: tuple[str, ...],
    public_url: str | None,
) -> Ticket:
    """A ticket that has everything, as wide as it gets."""
    return Ticket(
        label=f"{services[0].series}888",
        services=services,
        language=language,
        issued=datetime(2028, 12, 28, 20, 58),  # noqa: DTZ001 a sample of office time
        office=office,
        languages=languages,
        code="8888",
        witness="W" * 16,
        url=None if public_url is None else f"{public_url}/t/{'0' * 32}",
        cases=(9,) * len(services),
        priority=True,
        ahead=888,
        wait=(188, 288),
    )


def copy_mark() -> str:
    """What marks a copy, in every language: whoever is handed one has to know it for one."""
    return " · ".join(load(language, "ticket").gettext("COPY") for language in LANGUAGES)


def _chunks(services: tuple[Service, ...]) -> Iterator[tuple[Service, ...]]:
    """The services in visits, each service once; the last visit is filled up from the front."""
    size = min(MOST_SERVICES, len(services))
    for start in range(0, len(services), size):
        chunk = services[start : start + size]
        yield (*chunk, *services[: size - len(chunk)])
