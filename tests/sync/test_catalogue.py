import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from fonts.tokens import load
from kiosk.pictograms import SERVICE_PICTOGRAMS
from sync import codec
from sync.catalogue import NONE, Catalogue, DocumentNeeded, Group, baht, from_body, parse_catalogue, to_body
from sync.catalogue_kinds import group_keys, service_keys, text_keys
from sync.codec import Fact
from sync.errors import CatalogueError
from sync.facts import CatalogueAdopted, draft, understand
from sync.types import BootId, BootMs, Seq
from translations.wording import wording_faults

EXAMPLE = Path(__file__).parents[2] / "kiosk" / "example" / "catalogue.toml"

ONE = """\
[[groups]]
id = "desk"
accent = "teal"
pictogram = "people"
en = "Desk"
[[services]]
id = "move-in"
group = "desk"
series = "A"
pictogram = "house"
minutes = 15
fee = "none"
[services.en]
name = "Move in"
steps = ["Come", "Go"]
documents = ["Card", { text = "Letter", when = "acting for someone else" }]
hours = "Always"
channel = "none"
complaints = "Here"
"""
GROUP, SERVICE = ONE[: ONE.index("[[services]]")], ONE[ONE.index("[[services]]") :]


def problems(text: str, languages: tuple[str, ...] = ("en",), **drawable: list[str]) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        parse_catalogue(text, languages, **drawable)
    assert caught.value.hint
    return str(caught.value).split("\n")


def test_a_service_is_read_whole() -> None:
    service = parse_catalogue(ONE, ("en",)).service("move-in")
    assert (service.series, service.minutes, service.fee) == ("A", 15, "none")
    text = service.text("en")
    assert text.steps == ("Come", "Go")
    assert text.documents == (DocumentNeeded("Card"), DocumentNeeded("Letter", "acting for someone else"))
    assert text.fee_note is None


def test_the_example_is_a_city_s_five_desks_in_three_languages() -> None:
    catalogue = parse_catalogue(
        EXAMPLE.read_bytes(), accents=tuple(load().accent), pictograms=tuple(SERVICE_PICTOGRAMS)
    )
    assert catalogue.digest == hashlib.sha256(EXAMPLE.read_bytes()).hexdigest()
    assert [group.id for group in catalogue.groups] == ["registration", "revenue", "health", "works", "welfare"]
    assert len(catalogue.services) >= 14
    assert {"move-in": "A", "waste-fee": "B", "building-advice": "D"}.items() <= {
        service.id: service.series for service in catalogue.services
    }.items()
    assert {len({service.series for service in catalogue.services_of(group)}) for group in catalogue.groups} == {1}
    assert len({service.pictogram for service in catalogue.services}) == len(catalogue.services)
    assert max(service.cases for service in catalogue.services) == 5
    assert catalogue.notice is not None
    assert catalogue.notice["en"] == "Example: check with the office"


def test_the_example_says_the_same_in_each_language() -> None:
    for service in parse_catalogue(EXAMPLE.read_bytes()).services:
        assert set(service.texts) == {"th", "en", "my"}
        said = {
            (
                len(text.steps),
                tuple(document.when is None for document in text.documents),
                text.channel == NONE,
                text.fee_note is None,
                tuple(re.findall(r"\d+", " ".join(text.steps) + (text.fee_note or ""))),
            )
            for text in service.texts.values()
        }
        assert len(said) == 1, f"{service.id} says more in one language than in another: {said}"


def test_the_example_is_short_enough_for_a_kiosk() -> None:
    for service in parse_catalogue(EXAMPLE.read_bytes()).services:
        for language, text in service.texts.items():
            assert language == "my" or len(text.name) <= 36, text.name
            assert text.short is None or len(text.short) < len(text.name), text.short
            assert len(text.steps) <= 5
            assert len(text.documents) <= 6


def test_the_example_says_that_it_is_one_and_that_nobody_has_reviewed_it() -> None:
    head = EXAMPLE.read_text("utf-8").split("[notice]")[0]
    assert all(mark in head for mark in ("ตัวอย่าง", "EXAMPLE: check with your office", "နမူနာ"))
    assert "Thai and Burmese have not been reviewed by a native speaker" in head


