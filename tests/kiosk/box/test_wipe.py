"""A used pairing code leaves the card, and a cut at any step leaves a file that the box can start with."""

import hashlib
import os
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from kiosk.appliance import pin_of
from kiosk.box.apply import kept_of
from kiosk.box.wipe import DRAFT, FolderCard, Kept, found, to_wipe, wipe
from kiosk.pin_file import PinFile
from sync.config import parse_kiosk
from sync.paircode import parse_code
from sync.pairing import Pin, save_pin
from sync.pin import holds
from sync.used_codes import SERVER, SERVICE_PIN
from tests.kiosk.box.boxes import FILES, KIOSK, Box

NAME = "kiosk.toml"
CODE = "7K3Q-F0ZM-9T2X-BW4H-7K3Q-F0ZM-90"
GIVEN = KIOSK.replace("[server]", f'[server]\r\ncode = "{CODE}"   # once')
CONTENT = ("\ufeff# written on Monday\r\n" + GIVEN).encode()
WIPED = CONTENT.replace(CODE.encode(), b"used")


def pin(code: str = CODE) -> Pin:
    secret = parse_code(code)
    return Pin("server", secret.prefix.hex().ljust(64, "0"), 0, hashlib.sha256(secret.secret).hexdigest())


PAIRED: Kept = {SERVER: partial(holds, pin())}


class Cut(Exception):
    """The power is gone."""


