"""Keeps the figures: makes those of marked days anew, beside the thread that writes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from server import months
from server.database import Unavailable
from server.errors import LedgerRefused
from server.ledger import Ledger
from server.offices import zones_of
from server.reads import Reads
from server.rollups import DayFigures, marked, reckon
from server.writer import Writer
from sync.clock import office_day
from sync.types import UtcMs

PAUSE_S = 60
"""The running day's figures are at most so old."""


class Bookkeeper:
    """`wait(seconds)` sleeps."""

    def __init__(
        self,
        reader: Reads,
        writer: Writer,
        zone: ZoneInfo,
        now: Callable[[], UtcMs],
        wait: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self._reader, self._writer, self._zone, self._now, self._wait = reader, writer, zone, now, wait
        self._touched = asyncio.Event()
        self._touched.set()

    def changed(self) -> None:
        """Facts came. For the event loop's thread."""
        self._touched.set()

    async def run(self) -> None:
        """For ever: a round whenever facts came, and PAUSE_S between two."""
        while True:
            await self._touched.wait()
            self._touched.clear()
            with suppress(LedgerRefused, Unavailable):  # the disk: the marks stay, the next round tries again
                await self.round()
            await self._wait(PAUSE_S)

    async def round(self) -> int:
        """Make the figures of every marked day anew; of how many they changed. Then the months that are over."""
        changed = 0
        zones = await self._reader.read(zones_of)
        for office, day in await self._reader.read(marked):
            made = await self._reader.read(reckon, office, day, zones.get(office, self._zone))
            changed += await asyncio.wrap_future(self._writer.submit(partial(_store, made, self._now())))
        for office, month in await self._reader.read(months.lacking, office_day(self._now(), self._zone)):
            await asyncio.wrap_future(self._writer.submit(partial(_make, office, month)))
        return changed


def _make(office: str, month: str, ledger: Ledger) -> None:
    ledger.rollups.make_month(office, month)


def _store(made: DayFigures, now_ms: UtcMs, ledger: Ledger) -> bool:
    return ledger.rollups.store(made, now_ms)
