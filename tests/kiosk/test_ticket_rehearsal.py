"""What cannot be printed is told before any paper moves: block, language, service, text, and what to do."""

from dataclasses import replace
from pathlib import Path

import pytest

from hardware.dots import Dots
from hardware.printers_file import shipped
from kiosk.paper import PAPERS, Paper, RehearsalError
from kiosk.paper_blocks import Picture
from kiosk.ticket_data import SHIPPED, Layout, Part
from kiosk.ticket_layout import lay_out, specimens
from kiosk.ticket_press import Press, notice_of
from sync.catalogue import Catalogue, DocumentNeeded
from sync.config import parse_kiosk
from tests.kiosk.test_ticket_file import EXAMPLE
from tests.kiosk.test_ticket_layout import CATALOGUE, OFFICE, TICKET
from translations import LANGUAGES

FEW = replace(CATALOGUE, services=tuple(map(CATALOGUE.service, ("waste-fee", "building-advice"))))
PAPER = {paper_mm: Paper(width=width) for paper_mm, width in PAPERS.items()}
KIOSK = parse_kiosk(EXAMPLE.with_name("kiosk.toml").read_bytes())
ENDLESS = "Supercalifragilistic" * 4


def refused(layout: Layout = SHIPPED, paper_mm: int = 80, catalogue: Catalogue = FEW) -> tuple[str, ...]:
    """The problems of the rehearsal."""
    with pytest.raises(RehearsalError) as caught:
        PAPER[paper_mm].rehearse(specimens(catalogue, OFFICE, LANGUAGES, "http://192.168.1.10:8080"), layout)
    return caught.value.problems


def headed(**texts: str) -> Layout:
    return replace(SHIPPED, header={**OFFICE, **texts})


@pytest.mark.parametrize("width", [*PAPERS.values(), *{kind.width for kind in shipped()}.difference(PAPERS.values())])
def test_everything_that_ships_can_be_printed(width: Dots) -> None:
    Paper(width=width).rehearse(specimens(CATALOGUE, OFFICE, LANGUAGES, "http://192.168.1.10:8080"))


@pytest.mark.parametrize("paper_mm", PAPERS)
@pytest.mark.parametrize(("character", "code"), [("漢", "U+6F22"), ("🏛", "U+1F3DB"), ("☃", "U+2603")])
def test_a_character_that_would_be_a_box_is_refused(paper_mm: int, character: str, code: str) -> None:
    [problem] = refused(headed(en=f"Office {character}"), paper_mm)
    assert f'en, block "office": "Office {character}" cannot be printed: no font has the character {code}' in problem
    assert problem.startswith("waste-fee+building-advice and 2 more, ")
    assert problem.endswith("Write the text without it, or draw it as a picture.")


@pytest.mark.parametrize("paper_mm", PAPERS)
def test_a_word_that_is_wider_than_the_paper_is_refused_though_it_could_be_cut(paper_mm: int) -> None:
    layout = headed(en=ENDLESS)
    [problem] = refused(layout, paper_mm)
    assert f'en, block "office": "{ENDLESS}" has a word that is wider than its place' in problem
    assert "U+200B" in problem
    assert PAPER[paper_mm].draw(lay_out(replace(TICKET, language="en"), layout)).height  # better cut than not at all


def test_a_word_may_fit_one_roll_and_not_the_other() -> None:
    layout = headed(en="Gemeindeverwaltungsverbandsamt")
    PAPER[80].rehearse(specimens(FEW, OFFICE, LANGUAGES, None), layout)
    assert 'block "office"' in refused(layout, 58)[0]


def test_a_text_of_the_catalogue_is_named_with_its_service() -> None:
    service = FEW.services[0]
    text = replace(service.text("my"), documents=(DocumentNeeded("ok"), DocumentNeeded("문서")))
    spoilt = replace(service, texts={**service.texts, "my": text})
    problems = refused(catalogue=replace(FEW, services=(spoilt, FEW.services[1])))
    assert len(problems) == 1
    assert 'waste-fee+building-advice and 1 more, my, block "documents": "문서" cannot be printed' in problems[0]


def test_every_problem_is_told_and_each_once() -> None:
    parts = (*SHIPPED.parts, Part("text", texts={"th": "漢", "en": "fine", "my": "漢"}))
    problems = refused(replace(SHIPPED, parts=parts, header={**OFFICE, "en": ENDLESS}))
    assert sorted(problem.split('"')[1] for problem in problems) == ["office", "text", "text"]


def test_a_logo_wider_than_the_paper_is_refused() -> None:
    wide = Picture(90 * 8, 8, b"\xff" * 90 * 8)
    layout = Layout((Part("logo"), *SHIPPED.parts), logo=wide)
    assert 'block "logo": 90 mm do not fit the 69 mm' in refused(layout)[0]
    assert 'block "logo": 90 mm do not fit the 45 mm' in refused(layout, 58)[0]


def test_a_service_without_a_language_is_named() -> None:
    service = replace(FEW.services[0], texts={"th": FEW.services[0].text("th"), "my": FEW.services[0].text("my")})
    assert refused(catalogue=replace(FEW, services=(service,)))[0].startswith(
        "waste-fee, en: waste-fee has no texts in en"
    )


def test_an_address_too_long_for_a_qr_code_is_refused() -> None:
    with pytest.raises(RehearsalError, match="public_url"):
        PAPER[80].rehearse(specimens(FEW, OFFICE, LANGUAGES, "http://" + "x" * 100))


def settled(layout_text: str | None, folder: Path) -> tuple[Press, str | None]:
    """A press that has chosen, and its notice."""
    if layout_text is not None:
        (folder / "ticket.toml").write_text(layout_text, encoding="utf-8")
    config = replace(KIOSK, ticket="ticket.toml", office=OFFICE)
    press = Press(PAPER[80])
    chosen = press.settle(config, folder, folder / "data", FEW)
    return press, notice_of(chosen, config.ticket)


def test_a_kiosk_with_a_good_layout_prints_by_it_and_says_nothing(tmp_path: Path) -> None:
    press, notice = settled('blocks = ["proof", "number", "moment", "services"]', tmp_path)
    assert notice is None
    assert press.layout.parts[0].name == "proof"
    assert press.draw(TICKET) == PAPER[80].draw(lay_out(TICKET, press.layout))


def test_a_kiosk_with_a_spoilt_layout_goes_on_with_the_last_good_one_and_tells_its_screen(tmp_path: Path) -> None:
    good, _ = settled('blocks = ["proof", "number", "moment", "services"]', tmp_path)
    spoilt = 'blocks = ["number", "moment", "services", "proof", "office"]\n[header]\nth = "ก"\nen = "漢"\nmy = "က"\n'
    press, notice = settled(spoilt, tmp_path)
    assert press.layout == good.layout
    assert notice is not None
    assert notice.startswith("The last good layout of the ticket is in use. ticket.toml: ")
    assert "U+6F22" in notice


def test_a_kiosk_is_never_without_tickets(tmp_path: Path) -> None:
    press, notice = settled(None, tmp_path)
    assert press.layout == SHIPPED
    assert notice is not None
    assert notice.startswith("The ticket has the layout that ships with the kiosk. ticket.toml: ")
    assert press.draw(TICKET).height
