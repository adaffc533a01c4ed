"""What is edited as values is read by the rules of the files, and says the same again when it is read back."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from sync import calendar_fact, catalogue, codec
from sync.calendar_reader import parse_calendar
from sync.catalogue import parse_catalogue
from sync.codec import Fact
from sync.errors import CalendarError, CatalogueError
from sync.facts import CalendarAdopted, CatalogueAdopted, draft, understand
from sync.facts_published import CataloguePublished, NoticeWithdrawn, Source
from sync.publication import (
    calendar_of,
    calendar_values,
    catalogue_of,
    catalogue_values,
    sealed_calendar,
    sealed_catalogue,
)
from sync.types import BootId, BootMs, JournalId, Seq, UtcMs

EXAMPLE = Path(__file__).parents[2] / "kiosk" / "example"
FILE, HOURS = (EXAMPLE / "catalogue.toml").read_bytes(), (EXAMPLE / "calendar.toml").read_bytes()


def test_the_example_catalogue_said_the_same_as_values() -> None:
    found = sealed_catalogue(parse_catalogue(FILE))
    assert catalogue_of(catalogue_values(found)) == found
    assert catalogue_values(found) == tomllib.loads(FILE.decode())


def test_the_example_calendar_said_the_same_as_values() -> None:
    found = sealed_calendar(parse_calendar(HOURS))
    assert calendar_of(calendar_values(found)) == found


def test_a_day_that_differs_and_a_service_of_its_own_hours_came_back() -> None:
    values = calendar_values(parse_calendar(HOURS))
    values["special"] = [{"day": date(2026, 12, 18), "open": "closed", "th": "น้ำท่วม", "en": "Flood", "my": "ရေကြီး"}]
    values["services"] = {"waste-fee": {"mon": ["09:00-12:00"], "fri": "closed"}}
    found = calendar_of(values, services=["waste-fee"])
    assert calendar_of(calendar_values(found)) == found
    assert found.services["waste-fee"][1] is None


def test_the_digest_was_of_what_is_said_and_not_of_the_file() -> None:
    other = parse_catalogue(FILE + b"\n# a remark\n")
    assert other.digest != parse_catalogue(FILE).digest
    assert sealed_catalogue(other) == sealed_catalogue(parse_catalogue(FILE))


def test_whatever_was_missing_was_told_at_once() -> None:
    values = catalogue_values(parse_catalogue(FILE))
    del values["services"][0]["th"]
    values["services"][1]["my"]["name"] = "…"
    with pytest.raises(CatalogueError) as caught:
        catalogue_of(values)
    told = str(caught.value).split("\n")
    assert len(told) == 2
    assert "no texts in th" in told[0]
    assert "`name`" in told[1]


def test_hours_that_nobody_can_keep_were_refused() -> None:
    values = calendar_values(parse_calendar(HOURS))
    values["week"]["mon"] = ["16:30-08:30"]
    with pytest.raises(CalendarError, match="ends before it begins"):
        calendar_of(values)


def test_the_example_fitted_a_row_and_was_understood() -> None:
    plain = catalogue.to_body(sealed_catalogue(parse_catalogue(FILE)))
    body = CataloguePublished(UtcMs(1), 1, plain.digest, plain.catalogue, "s00000001", None, ("a" * 32,))
    made = draft(body)
    assert "source" not in made.body
    row = codec.encode(Fact(Seq(2), made.kind, made.version, BootId("b" * 32), BootMs(1), made.body))
    assert understand(codec.decode(row)) == body
    adopted = CatalogueAdopted(body.digest, body.catalogue)
    assert catalogue.from_body(adopted) == sealed_catalogue(parse_catalogue(FILE))
    hours = calendar_fact.to_body(sealed_calendar(parse_calendar(HOURS)))
    assert calendar_fact.from_body(CalendarAdopted(hours.digest, hours.calendar)).digest == hours.digest


def test_what_came_from_a_centre_named_its_source() -> None:
    made = draft(NoticeWithdrawn(UtcMs(1), "n1", None, Source(JournalId("c" * 32), Seq(7))))
    assert made.body["source"] == {"journal": "c" * 32, "seq": 7}
    assert made.body["staff"] is None