@dataclass
class Steps:
    """A card in memory. `left`: steps until the power goes, in the middle of the one that is then under way.

    FAT renames in two halves: the new name is there before the old one is gone (`linked`), and where the name is taken,
    the old file's entry may be gone before that (`gone`).
    """

    files: dict[str, bytes] = field(default_factory=lambda: {NAME: CONTENT})
    left: int = 99
    half: str = ""
    done: list[str] = field(default_factory=list)
    shared: bool = False
    """Two names have the same clusters."""

    def read(self, name: str) -> bytes | None:
        return self.files.get(name)

    def write(self, name: str, content: bytes) -> None:
        assert not self.shared, "this would free the clusters of the other name"
        for part in (b"", content[: len(content) // 2], content):
            self.files[name] = part
            self._step(f"write {len(part)}")

    def overwrite(self, name: str, content: bytes) -> None:
        assert len(content) == len(self.files[name])
        self.files.update(dict.fromkeys(self.files if self.shared else [name], content))
        self._step("overwritten")

    def rename(self, name: str, to: str) -> None:
        assert not self.shared, "this would free the clusters of the other name"
        if self.half == "gone":
            self.files.pop(to, None)
            self._step("old name gone")
        self.files[to] = self.files[name]
        self.shared = True
        self._step("both names")
        del self.files[name]
        self.shared = False
        self._step("renamed")

    def remove(self, name: str) -> None:
        assert not self.shared, "this would free the clusters of the other name"
        del self.files[name]
        self._step("removed")

    def _step(self, what: str) -> None:
        self.done.append(what)
        self.left -= 1
        if not self.left:
            raise Cut(what)


@pytest.mark.parametrize("half", ["", "gone"])
def test_a_cut_at_any_step_leaves_a_whole_file_and_the_next_try_ends_it(half: str) -> None:
    whole = Steps(half=half)
    assert wipe(whole, PAIRED) == "used, and no longer on the card: server.code"
    assert whole.files == {NAME: WIPED}
    for cut in range(1, len(whole.done) + 1):
        card = Steps(left=cut, half=half)
        with pytest.raises(Cut):
            wipe(card, PAIRED)
        left = found(card)
        assert left in (CONTENT, WIPED), card.done
        card.left = 99
        wipe(card, PAIRED)
        assert card.files[NAME] == WIPED
        assert set(card.files) <= {NAME, DRAFT}
        assert card.files.get(DRAFT, WIPED) == WIPED
        assert parse_kiosk(card.files[NAME]).server.code is None


def test_control_writing_over_the_file_itself_would_leave_half_of_it() -> None:
    card = Steps(left=2)
    with pytest.raises(Cut):
        card.write(NAME, WIPED)
    assert found(card) not in (CONTENT, WIPED)


def test_control_a_draft_that_is_always_taken_away_would_free_the_other_names_clusters() -> None:
    card = Steps()
    card.left = len(["", "half", "whole", "both"])
    with pytest.raises(Cut):
        wipe(card, PAIRED)
    assert card.shared
    with pytest.raises(AssertionError, match="clusters"):
        card.remove(DRAFT)


@pytest.mark.parametrize("kept", [{}, {SERVER: partial(holds, pin(CODE.replace("7K3Q", "9T2X")))}])
def test_a_code_that_was_not_used_stays(kept: Kept) -> None:
    card = Steps()
    assert wipe(card, kept) == "nothing to take away"
    assert card.files == {NAME: CONTENT}
    assert not to_wipe(CONTENT, kept)


def test_a_card_that_gives_back_something_else_is_left_alone() -> None:
    class Bad(Steps):
        def read(self, name: str) -> bytes | None:
            return b"\0" if name == DRAFT and DRAFT in self.files else super().read(name)

    card = Bad()
    assert "does not give back" in wipe(card, PAIRED)
    assert card.files[NAME] == CONTENT


def test_nothing_there_is_nothing_to_do() -> None:
    assert wipe(Steps({}), PAIRED) == "there is no kiosk.toml"
    assert wipe(Steps({DRAFT: CONTENT[:40]}), PAIRED) == "there is no kiosk.toml"


def test_on_a_real_folder_everything_is_durable_before_it_has_its_name_and_then_by_it(tmp_path: Path) -> None:
    synced = list[str]()

    def sync(handle: int) -> None:
        os.fsync(handle)
        synced.append("folder" if Path(f"/proc/self/fd/{handle}").is_dir() else "file")

    (tmp_path / NAME).write_bytes(CONTENT)
    wipe(FolderCard(tmp_path, sync), PAIRED)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert (tmp_path / NAME).read_bytes() == WIPED
    assert synced == ["file", "folder", "file", "folder"]


def test_a_box_wipes_at_its_next_start_what_a_cut_kept_it_from(tmp_path: Path) -> None:
    box = Box(tmp_path, CONTENT)
    box.start()
    assert "scorecard-wipe.service" not in " ".join(box.ran)
    save_pin(tmp_path / "var/lib/scorecard/kiosk/pin.json", pin())
    box.start()
    assert "systemctl --no-block start scorecard-kiosk.target scorecard-wipe.service" in box.ran
    wipe(FolderCard(box.card), kept_of(box.at("/var/lib/scorecard")))
    box.ran.clear()
    box.start()
    assert "scorecard-wipe.service" not in " ".join(box.ran)
    assert box.as_the_kiosk_sees_it().problem is None
    (box.card / NAME).rename(box.card / DRAFT)
    box.start()
    assert box.as_the_kiosk_sees_it().problem is None, "where a cut took its name it is read all the same"


# The PIN --------------------------------------------------------------------------------------------------------------

PIN = "482915"
WITH_PIN = GIVEN.replace(f'code = "{CODE}"   # once', "") + f'\n[service]\npin = "{PIN}"  # of this box alone\n'
HANDED, COPY = "/run/scorecard/service.pin", "/var/lib/scorecard/system/kiosk.toml.good"


def test_a_pin_is_handed_to_the_kiosk_alone_and_leaves_the_card_once_the_kiosk_keeps_it(tmp_path: Path) -> None:
    box = Box(tmp_path, WITH_PIN)
    box.start()
    assert box.as_the_kiosk_sees_it().problem is None
    assert box.owned[HANDED] == "scorecard-kiosk:scorecard"
    assert box.at(HANDED).stat().st_mode & 0o777 == 0o400
    for path in (HANDED, "/run/scorecard/kiosk.toml", COPY):
        assert PIN not in box.read(path), path
    assert "scorecard-wipe.service" not in " ".join(box.ran)
    kiosk = PinFile(box.at("/var/lib/scorecard/kiosk"))
    assert kiosk.take(box.at(HANDED))
    assert kiosk.holds(PIN)
    box.start()
    assert "scorecard-wipe.service" in box.ran[-4]
    assert not box.at(HANDED).exists()
    kept = kept_of(box.at("/var/lib/scorecard"))
    assert wipe(FolderCard(box.card), kept) == "used, and no longer on the card: service.pin"
    assert (box.card / NAME).read_bytes() == WITH_PIN.replace(PIN, "used").encode()
    box.start()
    assert not box.at(HANDED).exists()
    assert kiosk.holds(PIN)


@pytest.mark.parametrize("role", ["kiosk", "scorebox", "all-in-one"])
def test_each_role_with_a_service_menu_takes_its_pin_from_the_card_once(role: str, tmp_path: Path) -> None:
    box = Box(tmp_path, FILES[role] + f'\n[service]\npin = "{PIN}"\n')
    box.start()
    loaded = box.as_the_kiosk_sees_it()
    assert loaded.config is not None
    assert (loaded.config.role, loaded.problem) == ("scorebox" if role == "scorebox" else "kiosk", None)
    assert not PinFile(loaded.data).is_set()
    assert pin_of(loaded).holds(PIN), "the kiosk begins with it, without another start of the box"
    kept = kept_of(box.at("/var/lib/scorecard"))
    assert wipe(FolderCard(box.card), kept) == "used, and no longer on the card: service.pin"
    box.start()
    assert box.as_the_kiosk_sees_it().problem is None
    assert not box.at(HANDED).exists()
    assert pin_of(loaded).holds(PIN)


def test_a_new_pin_on_the_card_is_handed_over_and_the_one_before_it_opens_nothing(tmp_path: Path) -> None:
    box = Box(tmp_path, WITH_PIN)
    kiosk = PinFile(box.at("/var/lib/scorecard/kiosk"))
    kiosk.write("770413", os.urandom)
    box.start()
    assert wipe(FolderCard(box.card), kept_of(box.at("/var/lib/scorecard"))) == "nothing to take away"
    assert kiosk.take(box.at(HANDED))
    assert kiosk.holds(PIN)
    assert not kiosk.holds("770413")


def test_a_second_thing_to_take_away_after_any_cut_of_the_first_frees_nobody_s_clusters() -> None:
    both = GIVEN + f"\n[service]\npin = '{PIN}'  # of this box alone\n"
    kept: Kept = {**PAIRED, SERVICE_PIN: PIN.__eq__}
    for first in (PAIRED, {SERVICE_PIN: PIN.__eq__}):
        whole = Steps({NAME: both.encode()})
        wipe(whole, first)
        for cut in range(1, len(whole.done) + 1):
            card = Steps({NAME: both.encode()}, left=cut)
            with pytest.raises(Cut):
                wipe(card, first)
            card.left = 99
            wipe(card, kept)
            assert ("overwritten" in card.done) == card.shared
            config = parse_kiosk(card.files[NAME])
            assert (config.server.code, config.service.pin) == (None, None), card.done
            assert b"# of this box alone" in card.files[NAME]


def test_what_cannot_be_marked_in_its_place_stays() -> None:
    content = (WITH_PIN.replace(f'"{PIN}"', f'"""{PIN}"""')).encode()
    card = Steps({NAME: content, DRAFT: content}, shared=True)
    assert "cannot be marked" in wipe(card, {SERVICE_PIN: PIN.__eq__})
    assert card.files == {NAME: content, DRAFT: content}


def test_a_box_that_is_lost_hands_no_pin_on(tmp_path: Path) -> None:
    box = Box(tmp_path, WITH_PIN + "unknown = 1\n")
    box.start()
    assert box.as_the_kiosk_sees_it().config is None
    assert PIN not in box.read("/run/scorecard/kiosk.toml")
