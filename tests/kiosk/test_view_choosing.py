"""The choosing screens: all in reach by what is in sight, each thing told once, and nothing that does not fit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache
from itertools import combinations, product
from typing import TypeGuard

import pytest

from fonts.tokens import CAPITAL_TO_EM, Hex, contrast
from fonts.tokens import load as load_tokens
from kiosk.layout import Display, Rect
from kiosk.preview import OFFICE, example_catalogue
from kiosk.scene import Box, Icon, Op, Scene, Text
from kiosk.screen_inputs import (
    AddErrand,
    Back,
    ChooseGroup,
    ChooseLanguage,
    IssueTicket,
    RemoveErrand,
    SetCases,
    SetPriority,
    Take,
    TooLate,
)
from kiosk.screen_types import MOST_ERRANDS, Condition, Errand, Hours, Look, Moment, Screen, State, Theme
from kiosk.screens import step
from kiosk.specimens import example_states
from kiosk.view_parts import Exhibit
from kiosk.views import draw
from sync.calendar import Break, Closed, ClosedWhy
from sync.catalogue import Catalogue
from tests.kiosk.measure import Compositor, parted
from translations import LANGUAGES

SIZES = {
    "7 inch": Display(800, 480, 154, 86),
    "10 inch": Display(1280, 800, 217, 136),
    "15.6 inch": Display(1280, 720, 345, 194),
    "24 inch": Display(1920, 1080, 531, 299),
    "24 inch upright": Display(1080, 1920, 299, 531),
}
LOOKS = {
    f"{'large' if large else 'usual'}{' in reach' if reach else ''}": Look(large=large, reach=reach)
    for large, reach in product((False, True), repeat=2)
}
EVERYWHERE = list(product(SIZES, LOOKS))
GAP_MM, TARGET_MM, CAPITAL_MM = 3.0, 20.0, 7.3
TYPESETTER, TOKENS = Compositor(), load_tokens()
TODAY = date(2026, 12, 4)
MONDAY = datetime.fromisoformat("2026-12-07T08:30")
LUNCH = Break(time(12), time(13), True, {"th": "พักกลางวัน", "en": "Lunch break", "my": "နေ့လယ်စာ စားချိန်"})
CLOSED = Closed(ClosedWhy.CLOSED_DAY, {}, MONDAY)
HALF_PAST_FOUR = Moment(2026, 12, 4, 16, 30)


@cache
def example() -> Catalogue:
    return example_catalogue()


def of(count: int) -> Catalogue:
    """A catalogue of so many services: the example's, some of them twice."""
    full = example()
    twice = [*full.services, *(replace(each, id=f"{each.id}-again") for each in full.services)]
    picked = tuple(twice[:count])
    return replace(full, services=picked)


def shown(state: State, size: str, catalogue: Catalogue | None = None, *, pressed: str | None = None) -> Scene:
    exhibit = Exhibit(OFFICE, LANGUAGES, catalogue or example())
    return draw(state, exhibit, SIZES[size], TYPESETTER, TOKENS, pressed=pressed)


# What is measured -------------------------------------------------------------------------------------------------


def faults(scene: Scene, state: State, size: str) -> list[str]:
    """Everything that is wrong with a scene, in design millimetres."""
    display = replace(SIZES[size], large=state.look.large)
    place = display.within_reach if state.look.reach else display.rect
    return [
        *(f"tight: {text}" for text in scene.tight),
        *_targets(scene, display, place),
        *_texts(scene, display, place),
        *_contrasts(scene),
    ]


def _targets(scene: Scene, display: Display, place: Rect) -> Iterator[str]:
    gap, least = GAP_MM * display.dots_per_mm, TARGET_MM * display.dots_per_mm
    for target in scene.targets:
        rect = target.rect
        if rect.w < least - 0.01 or rect.h < least - 0.01:
            yield f"small: {target.name} {rect}"
        if rect.union(place) != place:
            yield f"outside: {target.name}"
        if not any(said.target == target.name and said.text for said in scene.spoken):
            yield f"unnamed: {target.name}"
    for one, other in combinations(scene.targets, 2):
        if one.name == other.name:
            yield f"twice: {one.name}"
        apart = max(
            one.rect.x - other.rect.right,
            other.rect.x - one.rect.right,
            one.rect.y - other.rect.bottom,
            other.rect.y - one.rect.bottom,
        )
        if apart < gap - 0.01:
            yield f"close: {one.name} {other.name} {apart}"


