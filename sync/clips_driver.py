"""Fetches the office's recordings for a display, and keeps them beside its records. For a thread of its own.

A clip that is here already is not fetched again; one whose bytes are not those of its name is not kept. The index names
the new ones only when all of them are here, so that a new voice does not say half a sentence beside an old one.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sync import clipwire, wire
from sync.client import HttpsLink, Link, Reply, Unreachable
from sync.clips import FOLDER, MOST_BYTES, Clip, digest_of, keep_clip, keep_index, read_clip, read_index
from sync.downlink_driver import Who, who
from sync.errors import SyncError
from sync.wire import CLIPS_PATH

EVERY_S = 600.0
"""How often the office is asked: recordings are rare, and nobody waits for them."""
AGAIN_S = 60.0
"""After a failure, and until this device is paired."""
OLD_OFFICE_S = 3600.0
"""After an office of an older release, which knows of no such question."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The world."""

    log: Callable[[str], None]
    link: Callable[[str, bytes], Link] = lambda url, fingerprint: HttpsLink(url, fingerprint, most=MOST_BYTES)


class ClipFetcher:
    """The recordings of one office, below `data`."""

    def __init__(self, data: Path, url: str, ports: Ports) -> None:
        self._data, self._folder, self._url, self._ports = data, data / FOLDER, url, ports
        self._said = ""

    def turn(self) -> float:
        """Ask once, and fetch what is missing; the seconds until it is worth asking again."""
        try:
            asker = who(self._data)
            if asker is None:
                return AGAIN_S
            link = self._ports.link(self._url, bytes.fromhex(asker.pin.fingerprint))
            try:
                return self._asked(asker, link)
            finally:
                link.close()
        except (SyncError, OSError) as error:
            return self._failed(str(error))

    def _asked(self, asker: Who, link: Link) -> float:
        reply = self._post(asker, link, clipwire.Ask())
        if reply.status == 404:
            return OLD_OFFICE_S
        if reply.status != 200:
            return self._failed(f"HTTP {reply.status}")
        listed = clipwire.read_list(reply.body)
        here = [
            clip for clip in listed if read_clip(self._folder, clip) is not None or self._fetched(asker, link, clip)
        ]
        if set(here) != set(read_index(self._folder)):
            keep_index(self._folder, here)
            self._ports.log(f"clips of the office's voice: {len(here)}")
        self._said = ""
        return EVERY_S

    def _fetched(self, asker: Who, link: Link, clip: Clip) -> bool:
        """Whether it is here now; the office may have lost it. Raises Unreachable where other bytes came."""
        reply = self._post(asker, link, clipwire.Ask(clip))
        if reply.status == wire.STATUS[wire.NO_CLIP]:
            return False
        if reply.status != 200 or digest_of(reply.body) != clip.digest:
            hint = "It is asked for again in a minute. Where that does not help, record the clip anew."
            raise Unreachable(f"{clip.file}: HTTP {reply.status}, and not the bytes of that name", hint=hint)
        keep_clip(self._folder, clip, reply.body)
        return True

    @staticmethod
    def _post(asker: Who, link: Link, ask: clipwire.Ask) -> Reply:
        request = clipwire.sign_ask(asker.journal_id, ask, asker.key)
        return link.post(CLIPS_PATH, request.headers, request.body)

    def _failed(self, why: str) -> float:
        if why != self._said:
            self._ports.log(f"clips of the office's voice: {why}")
        self._said = why
        return AGAIN_S


def run(fetcher: ClipFetcher, ended: threading.Event, log: Callable[[str], None]) -> None:
    """Ask again and again until it is ended. A mistake here must not end the way up."""
    wait = 0.0
    while not ended.wait(wait):
        try:
            wait = fetcher.turn()
        except Exception as error:  # noqa: BLE001 it is told, and tried again
            log(f"clips of the office's voice: a mistake in the program, please report it: {error!r}")
            wait = OLD_OFFICE_S
