"""What the office recorded comes to a display over the exchange: signed, whole, and nothing to strangers."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from server.clips import FOLDER as SERVERS
from server.clips import Recorded, digest_of, keep
from server.ledger import Ledger
from server.pcm import write_wav
from sync import wire
from sync.client import HttpsLink
from sync.clips import FOLDER, MOST_BYTES, Clip, read_clip, read_index
from sync.clips_driver import EVERY_S, ClipFetcher, Ports
from sync.clipwire import Ask, sign_ask
from sync.keys import DeviceKey
from sync.paircode import fingerprint
from sync.pairing import Pin, save_pin
from sync.types import JournalId, UtcMs
from tests.server.device import Device
from tests.server.small_office import SmallOffice
from tests.server.voices import STAFF, tone

SOUNDS = {name: write_wav(tone(ms)) for name, ms in (("number", 300), ("digit-1", 200), ("digit-2", 250))}
AGAIN = write_wav(tone(350))


@pytest.fixture
def office(tmp_path: Path, device: Device) -> Iterator[SmallOffice]:
    """An office that knows the device, and recorded three clips."""
    made = SmallOffice(tmp_path / "office")
    made.admit(device)
    made.start()
    for name, data in SOUNDS.items():
        record(made, name, data)
    yield made
    made.stop()


def record(office: SmallOffice, name: str, data: bytes) -> Clip:
    """Somebody records this clip."""
    row = Recorded("th", name, digest_of(data), 300, STAFF, UtcMs(1))
    keep(office.folder / SERVERS, row, data)

    def enter(ledger: Ledger) -> None:
        ledger.clips.enter(row)

    office.writer.submit(enter).result(20)
    return Clip("th", name, row.digest, 300)


class Counting:
    """A real link that counts its requests."""

    def __init__(self, url: str, pin: bytes, count: list[str]) -> None:
        self._link, self._count = HttpsLink(url, pin, most=MOST_BYTES), count

    def post(self, path: str, headers: dict[str, str], body: bytes) -> object:
        self._count.append(path)
        return self._link.post(path, headers, body)

    def close(self) -> None:
        self._link.close()


def fetcher(office: SmallOffice, device: Device, data: Path) -> tuple[ClipFetcher, list[str]]:
    """The fetcher of this device's data folder, and the requests that it makes."""
    key = f'{{"seed": "{device.key.seed.hex()}", "device_secret": "{device.key.device_secret.hex()}"}}'
    (data / "device.key").write_text(key)
    save_pin(data / "pin.json", Pin("a" * 32, fingerprint(office.der).hex(), 0, "c" * 64))
    asked: list[str] = []
    ports = Ports(lambda line: None, lambda url, pin: Counting(url, pin, asked))  # type: ignore[arg-type,return-value]
    return ClipFetcher(data, office.url, ports), asked


def test_all_that_counts_at_the_office_is_kept_and_only_what_is_new_is_fetched(
    office: SmallOffice, device: Device, tmp_path: Path
) -> None:
    data = tmp_path / "kiosk"
    fetching, asked = fetcher(office, device, data)
    assert fetching.turn() == EVERY_S
    kept = read_index(data / FOLDER)
    assert {each.clip: read_clip(data / FOLDER, each) for each in kept} == SOUNDS
    assert len(asked) == 1 + len(SOUNDS)
    assert fetching.turn() == EVERY_S
    assert len(asked) == 2 + len(SOUNDS), "the list alone"
    anew = record(office, "number", AGAIN)
    assert fetching.turn() == EVERY_S
    assert (len(asked), anew in read_index(data / FOLDER)) == (4 + len(SOUNDS), True)
    assert len(list((data / FOLDER / "th").iterdir())) == len(SOUNDS), "the one before is gone"
    damaged = data / FOLDER / anew.file
    damaged.write_bytes(AGAIN[:-1])
    fetching.turn()
    assert damaged.read_bytes() == AGAIN, "what the card lost is fetched again"


def post(office: SmallOffice, request: wire.Request) -> httpx.Response:
    """One request."""
    with httpx.Client(base_url=office.url, verify=office.context(), timeout=40) as line:
        return line.post(request.path, content=request.body, headers=request.headers)


def test_strangers_and_those_who_were_revoked_get_nothing(office: SmallOffice, device: Device) -> None:
    clip = Clip("th", "number", digest_of(SOUNDS["number"]), 300)
    good = sign_ask(device.journal_id, Ask(clip), device.key)
    answer = post(office, good)
    assert (answer.content, answer.headers["content-type"]) == (SOUNDS["number"], "audio/wav")
    stranger = sign_ask(JournalId("5" * 32), Ask(), DeviceKey(b"x" * 32, b"y" * 32))
    forged = sign_ask(device.journal_id, Ask(), DeviceKey(b"x" * 32, b"y" * 32))
    elsewhere = replace(good, signature=device.key.sign(replace(good, path=wire.FEED_PATH).message))
    misread = wire.request_message(device.journal_id, 1, 0, b"{}x", wire.CLIPS_PATH)
    broken = wire.Request(device.journal_id, 1, 0, device.key.sign(misread), b"{}x", wire.CLIPS_PATH)
    for request, code in (
        (stranger, wire.UNPAIRED),
        (forged, wire.BAD_SIGNATURE),
        (elsewhere, wire.BAD_SIGNATURE),
        (broken, wire.MALFORMED),
    ):
        assert post(office, request).json()["error"] == code
    office.revoke(device)
    assert post(office, good).json()["error"] == wire.REVOKED


def test_only_what_counts_is_given_and_only_as_it_was_recorded(office: SmallOffice, device: Device) -> None:
    old = Clip("th", "number", "0" * 12, 300)
    assert post(office, sign_ask(device.journal_id, Ask(old), device.key)).json()["error"] == wire.NO_CLIP
    clip = Clip("th", "number", digest_of(SOUNDS["number"]), 300)
    (office.folder / SERVERS / clip.file).write_bytes(b"something else")
    assert post(office, sign_ask(device.journal_id, Ask(clip), device.key)).json()["error"] == wire.NO_CLIP