def _texts(scene: Scene, display: Display, place: Rect) -> Iterator[str]:
    written = [op for op in scene.ops if isinstance(op, Text)]
    for op in written:
        if op.size_px * CAPITAL_TO_EM / display.dots_per_mm < CAPITAL_MM - 0.01:
            yield f"low: {op.text}"
        if op.rect.union(place) != place:
            yield f"outside: {op.text}"
        panel = _panel(scene, op)
        if panel is not None and op.rect.union(panel) != panel:
            yield f"over its edge: {op.text} {op.rect} {panel}"
    for one, other in combinations(written, 2):
        if one.rect.overlaps(other.rect):
            yield f"over each other: {one.text} | {other.text}"
    icons = [op for op in scene.ops if isinstance(op, Icon)]
    for icon, op in product(icons, written):
        if icon.rect.overlaps(op.rect):
            yield f"over a sign: {op.text} {icon.name}"


def _panel(scene: Scene, op: Text | Icon) -> Rect | None:
    """The innermost panel that is drawn under the middle of a text."""
    under = [box.rect for box in _under(scene, op)]
    return under[-1] if under else None


def _under(scene: Scene, op: Text | Icon) -> list[Box]:
    before = scene.ops[: scene.ops.index(op)]
    return [box for box in before if isinstance(box, Box) and box.fill and box.rect.holds(*op.rect.centre)]


def _contrasts(scene: Scene) -> Iterator[str]:
    for op in scene.ops:
        if isinstance(op, Text | Icon):
            boxes = _under(scene, op)
            ground: Hex = boxes[-1].fill if boxes and boxes[-1].fill else scene.ground
            found = contrast(op.colour, ground)
            if found < (7.0 if isinstance(op, Text) else 3.0):
                yield f"pale: {op.text if isinstance(op, Text) else op.name} {found:.1f}"


def states(language: str) -> dict[str, State]:
    """Every way in which these screens can be met."""
    services = example().services
    base = State(screen=Screen.SERVICE, language=language)
    one = replace(base, screen=Screen.DETAILS, service=services[0].id)
    many = next(each for each in services if each.cases > 1)
    visit = (Errand(services[0].id), Errand(many.id, 2), Errand(services[-1].id))
    full = tuple(Errand(each.id, each.cases) for each in services[:MOST_ERRANDS])
    shut = Condition(hours=Hours(TODAY, shut=((services[2].id, CLOSED), (many.id, CLOSED))))
    closed = Condition(hours=Hours(TODAY, closed=CLOSED))
    pause = Condition(hours=Hours(TODAY, pause=LUNCH))
    busy = replace(one, service=many.id, cases=2, visit=visit, priority=True, condition=pause)
    found = {
        "services": base,
        "services, visit": replace(base, visit=visit),
        "services, full visit": replace(base, visit=full, group=services[-1].group),
        "services, some shut": replace(base, condition=shut),
        "services, visit shut": replace(base, condition=shut, visit=visit),
        "services, closed": replace(base, condition=closed),
        "services, page 2": replace(base, page=1),
        "cases": replace(one, service=many.id, cases=2),
        "busy": busy,
        "no room": replace(one, service=services[-1].id, visit=full),
        "shut": replace(one, service=services[2].id, condition=shut),
        "shut, visit": replace(one, service=many.id, condition=shut, visit=visit),
        "another shut": replace(one, condition=shut, visit=visit),
        "closed": replace(one, condition=closed),
        "priority": replace(busy, screen=Screen.PRIORITY, beneath=Screen.DETAILS),
        "late": replace(busy, screen=Screen.LATE, beneath=Screen.DETAILS, closes=HALF_PAST_FOUR),
        "late, one": replace(one, screen=Screen.LATE, beneath=Screen.DETAILS, closes=HALF_PAST_FOUR),
    }
    nth = LANGUAGES.index(language)
    found |= {f"group {group.id}": replace(base, group=group.id) for group in example().groups[nth::2]}
    found |= {f"details {each.id}": replace(one, service=each.id) for each in services[nth :: len(LANGUAGES)]}
    longest = max(services, key=lambda each: len(each.text(language).fee_note or ""))
    found["longest fee"] = replace(one, service=longest.id)
    found |= {f"busy, page {page}": replace(busy, page=page) for page in (1, 3)}
    return found