def test_the_example_addresses_nobody_by_rank_sex_or_age_and_holds_no_zawgyi() -> None:
    catalogue = parse_catalogue(EXAMPLE.read_bytes())
    for group in catalogue.groups:
        assert [wording_faults(name, language) for language, name in group.names.items()] == [[]] * 3
    for service in catalogue.services:
        for language, text in service.texts.items():
            documents = [part for each in text.documents for part in (each.text, each.when or "")]
            said = [text.name, *text.steps, *documents, text.fee_note or "", text.hours, text.channel, text.complaints]
            assert [wording_faults(each, language) for each in said] == [[]] * len(said)


def test_a_service_takes_the_colour_of_its_group_unless_it_has_its_own() -> None:
    assert parse_catalogue(ONE, ("en",)).service("move-in").accent == "teal"
    own = ONE.replace('series = "A"', 'series = "A"\naccent = "moss"')
    assert parse_catalogue(own, ("en",)).service("move-in").accent == "moss"


def test_cases_the_spoken_name_the_short_name_and_the_channel_are_read() -> None:
    text = ONE.replace('series = "A"', 'series = "A"\ncases = 9\nspoken = "moving"')
    service = parse_catalogue(text.replace('channel = "none"', 'channel = "By post"\nshort = "In"'), ("en",)).services[
        0
    ]
    assert (service.cases, service.spoken_id) == (9, "moving")
    assert (service.text("en").channel, service.text("en").short) == ("By post", "In")
    plain = parse_catalogue(ONE, ("en",)).services[0]
    assert (plain.cases, plain.spoken_id, plain.text("en").channel) == (1, "move-in", NONE)


def test_a_refusal_lists_everything_that_is_missing_at_once_from_the_top_down() -> None:
    text = (
        ONE.replace('steps = ["Come", "Go"]\n', "")
        .replace("minutes = 15\n", "")
        .replace('fee = "none"', 'fee = "free"')
    )
    assert problems(text, ("en", "th")) == [
        "line 1: group desk: `th` is missing (its name in th)",
        "line 6: move-in: `minutes` is missing (its standard time in minutes)",
        "line 6: move-in: no texts in th",
        'line 11: move-in: `fee` is neither an amount nor "none". Write the satang as a number (20 baht: 2000), '
        'or "none", or "varies" with a `fee_note`',
        "line 12: move-in, en: `steps` is missing (the list of steps)",
    ]


def test_two_mistakes_in_one_list_are_both_told() -> None:
    text = ONE.replace('["Come", "Go"]', '["", "Go", "TODO"]').replace('{ text = "Letter"', '{ text = " "')
    found = problems(text)
    assert [each.split(":")[0] for each in found] == ["line 15"] * 2 + ["line 16"]
    assert "item 1" in found[0]
    assert "item 3" in found[1]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'documents = ["Card", { text = "Letter", when = "acting for someone else" }]',
            "documents = []",
            '`documents` is empty. Where none is needed, write documents = "none"',
        ),
        ('"Card", {', '"Card", { txt = "x", ', "unknown key `txt`"),
        ('{ text = "Letter", when', "{ when", "`text` is missing in a document"),
        ('when = "acting for someone else"', 'when = ""', "`documents`, item 2, `when` says nothing"),
        ('hours = "Always"', 'hours = ""', "`hours` says nothing"),
        ('hours = "Always"', "hours = 1", "`hours` in [services.en] has to be text"),
        ('hours = "Always"', "horus = 1", "unknown key `horus`"),
        ('hours = "Always"\n', "", "move-in, en: `hours` is missing"),
        ('name = "Move in"\n', "", "move-in, en: `name` is missing"),
        ('complaints = "Here"\n', "", "move-in, en: `complaints` is missing"),
        ('channel = "none"\n', "", "move-in, en: `channel` is missing (where else it can be done, or"),
        ('channel = "none"', 'channel = "-"', '`channel` "-" says nothing'),
        ('steps = ["Come", "Go"]', "steps = []", "`steps` is empty"),
        ('series = "A"', 'series = "I"', '`series` in [services] cannot be "I"'),
        ('series = "A"\n', "", "move-in: `series` is missing"),
        ('"move-in"', '"Move in"', '"Move in" is no id'),
        ('fee = "none"', 'fee = "varies"', 'fee = "varies" needs a `fee_note`'),
        ('fee = "none"', "fee = 0", "out of range"),
        ('fee = "none"', "fee = 2.5", "neither an amount"),
        ('fee = "none"\n', "", "move-in: `fee` is missing"),
        ("minutes = 15\n", "", "move-in: `minutes` is missing"),
        ("minutes = 15", "minutes = 0", "out of range"),
        ('pictogram = "house"\n', "", "move-in: `pictogram` is missing"),
        ("minutes = 15", "minutes = 15\ncases = 10", "`cases` in [services] = 10 is out of range"),
        ("minutes = 15", "minutes = 15\ncases = 0", "`cases` in [services] = 0 is out of range"),
        ("[[services]]", "[services]", "there is no service"),
        ("[services.en]", "[services.fr]", "unknown key `fr`"),
        ("minutes = 15", "minutes = 15\nminutes = 15", "stands twice"),
        ('group = "desk"\n', "", "move-in: `group` is missing"),
        ('group = "desk"', 'group = "dusk"', 'move-in: there is no group "dusk"'),
        ('group = "desk"', 'group = "dusk"', "group desk: no service is in it"),
        (GROUP, "", "there is no group: each begins with [[groups]]"),
        ('en = "Desk"\n', "", "group desk: `en` is missing (its name in en)"),
        ('en = "Desk"', 'en = "…"', 'group desk: `en` "…" says nothing'),
        ('accent = "teal"\n', "", "group desk: `accent` is missing"),
        ('pictogram = "people"\n', "", "group desk: `pictogram` is missing"),
        ("[[groups]]", '[notice]\nen = "TODO"\n[[groups]]', 'notice: `en` "TODO" says nothing'),
        ("[[groups]]", "[notice]\n[[groups]]", "notice: `en` is missing"),
        ("[[groups]]", 'logo = "x"\n[[groups]]', "unknown key `logo`"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, told: str) -> None:
    assert old in ONE
    found = problems(ONE.replace(old, new))
    assert any(told in each for each in found), found
    assert all(each.startswith(("line ", "there is no")) for each in found)


