"""A ticket that stands for several services."""

from dataclasses import replace

import pytest

from kiosk.paper import Paper
from kiosk.paper_blocks import Entries, Entry, Group, Line, Listing, Number, Pair, Pairs
from kiosk.ticket_data import TicketError
from kiosk.ticket_layout import Ticket, lay_out
from sync.catalogue import DocumentNeeded, Service
from tests.kiosk.test_ticket_layout import CATALOGUE, TICKET, said
from translations import LANGUAGES

MOVE, WASTE, ADVICE = (CATALOGUE.service(each) for each in ("move-in", "waste-fee", "building-advice"))
VISIT = replace(TICKET, services=(MOVE, WASTE, ADVICE), language="en", cases=(2, 1, 1))


def needing(service: Service, *documents: str) -> Service:
    """This service with other documents, in English."""
    text = replace(service.text("en"), documents=tuple(DocumentNeeded(each) for each in documents))
    return replace(service, texts={**service.texts, "en": text})


def pairs_of(ticket: Ticket) -> tuple[Pair, ...]:
    return next(block.rows for block in lay_out(ticket) if isinstance(block, Pairs))


def test_a_visit_lists_its_services_with_their_cases_and_their_names_for_the_staff() -> None:
    [entries] = [block for block in lay_out(VISIT) if isinstance(block, Entries)]
    assert entries.rows == (
        Entry("1", MOVE.text("en").name, "×\u00a02", ((MOVE.text("th").name, "th"),)),
        Entry("2", WASTE.text("en").name, None, ((WASTE.text("th").name, "th"),)),
        Entry("3", ADVICE.text("en").name, None, ((ADVICE.text("th").name, "th"),)),
    )


def test_cases_of_a_single_service_stand_behind_its_name() -> None:
    ticket = replace(TICKET, language="en", services=(MOVE,), cases=(3,))
    assert Line(f"{MOVE.text('en').name} ×\u00a03", "en", "title", bold=True) in lay_out(ticket)
    assert not any("×" in text for text in said(lay_out(replace(ticket, cases=(1,)))))


def test_every_service_has_its_fee_and_time_and_what_is_the_same_is_said_once() -> None:
    rows = pairs_of(VISIT)
    assert rows[:2] == (Pair("Fee", "none", None, "1 · 3"), Pair("", "30 baht", WASTE.text("en").fee_note, "2"))
    assert rows[2] == Pair("Standard time", f"{MOVE.minutes} minutes", None, "1")
    same = replace(VISIT, services=(MOVE, ADVICE), cases=())
    assert pairs_of(same)[0] == Pair("Fee", "none")


def test_documents_stand_below_the_name_of_their_service_and_none_twice() -> None:
    services = (needing(MOVE, "Card", "Book"), needing(WASTE, "Card", "Bill"), needing(ADVICE))
    [listing] = [block for block in lay_out(replace(VISIT, services=services)) if isinstance(block, Listing)]
    assert listing.groups == (
        Group(("Book",), "1", MOVE.text("en").name),
        Group(("Card",), "1 · 2"),
        Group(("Bill",), "2", WASTE.text("en").name),
        Group(("none",), "3", ADVICE.text("en").name),
    )


def test_what_all_services_need_alike_takes_no_names() -> None:
    services = (needing(MOVE, "Card"), needing(WASTE, "Card"))
    [listing] = [block for block in lay_out(replace(VISIT, services=services, cases=())) if isinstance(block, Listing)]
    assert listing.groups == (Group(("Card",)),)


def test_priority_is_a_p_and_never_a_reason() -> None:
    for language in LANGUAGES:
        plain, marked = (lay_out(replace(TICKET, language=language, priority=priority)) for priority in (False, True))
        assert [block for block in marked if block not in plain] == [Number("A012", "P")]
        assert [block for block in plain if block not in marked] == [Number("A012")]


def test_people_ahead_and_the_wait_are_said_only_where_they_are_known() -> None:
    known = pairs_of(replace(TICKET, language="en", ahead=7, wait=(20, 35)))
    assert known[:2] == (Pair("People ahead", "7"), Pair("Expected wait", "20–35 minutes"))
    assert pairs_of(replace(TICKET, language="en", ahead=0, wait=(1, 1)))[:2] == (
        Pair("People ahead", "0"),
        Pair("Expected wait", "1 minute"),
    )
    assert pairs_of(replace(TICKET, language="en"))[0].label == "Fee"


@pytest.mark.parametrize(
    ("services", "cases"), [((), ()), ((MOVE,) * 6, ()), ((MOVE,), (1, 1)), ((MOVE, WASTE), (1, 0))]
)
def test_a_visit_without_services_with_too_many_or_with_wrong_cases_is_refused(
    services: tuple[Service, ...], cases: tuple[int, ...]
) -> None:
    with pytest.raises(TicketError):
        replace(TICKET, services=services, cases=cases)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visit_is_longer_than_one_service_and_shorter_than_its_services_apart(language: str) -> None:
    paper = Paper()
    lengths = [
        paper.draw(lay_out(replace(TICKET, language=language, services=services))).height
        for services in ((MOVE, WASTE, ADVICE), (MOVE,), (WASTE,), (ADVICE,))
    ]
    assert max(lengths[1:]) < lengths[0] < sum(lengths[1:])