# What must hold ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "look"), EVERYWHERE)
def test_everything_fits_its_place_is_not_too_small_and_keeps_numbers_with_their_units(size: str, look: str) -> None:
    for language in LANGUAGES:
        for name, state in states(language).items():
            state = replace(state, look=LOOKS[look])
            scene = shown(state, size)
            assert faults(scene, state, size) == [], (language, name)
            assert [op for op in scene.ops if isinstance(op, Text) and parted(op.lines)] == [], (language, name)


@pytest.mark.parametrize("size", SIZES)
def test_the_dark_theme_has_the_same_layout_and_its_own_contrast(size: str) -> None:
    for name, state in states("my").items():
        dark = replace(state, look=Look(theme=Theme.DARK))
        scene = shown(dark, size)
        assert list(_contrasts(scene)) == [], name
        assert scene.targets == shown(state, size).targets, name


@pytest.mark.parametrize("theme", Theme)
def test_what_a_finger_presses_stays_readable(theme: Theme) -> None:
    known = states("en")
    for name in ("services, visit", "services, some shut", "busy", "priority", "late"):
        state = replace(known[name], look=Look(theme=theme))
        for target in shown(state, "15.6 inch").targets:
            assert list(_contrasts(shown(state, "15.6 inch", pressed=target.name))) == [], (name, target.name)


def walked(catalogue: Catalogue, size: str, state: State) -> dict[str, int]:
    """Every service that is reached by touching what is in sight, and after how many touches it was open."""
    found: dict[str, int] = {}
    front, seen = [(state, 1)], {state}
    while front:
        now, touches = front.pop(0)
        for target in shown(now, size, catalogue).targets:
            if target.name.startswith("service-"):
                found.setdefault(target.name.removeprefix("service-"), touches + 1)
            elif target.name == "more" or target.name.startswith("group-"):
                after, _ = step(now, target.gives)
                if after not in seen:
                    seen.add(after)
                    front.append((after, touches + 1))
    return found


@pytest.mark.parametrize(("size", "look"), EVERYWHERE)
def test_every_service_is_reached_by_touching_only_what_is_in_sight(size: str, look: str) -> None:
    for language, (name, catalogue) in product(LANGUAGES, {count: of(count) for count in (1, 3, 15, 24)}.items()):
        state = State(screen=Screen.SERVICE, language=language, look=LOOKS[look])
        wanted = {each.id for each in catalogue.services}
        assert walked(catalogue, size, state).keys() == wanted, (language, name)


def test_three_touches_where_all_services_fit() -> None:
    for size, count in (("24 inch", 19), ("24 inch upright", 24), ("15.6 inch", 3), ("15.6 inch", 6), ("10 inch", 3)):
        for language in LANGUAGES:
            found = walked(of(count), size, State(screen=Screen.SERVICE, language=language))
            assert set(found.values()) == {2}, (size, count, language)


def test_few_groups_and_a_catalogue_without_groups_are_paged_all_the_same() -> None:
    for groups in (example().groups[:1], ()):
        plain = replace(of(24), groups=groups)
        for size, look in product(SIZES, ("usual", "large in reach")):
            state = State(screen=Screen.SERVICE, language="my", look=LOOKS[look])
            assert walked(plain, size, state).keys() == {each.id for each in plain.services}, (size, look)
            assert faults(shown(state, size, plain), state, size) == [], (size, look)


def test_back_leads_from_a_group_to_all_groups_where_they_are_chosen_first() -> None:
    state = State(screen=Screen.SERVICE, language="en", look=Look(large=True))
    inside, _ = step(state, ChooseGroup("registration"))
    back = shown(inside, "7 inch").named("back")
    assert back is not None
    assert back.gives == ChooseGroup(None)
    first = shown(step(inside, back.gives)[0], "7 inch").named("back")
    assert first is not None
    assert first.gives == Back()


def test_the_tab_whose_services_are_in_sight_is_told_by_shape_and_by_word() -> None:
    state = State(screen=Screen.SERVICE, language="en", group="works")
    scene = shown(state, "15.6 inch")
    tab = scene.named("group-works")
    assert tab is not None
    signs = [op.name for op in scene.ops if isinstance(op, Icon) and tab.rect.union(op.rect) == tab.rect]
    assert "next" in signs
    assert [said.text for said in scene.spoken if said.target == "group-works"] == ["Buildings and works, chosen"]