def test_control_the_catalogue_that_is_spoilt_above_is_good_as_it_stands() -> None:
    assert len(parse_catalogue(ONE, ("en",)).services) == 1


def test_what_cannot_be_drawn_is_refused() -> None:
    found = problems(ONE, accents=["moss"], pictograms=["bin"])
    assert [each.split(":")[0] for each in found] == ["line 3", "line 4", "line 10"]


def test_every_text_of_the_example_is_missed_when_it_is_taken_away() -> None:
    """The first service, key by key and language by language: the refusal names line, service and language."""
    plain = EXAMPLE.read_text("utf-8")
    first = plain[plain.index("[services.th]") : plain.index("[[services]]", plain.index("[services.th]"))]
    for language in ("th", "en", "my"):
        for key in ("name", "steps", "documents", "hours", "channel", "complaints"):
            section = first[first.index(f"[services.{language}]") :].split("\n\n")[0]
            spoilt = re.sub(rf"^{key} = ", f"{key}_ = ", section, count=1, flags=re.MULTILINE)
            found = problems(plain.replace(section, spoilt, 1), ("th", "en", "my"))
            assert any(re.match(rf"line \d+: move-in, {language}: `{key}` is missing", each) for each in found), found


def test_two_services_or_groups_never_share_an_id() -> None:
    assert problems(ONE + SERVICE) == ['line 21: id = "move-in" stands for two services']
    assert problems(GROUP + ONE) == ['line 7: id = "desk" stands for two groups']


def test_a_letter_of_numbers_is_shared_within_a_group_only() -> None:
    other = GROUP.replace('"desk"', '"till"')
    within = ONE + SERVICE.replace('"move-in"', '"move-out"')
    assert [service.series for service in parse_catalogue(within, ("en",)).services] == ["A", "A"]
    across = other + ONE + SERVICE.replace('"move-in"', '"pay"').replace('"desk"', '"till"')
    told = 'pay: series = "A" is that of group desk; another group needs another letter'
    assert problems(across) == [f"line 28: {told}"]


def test_names_in_a_language_that_the_kiosk_does_not_show_are_left_alone() -> None:
    text = ONE.replace('en = "Desk"', 'en = "Desk"\nth = "…"') + '[services.th]\nname = ""\n'
    assert parse_catalogue(text, ("en",)).groups[0].names == {"en": "Desk"}


