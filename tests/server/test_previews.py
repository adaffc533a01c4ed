"""Pictures are drawn once for each content, by few processes at a time, and the real one draws them."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from kiosk.preview import example_catalogue
from server.errors import PreviewFailed
from server.previews import KEPT, MOST_WAITING, Previews, in_own_process
from sync.catalogue import to_body
from tests.server.artist import PICTOGRAMS, Artist


def asked(number: int = 0) -> bytes:
    return json.dumps({"languages": ["th"], "number": number}).encode()


def test_the_same_content_was_drawn_once_however_many_asked(tmp_path: Path) -> None:
    artist = Artist()
    drawn = Previews(tmp_path, artist)

    async def everybody() -> None:
        found = await asyncio.gather(*(drawn.service(asked()) for _ in range(5)))
        assert len(set(found)) == 1
        assert len(artist.asked) == 1
        await drawn.service(asked(1))
        assert len(artist.asked) == 2
        again = Previews(tmp_path, artist)
        key, names = await again.service(asked())
        assert len(artist.asked) == 2, "kept over a restart"
        assert drawn.picture(key, names[0])
        assert (await drawn.pictograms())[1] == PICTOGRAMS

    asyncio.run(everybody())


def test_only_what_was_drawn_was_handed_out(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"x")
    drawn = Previews(tmp_path / "previews", Artist())
    assert drawn.picture("..", "secret") is None
    assert drawn.picture("0" * 32, "../../secret") is None
    assert drawn.picture("0" * 32, "th-list") is None


def test_one_that_failed_was_told_and_tried_anew(tmp_path: Path) -> None:
    artist = Artist()
    drawn = Previews(tmp_path, artist)

    async def twice() -> None:
        artist.fault = "out of memory"
        with pytest.raises(PreviewFailed, match="out of memory"):
            await drawn.service(asked())
        assert list(tmp_path.iterdir()) == []
        artist.fault = None
        assert (await drawn.service(asked()))[1]

    asyncio.run(twice())


class Slow(Artist):
    """Draws when it is let; `most` at one time so far."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.now, self.most = asyncio.Event(), 0, 0

    async def __call__(self, arguments: Sequence[str], asked: bytes) -> str | None:
        self.now += 1
        self.most = max(self.most, self.now)
        await self.go.wait()
        self.now -= 1
        return await super().__call__(arguments, asked)


def test_one_process_drew_at_a_time_and_a_crowd_was_sent_away(tmp_path: Path) -> None:
    async def crowd() -> None:
        slow = Slow()
        drawn = Previews(tmp_path, slow)
        waiting = [asyncio.create_task(drawn.service(asked(number))) for number in range(MOST_WAITING)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with pytest.raises(PreviewFailed):
            await drawn.service(asked(99))
        slow.go.set()
        await asyncio.gather(*waiting)
        assert slow.most == 1

    asyncio.run(crowd())


def test_the_pictures_that_nobody_looked_at_went(tmp_path: Path) -> None:
    async def many() -> None:
        artist = Artist()
        drawn = Previews(tmp_path, artist)
        for number in range(KEPT + 3):
            await drawn.service(asked(number))
            await drawn.pictograms()
        assert len(list(tmp_path.iterdir())) == KEPT
        assert [what for what, _ in artist.asked].count("pictograms") == 1

    asyncio.run(many())


def test_the_kiosk_s_own_program_drew_a_service_and_refused_what_is_none(tmp_path: Path) -> None:
    catalogue = example_catalogue()
    plain = {
        "catalogue": to_body(catalogue).catalogue,
        "service": "move-in",
        "office": {"en": "X"},
        "languages": ["en"],
    }

    async def draw() -> None:
        drawn = Previews(tmp_path, in_own_process)
        key, names = await drawn.service(json.dumps(plain).encode())
        assert names[0] == "en-list"
        assert names[1] == "en-details-1"
        assert names[-1] == "en-ticket"
        picture = drawn.picture(key, "en-ticket")
        assert picture is not None
        assert picture.startswith(b"\x89PNG")
        with pytest.raises(PreviewFailed, match="no service"):
            await drawn.service(json.dumps(plain | {"service": "nothing"}).encode())

    asyncio.run(draw())
