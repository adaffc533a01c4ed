from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

import kiosk
from kiosk.paper_blocks import (
    Banner,
    Block,
    Group,
    Line,
    Listing,
    Number,
    Pair,
    Pairs,
    Proof,
)
from kiosk.ticket_layout import Ticket, copy_mark, lay_out
from kiosk.ticket_parts import grouped
from sync.catalogue import DocumentNeeded, parse_catalogue
from sync.errors import CatalogueError
from translations import LANGUAGES

CATALOGUE = parse_catalogue((Path(kiosk.__file__).parent / "example" / "catalogue.toml").read_bytes())
OFFICE = {"th": "สำนักงานเทศบาลนครตัวอย่าง", "en": "Example City Office", "my": "နမူနာ မြို့တော် စည်ပင်သာယာရုံး"}
URL = "http://192.168.1.10:8080/t/0123456789abcdef0123456789abcdef"
TICKET = Ticket(
    label="A012",
    services=(CATALOGUE.service("waste-fee"),),
    language="th",
    issued=datetime(2026, 11, 23, 14, 5),  # noqa: DTZ001 office time, as printed
    office=OFFICE,
    languages=LANGUAGES,
    code="4831",
    witness="7K3QF0ZM9T2XBW4H",
    url=URL,
)


def said(blocks: tuple[Block, ...]) -> list[str]:
    """Every text on the ticket, without the marks that only steer its line breaks."""

    def texts(value: object) -> list[str]:
        if isinstance(value, tuple):
            return [text for each in value for text in texts(each)]
        if is_dataclass(value):
            return [text for each in fields(value) for text in texts(getattr(value, each.name))]
        return [str(value).replace("\u2060", "").replace("\u00a0", " ")]

    return [text for block in blocks for text in texts(block)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("service", [each.id for each in CATALOGUE.services])
def test_a_ticket_says_all_that_it_has_to(language: str, service: str) -> None:
    ticket = replace(TICKET, language=language, services=(CATALOGUE.service(service),))
    everything = said(lay_out(ticket))
    text = ticket.service.text(language)
    wanted = ["A012", OFFICE[language], text.name, text.complaints, "2026", "2569", "14:05", "4831", URL]
    wanted += [grouped(ticket.witness), str(ticket.service.minutes), *(each.text for each in text.documents)]
    wanted += [each.when for each in text.documents if each.when]
    plain = [each.replace("\u2060", "") for each in wanted]
    assert [each for each in plain if not any(each in line for line in everything)] == []


def test_control_a_ticket_without_a_block_does_not_say_all() -> None:
    everything = said(tuple(block for block in lay_out(TICKET) if not isinstance(block, Proof)))
    assert not any("4831" in line for line in everything)


def test_a_thai_ticket_in_full() -> None:
    assert lay_out(TICKET)[:4] == (
        Line("สำนักงานเทศบาลนครตัวอย่าง", "th", "body", bold=True),
        Number("A012"),
        Line("บัตรคิว  A๐๑๒", "th", "body"),
        Line("23\u00a0พฤศจิกายน พ.ศ.\u00a02569 (ค.ศ.\u00a02026)  14:05\u00a0น.", "th", "small"),
    )
    assert Pairs(
        (
            Pair("ค่าธรรมเนียม", "30 บาท", "ต่อเดือน ไม่เกิน 20 ลิตรต่อวัน"),
            Pair("ระยะเวลามาตรฐาน", "10 นาที"),
        ),
        "th",
    ) in lay_out(TICKET)
    rows = (Pair("รหัส", "4831"), Pair("รหัสหลักฐาน", "7K3Q F0ZM 9T2X BW4H"))
    assert Proof(URL, "ตรวจสอบบัตรคิวนี้", rows, "th") in lay_out(TICKET)
    assert lay_out(TICKET)[-1] == Line("ร้องเรียน: ศูนย์ดำรงธรรม โทร. 1567 (ตลอด 24 ชั่วโมง)", "th", "small")


@pytest.mark.parametrize(("language", "none"), [("th", "ไม่มี"), ("en", "none"), ("my", "မရှိ")])
def test_no_fee_and_no_documents_are_said_in_so_many_words(language: str, none: str) -> None:
    ticket = replace(TICKET, language=language, services=(CATALOGUE.service("building-advice"),))
    [pairs] = [block for block in lay_out(ticket) if isinstance(block, Pairs)]
    assert [row.value for row in pairs.rows].count(none) == 2
    assert not any(isinstance(block, Listing) for block in lay_out(ticket))


def test_a_fee_that_varies_is_its_own_explanation() -> None:
    text = replace(TICKET.service.text("th"), fee_note="ตามขนาด")
    service = replace(TICKET.service, fee="varies", texts={**TICKET.service.texts, "th": text})
    [pairs] = [block for block in lay_out(replace(TICKET, services=(service,))) if isinstance(block, Pairs)]
    assert pairs.rows[0] == Pair("ค่าธรรมเนียม", "ตามขนาด")


def test_a_document_with_a_condition_says_when_it_is_needed() -> None:
    text = replace(TICKET.service.text("en"), documents=(DocumentNeeded("Letter", "acting for someone else"),))
    service = replace(TICKET.service, texts={**TICKET.service.texts, "en": text})
    blocks = lay_out(replace(TICKET, language="en", services=(service,)))
    assert Listing("Documents", (Group(("Letter (acting for someone else)",)),), "en") in blocks


def test_the_number_is_in_latin_digits_first_and_in_local_ones_second() -> None:
    for language, local in (("th", "A๐๑๒"), ("my", "A၀၁၂")):
        blocks = lay_out(replace(TICKET, language=language))
        assert [block.text for block in blocks if isinstance(block, Number)] == ["A012"]
        assert any(isinstance(block, Line) and block.text.endswith(local) for block in blocks)
    english = lay_out(replace(TICKET, language="en"))
    assert any(isinstance(block, Line) and block.text == "Queue ticket" for block in english)


def test_the_staff_read_the_service_in_their_own_language_too() -> None:
    thai = TICKET.service.text("th").name
    assert Line(thai, "th", "small") in lay_out(replace(TICKET, language="my"))
    assert said(lay_out(TICKET)).count(thai) == 1


def test_a_copy_is_marked_in_every_language_above_everything_else() -> None:
    first = lay_out(replace(TICKET, copy=True, language="my"))[0]
    assert isinstance(first, Banner)
    assert first.text == copy_mark() == "สำเนา · COPY · မိတ္တူ"
    assert not any(isinstance(block, Banner) for block in lay_out(TICKET))


def test_without_a_server_there_is_no_qr_but_the_codes_remain() -> None:
    [proof] = [block for block in lay_out(replace(TICKET, url=None)) if isinstance(block, Proof)]
    assert proof.url is None
    assert [row.value for row in proof.rows] == ["4831", "7K3Q F0ZM 9T2X BW4H"]


def test_a_language_that_the_service_lacks_is_told() -> None:
    service = replace(TICKET.service, texts={"th": TICKET.service.text("th")})
    with pytest.raises(CatalogueError, match="waste-fee has no texts in en"):
        lay_out(replace(TICKET, language="en", services=(service,)))
