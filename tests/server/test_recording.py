"""Recording the clips of speech: who may, what is kept, what counts, and the whole of it by keyboard in Chromium."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.clips import recorded
from server.pcm import Sound, write_wav
from server.phrases import words
from server.stores import FILE
from sync.phrases import clips
from tests.server.desk import ORIGIN, Browser, Desk, staff_id
from tests.server.places import reader_of
from tests.server.voices import tone
from translations import LANGUAGES

GOOD = write_wav(tone(600, 0.3, 400, 400))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A console with three people."""
    made = Desk(tmp_path)
    yield made
    made.close()


def send(browser: Browser, path: str, body: bytes, method: str = "POST", **headers: str) -> httpx.Response:
    """What the page's script sends."""
    known = {
        "content-type": "audio/wav",
        "origin": ORIGIN,
        "sec-fetch-site": "same-origin",
        "scorecard-csrf": browser.csrf(),
    }
    asked = browser.client.request(method, path, content=body, headers={**known, **headers})
    return browser._answer(asked)


def rows(desk: Desk, tmp_path: Path) -> list[Any]:
    """What the table holds."""
    db = reader_of(tmp_path / FILE)
    found = recorded(db)
    db.close()
    return found


def test_a_good_recording_is_kept_cut_and_counts_at_once_with_its_maker(desk: Desk, tmp_path: Path) -> None:
    somsri = desk.signed_in("somsri")
    told = send(somsri, "/api/clips/th/number", GOOD).json()
    assert (told["kept"], told["problems"]) == (True, [])
    assert 600 <= told["ms"] <= 720, "the silence around it is cut"
    (row,) = rows(desk, tmp_path)
    assert (row.language, row.clip, row.staff, row.at_ms) == ("th", "number", staff_id(1), desk.time)
    found = desk.clips.find("th", "number")
    assert found is not None
    assert found.path.read_bytes() == somsri.get("/api/clips/th/number").content


def test_a_new_recording_replaces_the_old_file_and_one_can_be_taken_away(desk: Desk, tmp_path: Path) -> None:
    somsri = desk.signed_in("somsri")
    send(somsri, "/api/clips/th/number", GOOD)
    first = desk.clips.find("th", "number")
    assert first is not None
    send(somsri, "/api/clips/th/number", write_wav(tone(900)))
    assert not first.path.exists()
    assert (desk.clips.length("th", "number") or 0) > 800
    assert send(somsri, "/api/clips/th/number", b"", "DELETE").status_code == 204
    assert (desk.clips.find("th", "number"), rows(desk, tmp_path)) == (None, [])
    assert list((tmp_path / "clips" / "th").iterdir()) == []
    assert somsri.get("/api/clips/th/number").status_code == 404


def test_a_bad_recording_is_not_kept_unless_somebody_insists_and_silence_never(desk: Desk) -> None:
    somsri = desk.signed_in("somsri")
    short = write_wav(tone(60, 0.3, 300, 300))
    told = send(somsri, "/api/clips/my/digit-1", short).json()
    assert (told["kept"], told["problems"]) == (False, ["Too short: say the words whole"])
    assert desk.clips.find("my", "digit-1") is None
    assert send(somsri, "/api/clips/my/digit-1?anyway=true", short).json()["kept"] is True
    silence = write_wav(Sound(16_000, [0] * 16_000))
    assert send(somsri, "/api/clips/my/digit-2?anyway=true", silence).json()["kept"] is False


@pytest.mark.parametrize("body", [b"", b"no sound", bytes(3 * 1024 * 1024)], ids=len)
def test_what_is_no_recording_is_refused_with_a_hint(desk: Desk, body: bytes) -> None:
    answer = send(desk.signed_in("somsri"), "/api/clips/th/number", body)
    assert answer.status_code in (413, 422)
    assert answer.json()["hint"]


def test_only_supervisors_and_administrators_may_and_only_from_the_page(desk: Desk) -> None:
    for path in ("/record", "/api/clips/th/number"):
        assert desk.signed_in("boon").get(path).status_code == 403
    boon, anna = desk.signed_in("boon"), desk.signed_in("anna")
    assert send(boon, "/api/clips/th/number", GOOD).status_code == 403
    assert send(anna, "/api/clips/th/number", GOOD, **{"scorecard-csrf": "0" * 32}).status_code == 403
    assert send(anna, "/api/clips/th/number", GOOD, origin="https://elsewhere.test").status_code == 403
    assert desk.clips.find("th", "number") is None
    assert send(anna, "/api/clips/th/number", GOOD).status_code == 200


def test_a_form_is_no_recording_and_is_answered_at_once(desk: Desk) -> None:
    assert desk.signed_in("anna").post("/api/clips/th/number").status_code == 422


@pytest.mark.parametrize("path", ["/api/clips/th/come", "/api/clips/de/number", "/api/clips/th/..%2Fnumber"])
def test_what_is_no_clip_of_this_language_is_not_there(desk: Desk, path: str, tmp_path: Path) -> None:
    assert send(desk.signed_in("anna"), path, GOOD).status_code == 404
    assert not (tmp_path / "clips").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_lists_every_clip_with_the_words_to_say(desk: Desk, language: str) -> None:
    html = desk.signed_in("somsri").get(f"/record?spoken={language}").text
    assert html.count('class="clip"') == len(clips(language))
    for clip in clips(language):
        assert words(language, clip) in html
    assert 'data-there="yes"' not in html
