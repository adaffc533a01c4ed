import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from sync import codec
from sync.catalogue import Catalogue, DocumentNeeded, baht, from_body, parse_catalogue, to_body
from sync.codec import Fact
from sync.errors import CatalogueError
from sync.facts import CatalogueAdopted, draft, understand
from sync.types import BootId, BootMs, Seq
from translations.wording import wording_faults

EXAMPLE = Path(__file__).parents[2] / "kiosk" / "example" / "catalogue.toml"

ONE = """\
[[services]]
id = "move-in"
series = "A"
accent = "teal"
pictogram = "house"
minutes = 15
fee = "none"
[services.en]
name = "Move in"
steps = ["Come", "Go"]
documents = ["Card", { text = "Letter", when = "acting for someone else" }]
hours = "Always"
complaints = "Here"
"""


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


def test_the_example_has_three_services_in_three_languages_with_nothing_blank() -> None:
    catalogue = parse_catalogue(EXAMPLE.read_bytes())
    assert [service.id for service in catalogue.services] == ["move-in", "waste-fee", "building-advice"]
    assert catalogue.digest == hashlib.sha256(EXAMPLE.read_bytes()).hexdigest()
    assert [service.fee for service in catalogue.services] == ["none", 3000, "none"]
    for service in catalogue.services:
        assert set(service.texts) == {"th", "en", "my"}
        counts = {(len(text.steps), len(text.documents)) for text in service.texts.values()}
        assert len(counts) == 1, f"{service.id} says more in one language than in another"


def test_the_example_addresses_nobody_by_rank_sex_or_age_and_holds_no_zawgyi() -> None:
    catalogue = parse_catalogue(EXAMPLE.read_bytes())
    for service in catalogue.services:
        for language, text in service.texts.items():
            documents = [part for each in text.documents for part in (each.text, each.when or "")]
            said = [text.name, *text.steps, *documents, text.fee_note or "", text.hours, text.complaints]
            assert [wording_faults(each, language) for each in said] == [[]] * len(said)


def test_a_refusal_lists_everything_that_is_missing_at_once() -> None:
    text = ONE.replace('steps = ["Come", "Go"]\n', "").replace("minutes = 15\n", "").replace("none", "free")
    assert problems(text, ("en", "th")) == [
        "line 1: move-in: `minutes` is missing (its standard time in minutes)",
        'line 6: move-in: `fee` is neither an amount nor "none". Write the satang as a number (20 baht: 2000), '
        'or "none", or "varies" with a `fee_note`',
        "line 7: move-in, en: `steps` is missing (the list of steps)",
        "line 1: move-in: no texts in th",
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'documents = ["Card", { text = "Letter", when = "acting for someone else" }]',
            "documents = []",
            '`documents` is empty. Where none is needed, write documents = "none"',
        ),
        ('"Card", {', '"Card", { txt = "x", ', "unknown key `txt`"),
        ('hours = "Always"', 'hours = ""', "`hours` in [services.en] is empty"),
        ('hours = "Always"', "horus = 1", "unknown key `horus`"),
        ('series = "A"', 'series = "I"', '`series` in [services] cannot be "I"'),
        ('"move-in"', '"Move in"', '"Move in" is no id'),
        ('"none"', '"varies"', 'fee = "varies" needs a `fee_note`'),
        ('"none"', "0", "out of range"),
        ('"none"', "2.5", "neither an amount"),
        ("[[services]]", "[services]", "there is no service"),
        ("[services.en]", "[services.fr]", "unknown key `fr`"),
        ("minutes = 15", "minutes = 15\nminutes = 15", "stands twice"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, told: str) -> None:
    assert old in ONE
    found = problems(ONE.replace(old, new))
    assert any(told in each for each in found), found
    assert all(each.startswith(("line ", "there is no service")) for each in found)


def test_what_cannot_be_drawn_is_refused() -> None:
    found = problems(ONE, accents=["moss"], pictograms=["bin"])
    assert [each.split(":")[0] for each in found] == ["line 4", "line 5"]


def test_two_services_never_share_an_id_or_a_series() -> None:
    assert problems(ONE + ONE) == [
        'line 15: id = "move-in" stands for two services',
        'line 16: series = "A" stands for two services',
    ]


def test_documents_and_fee_may_be_none_only_in_so_many_words() -> None:
    text = ONE.replace('documents = ["Card", { text = "Letter", when = "acting for someone else" }]', "")
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
    varies = ONE.replace('"none"', '"varies"') + 'fee_note = "by size"\n'
    assert through_a_row(parse_catalogue(varies, ("en",))).service("move-in").fee == "varies"


def test_control_a_changed_text_does_not_come_back_equal() -> None:
    catalogue = parse_catalogue(EXAMPLE.read_bytes())
    other = replace(catalogue, services=(replace(catalogue.services[0], minutes=16), *catalogue.services[1:]))
    assert through_a_row(other) != catalogue


@pytest.mark.parametrize("content", [{}, {"services": [{"id": "x"}], "texts": []}, {"services": 1, "texts": [1]}])
def test_a_fact_of_another_shape_is_told_as_one(content: dict[str, object]) -> None:
    with pytest.raises(CatalogueError, match="no catalogue of this release"):
        from_body(CatalogueAdopted("0" * 64, content))


def test_amounts_are_written_as_people_write_them() -> None:
    assert [baht(each) for each in (2000, 3050, 125_005, 5)] == ["20", "30.50", "1,250.05", "0.05"]
