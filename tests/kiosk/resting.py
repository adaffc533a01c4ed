"""The resting and closing screens in all their states, drawn, and the rules that each drawing is held to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache
from itertools import product

from fonts.tokens import contrast
from fonts.tokens import load as load_tokens
from kiosk import screens
from kiosk.layout import Display, Rect
from kiosk.preview import OFFICE, example_catalogue
from kiosk.scene import Box, Scene, Text
from kiosk.screen_types import (
    Condition,
    Field,
    Hours,
    Look,
    Moment,
    Paper,
    Passed,
    Screen,
    Stage,
    Standing,
    State,
    Ticket,
    Typing,
)
from kiosk.view_parts import Exhibit
from kiosk.views import draw
from kiosk.wording import PASSED
from sync.calendar import Break, Closed, ClosedWhy
from tests.kiosk.measure import Compositor
from translations import LANGUAGES

SIZES = {
    "7 inch": Display(800, 480, 154, 86),
    "10 inch": Display(1280, 800, 217, 136),
    "15.6 inch": Display(1280, 720, 345, 194),
    "24 inch": Display(1920, 1080, 531, 299),
    "24 inch upright": Display(1080, 1920, 299, 531),
}
LAYOUTS = [Look(large=large, reach=reach) for large, reach in product((False, True), repeat=2)]
GAP_MM, TARGET_MM, CAPITAL_MM, CONTRAST = 3.0, 20.0, 7.3, 7.0
TODAY = date(2026, 12, 4)
HOLIDAY = Closed(
    ClosedWhy.HOLIDAY,
    {
        "th": "วันเฉลิมพระชนมพรรษาพระบาทสมเด็จพระเจ้าอยู่หัว",
        "en": "King's Birthday (substitution day)",
        "my": "ဘုရင့် မွေးနေ့ အစားထိုး ရုံးပိတ်ရက်",
    },
    datetime.fromisoformat("2026-12-07T08:30"),
)
LUNCH = Break(time(12), time(13), True, {"th": "พักกลางวัน", "en": "Lunch break", "my": "နေ့လယ်စာ"})
MINE = Standing(
    "A012",
    "2026-12-04",
    ("move-in",),
    datetime.fromisoformat("2026-12-04T09:05"),
    datetime.fromisoformat("2026-12-04T10:15"),
    4,
)
IN_HALL = replace(
    MINE,
    stage=Stage.WAITING,
    ahead=17,
    counters=(1, 2, 3, 6),
    passed=tuple(Passed(f"B{n:03}", code) for n, code in enumerate([*PASSED, *PASSED], 1)),
)
TYPESETTER, TOKENS = Compositor(), load_tokens()
EXHIBIT = Exhibit(OFFICE, LANGUAGES, example_catalogue())


def states(language: str) -> dict[str, State]:
    """Every way in which these screens can be met."""
    base = State(language=language)
    services = tuple(service.id for service in EXHIBIT.catalogue.services)
    one = Ticket(7, "A012", services[0], language, services[:1])
    many = Ticket(8, "AAB1012", services[0], language, services[:3], priority=True)
    closed = Condition(hours=Hours(TODAY, HOLIDAY))
    evening = Condition(
        hours=Hours(TODAY, Closed(ClosedWhy.AFTER, {}, datetime.fromisoformat("2026-12-05T08:30"))), help=True
    )
    typing = base.seen(screen=Screen.MY_TICKET)
    sight = base.seen(screen=Screen.TICKET, ticket=one)
    known = base.seen(screen=Screen.STANDING, standing=MINE)
    date_asked = base.seen(screen=Screen.CONFIRM_DATE, moment=Moment(2026, 11, 23, 8, 30))
    return {
        "attract": base,
        "attract, staff called": base.seen(condition=Condition(help=True)),
        "attract, break": base.seen(condition=Condition(hours=Hours(TODAY, pause=LUNCH))),
        "attract, places": base.seen(condition=Condition(places=True, help=True)),
        "ticket": sight,
        "ticket, priority": sight.seen(ticket=many, paper=Paper.READY),
        "ticket, asking": sight.seen(paper=Paper.READY, asking=True),
        "write down": sight.seen(screen=Screen.WRITE_DOWN, ticket=many, reason="uncertain"),
        "closed, holiday": base.seen(screen=Screen.CLOSED, condition=closed),
        "closed, evening": base.seen(screen=Screen.CLOSED, condition=evening),
        "help": base.seen(screen=Screen.HELP, beneath=Screen.ATTRACT, condition=Condition(help=True)),
        "access": base.seen(screen=Screen.ACCESS, beneath=Screen.ATTRACT),
        "my ticket": typing,
        "my ticket, a letter": typing.seen(typing=Typing(label="A")),
        "my ticket, no such number": typing.seen(typing=Typing(label="ABC01234", refused="number")),
        "my ticket, code": typing.seen(typing=Typing(Field.CODE, "A012", "12")),
        "my ticket, wrong code": typing.seen(typing=Typing(Field.CODE, "A012", "", "code")),
        "my ticket, wait": typing.seen(typing=Typing(Field.CODE, "A012", "", "wait")),
        "place": typing.seen(typing=Typing(Field.PLACE, code="482")),
        "place, over": typing.seen(typing=Typing(Field.PLACE, refused="over")),
        "standing, alone": known,
        "standing, in the hall": known.seen(standing=IN_HALL),
        "standing, called": known.seen(
            standing=replace(IN_HALL, stage=Stage.CALLED, counter=12, passed=(), returned=True)
        ),
        "out of order, paper": base.seen(screen=Screen.OUT_OF_ORDER, condition=Condition(printer="paper-out")),
        "out of order, disk": base.seen(screen=Screen.OUT_OF_ORDER, condition=Condition(disk="disk-full")),
        "date": date_asked,
        "date, over": date_asked.seen(refused=True),
    }


@cache
def scene_of(name: str, language: str, size: str, look: Look) -> Scene:
    state = states(language)[name].seen(look=look)
    return draw(state, EXHIBIT, SIZES[size], TYPESETTER, TOKENS)


NAMES = list(states("en"))


def every(size: str) -> Iterator[tuple[str, Scene, Rect, Display]]:
    """(what, scene, where it may draw, the display in its look) of a size."""
    for look, language, name in product(LAYOUTS, LANGUAGES, NAMES):
        display = replace(SIZES[size], large=look.large)
        within = display.within_reach if look.reach else display.rect
        what = f"{name} {language} large={look.large} reach={look.reach}"
        yield what, scene_of(name, language, size, look), within, display


# Rules ------------------------------------------------------------------------------------------------------------


def ink_of(op: Text) -> list[Rect]:
    """Where each line of a text really has ink."""
    found = []
    for x, baseline, line in op.lines:
        drawn = TYPESETTER.line(line, op.language, op.size_px, op.weight)
        box = drawn.mask.getbbox()
        if box:
            found.append(Rect(x + box[0], baseline - drawn.ascent + box[1], box[2] - box[0], box[3] - box[1]))
    return found


def touching(scene: Scene) -> list[str]:
    """Texts whose ink meets the ink of another text or line."""
    lines = [(op.text, rect) for op in scene.ops if isinstance(op, Text) for rect in ink_of(op)]
    return [f"{a} / {b}" for i, (a, one) in enumerate(lines) for b, other in lines[i + 1 :] if one.overlaps(other)]


def cut_by_edges(scene: Scene) -> list[str]:
    """Texts whose ink crosses the edge of a target or of a panel."""
    panels = [op.rect for op in scene.ops if isinstance(op, Box)] + [target.rect for target in scene.targets]
    found = []
    for op in scene.ops:
        if isinstance(op, Text):
            inside = [rect.union(panel) == panel or not rect.overlaps(panel) for rect in ink_of(op) for panel in panels]
            found += [] if all(inside) else [op.text]
    return found


def outside(scene: Scene, within: Rect) -> list[str]:
    rects = [(target.name, target.rect) for target in scene.targets]
    rects += [(op.text, rect) for op in scene.ops if isinstance(op, Text) for rect in ink_of(op)]
    return [name for name, rect in rects if rect.union(within) != within]


def too_small(scene: Scene, display: Display) -> list[str]:
    least = display.px(TARGET_MM)
    return [target.name for target in scene.targets if min(target.rect.w, target.rect.h) < least]


def too_near(scene: Scene, display: Display) -> list[str]:
    """Pairs of targets with less than 3 mm between them."""
    grown = [(target.name, target.rect.inset(-display.px(GAP_MM)), target.rect) for target in scene.targets]
    return [
        f"{a} / {b}" for i, (a, wide, _) in enumerate(grown) for b, _, rect in grown[i + 1 :] if wide.overlaps(rect)
    ]


def too_low(scene: Scene, display: Display) -> list[str]:
    """Texts with capitals under 7.3 mm."""
    capital = display.em(CAPITAL_MM)
    return [op.text for op in scene.ops if isinstance(op, Text) and op.size_px < capital]


def faint(scene: Scene) -> list[str]:
    """Texts with less than 7:1 on what lies under them."""
    found, under = [], list[Box]()
    for op in scene.ops:
        if isinstance(op, Box) and op.fill:
            under.append(op)
        elif isinstance(op, Text):
            x, y = op.rect.centre
            ground = next((box.fill for box in reversed(under) if box.rect.holds(x, y)), scene.ground)
            found += [op.text] if contrast(op.colour, ground or scene.ground) < CONTRAST else []
    return found


def illegal(state: State, scene: Scene) -> list[str]:
    """Targets that give what cannot happen on this screen."""
    return [each.name for each in scene.targets if not screens.knows(state, type(each.gives))]
