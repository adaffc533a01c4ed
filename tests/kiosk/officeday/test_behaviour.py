"""What citizens do about what is in sight: on the known screens, on others, and never something that is not there."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.officeday.behaviour import decide
from kiosk.officeday.mind import MOST_TOUCHES, WAITS, Act, Leave, Look, Mind, Sight, Touch, noticed
from kiosk.officeday.personas import SHARES, Citizen, citizen

SERVICES = ("move-in", "waste-fee", "building-advice")
LANGUAGES = ("language-th", "language-en", "language-my")
NAMES = ("attract", "service", "details", "priority", "late", "ticket", "write-down", "my-ticket", "standing", "access",
         "help", "closed", "out-of-order", "confirm-date", "something-new")  # fmt: skip
TARGETS = (*LANGUAGES, *(f"service-{each}" for each in SERVICES), "group-a", "group-b", "more", "take", "back", "done",
           "another", "priority", "priority-yes", "priority-no", "access", "layout-reach", "layout-large", "close",
           "my-ticket", "key-A", "key-0", "key-1", "enter", "continue", "take-anyway", "nonsense")  # fmt: skip


def somebody(persona: str = "plain", *, language: str = "my", errands: tuple[str, ...] = ("waste-fee",)) -> Citizen:
    return replace(
        citizen(1, 1, SERVICES), persona=persona, language=language, errands=errands, tidy=False, anyway=True,
        away_on="details",
    )  # fmt: skip


class Screens:
    """A kiosk of three touches, as small as it can be; `extra` targets are in sight everywhere."""

    def __init__(self, *extra: str, groups: bool = False) -> None:
        self.name, self.language, self.service, self.group = "attract", "th", "", "" if groups else "all"
        self.issued, self.extra, self.groups, self.given = 0, extra, groups, False
        self.visit: list[str] = []

    def sight(self) -> Sight:
        targets = {
            "attract": LANGUAGES,
            "service": (*LANGUAGES, *(("group-a", "group-b") if self.groups else ()), *self._offered()),
            "details": (*LANGUAGES, "take", "back", *self.extra),
            "ticket": LANGUAGES,
        }[self.name]
        ticket = f"A{self.issued:03}" if self.name == "ticket" else None
        return Sight(self.name, self.language, targets, ticket=ticket, fresh=self.given)

    def _offered(self) -> tuple[str, ...]:
        hidden = self.groups and self.group != "group-b"
        return () if hidden else tuple(f"service-{each}" for each in SERVICES)

    def touch(self, target: str) -> None:
        self.given = False
        kind, _, value = target.partition("-")
        if kind == "language":
            self.language = value
            self.name = "service" if self.name in ("attract", "ticket") else self.name
        elif kind == "group":
            self.group = target
        elif kind == "service":
            self.name, self.service = "details", value
        elif kind in ("back", "another"):
            self.name = "service"
            if kind == "another":
                self.visit.append(self.service)
        elif kind == "take":
            self.name, self.issued, self.given, self.visit = "ticket", self.issued + 1, True, []


def walk(who: Citizen, kiosk: Screens, mind: Mind | None = None) -> tuple[list[str], Leave, Mind]:
    """What is touched until the citizen leaves."""
    mind, kiosk.given = mind or Mind(who.errands), False
    touched: list[str] = []
    for _ in range(200):
        mind, act = decide(who, mind, kiosk.sight())
        if isinstance(act, Leave):
            return touched, act, mind
        if isinstance(act, Touch):
            before = kiosk.sight()
            assert act.target in before.targets
            if not act.beside:
                kiosk.touch(act.target)
                mind = noticed(mind, act.target, changed=kiosk.sight() != before)
            touched.append(act.target)
    raise AssertionError(f"{who.persona} never leaves: {touched}")


def test_three_touches_make_a_ticket() -> None:
    touched, left, mind = walk(somebody(), Screens())
    assert touched == ["language-my", "service-waste-fee", "take"]
    assert left.reason is None
    assert mind.tickets == ("A001",)


def test_the_next_citizen_begins_with_the_last_ones_number_in_sight() -> None:
    kiosk = Screens()
    walk(somebody(), kiosk)
    touched, _, mind = walk(somebody(language="en"), kiosk)
    assert touched == ["language-en", "service-waste-fee", "take"]
    assert mind.tickets == ("A002",)


def test_the_next_citizen_does_not_wait_for_the_last_ones_paper() -> None:
    sight = Sight("ticket", "th", LANGUAGES, ticket="A001", busy=True)
    assert _target(decide(somebody(), Mind(("waste-fee",)), sight)[1]) == "language-my"
    assert isinstance(decide(somebody(), Mind((), tickets=("A001",)), sight)[1], Look)


def test_two_errands_are_two_tickets_until_the_screens_take_both_on_one_visit() -> None:
    who = somebody(errands=("waste-fee", "move-in"))
    touched, _, mind = walk(who, Screens())
    assert touched == ["language-my", "service-waste-fee", "take", "language-my", "service-move-in", "take"]
    assert len(mind.tickets) == 2
    touched, _, mind = walk(who, Screens("another"))
    assert touched == ["language-my", "service-waste-fee", "another", "service-move-in", "take"]
    assert len(mind.tickets) == 1


def test_the_service_is_looked_for_in_every_group() -> None:
    touched, _, _ = walk(somebody(), Screens(groups=True))
    assert touched == ["language-my", "group-a", "group-b", "service-waste-fee", "take"]


def test_whoever_knows_the_desk_looks_there_first_and_then_on_its_next_page() -> None:
    mind = Mind(("waste-fee",), desks={"waste-fee": "b"})
    seen = Sight("service", "my", ("group-a", "group-b", "more", "service-move-in", "back"))
    mind, act = decide(somebody(), mind, seen)
    assert _target(act) == "group-b"
    mind, act = decide(somebody(), mind, seen)
    assert _target(act) == "more"


def test_the_hesitant_go_back_once_and_the_unsteady_miss_and_try_again() -> None:
    touched, _, mind = walk(somebody("hesitant"), Screens())
    assert touched == ["language-my", "service-waste-fee", "back", "service-waste-fee", "take"]
    touched, _, mind = walk(somebody("unsteady"), Screens())
    assert touched == ["language-my", "service-waste-fee", "service-waste-fee", "take"]
    assert mind.tickets == ("A001",)


def test_a_group_that_was_missed_is_tried_again() -> None:
    knowing = Mind(("waste-fee",), desks={"waste-fee": "b"})
    touched, _, mind = walk(somebody("unsteady"), Screens(groups=True), knowing)
    assert touched[:3] == ["language-my", "group-b", "group-b"]
    assert mind.tickets == ("A001",)


def test_whoever_finds_somebody_elses_details_goes_back_in_the_own_language() -> None:
    kiosk = Screens()
    kiosk.touch("language-th")
    kiosk.touch("service-move-in")
    touched, _, _ = walk(somebody(), kiosk)
    assert touched == ["language-my", "back", "service-waste-fee", "take"]


def test_priority_is_asked_for_by_those_who_need_it_alone() -> None:
    sight = Sight("details", "my", ("take", "back", "priority"))
    mind = Mind(("waste-fee",), opened="waste-fee")
    assert _target(decide(somebody("priority"), mind, sight)[1]) == "priority"
    assert _target(decide(somebody(), mind, sight)[1]) == "take"
    question = Sight("priority", "my", ("priority-yes", "priority-no", "back"))
    assert _target(decide(somebody("priority"), mind, question)[1]) == "priority-yes"
    assert _target(decide(somebody(), mind, question)[1]) == "priority-no"


def test_reach_and_large_text_are_set_before_anything_else() -> None:
    mind, seen = Mind(("waste-fee",)), Sight("service", "my", ("access", "service-waste-fee"))
    mind, act = decide(somebody("reach"), mind, seen)
    assert _target(act) == "access"
    mind, act = decide(somebody("reach"), mind, Sight("access", "my", ("layout-reach", "layout-large", "close")))
    assert _target(act) == "layout-reach"
    mind, act = decide(somebody("reach"), mind, Sight("access", "my", ("layout-reach", "layout-large", "close")))
    assert _target(act) == "close"
    assert _target(decide(somebody("reach"), mind, seen)[1]) == "service-waste-fee"


def test_number_and_code_are_typed_key_by_key() -> None:
    mind, typed = Mind((), asks="A001 10"), ""
    keys = Sight("my-ticket", "my", ("key-A", "key-0", "key-1", "back", "enter"))
    assert _target(decide(somebody(), mind, Sight("attract", "th", (*LANGUAGES, "my-ticket")))[1]) == "my-ticket"
    for _ in range(7):
        mind, act = decide(somebody(), mind, keys)
        typed += _target(act).removeprefix("key-")
    assert typed == "A001enter10"
    assert decide(somebody(), mind, Sight("standing", "my", ("back",)))[1] == Leave(5.0 * somebody().reading)


def test_somebody_elses_answer_is_closed_by_the_next_citizen() -> None:
    sight = Sight("standing", "my", ("close", "help"))
    assert _target(decide(somebody(), Mind(("waste-fee",)), sight)[1]) == "close"


def test_a_tidy_citizen_closes_the_answer_and_goes() -> None:
    who, mind = replace(somebody(), tidy=True), Mind((), asks="A001 10", typed=7)
    mind, act = decide(who, mind, Sight("standing", "my", ("close", "help")))
    assert _target(act) == "close"
    left = decide(who, mind, Sight("attract", "my", (*LANGUAGES, "my-ticket")))[1]
    assert isinstance(left, Leave)
    assert left.reason is None


def test_who_comes_back_says_so_once_and_who_only_asks_does_not() -> None:
    sight = Sight("standing", "my", ("im-back", "done"))
    mind = Mind((), asks="A001 10", typed=7, returns=True)
    mind, act = decide(somebody(), mind, sight)
    assert (_target(act), mind.told) == ("im-back", True)
    assert isinstance(decide(somebody(), mind, sight)[1], Leave)
    assert isinstance(decide(somebody(), Mind((), asks="A001 10", typed=7), sight)[1], Leave)


def test_a_number_without_paper_is_copied_down_before_the_screen_is_let_go() -> None:
    mind = Mind((), tickets=("A001",))
    _, act = decide(somebody(), mind, Sight("write-down", "my", ("done",), ticket="A001"))
    assert isinstance(act, Touch)
    assert (act.target, act.after_s > 8 * 0.7) == ("done", True)


def test_still_there_is_answered_before_anything_else() -> None:
    sight = Sight("details", "th", (*LANGUAGES, "take", "continue"), asking=True)
    assert _target(decide(somebody(), Mind(("waste-fee",)), sight)[1]) == "continue"


def test_what_is_wrong_is_read_and_waited_for_a_little() -> None:
    mind, looks = Mind(("waste-fee",)), 0
    sight = Sight("out-of-order", "th", trouble="paper-out")
    while True:
        mind, act = decide(somebody(), mind, sight)
        if isinstance(act, Leave):
            break
        looks += 1
    assert (looks, act.reason) == (WAITS, "out of order: paper-out")


def test_who_walks_away_leaves_the_screen_as_it_is() -> None:
    touched, left, _ = walk(somebody("walks-away"), Screens())
    assert (touched, left.reason) == (["language-my", "service-waste-fee"], "walked away")


def test_a_screen_that_nobody_told_about_is_tried_and_then_given_up() -> None:
    mind = Mind(("waste-fee",))
    assert _target(decide(somebody(), mind, Sight("new", "my", ("strange", "close")))[1]) == "close"
    for _ in range(WAITS):
        mind, act = decide(somebody(), mind, Sight("new", "my", ("strange",)))
        assert isinstance(act, Look)
    assert decide(somebody(), mind, Sight("new", "my", ("strange",)))[1] == Leave(0.0, "stuck on new")


def test_a_target_that_does_nothing_is_left_alone() -> None:
    mind, sight = Mind(("waste-fee",)), Sight("service", "my", ("service-waste-fee",))
    for _ in range(2):
        mind, act = decide(somebody(), mind, sight)
        mind = noticed(mind, _target(act), changed=False)
    left = decide(somebody(), mind, sight)[1]
    assert isinstance(left, Leave)
    assert left.reason == "service not found"


def _target(act: Act) -> str:
    assert isinstance(act, Touch), act
    return act.target


sights = st.builds(
    Sight,
    st.sampled_from(NAMES),
    st.sampled_from(("th", "en", "my")),
    st.lists(st.sampled_from(TARGETS), unique=True).map(tuple),
    st.booleans(),
    st.none() | st.sampled_from(("A001", "A002")),
    st.booleans(),
    st.booleans(),
    st.none() | st.just("paper-out"),
)
people = st.builds(
    lambda number, persona: replace(citizen(5, number, SERVICES), persona=persona),
    st.integers(1, 500),
    st.sampled_from(tuple(SHARES)),
)


@given(people, st.lists(sights, min_size=1, max_size=60), st.booleans())
def test_whatever_is_in_sight_a_citizen_touches_only_that(who: Citizen, seen: list[Sight], asks: bool) -> None:
    mind = Mind(() if asks else who.errands, "A001 1234" if asks else "")
    for sight in seen:
        mind, act = decide(who, mind, sight)
        assert act.after_s >= 0
        if isinstance(act, Touch):
            assert act.target in sight.targets
        if isinstance(act, Leave):
            break


@given(people, sights.filter(lambda sight: not sight.busy), st.booleans(), st.booleans())
def test_nobody_stays_for_ever_before_one_screen(who: Citizen, sight: Sight, asks: bool, changed: bool) -> None:
    mind = Mind(() if asks else who.errands, "A001 1234" if asks else "")
    sight = replace(sight, fresh=False)
    for _ in range(3 * MOST_TOUCHES):
        mind, act = decide(who, mind, sight)
        if isinstance(act, Leave):
            return
        if isinstance(act, Touch):
            mind = noticed(mind, act.target, changed=changed)
    raise AssertionError(f"{who.persona} stays before {sight}")


@pytest.mark.parametrize("persona", SHARES)
def test_every_habit_comes_to_a_ticket_or_leaves_by_its_own_will(persona: str) -> None:
    _, left, mind = walk(somebody(persona), Screens("another", "priority", "more"))
    assert bool(mind.tickets) != (left.reason == "walked away")
