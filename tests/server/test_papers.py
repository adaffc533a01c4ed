"""The paper of any office is checked at the centre, and the centre says what the office itself says."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server import acts
from server.checking import check
from server.halls import Listed
from server.lens import look_at, see_office
from server.papers import check_at
from server.reading import view
from server.stores import FILE
from sync.chain import witness
from tests.server.audited import NEXT
from tests.server.centred import NAMES, Town
from tests.server.conftest import ZONE
from tests.server.device import DAY
from tests.server.places import reader_of


def lived(folder: Path) -> Iterator[Town]:
    """Two offices. At the first a day is over: by the rule, by hand, nobody came, carried over and served."""
    made = Town(folder)
    first, second = made.branches
    first.take(1, 2, 3, 4, 5)
    second.take(101, 102)
    first.act(acts.Open())
    first.serve()
    first.act(acts.Pick("B004", "came-before"))
    first.later(0.3)
    first.act(acts.NoShow("gave-up"))
    first.serve()
    first.later(20 * 60)
    first.day = NEXT
    first.act(acts.Open())
    first.serve()
    second.later(20 * 60)
    made.now = first.now
    made.relay()
    yield made
    made.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    yield from lived(tmp_path)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """For what changes nothing."""
    yield from lived(tmp_path_factory.mktemp("still"))


def papers(town: Town, number: int) -> dict[str, str]:
    """The characters on the papers of this office, by label."""
    with closing(reader_of(town.branches[number].folder / FILE)) as db:
        return {label: witness(chain) for label, chain in db.execute("SELECT label, chain FROM tickets")}


def test_the_centre_says_of_every_paper_what_its_office_says(town: Town) -> None:
    for number in range(2):
        listed = Listed(town.id_of(number), NAMES[number], ZONE)
        with (
            closing(reader_of(town.branches[number].folder / FILE)) as here,
            closing(reader_of(town.centre.folder / FILE, see_office)) as there,
        ):
            for label, code in papers(town, number).items():
                mine, theirs = check(here, code, ZONE), check_at(there, listed, code)
                assert mine is not None, label
                assert theirs is not None, label
                assert (theirs.checked, theirs.partly) == (mine, False)
                assert theirs.services["move-in"]["en"] == "Register moving in"


@pytest.mark.sqlite
def test_the_page_tells_the_office_the_calls_and_how_it_stands(still: Town) -> None:
    found = papers(still, 0)
    served, picked, waits = (still.check(found[label]).text for label in ("B001", "B004", "B005"))
    assert "Ticket B001 is on record" in served
    assert "In order: every call was the one that the rule makes." in served
    assert NAMES[0]["en"] in served
    assert "Picked by hand, with a reason from the list." in picked
    assert "/audit?" not in served.split('id="found"')[1].split("</section>")[0], "that is of the centre's own days"
    assert "In order so far: it was not called yet." in waits
    assert "Phop Phra District" in still.check(papers(still, 1)["B101"], "en").text


@pytest.mark.sqlite
@pytest.mark.parametrize("code", ["0" * 16, "short", ""])
def test_characters_of_no_paper_are_on_no_record(still: Town, code: str) -> None:
    assert "No ticket with these characters is on record" in still.check(code).text


def test_the_lens_shows_one_office_as_it_sees_itself(town: Town) -> None:
    with closing(reader_of(town.centre.folder / FILE, see_office)) as db:
        counts = []
        for number in (None, 0, 1):
            if number is not None:
                look_at(db, town.id_of(number))
            counts.append((view(db, DAY).tickets, len(view(db, DAY).devices)))
        assert counts == [(0, 0), (5, 1), (2, 1)]
    with closing(reader_of(town.centre.folder / FILE)) as db:
        assert view(db, DAY).tickets == 7, "control: without the lens"


def test_of_a_day_on_which_the_office_was_restored_only_that_it_is_on_record_is_told(tmp_path: Path) -> None:
    """Its journals both have that day: the centre does not know what was lost between them."""
    town = Town(tmp_path, 1)
    town.branches[0].take(1)
    town.branches[0].act(acts.Open())
    town.branches[0].serve()
    town.relay()
    code, db = papers(town, 0)["B001"], town.centre.ledger._db
    assert "Called at" in town.check(code).text, "control: of a day that is whole"
    with town.centre.ledger.transaction():
        db.execute("INSERT INTO days SELECT journal_id, ?, 1 FROM journals WHERE role = 'kiosk' LIMIT 1", (DAY,))
        db.execute("UPDATE journals SET role = 'office', paired_ms = 0, relayed_by = office WHERE role = 'kiosk'")
    page = town.check(code).text
    assert "Ticket B001 is on record" in page
    assert "How it was called is told by the office itself" in page
    assert "In order" not in page
    assert "Called at" not in page
    town.close()
