"""A server that has just started tells the hall nothing before its devices have asked, or some time has passed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from server.around import Around
from server.display import Display
from server.pages import Pages
from server.stores import FILE
from server.witnesses import PATIENCE_SECONDS, Witnesses, devices
from sync.downlink import CAP_S
from sync.feedwire import Ask, sign_ask
from sync.types import JournalId, UtcMs
from tests.server.conftest import ZONE
from tests.server.device import Device
from tests.server.places import reader_of
from tests.server.small_office import SmallOffice
from tests.server.televisions import OFFICE, TEN, hall
from tests.server.test_handdown import ask, met, post

ONE, OTHER = JournalId("1" * 32), JournalId("2" * 32)


async def turns(count: int = 20) -> None:
    """Whatever can go on goes on."""
    for _ in range(count):
        await asyncio.sleep(0)


def in_loop(story: Callable[[], Awaitable[None]]) -> None:
    """Run it in an event loop of its own."""

    async def run() -> None:
        await story()

    asyncio.run(run())


def test_an_office_without_devices_knows_at_once() -> None:
    async def story() -> None:
        await asyncio.wait_for(Witnesses([]).heard(), 1)

    in_loop(story)


def test_every_device_is_waited_for() -> None:
    async def story() -> None:
        witnesses = Witnesses([ONE, OTHER])
        heard = asyncio.ensure_future(witnesses.heard())
        for journal in (ONE, ONE, JournalId("3" * 32)):
            witnesses.asked(journal)
        await turns()
        assert not heard.done(), "the other one may hold what this office lost"
        witnesses.asked(OTHER)
        await turns()
        assert heard.done()
        await witnesses.heard()

    in_loop(story)


def test_but_not_for_ever_and_not_when_the_server_ends() -> None:
    async def story() -> None:
        await asyncio.wait_for(Witnesses([ONE], 0).heard(), 1)
        witnesses = Witnesses([ONE])
        heard = asyncio.ensure_future(witnesses.heard())
        await turns()
        assert not heard.done()
        witnesses.close()
        await turns()
        assert heard.done()

    in_loop(story)


def test_a_device_that_is_switched_on_asks_in_time() -> None:
    assert CAP_S < PATIENCE_SECONDS


def test_the_display_draws_nothing_before() -> None:
    async def story() -> None:
        queue, told = hall()

        async def around() -> Around:
            return told

        witnesses = Witnesses([ONE])
        display = Display(
            lambda: queue.live, around, Pages(OFFICE, ZONE), lambda: UtcMs(TEN), sure=witnesses.heard
        )  # fmt: skip
        page = asyncio.ensure_future(display.page("en"))
        parts = asyncio.ensure_future(display._events("en", 0))
        await turns()
        assert not page.done()
        assert not parts.done()
        witnesses.asked(ONE)
        assert "A006" in await page
        assert "A006" in (await parts)["more"] + (await parts)["hero"]

    in_loop(story)


@pytest.fixture
def heard() -> list[JournalId]:
    return []


def test_a_device_counts_once_it_stands_where_the_office_is(
    tmp_path: Path, device: Device, heard: list[JournalId]
) -> None:
    office = SmallOffice(tmp_path / "office", hold_s=0.05)
    office.asked = heard.append
    office.admit(device)
    office.start()
    try:
        name, _ = met(office, device)
        assert heard == [], "an introduction: what it holds of another journal comes first"
        ask(office, device, Ask(name))
        assert set(heard) == {device.journal_id}
        heard.clear()
        post(office, sign_ask(device.journal_id, Ask(name, 7, "ab" * 32, "cd" * 64), device.key))
        assert heard == [], "it stands where this office never was"
        with closing(reader_of(office.folder / FILE)) as db:
            assert devices(db) == [device.journal_id]
    finally:
        office.stop()
