"""A display keeps what its office recorded: never half of it, never other bytes, and the old until the new is whole."""

from pathlib import Path

import pytest

from sync import clipwire, wire
from sync.client import Link, Reply, Unreachable
from sync.clips import FOLDER, INDEX, Clip, digest_of, keep_clip, keep_index, read_clip, read_index
from sync.clips_driver import AGAIN_S, EVERY_S, OLD_OFFICE_S, ClipFetcher, Ports
from sync.downlink_driver import Who
from sync.journal import Instant, Journal
from sync.keys import DeviceKey
from sync.pairing import Pin, save_pin
from sync.types import BootId, BootMs, JournalId

KEY = DeviceKey(b"k" * 32, b"d" * 32)
ONE, TWO = b"one clip", b"another clip"


def clip(name: str, data: bytes) -> Clip:
    return Clip("en", name, digest_of(data), 400)


class Office:
    """Gives what it has; `wrong`: other bytes than it promised."""

    def __init__(self, **clips: bytes) -> None:
        self.clips, self.wrong, self.status = {clip(name, data): data for name, data in clips.items()}, False, 200
        self.gone, self.lost = False, set[Clip]()

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        if self.gone:
            raise Unreachable("no route", hint="none")
        assert path == wire.CLIPS_PATH
        request = wire.read_request(headers, body, path)
        ask = clipwire.read_ask(request)
        if ask.clip is None or self.status != 200:
            return Reply(self.status, 0, wire.encode_message(clipwire.Listed(tuple(self.clips))))
        if ask.clip in self.lost:
            return Reply(wire.STATUS[wire.NO_CLIP], 0, b"{}")
        return Reply(200, 0, self.clips[ask.clip] + (b"!" if self.wrong else b""))

    def close(self) -> None:
        return


class Trusting(ClipFetcher):
    """Control: keeps whatever comes."""

    def _fetched(self, asker: Who, link: Link, clip: Clip) -> bool:
        keep_clip(self._folder, clip, self._post(asker, link, clipwire.Ask(clip)).body)
        return True


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of a paired display."""
    now = Instant(BootId("ab" * 16), BootMs(1))
    journal = Journal.create(
        tmp_path / "journal.db", role="display", public_key=KEY.public, random=lambda n: b"\x07" * n, now=now
    )
    journal.close()
    (tmp_path / "device.key").write_text(
        f'{{"seed": "{KEY.seed.hex()}", "device_secret": "{KEY.device_secret.hex()}"}}'
    )
    save_pin(tmp_path / "pin.json", Pin("a" * 32, "b" * 64, 0, "c" * 64))
    return tmp_path


def fetched(data: Path, office: Office, fetcher: type[ClipFetcher] = ClipFetcher) -> float:
    """One turn; the seconds until the next."""
    return fetcher(data, "https://office", Ports(lambda line: None, lambda url, pin: office)).turn()


def heard(data: Path) -> dict[str, bytes | None]:
    """What could be played."""
    return {each.clip: read_clip(data / FOLDER, each) for each in read_index(data / FOLDER)}


def test_the_old_counts_until_the_new_is_whole(data: Path) -> None:
    assert fetched(data, Office(number=ONE)) == EVERY_S
    office = Office(number=TWO, counter=TWO)
    office.wrong = True
    assert fetched(data, office) == AGAIN_S
    assert heard(data) == {"number": ONE}
    office.wrong = False
    assert fetched(data, office) == EVERY_S
    assert heard(data) == {"number": TWO, "counter": TWO}
    assert fetched(data, Office()) == EVERY_S
    assert (heard(data), list((data / FOLDER).glob("*/*"))) == ({}, [])


def test_a_clip_that_the_office_lost_keeps_no_other_from_counting(data: Path) -> None:
    office = Office(number=ONE, counter=TWO)
    office.lost = {clip("counter", TWO)}
    assert fetched(data, office) == EVERY_S
    assert heard(data) == {"number": ONE}


def test_control_a_fetcher_that_keeps_whatever_comes_has_a_clip_that_cannot_be_played(data: Path) -> None:
    office = Office(number=ONE)
    office.wrong = True
    assert fetched(data, office, Trusting) == EVERY_S
    assert heard(data) == {"number": None}


def test_an_office_that_is_gone_refuses_or_is_of_an_older_release_changes_nothing(data: Path) -> None:
    fetched(data, Office(number=ONE))
    office = Office(number=TWO)
    for status, wait in ((404, OLD_OFFICE_S), (503, AGAIN_S), (401, AGAIN_S)):
        office.status = status
        assert fetched(data, office) == wait
    office.gone = True
    assert fetched(data, office) == AGAIN_S
    assert heard(data) == {"number": ONE}


def test_a_device_that_is_not_paired_asks_nobody(tmp_path: Path) -> None:
    assert fetched(tmp_path, Office(number=ONE)) == AGAIN_S
    assert not (tmp_path / FOLDER).exists()


def test_an_index_that_cannot_be_read_is_none_and_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    keep_index(tmp_path, [clip("number", ONE)])
    assert read_index(tmp_path) == (clip("number", ONE),)
    for text in ("", "{}", '[{"language":"en","clip":"../x","digest":"000000000000","ms":1}]', "[1]"):
        (tmp_path / INDEX).write_text(text)
        assert read_index(tmp_path) == ()
    with pytest.raises(wire.BadAnswer):
        clipwire.read_list(b'{"clips":[{"language":"..","clip":"x","digest":"000000000000","ms":1}]}')


def test_the_signed_range_of_a_question_is_that_of_no_rows() -> None:
    request = clipwire.sign_ask(JournalId("0f" * 16), clipwire.Ask(), KEY)
    assert (request.first, request.last, clipwire.read_ask(request)) == (1, 0, clipwire.Ask())
    other = wire.Request(request.journal_id, 2, 1, request.signature, request.body, request.path)
    with pytest.raises(wire.BadAnswer, match="range"):
        clipwire.read_ask(other)
