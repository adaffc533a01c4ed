"""What a printer is and can do is found out without a dot on paper, and never guessed."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.encoder import AUTO_STATUS
from hardware.makes import MAKES
from hardware.print_keeper import END_OF_ANY_HEAD
from hardware.printer import Finished, Met, Outcome, StatusChanged
from hardware.printers_file import shipped
from hardware.probe import FIRMWARE, MAKER, MODEL, Acquired, Ask, recognised, told_anew
from hardware.profile import GENERIC, Abilities, Identity, Profile
from hardware.status import Answer, Echo, FullStatus, Named, Processed, Question, Reply, Unreadable, question_bytes
from hardware.transports import transport_for
from hardware.virtual_printer import VirtualPrinter
from tests.hardware.simulated import ALL_WELL, WELL, Bench, Device, Time
from tests.hardware.watched import working

ANSWERED = Answer(Question.PRINTER, 0x12)
TALKING = Acquired().heard([ANSWERED])
BY_NAME = {profile.name: profile for profile in shipped()}


def walk(answers: dict[Ask, list[Reply]], profile: Profile = GENERIC, start: Acquired = TALKING) -> Acquired:
    """Asked to the end, with these answers; the GS r behind each is answered where its Ask is among them."""
    known = start
    while (ask := known.next(profile)) is not None:
        known = known.asking(ask)
        replies = answers.get(ask)
        known = known.heard(replies or []).answered(in_time=replies is not None)
    return known


READ = [Processed(0)]
EPSON: dict[Ask, list[Reply]] = {
    Ask(): [*READ],
    Ask(name=MODEL): [Named(MODEL, b"TM-T88V"), *READ],
    Ask(name=MAKER): [Named(MAKER, b"EPSON"), *READ],
    Ask(name=FIRMWARE): [Named(FIRMWARE, b"30.03"), *READ],
    Ask(echo=True): [Echo(b"    "), *READ],
}


def test_of_a_printer_that_says_everything_everything_is_known() -> None:
    known = walk(EPSON)
    assert known.identity == Identity("EPSON", "TM-T88V", "30.03")
    assert known.abilities == Abilities(answers=True, in_order=True, echoes=True)


def test_a_printer_that_answers_nothing_is_asked_nothing_more() -> None:
    assert Acquired().next(GENERIC) is None
    assert Acquired().heard([Unreadable(b"\x00")]).next(GENERIC) is None, "noise is no answer"


def test_one_that_knows_no_gs_r_is_asked_for_no_name() -> None:
    known = walk({})
    assert (known.asked, known.over) == ((Ask(),), True)
    assert known.abilities == Abilities(answers=True)


def test_one_without_a_name_is_sent_no_gs_h() -> None:
    known = walk({Ask(): [*READ], Ask(name=MODEL): [*READ]})
    assert known.asked == (Ask(), Ask(name=MODEL))
    assert known.abilities.echoes is None


def test_one_that_has_read_past_gs_h_without_an_echo_cannot() -> None:
    known = walk({**EPSON, Ask(echo=True): [*READ]})
    assert known.abilities.echoes is False


def test_a_name_that_is_blank_is_none() -> None:
    assert walk({**EPSON, Ask(name=MODEL): [Named(MODEL, b"  "), *READ]}).identity == Identity()


def test_a_fault_amid_the_questions_begins_them_anew() -> None:
    known = TALKING.asking(Ask()).answered(in_time=False, ready=False)
    assert (known.over, known.next(GENERIC)) == (False, Ask())


@pytest.mark.parametrize(
    ("profile", "asked"),
    [
        (replace(GENERIC, identify="no"), 0),
        (replace(GENERIC, in_order="no"), 0),
        (replace(GENERIC, echo="no"), 4),
        (BY_NAME["ttl-58"], 0),
        (GENERIC, 5),
    ],
)
def test_a_profile_says_what_need_not_be_asked(profile: Profile, asked: int) -> None:
    assert len(walk(EPSON, profile).asked) == asked


@given(st.lists(st.sampled_from([ANSWERED, Echo(b"abcd"), Processed(0), FullStatus(bytes(4)), Unreadable(b"\xff")])))
def test_no_ability_is_known_that_was_not_seen(replies: list[Reply]) -> None:
    able = Acquired().heard(replies).abilities
    kinds = {type(reply) for reply in replies}
    assert able == Abilities(
        answers=True if Answer in kinds else None,
        in_order=True if Processed in kinds else None,
        echoes=True if Echo in kinds else None,
        full_status=True if FullStatus in kinds else None,
    )


@given(st.data())
def test_the_questions_end_whatever_is_answered(data: st.DataObject) -> None:
    answers = {ask: data.draw(st.lists(st.sampled_from(list[Reply]([*READ, Echo(b"x")])))) for ask in EPSON}
    assert len(walk(answers).asked) <= 5


def test_of_two_kinds_that_fit_the_closer_one_is_taken_and_of_equals_the_first() -> None:
    near, far, same = (replace(GENERIC, name=name, models=(model,)) for name, model in
                       (("near", "TM-T88V"), ("far", "TM"), ("same", "tm-t88v")))  # fmt: skip
    model = Identity(model="TM-T88VI")
    assert recognised(model, (far, near, same), GENERIC) is near
    assert recognised(Identity(), (far, near), GENERIC) is GENERIC
    assert recognised(Identity(model="XP-80C"), shipped(), GENERIC).name == "pos-80"


ALL_BUT_FULL_STATUS = Abilities(True, True, True, True, None)
EPSON_MET = Met(Identity("EPSON", "TM-T88V"), Abilities(answers=True, echoes=True), "epson-tm")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (EPSON_MET, None),
        (replace(EPSON_MET, abilities=Abilities(answers=True)), None),
        (
            replace(EPSON_MET, abilities=Abilities(answers=True, in_order=True)),
            Abilities(answers=True, echoes=True, in_order=True),
        ),
        (replace(EPSON_MET, abilities=Abilities(answers=True, echoes=False)), Abilities(answers=True, echoes=False)),
        (replace(EPSON_MET, abilities=Abilities()), Abilities()),
        (Met(Identity("SNBC", "BTP-R880"), Abilities(answers=True), "generic"), Abilities(answers=True)),
    ],
)
def test_only_news_of_a_printer_is_told(now: Met, told: Abilities | None) -> None:
    news = told_anew(EPSON_MET, now)
    assert (news.abilities if news else None) == told
    assert told_anew(None, now) == now


@dataclass
class NamedDevice(Device):
    """A device that says its model by GS I 67."""

    model: bytes = b"TM-T88V"

    def _command(self, data: bytes, old: int) -> None:
        if data.startswith(b"\x1dI\x43") and max(old, 0) < 3 <= len(data) and self.model:
            self.time.at(self.time.now + 0.05, lambda: self.say(b"_" + self.model + b"\0"))
        super()._command(data, old)


def mets(bench: Bench) -> list[Met]:
    return [event for event in bench.events if isinstance(event, Met)]


def test_a_printer_is_met_before_its_first_job_and_the_job_is_printed() -> None:
    bench = Bench(make=NamedDevice, profiles=shipped())
    bench.print(at=0.0)
    assert [each.outcome for each in bench.run(30)] == [Outcome.CONFIRMED]
    order = [type(event) for event in bench.events if not isinstance(event, StatusChanged)]
    assert order == [Met, Finished]
    assert mets(bench)[0].identity.model == "TM-T88V"
    assert mets(bench)[0].profile == "epson-tm"


def test_a_mute_printer_gets_nothing_but_what_it_always_got() -> None:
    bench = Bench(make=lambda time: Device(time, answers={}, automatic=None, echoes=None, in_order=None))
    bench.run(60)
    assert b"\x1dI" not in bench.device.received
    assert b"\x1dr" not in bench.device.received
    assert mets(bench) == [Met(Identity(), Abilities(), "generic")]


def test_a_printer_that_answers_no_gs_r_never_gets_a_gs_i_and_still_prints() -> None:
    bench = Bench(make=lambda time: NamedDevice(time, in_order=None))
    bench.print()
    assert [each.outcome for each in bench.run(60)] == [Outcome.CONFIRMED]
    assert b"\x1dI" not in bench.device.received
    assert bench.device.received.count(b"\x1dr\x01") == 2, "the probe's, and the job's"


def test_with_its_cover_open_it_is_asked_nothing_and_once_closed_before_the_job() -> None:
    bench = Bench(
        make=lambda time: NamedDevice(time, answers={**WELL, 1: b"\x1a", 2: b"\x16"}, automatic=b"\x38\0\0\0")
    )
    seen: list[bytes] = []

    def close() -> None:
        seen.append(bench.device.received)
        bench.device.answers, bench.device.automatic = dict(WELL), ALL_WELL
        bench.device.say(ALL_WELL)

    bench.time.at(23.0, close)
    bench.print(at=23.1)
    assert [each.outcome for each in bench.run(60)] == [Outcome.CONFIRMED]
    assert b"\x1dr" not in seen[0]
    assert [type(event) for event in bench.events if not isinstance(event, StatusChanged)] == [Met, Finished]
    assert mets(bench)[0].identity.model == "TM-T88V"


def test_what_only_a_job_shows_is_told_then() -> None:
    bench = Bench()
    bench.print()
    bench.run(60)
    assert [met.abilities.echoes for met in mets(bench)] == [None, True]


def test_nothing_is_asked_between_a_confirmed_job_and_the_next_which_begins_without_a_reset() -> None:
    bench = Bench(make=NamedDevice)
    bench.print(1)
    bench.print(2, at=40.0)
    bench.run(90)
    first_job = bench.device.received.index(b"\x1b@")
    assert b"\x1dI" in bench.device.received[:first_job]
    assert b"\x1dI" not in bench.device.received[first_job:]


def test_the_same_printer_plugged_again_is_no_news_and_another_is() -> None:
    models = [b"TM-T88V", b"TM-T88V", b"VKP80III"]

    def make(time: Time) -> Device:
        return NamedDevice(time, model=models.pop(0))

    bench = Bench(make=make, profiles=shipped())
    bench.time.at(30.0, bench.gone)
    bench.time.at(90.0, bench.gone)
    bench.run(200)
    assert bench.connections == 3
    assert [met.identity.model for met in mets(bench)] == ["TM-T88V", "VKP80III"]
    assert [met.profile for met in mets(bench)] == ["epson-tm", "custom-kiosk"]


def test_a_printer_that_hangs_amid_the_questions_is_not_taken_for_a_mute_one_when_it_is_opened_again() -> None:
    greeted = len(END_OF_ANY_HEAD + AUTO_STATUS + question_bytes())
    takes = [greeted]

    def make(time: Time) -> Device:
        if takes:
            return Device(time, takes=takes.pop())
        return Device(time, answers={}, automatic=None, echoes=None, in_order=None)

    bench = Bench(make=make)
    bench.print(at=10.0)
    assert [each.outcome for each in bench.run(60)] == [Outcome.NOT_STARTED]


def test_what_a_connection_before_has_left_unanswered_does_not_make_a_printer_silent() -> None:
    late = b"\x00" + WELL[1] * 4
    bench = Bench(make=lambda time: Device(time, automatic=None, inbox=late), profile=BY_NAME["epson-tm-203"])
    bench.print(at=0.0)
    assert [each.outcome for each in bench.run(60)] == [Outcome.CONFIRMED]
    assert bench.connections == 1


def test_a_kind_that_is_known_to_answer_and_is_silent_cannot_be_reached() -> None:
    silent = Bench(make=lambda time: Device(time, answers={}, automatic=None), profile=BY_NAME["epson-tm-203"])
    silent.print()
    assert [each.outcome for each in silent.run(60)] == [Outcome.NOT_STARTED]
    assert mets(silent) == []


def test_one_that_never_says_anything_by_its_kind_is_asked_nothing() -> None:
    bench = Bench(make=Device, profile=replace(GENERIC, questions="no"))
    bench.run(60)
    assert bench.device.received == b""


def test_once_it_is_known_to_echo_a_missing_echo_is_uncertain_though_all_was_read() -> None:
    """Control: of one of which that is not known the same counts as sent."""
    bench = Bench(make=lambda time: Device(time, echoes=None), profile=replace(GENERIC, echo="yes"))
    bench.print()
    assert [each.outcome for each in bench.run(60)] == [Outcome.UNCERTAIN]
    control = Bench(make=lambda time: Device(time, echoes=None), profile=GENERIC)
    control.print()
    assert [each.outcome for each in control.run(60)] == [Outcome.SENT]
    assert mets(control)[-1].abilities.echoes is False


@pytest.mark.parametrize(
    ("make", "met"),
    [
        (
            "epson",
            Met(Identity("EPSON", "TM-T20III", "30.03 ESC/POS"), ALL_BUT_FULL_STATUS, "epson-tm-203"),
        ),
        (
            "epson-180",
            Met(Identity("EPSON", "TM-T88V", "30.03 ESC/POS"), ALL_BUT_FULL_STATUS, "epson-tm"),
        ),
        ("clone", Met(Identity(), Abilities(True, None, True, None, None), "generic")),
        (
            "custom",
            Met(Identity("CUSTOM S.p.A.", "VKP80III", "1.00"), Abilities(True, None, True, None, True), "custom-kiosk"),
        ),
    ],
)
def test_the_virtual_printers_are_known_for_what_they_are_and_no_paper_moves(
    tmp_path: Path, make: str, met: Met
) -> None:
    with VirtualPrinter(tmp_path, make=MAKES[make]) as device:
        with working(transport_for(f"tcp://127.0.0.1:{device.port}"), profiles=shipped()) as watched:
            while not isinstance(event := watched.next(), Met):
                continue
        assert event == met
    assert not list(tmp_path.glob("*.bin"))
    logged = [json.loads(line)["event"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert not {"ticket", "torn", "anomaly"} & set(logged), logged
