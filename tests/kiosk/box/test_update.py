"""An update on a card in a folder: fetched or brought, looked over, installed, tried, kept or given up."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from image.signing import Signer
from kiosk.box.errors import UpdateError
from kiosk.box.slots import Record, chosen
from kiosk.box.update import FAILURES, IDLE, PATIENCE_S, VERIFY, shown
from kiosk.box.update_rules import KIOSK, SYNC
from tests.kiosk.box.bundles import bundle, signer
from tests.kiosk.box.updating import DAY, NIGHT, NOW_MS, WELL, Updated


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("updates")


@pytest.fixture(scope="module")
def ours(place: Path) -> Signer:
    return signer(place / "ours")


@pytest.fixture(scope="module")
def newer(place: Path, ours: Signer) -> Path:
    """Of release 2.0.0."""
    return bundle(place, ours, "2.0.0")


@pytest.fixture
def card(tmp_path: Path, ours: Signer) -> Updated:
    """Runs 1.0.0 in slot A, at night."""
    return Updated(tmp_path, ours)


def test_an_update_goes_in_at_night_is_tried_and_stays(card: Updated, newer: Path) -> None:
    card.fetched(newer)
    said = card.updater().attend()
    assert said == "2.0.0 is installed; the machine starts anew"
    assert card.last == ("2.0.0", "installed")
    assert card.manager.restarts == 1
    assert list(card.places.fetched.iterdir()) == list(card.places.own.iterdir()) == []
    assert card.starts() == "B"
    assert card.updater().judge()
    assert card.last == ("2.0.0", "good")
    assert (card.record.b, card.record.left, card.told["running"], card.told["slot"]) == ("good", 0, "2.0.0", "B")
    assert card.manager.started[-1] == VERIFY
    assert card.starts() == "B"


def test_a_bad_one_is_tried_three_times_and_then_the_one_before_runs(card: Updated, newer: Path) -> None:
    card.fetched(newer)
    card.updater().attend()
    card.manager.shown = (replace(WELL[0], status="out of order: start"), WELL[1])
    for left in (2, 1, 0):
        assert card.starts() == "B"
        assert not card.updater().judge()
        assert PATIENCE_S <= sum(card.waited) < PATIENCE_S + 10
        assert card.record.left == left
        assert card.last == ("2.0.0", "trying")
    assert card.starts() == "A"
    card.manager.shown = WELL
    assert card.updater().attend() == "nothing is to be installed"
    assert card.last == ("2.0.0", "rolled-back")
    assert card.told["last"]["why"] == "scorecard-kiosk.service: out of order: start"
    assert card.told["running"] == "1.0.0"
    assert card.manager.restarts == 1, "the trial is started anew by its unit"


def test_one_that_never_tells_anything_is_given_up_as_well(card: Updated, newer: Path) -> None:
    card.fetched(newer)
    card.updater().attend()
    assert [card.starts() for _ in range(4)] == ["B", "B", "B", "A"]
    card.updater().attend()
    assert card.last == ("2.0.0", "rolled-back")
    assert card.told["last"]["why"] == "it did not start"


def test_a_record_that_does_not_prove_itself_is_no_well_system(card: Updated, newer: Path) -> None:
    card.fetched(newer)
    card.updater().attend()
    card.starts()
    card.manager.fails = frozenset({VERIFY})
    assert not card.updater().judge()
    assert card.record.b == "trying"
    assert "does not prove itself" in card.told["last"]["why"]


def test_a_slow_start_is_waited_for(card: Updated, newer: Path) -> None:
    card.fetched(newer)
    card.updater().attend()
    card.starts()
    card.manager.shown = ()

    def comes_up() -> None:
        card.manager.shown = WELL if sum(card.waited) > 60 else ()

    card.meanwhile = comes_up
    assert card.updater().judge()
    assert card.record.b == "good"
    assert 60 < sum(card.waited) < 70


def test_by_day_it_waits_and_nothing_is_touched(card: Updated, newer: Path) -> None:
    card.manager.idle = DAY
    card.fetched(newer)
    assert card.updater().attend() == "an update waits: the office is open"
    assert card.record == Record()
    assert sorted(path.name for path in card.places.fetched.iterdir()) == ["ready.json", "ready.raucb"]
    assert card.manager.restarts == 0
    assert card.manager.started == [IDLE]


def test_somebody_at_the_screen_is_not_thrown_out(card: Updated, newer: Path) -> None:
    card.fetched(newer)
    card.manager.shown = (replace(WELL[0], status="screen details"), WELL[1])
    assert "somebody is at the screen" in card.updater().attend()
    assert card.record == Record()


@pytest.mark.parametrize(
    ("age_ms", "text", "goes"), [(1000, b"now", True), (700_000, b"now", False), (1000, b"", False)]
)
def test_a_technician_s_word_holds_ten_minutes(
    card: Updated, newer: Path, age_ms: int, text: bytes, goes: bool
) -> None:
    card.manager.idle = DAY
    card.fetched(newer)
    card.places.word.write_bytes(text)
    card.now_ms = int(card.places.word.stat().st_mtime * 1000) + age_ms
    card.updater().attend()
    assert (card.manager.restarts == 1) == goes == (card.record.b == "trying")


def test_it_starts_anew_only_when_nobody_is_served_too(card: Updated, newer: Path) -> None:
    """The installation took so long that the office has opened."""
    card.fetched(newer)
    card.meanwhile = lambda: setattr(card.manager, "idle", DAY)
    assert "waits: the office is open" in card.updater().attend()
    assert card.manager.restarts == 0
    assert (card.places.runtime / "restart").exists(), "the next run has something to do"
    assert "waits: the office is open" in card.updater().attend()
    card.manager.idle = NIGHT
    assert card.updater().attend() == "the machine starts anew"
    assert card.manager.restarts == 1


def test_no_update_goes_over_a_system_that_is_being_tried(
    card: Updated, place: Path, ours: Signer, newer: Path
) -> None:
    card.fetched(newer)
    card.updater().attend()
    card.starts()
    card.fetched(bundle(place, ours, "3.0.0"), "3.0.0")
    assert "is being tried itself" in card.updater().attend()
    assert card.record.a == "good"


@pytest.mark.parametrize("word", [False, True])
def test_nothing_cuts_a_trial_short_not_even_the_last_one(card: Updated, newer: Path, word: bool) -> None:
    """At that one the boot loader has counted down to none: the system before starts next, unless this one is well."""
    card.fetched(newer)
    card.updater().attend()
    for left in (2, 1, 0):
        assert (card.starts(), card.record.left) == ("B", left)
        assert "is being tried itself" in card.updater().attend(word=word)
        assert card.manager.restarts == 1
    assert card.updater().judge()
    assert card.starts() == "B"


@pytest.mark.parametrize("release", ["0.9.0", "1.0.0-rc.1"])
def test_an_older_one_is_refused_before_a_slot_is_touched(
    card: Updated, tmp_path: Path, ours: Signer, release: str
) -> None:
    card.fetched(bundle(tmp_path / "older", ours, release), release)
    assert "is older than 1.0.0" in card.updater().attend()
    assert card.last == (release, "refused")
    assert card.record == Record()
    assert card.asked == []
    assert list(card.places.own.iterdir()) == []


def test_the_same_one_is_dropped_and_changes_nothing_that_is_told(card: Updated, tmp_path: Path, ours: Signer) -> None:
    card.updater().note_start()
    before = card.told
    card.fetched(bundle(tmp_path / "same", ours, "1.0.0"), "1.0.0")
    assert "runs here already" in card.updater().attend()
    assert card.told == before
    assert list(card.places.own.iterdir()) == []


def test_another_s_and_a_damaged_one_are_refused_and_told(card: Updated, tmp_path: Path, newer: Path) -> None:
    theirs = bundle(tmp_path / "their", signer(tmp_path / "theirs"), "2.0.0")
    flipped = tmp_path / "flipped"
    content = bytearray(newer.read_bytes())
    content[100_000] ^= 1
    flipped.write_bytes(content)
    for bad, why in ((theirs, "its signature is not good"), (flipped, "its contents are not what was signed")):
        card.fetched(bad)
        card.updater().attend()
        assert card.last == ("2.0.0", "refused"), "as its note calls it, so that it is not fetched again"
        assert why in card.told["last"]["why"]
        assert card.record == Record()
    assert card.asked == []


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_an_installation_that_breaks_off_leaves_the_one_that_runs_and_is_begun_again(
    card: Updated, newer: Path, steps: int
) -> None:
    card.fetched(newer)
    card.breaks = steps
    for failures in range(1, FAILURES + 1):
        assert "could not be installed: LastError: the card gave up" in card.updater().attend()
        assert chosen(card.record).order[0] == "A"
        assert card.last == ("2.0.0", "failed")
        assert card.places.own.joinpath("bundle.raucb").exists() == (failures < FAILURES)
    assert card.manager.restarts == 0
    card.breaks = 3
    card.fetched(newer)
    card.updater().attend()
    assert card.last == ("2.0.0", "installed")


def test_what_was_the_matter_before_is_not_held_against_it(card: Updated, newer: Path) -> None:
    card.fetched(newer)
    card.manager.shown = (replace(WELL[0], status="out of order: printer-off"), WELL[1])
    card.updater().attend()
    assert card.told["before"] == {KIOSK: "out of order: printer-off", SYNC: "idle"}
    card.starts()
    assert card.updater().judge()


def test_the_state_is_written_only_where_it_is_news(card: Updated) -> None:
    card.updater().attend()
    before = card.places.told.stat().st_mtime_ns
    assert (card.places.runtime / "told").exists()
    card.now_ms += 600_000
    card.updater().attend()
    assert card.places.told.stat().st_mtime_ns == before
    assert json.loads(card.places.told.read_text())["last"] is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"last": 5}', b"\xff"])
def test_a_state_that_cannot_be_read_stops_nothing(card: Updated, newer: Path, content: bytes) -> None:
    card.places.told.write_bytes(content)
    card.fetched(newer)
    card.updater().attend()
    assert card.last == ("2.0.0", "installed")


def test_without_word_of_the_idle_service_it_waits(card: Updated, newer: Path) -> None:
    card.fetched(newer)
    card.places.idle.write_text(json.dumps(NIGHT))  # of an earlier time
    card.manager.fails = frozenset({IDLE})
    assert "nobody vouches for the clock" in card.updater().attend()


def test_status_tells_people(card: Updated, newer: Path) -> None:
    card.fetched(newer)
    updater = card.updater()
    updater.attend()
    assert shown(updater.told(), updater.record(), "A") == [
        "running: 1.0.0, slot A",
        "the other slot starts next",
        "last update: 2.0.0 is installed, and tried at the next start",
    ]


# From a stick -----------------------------------------------------------------------------------------------------


def test_a_stick_s_bundle_is_copied_looked_over_and_waits(card: Updated, tmp_path: Path, newer: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "scorecard-2.0.0.raucb").write_bytes(newer.read_bytes())
    (stick / "._scorecard-2.0.0.raucb").write_bytes(b"of another system")
    card.manager.idle = DAY
    assert card.updater().bring(stick) == "2.0.0"
    assert (card.places.own / "bundle.raucb").stat().st_mode & 0o777 == 0o600
    assert card.updater().attend() == "an update waits: the office is open"
    assert card.updater().attend(word=True) == "2.0.0 is installed; the machine starts anew"
    assert card.told["last"]["at_utc_ms"] == NOW_MS


def test_a_stick_without_one_bundle_is_told_so(card: Updated, tmp_path: Path, newer: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    with pytest.raises(UpdateError, match="no bundle lies on the stick"):
        card.updater().bring(stick)
    for name in ("a.raucb", "b.raucb"):
        (stick / name).write_bytes(b"")
    with pytest.raises(UpdateError, match="2 bundles lie on the stick"):
        card.updater().bring(stick)
    (stick / "b.raucb").unlink()
    with pytest.raises(UpdateError, match="this is no bundle"):
        card.updater().bring(stick)
    assert list(card.places.own.iterdir()) == []