def test_a_shut_service_says_why_and_offers_no_ticket() -> None:
    closed = Condition(hours=Hours(TODAY, shut=(("move-in", CLOSED),)))
    state = State(screen=Screen.SERVICE, language="en", condition=closed)
    for size, look in EVERYWHERE:
        here = replace(state, look=LOOKS[look], group="registration")
        card = [said.text for said in shown(here, size).spoken if said.target == "service-move-in"]
        assert card == ["Register moving in. This service is closed today. Opens again: Monday 7 December 2026 08:30"]
        read = replace(here, screen=Screen.DETAILS, service="move-in")
        scene = shown(read, size)
        assert not {"take", "another"} & {target.name for target in scene.targets}, size
        assert any("closed today" in told for told in read_out(scenes_of(read, size))), size


def test_while_the_office_is_closed_services_can_be_read_and_none_taken() -> None:
    closed = Condition(hours=Hours(TODAY, closed=CLOSED))
    state = State(screen=Screen.SERVICE, language="en", condition=closed, visit=(Errand("move-in"),))
    for size in SIZES:
        scene = shown(state, size)
        assert scene.named("take") is None
        assert any("The office is closed today" in said.text for said in scene.spoken), size


def test_a_shut_service_in_the_visit_is_named_and_can_be_removed() -> None:
    shut = Condition(hours=Hours(TODAY, shut=(("move-in", CLOSED),)))
    state = State(screen=Screen.SERVICE, language="en", condition=shut, visit=(Errand("birth"), Errand("move-in")))
    for size in SIZES:
        scene = shown(state, size)
        remove = scene.named("remove")
        assert scene.named("take") is None
        assert remove is not None
        assert remove.gives == RemoveErrand("move-in")
        assert any(said.text.startswith("Register moving in. This service") for said in scene.spoken)


# One service ------------------------------------------------------------------------------------------------------


def pages(state: State, size: str) -> Iterator[tuple[State, Scene]]:
    """Each page of a service, once."""
    while True:
        scene = shown(state, size)
        yield state, scene
        more = scene.named("more")
        if more is None:
            return
        state, _ = step(state, more.gives)
        if state.page == 0:
            return


def scenes_of(state: State, size: str) -> list[Scene]:
    """The same without what leads to them."""
    return [scene for _, scene in pages(state, size)]


def read_out(scenes: Sequence[Scene]) -> list[str]:
    """What the ear hears of a service on all its pages, each piece once."""
    return [said.text for scene in scenes for said in scene.spoken if said.target is None]


def written(scenes: Sequence[Scene]) -> str:
    """All that the eye sees of a service on all its pages, without spaces and without what is on buttons."""
    return _bare("".join(op.text for scene in scenes for op in scene.ops if _is_told(op, scene)))


def _is_told(op: Op, scene: Scene) -> TypeGuard[Text]:
    return isinstance(op, Text) and not any(target.rect.overlaps(op.rect) for target in scene.targets)


def _bare(text: str) -> str:
    return "".join(text.split()).replace("\u200b", "").replace("\u2060", "")


@pytest.mark.parametrize(("size", "look"), EVERYWHERE)
def test_each_document_step_and_place_is_shown_exactly_once(size: str, look: str) -> None:
    for language in LANGUAGES:
        for each in example().services[::6]:
            text = each.text(language)
            state = State(screen=Screen.DETAILS, language=language, service=each.id, look=LOOKS[look])
            scenes = scenes_of(state, size)
            heard, seen = read_out(scenes), written(scenes)
            papers = [f"{one.text} ({one.when})" if one.when else one.text for one in text.documents]
            for wanted in [*papers, *text.steps, text.complaints]:
                assert heard.count(wanted) == 1, (language, each.id, wanted)
            for wanted in [*(one.text for one in text.documents), *text.steps, text.complaints, text.hours]:
                assert _bare(wanted) in seen, (language, each.id, wanted)


@pytest.mark.parametrize(("size", "look"), EVERYWHERE)
def test_take_is_on_every_page_at_the_same_place(size: str, look: str) -> None:
    for language in LANGUAGES:
        state = State(screen=Screen.DETAILS, language=language, service="house-copy", look=LOOKS[look])
        places = {scene.named("take") for _, scene in pages(state, size)}
        assert len(places) == 1, (language, places)
        assert None not in places


