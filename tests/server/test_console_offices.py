"""The offices that relay to a server, on its console: paired, replaced, withdrawn."""

import re
from pathlib import Path

import pytest
from markupsafe import escape

from server.centre import Centre
from server.ingest import take_pairing
from server.office_words import in_the_way
from server.relay import Reached
from server.relayed import take_introduction
from server.way_down import HERE, Why
from sync import wire
from sync.chain import START
from sync.exchange_terms import BUSY, FAILED, Phase
from sync.facts import drafts
from sync.facts_published import CataloguePublished, Source
from sync.journal import chained
from sync.paircode import fingerprint, parse_code
from sync.pairing import Device as PairedDevice
from sync.pairing import request
from sync.relaywire import Introduction, sign_introduction
from sync.types import JournalId, Seq, UtcMs
from sync.wire import Head, Refusal
from tests.server.conftest import opened
from tests.server.desk import CERTIFICATE, Browser, Desk
from tests.server.device import Device
from tests.server.publishing_office import at
from tests.server.test_relay import NAME
from translations import LANGUAGES, load

PRINT = fingerprint(CERTIFICATE)
_CODE = re.compile(r'id="code">(.*?)</p>', re.DOTALL)


def code_in(html: str) -> str:
    """The pairing code on the page."""
    found = _CODE.search(html)
    assert found is not None
    return re.sub(r"<[^>]+>", "", found[1])


def pair(desk: Desk, device: Device, code: str, *, introduced: bool = True) -> object:
    """An office's server pairs by this code, and introduces itself."""
    asked = request(
        parse_code(code).secret,
        PairedDevice(device.journal_id, device.journal.secret, device.key, "office", "Somewhere"),
        PRINT,
    )
    key, secret = device.key.public.hex(), device.journal.secret.hex()
    card = Introduction(device.journal_id, key, secret, "office", "Somewhere", "Asia/Bangkok", NAME)
    said = sign_introduction(device.journal_id, card, device.key.sign)
    opened(device)
    done: list[object] = []
    desk.job(lambda ledger: done.append(take_pairing(ledger, asked, PRINT, UtcMs(desk.time))))
    if introduced:
        desk.job(lambda ledger: done.append(take_introduction(ledger, said, UtcMs(desk.time))))
    return next((each for each in done if isinstance(each, Refusal)), None)


@pytest.fixture
def boss(desk: Desk) -> Browser:
    return desk.signed_in("anna")


def test_an_office_is_paired_by_a_code_and_stands_on_the_page(desk: Desk, boss: Browser, tmp_path: Path) -> None:
    code = code_in(boss.post("/offices/code", {}).text)
    assert pair(desk, Device.make(tmp_path / "one", 1), code) is None
    assert "Mae Sot District Office" in boss.get("/offices").text


def test_an_office_that_never_told_its_name_is_said_to_be_unheard(desk: Desk, boss: Browser, tmp_path: Path) -> None:
    office = Device.make(tmp_path / "one", 1)
    assert pair(desk, office, code_in(boss.post("/offices/code", {}).text), introduced=False) is None
    named = f"{office.journal_id[:8]} (not heard of yet)"
    for path in ("/offices", "/figures", "/requests/new", "/notices"):
        assert named in boss.get(path).text, path
    assert pair(desk, office, code_in(boss.post("/offices/code", {}).text)) is None
    assert "not heard of yet" not in boss.get("/offices").text, "control: it has a name since"


def test_a_server_that_no_kiosk_brought_anything_says_so(boss: Browser) -> None:
    for path in ("/catalogue", "/calendar"):
        assert "no kiosk brought anything along" in boss.get(path).text


def test_a_new_server_is_the_same_office_and_the_old_one_is_out(desk: Desk, boss: Browser, tmp_path: Path) -> None:
    old, new = Device.make(tmp_path / "old", 1), Device.make(tmp_path / "new", 2)
    assert pair(desk, old, code_in(boss.post("/offices/code", {}).text)) is None
    replaced = boss.post(f"/offices/{old.journal_id}/replace", {})
    assert pair(desk, new, code_in(replaced.text)) is None
    page = boss.get("/offices").text
    assert page.count("Mae Sot District Office") == 1
    assert "Permission withdrawn" not in page
    revoked: list[bool] = []
    for each in (old, new):
        desk.job(lambda ledger, name=each.journal_id: revoked.append(ledger.standing(name).revoked))  # type: ignore[misc]
    assert revoked == [True, False]


