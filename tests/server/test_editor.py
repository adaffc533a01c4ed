"""The editors on a console: two people at one draft, what is refused, what is published, and what stays on record."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from kiosk.pictograms import SERVICE_PICTOGRAMS
from server import published
from server.catalogue_view import pictures
from server.drafts import CALENDAR, CATALOGUE, current, draft_of
from server.editor_words import PICTURES
from server.followers import followers
from server.forms import Form
from server.publishing import MOST_NOTICES, By, publish_calendar, publish_catalogue, take_over_notice
from server.whom import filled, whom_of
from sync.calendar_fact import from_body
from sync.catalogue import to_body
from sync.facts import CalendarAdopted
from sync.facts_published import Source
from sync.publication import catalogue_values
from sync.toml_text import toml_text
from sync.types import JournalId, Seq
from tests.server.busy_desk import BusyDesk
from tests.server.desk import Browser, Desk, staff_id
from tests.server.device import NOON, Device
from tests.server.publishing_office import CALENDAR as HOURS
from tests.server.publishing_office import CATALOGUE as SERVICES
from tests.server.publishing_office import notice
from tests.server.test_console_offices import code_in, pair
from translations import LANGUAGES, load

HOUSE = "/catalogue/services/house-copy"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Browser]]:
    """A console on which nothing is published; an administrator has signed in."""
    desk = Desk(tmp_path_factory.mktemp("console"))
    yield desk, desk.signed_in("anna")
    desk.close()


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A console of an office that has published both."""
    by = By(staff_id(0))
    desk.job(lambda ledger: publish_catalogue(ledger, SERVICES, 0, by, desk.moment()))
    desk.job(lambda ledger: publish_calendar(ledger, HOURS, 0, by, desk.moment()))
    return desk


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send of the first form that has a seal."""
    form = next(each for each in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'name="seen"' in each)
    found: dict[str, list[str]] = {}
    for tag, value in re.findall(r'(<input[^>]*?value="([^"]*)"[^>]*>)', form):
        name = re.search(r'name="([^"]*)"', tag)
        if name and name[1] != "csrf" and (not re.search("radio|checkbox", tag) or "checked" in tag):
            found.setdefault(name[1], []).append(value)
    for name, value in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        found[name] = [value]
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = re.findall(r'value="([^"]*)" selected', options)[:1] or [""]
    return found


def edit(browser: Browser, path: str, **typed: str) -> httpx.Response:
    """Open a form, type this, save it."""
    return browser.post(path, fields(browser.get(path).text) | typed)


def test_every_picture_is_named_in_the_reader_s_language() -> None:
    assert set(PICTURES) == set(SERVICE_PICTOGRAMS)
    for language in LANGUAGES:
        named = dict(pictures(tuple(SERVICE_PICTOGRAMS), language))
        assert [name for name in named if re.search("[a-z]", named[name]) and language != "en"] == []
        assert len(set(named.values())) == len(named), "each is told from the others"


def test_a_saved_form_was_in_the_draft_with_who_and_when_and_told_nobody_else(office: Desk) -> None:
    anna = office.signed_in("anna")
    assert edit(anna, HOUSE, fee="amount", baht="30").status_code == 303
    page = anna.get("/catalogue?lang=en").text
    assert "A draft, not published yet." in page
    assert "by Anna" in page
    assert "30 baht" in page
    newest = published.newest_catalogue(office._db)
    assert newest is not None
    assert newest[1].service("house-copy").fee == SERVICES.service("house-copy").fee


def test_a_form_that_was_saved_as_it_stood_made_no_draft(office: Desk) -> None:
    anna = office.signed_in("anna")
    for path in (HOUSE, f"{HOUSE}/th", "/catalogue/groups/works", "/catalogue/line"):
        assert edit(anna, path).status_code == 303, path
    for path in ("/calendar/week", "/calendar/breaks/0", "/calendar/holidays/1"):
        assert edit(anna, path).status_code == 303, path
    assert [draft_of(office._db, kind) for kind in (CATALOGUE, CALENDAR)] == [None, None]


def test_the_second_save_of_an_old_text_was_told_and_nothing_was_lost(office: Desk) -> None:
    anna, other = office.signed_in("anna"), office.signed_in("anna")
    old = fields(other.get(f"{HOUSE}/en").text)
    assert edit(anna, f"{HOUSE}/en", name="Certified copies").status_code == 303
    late = other.post(f"{HOUSE}/en?lang=en", old | {"name": "Copies of the house book"})
    assert late.status_code == 409
    assert "Somebody else changed this meanwhile" in late.text
    assert "Certified copies" in late.text, "what the other one wrote"
    assert 'value="Copies of the house book"' in late.text, "what was typed"
    assert "Certified copies" in toml_text(current(office._db, CATALOGUE).values)
    again = other.post(f"{HOUSE}/en", fields(late.text))
    assert again.status_code == 303
    assert "Copies of the house book" in toml_text(current(office._db, CATALOGUE).values)


def test_control_two_at_different_parts_were_not_in_each_other_s_way(office: Desk) -> None:
    anna, other = office.signed_in("anna"), office.signed_in("anna")
    old = fields(other.get(f"{HOUSE}/my").text)
    assert edit(anna, f"{HOUSE}/en", name="Certified copies").status_code == 303
    assert other.post(f"{HOUSE}/my", old | {"hours": "ရုံးချိန်"}).status_code == 303


def test_a_draft_with_a_gap_was_refused_and_every_gap_was_a_link_to_its_field(office: Desk) -> None:
    anna = office.signed_in("anna")
    anna.post("/catalogue/services", {"en": "Bees", "group": "health"})
    for language in LANGUAGES:
        page = anna.get(f"/catalogue/publish?lang={language}").text
        assert 'action="/catalogue/publish"' not in page
        links = re.findall(r'<li><a href="(/catalogue/services/bees[^"]*)"', page)
        assert len(links) == 2 + 5 + 1 + 1, "two fields, five of English, and two languages whole"
    for each in links:
        path, _, field = each.partition("#")
        assert not field or f'id="{field}"' in anna.get(path).text, each
    seen = seal_in(anna.get("/catalogue/publish").text) or "0" * 16
    refused = anna.post("/catalogue/publish", {"seen": seen, "after": "1"})
    assert refused.status_code in (409, 422)
    assert len(published.history(office._db, CATALOGUE)) == 1


def seal_in(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    return found[1] if found else ""


def test_what_was_published_had_a_version_a_diff_and_a_way_back(office: Desk) -> None:
    anna = office.signed_in("anna")
    edit(anna, HOUSE, fee="amount", baht="30")
    page = anna.get("/catalogue/publish?lang=en").text
    assert re.search(r"10 baht.*30 baht|no fee.*30 baht|20 baht.*30 baht", page, re.DOTALL)
    done = anna.post("/catalogue/publish", {"seen": seal_in(page), "after": "1"})
    assert (done.status_code, done.headers["location"]) == (303, "/catalogue/versions/2?saved=1")
    version = anna.get("/catalogue/versions/2?lang=en").text
    assert "30 baht" in version
    assert "Anna" in version
    assert draft_of(office._db, CATALOGUE) is None
    rows = anna.get("/catalogue/versions?lang=en").text
    assert rows.index("Version 2") < rows.index("Version 1")
    back = anna.post("/catalogue/versions/1/draft", {})
    assert back.headers["location"] == "/catalogue/publish"
    assert catalogue_values(SERVICES) == current(office._db, CATALOGUE).values


def test_a_draft_that_changed_after_it_was_looked_at_was_not_published(office: Desk) -> None:
    anna = office.signed_in("anna")
    edit(anna, HOUSE, fee="amount", baht="30")
    seen = seal_in(anna.get("/catalogue/publish").text)
    edit(anna, HOUSE, fee="amount", baht="40")
    assert anna.post("/catalogue/publish", {"seen": seen, "after": "1"}).status_code == 409
    assert anna.post("/catalogue/discard", {"seen": seen}).status_code == 409
    seen = seal_in(anna.get("/catalogue/publish").text)
    assert anna.post("/catalogue/publish", {"seen": seen, "after": "0"}).status_code == 409, "behind another version"
    assert anna.post("/catalogue/discard", {"seen": seen}).status_code == 303
    assert draft_of(office._db, CATALOGUE) is None


def upload(desk: Desk, browser: Browser, content: bytes) -> httpx.Response:
    headers = {"origin": "https://console.test", "sec-fetch-site": "same-origin"}
    files, data = {"file": ("catalogue.toml", content, "application/toml")}, {"csrf": browser.csrf()}
    sent = browser.client.post("/catalogue/file?lang=en", data=data, files=files, headers=headers)
    return desk.loop.run_until_complete(sent)


def test_a_file_went_out_and_came_in_whole(office: Desk) -> None:
    anna = office.signed_in("anna")
    edit(anna, HOUSE, fee="amount", baht="30")
    text = anna.get("/catalogue/file/catalogue.toml").content
    anna.post("/catalogue/discard", {"seen": seal_in(anna.get("/catalogue/publish").text)})
    assert upload(office, anna, text.replace(b"= 3000", b"= 4000")).headers["location"] == "/catalogue?saved=1"
    assert "40 baht" in anna.get("/catalogue?lang=en").text


def test_a_file_with_mistakes_changed_nothing_and_each_was_told_with_its_line(office: Desk) -> None:
    anna = office.signed_in("anna")
    content = anna.get("/catalogue/file/catalogue.toml").content
    bad = content.replace(b'pictogram = "house"', b'pictogram = "hous"', 1).replace(b"minutes = 15", b"minuts = 15", 1)
    refused = upload(office, anna, bad)
    assert refused.status_code == 422
    assert "Nothing was changed" in refused.text
    assert re.search(r"line \d+: move-in: unknown key `minuts`", refused.text)
    assert upload(office, anna, b"").status_code == 422
    assert draft_of(office._db, CATALOGUE) is None


def test_a_day_was_declared_closed_in_two_presses_and_the_draft_kept_its_own(office: Desk) -> None:
    anna = office.signed_in("anna")
    edit(anna, "/calendar/week", counters="5")
    page = anna.post("/calendar/declare", {"day": "2026-11-24", "why": "flood"}).text
    for language in LANGUAGES:
        assert load(language, "editor").gettext("Closed because of flooding") in page
    done = anna.post("/calendar/declared", fields_of_last(page))
    assert done.headers["location"] == "/calendar/versions/2?saved=1"
    newest = published.newest_calendar(office._db)
    assert newest is not None
    declared = {day.isoformat(): each.open for day, each in newest[1].special.items()}
    assert declared["2026-11-24"] == ()
    assert newest[1].counters == HOURS.counters, "what is in the draft stays in the draft"
    values = current(office._db, CALENDAR).values
    assert values["counters"] == 5
    assert "2026-11-24" in json.dumps(values, default=str)


def fields_of_last(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(day|why|after)" value="([^"]*)"', page)) | {"open": ""}


@pytest.mark.parametrize(
    ("day", "why"), [("2026-11-30", "flood"), ("2026-11-22", "flood"), ("2026-11-24", "x"), ("", "")]
)
def test_only_today_and_tomorrow_were_declared_and_for_a_ready_reason(
    opened: tuple[Desk, Browser], day: str, why: str
) -> None:
    _, anna = opened
    for path in ("/calendar/declare", "/calendar/declared"):
        assert anna.post(path, {"day": day, "why": why}).headers["location"] == "/calendar"


def test_without_a_published_week_nothing_was_declared(opened: tuple[Desk, Browser]) -> None:
    desk, anna = opened
    page = anna.post("/calendar/declare?lang=en", {"day": "2026-11-24", "why": "flood"}).text
    assert 'action="/calendar/declared"' in page, "a closed week is a week"
    assert published.newest_calendar(desk._db) is None


TEXTS = {"th": "ปิดถนน", "en": "The road is closed", "my": "လမ်းပိတ်ထားသည်"}
SHOWN = {"level": "urgent", "from": "2026-11-23T12:00", "until": "2026-11-24T12:00"}


def test_a_notice_was_published_shown_and_withdrawn(office: Desk) -> None:
    anna = office.signed_in("anna")
    assert anna.post("/notices", {**TEXTS, **SHOWN}).status_code == 303
    standing = published.notices(office._db)
    assert [(each.texts, each.level, each.is_told(int(NOON))) for each in standing] == [(TEXTS, "urgent", True)]
    assert "The road is closed" in anna.get("/notices").text
    assert anna.post(f"/notices/{standing[0].notice}/withdraw", {}).status_code == 303
    assert published.notices(office._db) == []


def test_notices_of_the_centre_took_no_room_from_the_offices_own(office: Desk) -> None:
    anna = office.signed_in("anna")
    form = 'action="/notices"'
    for number in range(MOST_NOTICES):
        by = By(None, Source(JournalId("c" * 32), Seq(2 + number)))
        office.job(partial(take_over_notice, notice=notice(f"c{number}"), by=by, at=office.moment()))
    assert form in anna.get("/notices").text
    for _ in range(MOST_NOTICES):
        assert anna.post("/notices", {**TEXTS, **SHOWN}).status_code == 303
    assert form not in anna.get("/notices").text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"my": ""}, "my"),
        ({"th": "in English"}, "th"),
        ({"until": "2026-11-01T08:00"}, "until"),
        ({"level": "x"}, "level"),
    ],
)
def test_a_notice_that_cannot_stand_was_told_at_its_field_and_nothing_typed_was_lost(
    opened: tuple[Desk, Browser], typed: dict[str, str], field: str
) -> None:
    desk, anna = opened
    refused = anna.post("/notices", {**TEXTS, **SHOWN, **typed})
    assert refused.status_code == 422
    assert f'id="{field}-fault"' in refused.text
    assert "The road is closed" in refused.text
    assert published.notices(desk._db) == []


def test_pictures_were_asked_of_the_draft_as_it_stood(office: Desk) -> None:
    anna = office.signed_in("anna")
    edit(anna, f"{HOUSE}/en", name="Certified copies")
    page = anna.get("/catalogue/looks/house-copy?lang=en").text
    what, asked = office.artist.asked[-1]
    assert what == "service"
    assert "Certified copies" in asked.decode()
    pictures = re.findall(r'<img src="(/catalogue/pictures/[^"]+)" alt="([^"]+)"', page)
    assert len(pictures) == 3 * len(LANGUAGES)
    answer = anna.get(pictures[0][0])
    assert answer.headers["content-type"] == "image/png"
    office.artist.fault = "no memory"
    edit(anna, f"{HOUSE}/en", name="Other copies")
    assert "could not be drawn" in anna.get("/catalogue/looks/house-copy?lang=en").text


def test_what_was_published_of_the_calendar_was_the_whole_of_it(office: Desk) -> None:
    anna = office.signed_in("anna")
    edit(anna, "/calendar/breaks/0", en="Noon break")
    page = anna.get("/calendar/publish").text
    assert anna.post("/calendar/publish", {"seen": seal_in(page), "after": "1"}).status_code == 303
    newest = published.newest_calendar(office._db)
    assert newest is not None
    assert newest[1].breaks[0].names["en"] == "Noon break"
    assert newest[1].holidays == HOURS.holidays
    assert from_body(CalendarAdopted("", published.whole(office._db, newest[0]))).week == HOURS.week


OFFICE = "f" * 32


def test_a_centre_was_asked_for_whom_it_publishes_and_an_office_alone_was_not(office: Desk) -> None:
    anna = office.signed_in("anna")
    edit(anna, HOUSE, fee="amount", baht="30")
    assert "For whom" not in anna.get("/catalogue/publish?lang=en").text
    assert whom_of(Form({"whom": ("all",)}), []) is None
    known = [(OFFICE, "North office")]
    assert whom_of(Form({"whom": ("all",)}), known) == ()
    assert whom_of(Form({"whom": ("some",), "offices": (OFFICE, "x")}), known) == (OFFICE,)
    assert whom_of(Form({"whom": ("some",)}), known) is None
    for offices in (None, (), (OFFICE,)):
        again = filled(offices)
        assert whom_of(Form({"whom": (again["whom"],), "offices": again["offices"]}), known) == offices


def test_the_newest_version_told_which_machines_have_taken_it_up(busy: BusyDesk) -> None:
    desk = busy.desk
    desk.job(lambda ledger: publish_catalogue(ledger, SERVICES, 0, By(staff_id(0)), desk.moment()))
    newest = published.newest(desk._db, CATALOGUE)
    assert newest is not None
    seen = [(each.place, each.follows) for each in followers(desk._db, CATALOGUE, newest)]
    assert seen == [("Hall 0", False)]
    anna = desk.signed_in("anna")
    assert "not yet, last heard of" in anna.get("/catalogue/versions/1?lang=en").text
    shown = json.dumps(to_body(SERVICES).catalogue)
    desk.job(lambda ledger: ledger._db.execute("UPDATE catalogues SET catalogue = ?", (shown,)))
    assert "has taken it up" in anna.get("/catalogue/versions/1?lang=en").text


def test_an_office_of_a_centre_kept_its_own_catalogue(office: Desk) -> None:
    anna = office.signed_in("anna")
    assert "Whose catalogue holds" not in anna.get("/catalogue?lang=en").text
    office.office.centre.relay = object()  # type: ignore[assignment]
    assert "Whose catalogue holds" in anna.get("/catalogue?lang=en").text
    for _ in range(2):
        assert anna.post("/catalogue/whose", {"whose": "office"}).status_code == 303
    assert published.chosen(office._db) == "office"


def test_a_centre_published_a_catalogue_and_a_notice_for_every_office(office: Desk, tmp_path: Path) -> None:
    anna, device = office.signed_in("anna"), Device.make(tmp_path / "north", 1)
    assert pair(office, device, code_in(anna.post("/offices/code", {}).text)) is None
    north = device.journal_id
    device.journal.close()
    edit(anna, HOUSE, fee="amount", baht="30")
    page = anna.get("/catalogue/publish?lang=en").text
    assert "For whom" in page
    assert "Mae Sot District Office" in page
    anna.post("/catalogue/publish", {"seen": seal_in(page), "after": "1", "whom": "all"})
    some = {"whom": "some", "offices": north}
    assert anna.post("/notices", {**TEXTS, **SHOWN, **some}).status_code == 303
    newest = published.newest(office._db, CATALOGUE)
    assert newest is not None
    assert newest.offices == ()
    standing = published.notices(office._db)
    assert standing[0].version.offices == (north,)
    edit(anna, HOUSE, fee="amount", baht="40")
    assert 'name="whom" value="all" checked' in anna.get("/catalogue/publish").text, "as it was the last time"
