"""The survey behind the QR of a ticket: off unless asked for, once a ticket, nobody's, told of thirty and more."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import acts, survey
from server.errors import ActRefused
from server.fold_survey import problem
from server.ita import DIMENSIONS as PART
from server.ita import Evidence, Items, evidence_paper, index
from server.ledger import Ledger
from server.opinion import FEWEST_RANKED, Opinion
from server.report import SURVEY, Read, report_of
from server.report_paper import paper
from server.report_period import period_of
from server.report_tables import tidy
from server.survey import judged, read_month, served_on, told
from server.survey_page import ANSWERS
from sync.facts_survey import DIMENSIONS, DimensionScored, SurveyAnswered
from sync.services import Catalogue
from sync.types import Level
from tests.server.audited import DAY, NEXT
from tests.server.centred import Town
from tests.server.desk import Desk
from tests.server.device import token
from tests.server.proved import ADDRESS, Proved
from tests.server.test_following import done
from tests.server.test_report import setting
from translations import LANGUAGES

ALL = dict.fromkeys(DIMENSIONS, "5")


def path(label: str, rest: str = "/survey?lang=en") -> str:
    return f"/t/{token(label).hex()}{rest}"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Proved]:
    """The second day of an office that asks: A011 was served, A012 waits."""
    made = Proved(tmp_path, survey_days=3)
    made.take(11, 12)
    done(made)
    yield made
    made.close()


def answers(office: Proved) -> Mapping[str, Opinion]:
    return read_month(office.office.ledger.publications.db, None, NEXT[:7])


# Asked, once ----------------------------------------------------------------------------------------------------------


def test_it_is_offered_once_the_service_is_done_and_answered_once(office: Proved) -> None:
    link = f'href="{path("A011")}"'
    assert link in office.now("A011")
    assert "survey" not in office.now("A012")
    page = office.get(path("A011")).text
    assert page.count('type="radio"') == 4 * 6
    for form in (ALL | {"staff": ""}, ALL):  # the second one comes too late
        sent = office.post(path("A011"), form)
        assert (sent.status_code, sent.headers["location"]) == (303, path("A011"))
    assert {name: each.n for name, each in answers(office).items()} == {
        "process": 1, "facilities": 1, "information": 1,
    }  # fmt: skip
    assert "are recorded" in office.get(path("A011")).text
    office.office.later(1)
    assert "survey" not in office.now("A011")


def test_control_without_the_claim_a_ticket_answers_twice(office: Proved) -> None:
    given_ = judged(ALL)
    for once, many in ((True, 1), (False, 2)):
        with office.office.ledger.transaction():
            survey.answer(office.office.ledger, "a" * 64, given_, 3, office.office.moment, once=once)
        assert answers(office)["staff"].n == many
    with pytest.raises(ActRefused), office.office.ledger.transaction():
        survey.answer(office.office.ledger, "a" * 64, given_, 3, office.office.moment)


def test_who_still_waits_or_was_never_served_cannot_answer(office: Proved) -> None:
    assert "once the service is done" in office.get(path("A012")).text
    office.post(path("A012"), ALL)
    office.office.act(acts.Cancel("A012", "citizen-asked"))
    office.post(path("A012"), ALL)
    assert answers(office) == {}
    assert office.get(path("Z999")).status_code == 404
    assert office.post(path("Z999"), ALL).status_code == 404


def test_it_can_be_answered_for_some_days(office: Proved) -> None:
    """A001 was served on the day before, A006 was not."""
    assert served_on(office._db[0], DAY)
    assert "survey" in office.now("A001")
    assert "survey" not in office.now("A006")
    office.post(path("A001"), ALL)
    assert answers(office)["process"].n == 1
    office.office.later(3 * 24 * 60)
    assert "is over: it can be answered for 3 days" in office.get(path("A002")).text
    office.post(path("A002"), ALL)
    assert answers(office)["process"].n == 1
    assert "survey" in office.now("A011"), "served on the second day"


def test_without_the_section_there_is_no_survey(tmp_path: Path) -> None:
    made = Proved(tmp_path)
    made.take(11)
    done(made)
    assert "survey" not in made.now("A011")
    assert made.get(path("A011")).status_code == 404
    made.close()


@pytest.mark.parametrize(
    "form", [{"other": "5"}, {"process": ""}, {"process": "6"}, {"process": "0", "staff": "5"}, {"process": "five"}]
)
def test_what_is_no_answer_is_asked_again(office: Proved, form: dict[str, str]) -> None:
    answer = office.post(path("A011"), form)
    assert answer.status_code == 422
    assert "Choose a level for one question at least." in answer.text
    assert answers(office) == {}


def test_an_address_cannot_answer_as_fast_as_a_program(office: Proved) -> None:
    (pages,) = office.surveys
    for _ in range(ANSWERS):
        assert office.post(path("A011"), {"process": ""}).status_code == 422, "what is no answer counts for nothing"
    for _ in range(ANSWERS):
        assert not pages._answers.take(ADDRESS, office.office.now)
    late = office.post(path("A011"), ALL)
    assert late.status_code == 422
    assert "Too many answers came from here at once." in late.text
    assert office.post(path("A011"), ALL, "192.168.1.21").status_code == 303
    assert answers(office)["process"].n == 1


def test_a_form_of_another_site_is_not_taken(office: Proved) -> None:
    answer = office.post(path("A011"), ALL, site="cross-site")
    assert answer.status_code == 403
    assert answers(office) == {}


def test_the_description_for_programs_names_every_answer(office: Proved) -> None:
    said = office.get("/openapi.json").json()["paths"]["/t/{token}/survey"]
    assert set(said["post"]["responses"]) == {
        "303",
        "400",
        "403",
        "404",
        "413",
        "415",
        "422",
        "429",
        "503",
    }
    assert "text/html" in said["post"]["responses"]["422"]["content"]
    assert {"200", "404", "429"} <= set(said["get"]["responses"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_in_every_language_and_small(office: Proved, language: str) -> None:
    page = office.get(path("A011", f"/survey?lang={language}"))
    assert re.search(r"\{[a-z_]+\}", page.text) is None
    assert "<script" not in page.text
    assert len(page.content) < 12_000
    assert {"th": "แบบสำรวจ", "en": "A short survey", "my": "စစ်တမ်းတို"}[language] in page.text


def test_the_record_says_nothing_of_whose_it_is(office: Proved) -> None:
    office.post(path("A011", "/survey?lang=my"), ALL)
    db = office.office.ledger.publications.db
    row = db.execute("SELECT row FROM facts ORDER BY seq DESC LIMIT 1").fetchall()
    rows = [each for (each,) in db.execute("SELECT row FROM facts") if b"survey.answered" in each]
    assert len(rows) == 1
    assert row
    body = msgspec.json.decode(rows[0])[5]
    assert set(body) == {"answers", "day", "questions"}
    assert {name for each in body["answers"] for name in each} == {"dimension", "level"}
    office.office.ledger.rebuild()
    assert answers(office)["process"].n == 1
    again = office.post(path("A011"), ALL)
    assert again.status_code == 303
    assert answers(office)["process"].n == 1, "whoever answered is known after the record is folded anew"


def test_who_answered_is_forgotten_once_it_could_not_answer_any_more(office: Proved) -> None:
    db = office.office.ledger.publications.db
    for days, left in ((0, 1), (4, 2), (9, 1)):
        at = replace(office.office.moment, day=(date.fromisoformat(NEXT) + timedelta(days=days)).isoformat())
        with office.office.ledger.transaction():
            survey.answer(office.office.ledger, f"{days:064x}", judged(ALL), 3, at)
        assert db.execute("SELECT count(*) FROM surveyed").fetchone() == (left,)


@pytest.mark.parametrize(
    ("body", "fine"),
    [
        (SurveyAnswered(DAY, (DimensionScored("staff", Level(1)),)), True),
        (SurveyAnswered(DAY, (DimensionScored("a later one", Level(5)),), 2), True),
        (SurveyAnswered(DAY, ()), False),
        (SurveyAnswered("today", (DimensionScored("staff", Level(1)),)), False),
        (SurveyAnswered(DAY, (DimensionScored("staff", Level(6)),)), False),
        (SurveyAnswered(DAY, (DimensionScored("staff", Level(1)), DimensionScored("staff", Level(2)))), False),
    ],
)
def test_what_cannot_be_counts_for_nothing(body: SurveyAnswered, fine: bool) -> None:
    assert (problem(body) is None) is fine


# Told -----------------------------------------------------------------------------------------------------------------

OPINIONS = st.builds(lambda n, m: Opinion({5: n, 2: m}), st.integers(0, 40), st.integers(0, 5))
MONTHS = st.lists(st.dictionaries(st.sampled_from(DIMENSIONS), OPINIONS), max_size=4)


def leaks(months: list[dict[str, Opinion]], found: survey.Told) -> list[str]:
    """Dimensions of which something is told that is not the sum of months with thirty answers and more."""
    return [
        name
        for name, of in found.items()
        if of is not None
        and of.n != sum(month[name].n for month in months if name in month and month[name].n >= FEWEST_RANKED)
    ]


@given(MONTHS)
def test_a_longer_time_is_the_sum_of_what_its_months_tell(months: list[dict[str, Opinion]]) -> None:
    found = told(months)
    assert leaks(months, found) == []
    assert all(of is None or of.n >= FEWEST_RANKED for of in found.values())
    assert list(found) == [each for each in DIMENSIONS if any(month.get(each, Opinion({})).n for month in months)]


def test_control_telling_fewer_is_caught() -> None:
    months = [{"staff": Opinion({5: FEWEST_RANKED})}, {"staff": Opinion({1: 1})}]
    assert leaks(months, told(months, least=1)) == ["staff"]
    assert (
        told(months)["staff"] == Opinion({5: FEWEST_RANKED, 4: 0, 3: 0, 2: 0, 1: 0})
        or leaks(months, told(months)) == []
    )


MANY: survey.Told = {"process": Opinion({5: 20, 4: 10, 1: 10}), "staff": None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_has_it_apart_from_the_buttons_and_only_where_asked(language: str) -> None:
    of, bare = (report_of(Read(period_of("FY2570"), survey=each)) for each in (MANY, {}))
    (process, staff) = of.of(SURVEY)
    assert process.figures == {
        "answers": "40", "mean": "3.75", "percent": "75.00",
        "satisfied_percent": "75.00", "satisfied_from": "59.81", "satisfied_to": "85.81",
    }  # fmt: skip
    assert set(staff.figures.values()) == {None}
    assert of.whole.figures["scores"] == "0", "never among the scores of the buttons"
    titles = [[each["title"] for each in paper(each, setting(language))["tables"]] for each in (of, bare)]
    assert len(titles[0]) == len(titles[1]) + 1
    rows = [row for row in tidy(of, setting(language)) if row[0] == SURVEY]
    assert {row[1] for row in rows} == {"process", "staff"}
    names = {"th": "กระบวนการและขั้นตอนการให้บริการ", "en": "Process and steps", "my": "လုပ်ငန်းစဉ်နှင့် အဆင့်များ"}
    assert names[language] in {row[2] for row in rows}


def test_the_evidence_file_has_it_where_it_was_asked() -> None:
    for of, there in ((MANY, True), ({}, False)):
        evidence = Evidence(
            report_of(Read(period_of("FY2570"), survey=of)), Catalogue((), ""), Items(2570, {PART: "o9"})
        )
        made = evidence_paper(evidence, setting())
        title = "Survey by dimension, of thirty answers and more; not the scores of the buttons"
        tables = {each["title"]: each["rows"] for each in made["tables"]}
        assert (title in tables) is there
        assert ((title, "o9", "not entered") in index(evidence, setting())) is there
        if there:
            assert tables[title][0][:3] == ["Process and steps", "40", "3.75"]
            assert tables[title][1][1:] == ["–"] * 6


def test_figures_tell_a_month_that_is_over_from_thirty_answers_on(desk: Desk) -> None:
    for day, many in (("2026-10-05", 30), ("2026-10-06", 0), ("2026-11-02", 40)):
        body = SurveyAnswered(day, (DimensionScored("staff", Level(4)),))
        few = SurveyAnswered(day, (DimensionScored("information", Level(4)),))
        bodies = [few, *[body] * many]
        desk.job(partial(Ledger.append, bodies=bodies, instant=desk.moment().instant))
    browser = desk.signed_in("somsri")
    page = browser.get("/figures?period=month&on=2026-10-01&lang=en").text
    assert "Survey by dimension" in page
    assert re.search(r"Service of the staff</th><td>30</td><td>4\.00</td><td>80\.0 %</td><td>100 %", page)
    assert re.search(r"Information</th><td>too few</td>", page)
    for other in (
        "period=month&on=2026-11-01",
        "period=month&on=2026-09-01",
        "period=span&from=2026-10-01&to=2026-10-31",
    ):
        assert "Survey by dimension" not in browser.get(f"/figures?{other}&lang=en").text


def test_a_centre_tells_it_by_office(tmp_path: Path) -> None:
    town = Town(tmp_path)
    body = SurveyAnswered("2026-10-05", (DimensionScored("staff", Level(3)),))
    town.branches[0].write(*[body] * 31)
    town.branches[1].write(body)
    town.relay()
    db = town.centre.ledger.publications.db
    months = [told([read_month(db, town.id_of(number), "2026-10")]) for number in range(2)]
    assert [each["staff"] and each["staff"].n for each in months] == [31, None]
    assert read_month(db, None, "2026-10") == {}
    town.close()