def test_permission_is_withdrawn(desk: Desk, boss: Browser, tmp_path: Path) -> None:
    office = Device.make(tmp_path / "one", 1)
    assert pair(desk, office, code_in(boss.post("/offices/code", {}).text)) is None
    assert boss.post(f"/offices/{office.journal_id}/revoke", {}).status_code == 303
    assert "Permission withdrawn" in boss.get("/offices").text
    asked = pair(desk, office, code_in(boss.post("/offices/code", {}).text))
    assert asked is None, "a new code lets it in again"


def test_an_office_that_nobody_knows_is_not_found(boss: Browser) -> None:
    assert boss.post(f"/offices/{'f' * 32}/revoke", {}).status_code == 404


@pytest.mark.parametrize(
    ("reached", "words"),
    [
        ({}, "not paired with its centre"),
        ({"a": Reached(Seq(3), Seq(0), Phase.IDLE)}, "Everything is at the centre"),
        ({"a": Reached(Seq(3), Seq(0), Phase.QUARANTINE, "fork", "another history")}, "another history"),
    ],
)
def test_the_page_says_how_the_office_stands_with_its_own_centre(
    desk: Desk, boss: Browser, reached: dict[str, Reached], words: str
) -> None:
    assert words not in boss.get("/offices").text
    centre: Centre = desk.office.centre
    centre.relay = object()  # type: ignore[assignment]
    centre.hear({JournalId(name): each for name, each in reached.items()})
    assert words in boss.get("/offices").text
    centre.hear_down(Why(FAILED, "no route"))
    assert ("does not come here" in boss.get("/offices").text) is ("Everything" in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_in_the_way_is_said_in_every_language(desk: Desk, boss: Browser, language: str) -> None:
    centre: Centre = desk.office.centre
    centre.relay = object()  # type: ignore[assignment]
    words = load(language, "office").gettext
    codes = (FAILED, BUSY, wire.REVOKED, wire.FORK, wire.GAP, wire.CODE_USED, HERE, "of a newer release")
    for code in codes:
        centre.hear({JournalId("a"): Reached(Seq(3), Seq(0), Phase.QUARANTINE, code, "in short words")})
        page = boss.get(f"/offices?lang={language}").text
        assert f'<p class="note">{escape(words(in_the_way(code)))}</p>' in page
        plain = re.sub('<p class="text" lang="en">[^<]*</p>', "", page)
        assert "in short words" in page
        assert "in short words" not in plain
    assert len({in_the_way(code) for code in codes}) == len(codes) - 1, (
        "each is told apart; what is new is as a failure"
    )


def test_what_an_office_gave_back_stands_beside_it(desk: Desk, boss: Browser, tmp_path: Path) -> None:
    office, name, secret = Device.make(tmp_path / "one", 1), JournalId("c" * 32), b"s" * 32
    assert pair(desk, office, code_in(boss.post("/offices/code", {}).text)) is None
    said = CataloguePublished(UtcMs(desk.time), 7, "d" * 64, {"services": []}, "s00000001", Source(name, Seq(9)), ())
    facts, entries = chained(secret, START, drafts(said), at().instant)
    rows = [(fact, entry.row, entry.chain) for fact, entry in zip(facts, entries, strict=True)]
    head = Head(entries[-1].seq, entries[-1].chain, bytes(64))
    desk.job(lambda ledger: ledger.lost_for_offices.claim(name, head, UtcMs(desk.time)))
    assert "gave back" not in boss.get("/offices").text, "control: nobody knows yet which office has it"
    giver = office.journal_id
    desk.job(lambda ledger: ledger.lost_for_offices.store(name, START, rows, giver, secret))
    page = boss.get("/offices").text
    assert "this office gave back what was missing here" in page
    assert "Service catalogue, version 7, published on" in page