def test_documents_and_fee_may_be_none_only_in_so_many_words() -> None:
    text = ONE.replace('documents = ["Card", { text = "Letter", when = "acting for someone else" }]\n', "")
    assert any("`documents` is missing" in each for each in problems(text))
    assert parse_catalogue(text + 'documents = "none"\n', ("en",)).service("move-in").text("en").documents == ()


def through_a_row(catalogue: Catalogue) -> Catalogue:
    made = draft(to_body(catalogue))
    fact = Fact(Seq(2), made.kind, made.version, BootId("0" * 32), BootMs(5), made.body)
    body = understand(codec.decode(codec.encode(fact)))
    assert isinstance(body, CatalogueAdopted)
    return from_body(body)


def test_a_catalogue_comes_back_from_its_fact_as_it_went_in() -> None:
    catalogue = parse_catalogue(EXAMPLE.read_bytes())
    assert through_a_row(catalogue) == catalogue
    varies = ONE.replace('fee = "none"', 'fee = "varies"') + 'fee_note = "by size"\n'
    assert through_a_row(parse_catalogue(varies, ("en",))).service("move-in").fee == "varies"


def test_control_a_changed_text_does_not_come_back_equal() -> None:
    catalogue = parse_catalogue(EXAMPLE.read_bytes())
    other = replace(catalogue, services=(replace(catalogue.services[0], minutes=16), *catalogue.services[1:]))
    assert through_a_row(other) != catalogue


def test_a_fact_of_a_release_without_groups_still_reads() -> None:
    """What `to_body` made before groups, channel, cases and the spoken name, key by key."""
    service = {"id": "x", "series": "A", "accent": "teal", "pictogram": "house", "minutes": 5, "fee": 100}
    text = {"service": "x", "language": "en", "name": "X", "steps": ["Go"], "hours": "Always", "complaints": "Here"}
    body = {"services": [service], "texts": [{**text, "documents": [{"text": "Card", "when": None}], "fee_note": None}]}
    catalogue = from_body(CatalogueAdopted("0" * 64, body))
    (read,) = catalogue.services
    assert (catalogue.groups, catalogue.notice, catalogue.group_of(read)) == ((), None, None)
    assert (read.group, read.cases, read.spoken_id) == ("", 1, "x")
    assert (read.text("en").channel, read.text("en").short) == ("", None)


def test_groups_and_the_notice_travel_with_their_fact() -> None:
    plain = parse_catalogue(ONE, ("en",))
    groups = (*plain.groups, Group("other", "moss", "tax", {"en": "Other"}))
    (service,) = plain.services
    here = replace(service, cases=5, spoken="move")
    catalogue = replace(plain, services=(here,), groups=groups, notice={"en": "example"})
    assert through_a_row(catalogue) == catalogue
    assert catalogue.group_of(here) == groups[0]
    assert (catalogue.services_of(groups[0]), catalogue.services_of(groups[1])) == ((here,), ())


@pytest.mark.parametrize("content", [{}, {"services": [{"id": "x"}], "texts": []}, {"services": 1, "texts": [1]}])
def test_a_fact_of_another_shape_is_told_as_one(content: dict[str, object]) -> None:
    with pytest.raises(CatalogueError, match="no catalogue of this release"):
        from_body(CatalogueAdopted("0" * 64, content))


def test_amounts_are_written_as_people_write_them() -> None:
    assert [baht(each) for each in (2000, 3050, 125_005, 5)] == ["20", "30.50", "1,250.05", "0.05"]


DOCUMENT = Path(__file__).parents[2] / "docs" / "catalogue.md"


def test_the_document_names_every_key_and_every_picture_and_no_other() -> None:
    parts = DOCUMENT.read_text("utf-8").split("\n## ")
    keyed = {part.split("\n")[0]: set(re.findall(r"^\| `(\w+)`", part, re.MULTILINE)) for part in parts}
    texts = {key.name for key in text_keys("th")}
    services = {key.name for key in service_keys(None, None)}
    assert keyed["Groups"] | {"en", "my"} == {key.name for key in group_keys(None, None)} | {"th", "en", "my"}
    assert keyed["Services"] == services | texts
    pictures = next(part for part in parts if part.startswith("Pictures")).split("\n\n")[1]
    assert re.findall(r"[a-z-]+", pictures) == sorted(SERVICE_PICTOGRAMS)
