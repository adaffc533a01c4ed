"""What the office publishes is judged and kept before it is taken up; whatever goes wrong, the kiosk goes on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.machine import Machine
from kiosk.publications import (
    CALENDAR,
    CATALOGUE,
    Drawable,
    OfficePublications,
    Publications,
    not_taken_up,
    published_calendar,
    published_catalogue,
)
from kiosk.screen_inputs import Back, ChooseLanguage
from kiosk.screen_types import Screen
from sync.codec import Fact
from sync.facts import CatalogueAdopted, of_kind
from sync.facts_published import CataloguePublished, NoticeWithdrawn, PublicationRefused
from sync.types import JournalId, Seq, UtcMs
from tests.kiosk.fakes import NOON, Kiosk
from tests.kiosk.publishing import (
    CAN,
    EXAMPLE,
    HOUR,
    OFFICE,
    PublishedMirror,
    fewer,
    hours,
    notice,
    services,
)

PLACE = "Hall 1"


def following(
    mirror: PublishedMirror, data: Path, kind: type[OfficePublications] = OfficePublications
) -> OfficePublications:
    return kind(mirror, data, CAN, PLACE)


def shown(data: Path, can: Drawable = CAN) -> tuple[int, int] | None:
    """The version in use after a start, and how many services it has."""
    found = published_catalogue(data, can)
    return None if found is None else (found[1].number, len(found[0].services))


# Taking over ----------------------------------------------------------------------------------------------------------


def test_a_published_version_was_kept_and_waited_to_be_taken_up(tmp_path: Path) -> None:
    mirror = PublishedMirror(services(fewer(3)), hours(4))
    publications = following(mirror, tmp_path)
    before = publications.waiting
    assert publications.look(()) == []
    assert (before, publications.waiting, shown(tmp_path)) == (False, True, (1, 3))
    calendar = published_calendar(tmp_path, CAN)
    assert calendar is not None
    assert calendar[0].counters == 4
    assert not following(mirror, tmp_path).waiting, "a start takes it up"


def test_a_kiosk_that_had_it_did_not_take_it_up_again(tmp_path: Path) -> None:
    mirror = PublishedMirror(services(fewer(3)))
    following(mirror, tmp_path).look(())
    again = following(mirror, tmp_path)
    again.look(())
    before = again.waiting
    mirror.add(services(fewer(2), 2))
    again.look(())
    assert (before, again.waiting, shown(tmp_path)) == (False, True, (2, 2))


def test_without_sync_and_without_its_copy_the_last_one_held_on(tmp_path: Path) -> None:
    mirror = PublishedMirror(services(fewer(3)), notice())
    following(mirror, tmp_path).look(())
    mirror.gone = True
    publications = following(mirror, tmp_path)
    assert publications.look(()) == []
    assert (publications.waiting, shown(tmp_path)) == (False, (1, 3))
    assert [each.notice for each in publications.told(NOON)] == ["n1"]


def test_an_office_that_writes_another_journal_was_followed_there(tmp_path: Path) -> None:
    following(PublishedMirror(services(fewer(3), 7)), tmp_path).look(())
    restored = PublishedMirror(services(fewer(2), 5), journal=JournalId("0e" * 16))
    publications = following(restored, tmp_path)
    publications.look(())
    assert (publications.waiting, shown(tmp_path)) == (True, (5, 2))


def test_what_a_restored_office_said_anew_was_kept_and_nothing_began_again(tmp_path: Path) -> None:
    following(PublishedMirror(services(fewer(3), 7)), tmp_path).look(())
    restored = PublishedMirror(services(fewer(3), 7), journal=JournalId("0e" * 16))
    publications = following(restored, tmp_path)
    publications.look(())
    assert (publications.waiting, shown(tmp_path)) == (False, (7, 3))
    found = published_catalogue(tmp_path, CAN)
    assert found is not None
    assert found[1].place == (restored.journal, Seq(2))


def test_a_torn_copy_is_none(tmp_path: Path) -> None:
    following(PublishedMirror(services(fewer(3))), tmp_path).look(())
    whole = (tmp_path / CATALOGUE).read_bytes()
    (tmp_path / CATALOGUE).write_bytes(whole[: len(whole) // 2])
    assert shown(tmp_path) is None


# Commit, then act -----------------------------------------------------------------------------------------------------


class Hasty(OfficePublications):
    """Control: it takes up what it has not kept yet."""

    def _keep(self, name: str, journal_id: JournalId, facts: tuple[Fact, ...]) -> bool:
        super()._keep(name, journal_id, facts)
        return True


def lost_with_the_power(data: Path, kind: type[OfficePublications]) -> bool:
    """Whether a version was to be taken up that a start after a power cut would not find."""
    data.write_text("a disk that takes nothing: no folder at all")
    publications = following(PublishedMirror(services(fewer(3))), data, kind)
    publications.look(())
    return publications.waiting and shown(data) is None


def test_what_the_disk_did_not_take_was_not_taken_up(tmp_path: Path) -> None:
    assert not lost_with_the_power(tmp_path / "good", OfficePublications)
    assert lost_with_the_power(tmp_path / "bad", Hasty), "adopting before it is durable has to be caught"


def test_it_was_tried_again_as_soon_as_the_disk_took_it(tmp_path: Path) -> None:
    data, mirror = tmp_path / "data", PublishedMirror(services(fewer(3)))
    data.write_text("in the way")
    publications = following(mirror, data)
    publications.look(())
    data.unlink()
    publications.look(())
    assert (publications.waiting, shown(data)) == (True, (1, 3))


# Refused --------------------------------------------------------------------------------------------------------------


def strange_picture() -> CataloguePublished:
    first, *rest = EXAMPLE.services
    return services(replace(EXAMPLE, services=(replace(first, pictogram="dragon"), *rest)))


def strange_letters() -> CataloguePublished:
    first, *rest = EXAMPLE.services
    texts = {**first.texts, "en": replace(first.texts["en"], name="Move ☎")}
    return services(replace(EXAMPLE, services=(replace(first, texts=texts), *rest)))


BROKEN: dict[str, Callable[[], CataloguePublished]] = {
    "a picture of a newer release": strange_picture,
    "letters that no typeface has": strange_letters,
    "another digest": lambda: services(fewer(3), digest="0" * 64),
    "nothing of a catalogue": lambda: services(fewer(3), catalogue={"services": "none"}),
}


@pytest.mark.parametrize("made", BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_shown_was_refused_once_and_the_last_good_one_held(
    tmp_path: Path, made: Callable[[], CataloguePublished]
) -> None:
    mirror = PublishedMirror(services(fewer(3)))
    following(mirror, tmp_path).look(())
    broken = made()
    mirror.add(services(fewer(2), 2, digest=broken.digest, catalogue=broken.catalogue))
    publications = following(mirror, tmp_path)
    (refused,) = publications.look(())
    assert (refused.journal, refused.seq, bool(refused.why)) == (OFFICE, Seq(3), True)
    assert len(not_taken_up(mirror, tmp_path, CAN)) == 1
    assert following(mirror, tmp_path).look({(refused.journal, refused.seq)}) == []
    assert (publications.waiting, shown(tmp_path)) == (False, (1, 3))
    mirror.add(services(fewer(4), 3))
    assert publications.look(()) == []
    assert (publications.waiting, shown(tmp_path)) == (True, (3, 4))


def test_a_kiosk_of_fewer_languages_shows_those(tmp_path: Path) -> None:
    following(PublishedMirror(services(fewer(3))), tmp_path).look(())
    found = published_catalogue(tmp_path, replace(CAN, languages=("th",)))
    assert found is not None
    assert set(found[0].services[0].texts) == {"th"}


# The machine ----------------------------------------------------------------------------------------------------------


class Waiting(OfficePublications):
    """Something waits from the start."""

    def __init__(self, data: Path) -> None:
        super().__init__(PublishedMirror(), data, CAN, PLACE)
        self.waiting = True


class Impatient(Machine):
    """Control: it takes up what waits at once, whoever stands there."""

    def must_begin_anew(self) -> bool:
        return self._parts.publications.waiting


def takes_a_screen_away(kiosk: Kiosk, kind: type[Machine]) -> list[str]:
    """Screens of a citizen at which the machine would begin anew."""
    kiosk.machine.__class__ = kind
    kiosk.begin()
    found = [] if kiosk.machine.must_begin_anew() else ["it never does"]
    kiosk.machine.give(ChooseLanguage("en"))
    while kiosk.machine.state.screen is not Screen.ATTRACT:
        found += [kiosk.machine.state.screen.value] if kiosk.machine.must_begin_anew() else []
        kiosk.machine.give(Back())
    kiosk.take("en", "move-in")
    found += ["ticket"] if kiosk.machine.must_begin_anew() else []
    return found


def test_it_was_taken_up_between_two_citizens_only(tmp_path: Path) -> None:
    assert takes_a_screen_away(Kiosk(tmp_path / "a", publications=Waiting(tmp_path)), Machine) == []
    found = takes_a_screen_away(Kiosk(tmp_path / "b", publications=Waiting(tmp_path)), Impatient)
    assert found == ["service", "ticket"], "a screen taken from a citizen has to be caught"


def adopted(kiosk: Kiosk) -> list[str]:
    return [body.digest for _, body in of_kind((each.fact for each in kiosk.disk.entries()), CatalogueAdopted)]


def test_what_was_taken_up_was_stated_before_the_first_picture(tmp_path: Path) -> None:
    following(PublishedMirror(services(fewer(3))), tmp_path).look(())
    found = published_catalogue(tmp_path, CAN)
    assert found is not None
    before = Kiosk(tmp_path / "kiosk").begin()
    before.disk.close()
    after = Kiosk(tmp_path / "kiosk", catalogue=found[0])
    after.machine.begin()
    assert adopted(after) == [before.catalogue.digest, fewer(3).digest]
    after.disk.close()
    again = Kiosk(tmp_path / "kiosk", catalogue=found[0]).begin()
    assert adopted(again) == [before.catalogue.digest, fewer(3).digest]


def test_a_refusal_was_stated_once_also_across_a_start(tmp_path: Path) -> None:
    mirror = PublishedMirror(strange_picture())

    def kiosk() -> Kiosk:
        made = Kiosk(tmp_path / "kiosk", publications=following(mirror, tmp_path)).begin()
        made.machine.look_at_inbox()
        made.settle()
        return made

    first = kiosk()
    first.machine.look_at_inbox()
    first.settle()
    first.disk.close()
    stated = of_kind((each.fact for each in kiosk().disk.entries()), PublicationRefused)
    assert [(body.journal, body.seq) for _, body in stated] == [(OFFICE, Seq(2))]


# Notices --------------------------------------------------------------------------------------------------------------


def with_notices(folder: Path, *bodies: object) -> tuple[Kiosk, PublishedMirror]:
    mirror = PublishedMirror(*bodies)  # type: ignore[arg-type]
    return Kiosk(folder / "kiosk", publications=following(mirror, folder)).begin(), mirror


def told(kiosk: Kiosk) -> list[str]:
    telling = kiosk.machine.state.condition.notice
    return [each.notice for each in telling.notices] if telling else []


def test_a_notice_was_told_in_its_time_and_not_a_moment_longer(tmp_path: Path) -> None:
    kiosk, _ = with_notices(tmp_path, notice(from_ms=UtcMs(NOON + HOUR), until_ms=UtcMs(NOON + 2 * HOUR)))
    assert told(kiosk) == []
    kiosk.later(HOUR)
    assert told(kiosk) == ["n1"]
    kiosk.later(HOUR)
    assert told(kiosk) == []


def test_a_notice_that_was_withdrawn_was_gone_with_the_next_call_of_sync(tmp_path: Path) -> None:
    kiosk, mirror = with_notices(tmp_path, notice())
    assert told(kiosk) == ["n1"]
    mirror.add(NoticeWithdrawn(UtcMs(NOON), "n1", "s00000001"))
    kiosk.machine.look_at_inbox()
    kiosk.settle()
    assert told(kiosk) == []


def test_an_urgent_notice_was_told_alone_and_others_took_turns(tmp_path: Path) -> None:
    kiosk, mirror = with_notices(tmp_path, notice("n1"), notice("n2"), notice("n3", places=("Hall 9",)))
    turns = set()
    for _ in range(3):
        telling = kiosk.machine.state.condition.notice
        turns.add(telling.turn if telling else None)
        kiosk.later(8_000)
    assert (told(kiosk), len(turns)) == (["n2", "n1"], 3)
    mirror.add(notice("n4", level="urgent"))
    kiosk.machine.look_at_inbox()
    kiosk.settle()
    assert told(kiosk) == ["n4"]


def test_nothing_is_published_to_a_kiosk_without_an_office(tmp_path: Path) -> None:
    publications: Publications = Kiosk(tmp_path / "kiosk").begin().publications
    assert (publications.waiting, publications.look(()), publications.told(NOON)) == (False, [], ())
    assert not (tmp_path / CALENDAR).exists()