def test_pages_of_a_shut_service_are_turned_at_the_same_corner() -> None:
    for language in LANGUAGES:
        known = example_states(example(), language)
        usual, shut = (shown(known[name], "15.6 inch").named("more") for name in ("details-move-in", "details-shut"))
        assert usual is not None
        assert shut is not None
        assert usual.rect == shut.rect, language


@pytest.mark.parametrize(("size", "look"), EVERYWHERE)
def test_every_action_of_a_service_is_in_sight_on_one_of_its_pages(size: str, look: str) -> None:
    visit = (Errand("move-in"), Errand("house-copy", 2))
    state = State(screen=Screen.DETAILS, language="th", service="house-copy", cases=2, visit=visit, look=LOOKS[look])
    found = {target.name: target.gives for _, scene in pages(state, size) for target in scene.targets}
    assert found["take"] == Take()
    assert found["another"] == AddErrand()
    assert found["remove"] == RemoveErrand("house-copy")
    assert (found["fewer"], found["more-cases"]) == (SetCases(1), SetCases(3))
    assert "priority" in found


def test_cases_end_at_one_and_at_what_the_catalogue_allows() -> None:
    state = State(screen=Screen.DETAILS, language="en", service="house-copy")
    most = example().service("house-copy").cases
    assert shown(state, "24 inch").named("fewer") is None
    assert shown(replace(state, cases=most), "24 inch").named("more-cases") is None
    assert shown(replace(state, service="birth"), "24 inch").named("more-cases") is None


def test_a_full_visit_takes_no_more_and_says_so() -> None:
    full = tuple(Errand(each.id) for each in example().services[:MOST_ERRANDS])
    state = State(screen=Screen.DETAILS, language="en", service=example().services[-1].id, visit=full)
    for size in SIZES:
        names = {target.name for _, scene in pages(state, size) for target in scene.targets}
        assert not {"take", "another"} & names
        assert any("There is no room for more on one ticket" in told for told in read_out(scenes_of(state, size)))
    almost = replace(state, visit=full[:-1])
    assert shown(almost, "24 inch").named("take") is not None
    assert shown(almost, "24 inch").named("another") is None


def test_take_says_for_how_many_services() -> None:
    state = State(screen=Screen.DETAILS, language="en", service="move-in")
    assert _said(shown(state, "15.6 inch"), "take") == "Take a ticket"
    visit = (Errand("birth"), Errand("death"))
    assert _said(shown(replace(state, visit=visit), "15.6 inch"), "take") == "Take one ticket for 3 services"
    strip = State(screen=Screen.SERVICE, language="en", visit=visit)
    assert _said(shown(strip, "15.6 inch"), "take") == "Take one ticket for 2 services"


@pytest.mark.parametrize(("size", "look"), EVERYWHERE)
def test_take_shows_for_how_many_services_at_every_size(size: str, look: str) -> None:
    for language, (name, count) in product(LANGUAGES, {"details-visit": 3, "service-visit": 2}.items()):
        state = replace(example_states(example(), language)[name], look=LOOKS[look])
        assert str(count) in _on_target(shown(state, size), "take"), (language, name)


def test_a_label_without_its_count_is_caught() -> None:
    scene = shown(State(screen=Screen.DETAILS, language="th", service="move-in"), "24 inch")
    assert not any(character.isdigit() for character in _on_target(scene, "take"))


def _on_target(scene: Scene, name: str) -> str:
    """What the eye reads on a target."""
    target = scene.named(name)
    assert target is not None
    return " ".join(op.text for op in scene.ops if isinstance(op, Text) and target.rect.holds(*op.rect.centre))


def _said(scene: Scene, name: str) -> str:
    return next(said.text for said in scene.spoken if said.target == name)


def test_a_break_with_numbers_is_told_before_the_documents() -> None:
    pause = Condition(hours=Hours(TODAY, pause=LUNCH))
    state = State(screen=Screen.DETAILS, language="en", service="move-in", condition=pause)
    for size in SIZES:
        heard = read_out(scenes_of(state, size))
        assert heard.index("Lunch break until 13:00. Numbers are given") < heard.index("Documents"), size


def test_priority_is_a_chip_that_is_checked_after_a_yes() -> None:
    state = State(screen=Screen.DETAILS, language="en", service="move-in")
    asked, _ = step(state, _gives(shown(state, "15.6 inch"), "priority"))
    yes, no = (_gives(shown(asked, "15.6 inch"), name) for name in ("priority-yes", "priority-no"))
    assert (yes, no) == (SetPriority(True), SetPriority(False))
    after, _ = step(asked, yes)
    assert after.screen is Screen.DETAILS
    assert _said(shown(after, "15.6 inch"), "priority") == "Priority, chosen"
    assert any(isinstance(op, Icon) and op.name == "check" for op in shown(after, "15.6 inch").ops)


def _gives(scene: Scene, name: str):  # type: ignore[no-untyped-def]
    target = scene.named(name)
    assert target is not None
    return target.gives


def test_the_question_names_the_closed_list_and_promises_not_to_ask_why() -> None:
    for size, look in EVERYWHERE:
        state = State(screen=Screen.PRIORITY, language="en", beneath=Screen.DETAILS, look=LOOKS[look])
        heard = " ".join(said.text for said in shown(state, size).spoken)
        for wanted in ("Aged 60", "Pregnant", "With a disability", "With an infant", "Nobody will ask why"):
            assert wanted in heard, (size, look)


def test_a_late_visit_names_the_closing_time_and_leaves_the_choice() -> None:
    state = State(screen=Screen.DETAILS, language="en", service="move-in")
    warned, _ = step(state, TooLate(HALF_PAST_FOUR))
    for size, look in EVERYWHERE:
        scene = shown(replace(warned, look=LOOKS[look]), size)
        assert any("16:30" in text for text in scene.texts()), (size, look)
        assert any("Register moving in" in said.text for said in scene.spoken)
        assert _gives(scene, "back") == Back()
    _, asked = step(warned, _gives(shown(warned, "15.6 inch"), "take-anyway"))
    assert asked == (IssueTicket((Errand("move-in"),), "en", anyway=True),)


def test_a_visit_of_two_services_from_the_first_touch_to_the_ticket() -> None:
    state = State(look=Look(large=True))
    touched = [ChooseLanguage("en")]
    state, _ = step(state, touched[0])
    for name in ("group-registration", "service-move-in", "another", "service-move-out"):
        for _ in range(12):
            scene = shown(state, "10 inch")
            target = scene.named(name) or scene.named("more")
            assert target is not None, name
            state, _ = step(state, target.gives)
            if target.name == name:
                break
    _, asked = step(state, _gives(shown(state, "10 inch"), "take"))
    assert asked == (IssueTicket((Errand("move-in"), Errand("move-out")), "en"),)


# Controls: what the instruments catch -----------------------------------------------------------------------------


def renamed(name: str) -> Catalogue:
    full = example()
    first = full.services[0]
    texts: Mapping[str, object] = {
        language: replace(text, name=name, short=None) for language, text in first.texts.items()
    }
    return replace(full, services=(replace(first, texts=texts), *full.services[1:]))  # type: ignore[arg-type]


def test_an_endless_name_is_caught() -> None:
    endless = renamed("Anendlessnamethatnobodycouldeverbreakanywhere" * 4)
    for size in SIZES:
        state = State(screen=Screen.SERVICE, language="en", group="registration")
        assert any(fault.startswith("tight") for fault in faults(shown(state, size, endless), state, size)), size


def test_the_instruments_see_what_is_too_near_too_small_over_its_edge_and_pale() -> None:
    state = State(screen=Screen.SERVICE, language="en", group="registration")
    scene = shown(state, "15.6 inch")
    first, second, *others = scene.targets
    near = replace(second, rect=first.rect._replace(x=first.rect.right + 3))
    small = replace(first, rect=first.rect._replace(h=70))
    assert any(f.startswith("close") for f in faults(replace(scene, targets=(first, near)), state, "15.6 inch"))
    assert any(f.startswith("small") for f in faults(replace(scene, targets=(small, *others)), state, "15.6 inch"))
    text = next(op for op in scene.ops if isinstance(op, Text))
    moved = replace(text, rect=text.rect._replace(y=text.rect.y + 25))
    ops = tuple(moved if op is text else op for op in scene.ops)
    assert any(f.startswith("over its edge") for f in faults(replace(scene, ops=ops), state, "15.6 inch"))
    pale = tuple(replace(op, colour=TOKENS.colour.rule) if op is text else op for op in scene.ops)
    assert any(f.startswith("pale") for f in faults(replace(scene, ops=pale), state, "15.6 inch"))
    assert faults(scene, state, "15.6 inch") == []
