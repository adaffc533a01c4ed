"""Every screen as a citizen may meet it, by name: for pictures, for measuring, for warming nothing but tests. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from types import MappingProxyType

from kiosk.mending import Mending
from kiosk.screen_types import (
    Condition,
    Errand,
    Field,
    Hours,
    Moment,
    Paper,
    Passed,
    ScoreBox,
    Screen,
    Stage,
    Standing,
    State,
    Ticket,
    Typing,
    Wait,
)
from kiosk.upkeep_entry import Entry
from kiosk.upkeep_rules import CHOSEN
from kiosk.upkeep_types import Able, FirstCode, Health, Part, Told, Tried, Upkeep
from kiosk.upkeep_words import SHUT
from sync.calendar import Break, Closed, ClosedWhy
from sync.catalogue import Catalogue
from sync.facts_published import INFORMATION, URGENT
from sync.notices import Notice, Telling

TODAY = date(2026, 12, 4)
NEXT_DAY = "2026-12-08"
"""When the office opens next: long words in every language."""
_NEXT = datetime(2026, 12, 8, 8, 30)  # noqa: DTZ001 the office's wall clock
HOLIDAY = Closed(
    ClosedWhy.HOLIDAY,
    MappingProxyType(
        {
            "th": "วันคล้ายวันพระบรมราชสมภพ ร.9 และวันพ่อแห่งชาติ (ชดเชย)",
            "en": "Substitution for King Bhumibol's Birthday and Father's Day",
            "my": "ဘုရင်ဘူမိဘော မွေးနေ့နှင့် ဖခင်များနေ့ အစားထိုးရုံးပိတ်ရက်",
        }
    ),
    _NEXT,
)
AFTER = Closed(ClosedWhy.AFTER, MappingProxyType({}), datetime(2026, 12, 5, 8, 30))  # noqa: DTZ001
DECLARED = Closed(
    ClosedWhy.DECLARED,
    MappingProxyType({"th": "ปรับปรุงระบบไฟฟ้า", "en": "work on the electrical system", "my": "လျှပ်စစ်စနစ် ပြုပြင်ခြင်း"}),
    None,
)
LUNCH = Break(
    time(12),
    time(13),
    True,
    MappingProxyType({"th": "พักกลางวัน", "en": "lunch break", "my": "နေ့လယ် နားချိန်"}),
)

NOTICE = Notice(
    "road",
    MappingProxyType(
        {
            "th": "วันที่ 5 ธันวาคม เวลา 09:00–15:00 ถนนหน้าสำนักงานปิดเพื่อซ่อมท่อประปา กรุณาใช้ทางเข้าด้านหลัง ข้างลานจอดรถของตลาด",
            "en": "On 5 December, 9:00 to 15:00, the road in front of the office is closed while a water main is "
            "mended. Please come in at the back, by the market",
            "my": "ဒီဇင်ဘာ ၅ ရက် ၉:၀၀ မှ ၁၅:၀၀ အထိ ရေပိုက်ပြင်ရန် ရုံးရှေ့လမ်းကို ပိတ်ထားမည်။ ဈေးကားပါကင်ဘေးရှိ နောက်ဘက်ဝင်ပေါက်ကို အသုံးပြုပါ",
        }
    ),
    0,
    1,
    INFORMATION,
)
"""About as long as a notice may be."""


def example_states(catalogue: Catalogue, language: str) -> dict[str, State]:
    """The screens of a citizen of this language, each in its usual look."""
    base = State(language=language, condition=Condition(hours=Hours(TODAY)))
    return dict(
        [
            *_choosing(base, catalogue),
            *_services(base, catalogue),
            *_tickets(base, catalogue),
            *_asides(base, catalogue),
            *_troubles(base),
            *_scores(base),
            *_service_menu(base),
        ]
    )


def _services(base: State, catalogue: Catalogue) -> Iterator[tuple[str, State]]:
    for group in catalogue.groups:
        yield f"service-{group.id}", replace(base, screen=Screen.SERVICE, group=group.id)
    for each in catalogue.services:
        for page in (0, 1):
            name = f"details-{each.id}" + (f"-{page + 1}" if page else "")
            yield name, replace(base, screen=Screen.DETAILS, service=each.id, page=page)


def _choosing(base: State, catalogue: Catalogue) -> Iterator[tuple[str, State]]:
    first, *others = catalogue.services
    services = replace(base, screen=Screen.SERVICE)
    details = replace(base, screen=Screen.DETAILS, service=first.id)
    visit = tuple(Errand(each.id, min(2, each.cases)) for each in others[:2])
    pause = Condition(hours=Hours(TODAY, pause=LUNCH))
    shut = Condition(hours=Hours(TODAY, shut=((first.id, AFTER),)))
    cases = next((each for each in catalogue.services if each.cases > 1), first)
    yield "attract", base
    yield "attract-pause", replace(base, condition=pause)
    yield "attract-help", replace(base, condition=replace(base.condition, help=True))
    yield "attract-places", replace(base, condition=replace(base.condition, places=True))
    yield "attract-notice", replace(base, condition=replace(base.condition, notice=Telling((NOTICE,), 0)))
    yield (
        "attract-notice-pause",
        replace(base, condition=replace(pause, notice=Telling((replace(NOTICE, level=URGENT),), 2))),
    )
    yield "attract-paper-low", replace(base, condition=replace(base.condition, paper_low=True))
    yield "service", services
    yield "service-visit", replace(services, visit=visit)
    yield "service-shut", replace(services, condition=shut)
    yield "service-closed", replace(services, condition=Condition(hours=Hours(TODAY, closed=AFTER)))
    yield "still-there", replace(services, asking=True)
    yield "details-visit", replace(details, visit=visit)
    yield "details-chosen", replace(details, visit=(Errand(first.id), *visit))
    yield "details-cases", replace(details, service=cases.id, cases=2)
    yield "details-priority", replace(details, priority=True)
    yield "details-pause", replace(details, condition=pause)
    yield "details-wait", replace(details, condition=replace(base.condition, wait=Wait(7, 20, 35)))
    yield "details-shut", replace(details, condition=shut)
    yield "priority", replace(details, screen=Screen.PRIORITY, beneath=Screen.DETAILS)
    late = replace(details, screen=Screen.LATE, beneath=Screen.DETAILS)
    yield "late", replace(late, closes=Moment(2026, 12, 4, 16, 30))


def _tickets(base: State, catalogue: Catalogue) -> Iterator[tuple[str, State]]:
    first, second, *_ = [*catalogue.services, *catalogue.services]
    alone = Ticket(7, f"{first.series}012", first.id, base.language, (first.id,), code="4821")
    both = replace(alone, label=f"{first.series}B1288", services=(first.id, second.id), priority=True)
    printing = replace(base, screen=Screen.TICKET, ticket=alone)
    ready = replace(printing, paper=Paper.READY)
    yield "ticket-printing", printing
    yield "ticket-ready", ready
    yield "ticket-priority", replace(ready, ticket=both)
    yield "ticket-wait", replace(ready, ticket=replace(alone, wait=Wait(7, 20, 35)))
    asked = replace(base.condition, again=True)
    sent = replace(printing, paper=Paper.SENT, condition=asked)
    yield "ticket-sent", sent
    yield "ticket-copy-printing", replace(printing, copy=True)
    yield "ticket-copy-ready", replace(ready, copy=True)
    yield "ticket-copy-sent", replace(sent, ticket=both, copy=True)
    yield "ticket-still-reading", replace(ready, asking=True)
    yield "write-down", replace(base, screen=Screen.WRITE_DOWN, ticket=alone, reason="paper-out")
    both = replace(both, wait=Wait(7, 20, 35))
    uncertain = replace(base, screen=Screen.WRITE_DOWN, ticket=both, reason="uncertain")
    yield "write-down-uncertain", uncertain
    yield "write-down-again", replace(uncertain, condition=asked)
    slip = replace(alone, to_day=NEXT_DAY)
    yield "slip-printing", replace(printing, ticket=slip)
    yield "slip-ready", replace(ready, ticket=slip)
    yield "slip-sent", replace(sent, ticket=slip, copy=True)
    yield "slip-write-down", replace(uncertain, ticket=slip, condition=asked)


def _asides(base: State, catalogue: Catalogue) -> Iterator[tuple[str, State]]:
    first, second, *_ = [*catalogue.services, *catalogue.services]
    typing = replace(base, screen=Screen.MY_TICKET)
    issued, now = datetime(2026, 12, 4, 9, 5), datetime(2026, 12, 4, 10, 40)  # noqa: DTZ001
    place = Standing("A012", "2026-12-04", (first.id,), issued, now, 11)
    told = replace(
        place,
        stage=Stage.WAITING,
        ahead=4,
        minutes=(25, 40),
        counters=(1, 3),
        passed=(Passed("A015", "priority"), Passed("B003", "other-service"), Passed("A009", "returned")),
    )
    standing = replace(base, screen=Screen.STANDING, standing=place)
    yield "my-ticket", typing
    yield "my-ticket-number", replace(typing, typing=Typing(label="A01"))
    yield "my-ticket-code", replace(typing, typing=Typing(Field.CODE, "A012", "12"))
    yield "my-ticket-no-number", replace(typing, typing=Typing(label="A999", refused="number"))
    yield "my-ticket-no-code", replace(typing, typing=Typing(Field.CODE, "A012", refused="code"))
    yield "my-ticket-elsewhere", replace(typing, typing=Typing(label="AB012", refused="elsewhere"))
    yield "my-ticket-wait", replace(typing, typing=Typing(Field.CODE, "A012", refused="wait"))
    yield "place", replace(typing, typing=Typing(Field.PLACE))
    yield "place-typed", replace(typing, typing=Typing(Field.PLACE, code="4825"))
    for why in ("no-place", "used", "over", "shut"):
        yield f"place-{why}", replace(typing, typing=Typing(Field.PLACE, refused=why))
    yield "standing", standing
    yield "standing-again", replace(standing, condition=replace(base.condition, again=True))
    yield "standing-told", replace(standing, standing=told)
    plain = replace(told, ahead=None, minutes=None, passed=())
    yield "standing-called", replace(standing, standing=replace(plain, stage=Stage.CALLED, counter=3))
    yield "standing-missed", replace(standing, standing=replace(plain, stage=Stage.ABSENT))
    yield "standing-served", replace(standing, standing=replace(plain, stage=Stage.SERVED))
    over = replace(told, day="2026-12-03", carried_over=True, counters=(), minutes=None, ahead=0, passed=())
    offered = replace(base.condition, slip=True)
    yield "standing-carried-over", replace(standing, standing=replace(over, next_day="2026-12-04"), condition=offered)
    evening = replace(plain, stage=Stage.CARRIED, next_day=NEXT_DAY, counters=())
    yield "standing-carried", replace(standing, standing=evening, condition=offered)
    both = replace(place, returned=True, services=(first.id, second.id))
    yield "standing-returned", replace(standing, standing=both)
    yield "access", replace(base, screen=Screen.ACCESS, beneath=Screen.ATTRACT)
    yield "help", replace(base, screen=Screen.HELP, beneath=Screen.SERVICE)


def _troubles(base: State) -> Iterator[tuple[str, State]]:
    for name, why in (("holiday", HOLIDAY), ("after", AFTER), ("declared", DECLARED)):
        condition = Condition(hours=Hours(TODAY, closed=why))
        yield f"closed-{name}", replace(base, screen=Screen.CLOSED, condition=condition)
    broken = replace(base, screen=Screen.OUT_OF_ORDER)
    # Before the printer has said anything more, and each repair at one of its steps.
    yield "out-of-order", replace(broken, condition=replace(base.condition, printer="paper-out"))
    for code, due in _REPAIRS:
        opened = code == "paper-out" and due
        condition = replace(base.condition, printer="cover-open" if opened else code, mending=Mending(code, due))
        yield f"out-of-order-{code}" + (f"-{due + 1}" if due else ""), replace(broken, condition=condition)
    full = replace(base.condition, disk="disk-full")
    yield "out-of-order-disk", replace(base, screen=Screen.OUT_OF_ORDER, condition=full)
    doubtful = State(language=base.language, screen=Screen.CONFIRM_DATE, moment=Moment(2026, 11, 23, 8, 30))
    yield "confirm-date", doubtful


def _scores(base: State) -> Iterator[tuple[str, State]]:
    """A score box: it asks, thanks, is closed or out of order."""
    for name, counters in (("score", (3,)), ("score-several", (1, 2, 3, 4))):
        asking = replace(base.condition, box=ScoreBox(counters))
        yield name, replace(base, screen=Screen.SCORE, condition=asking)
        thanks = replace(asking, box=ScoreBox(counters, counters[1:2] or counters))
        yield f"{name}-thanks", replace(base, screen=Screen.SCORE, condition=thanks)
    shut = Condition(hours=Hours(TODAY, closed=HOLIDAY), box=ScoreBox((3,)))
    yield "score-closed", replace(base, screen=Screen.CLOSED, condition=shut)
    full = Condition(disk="disk-full", box=ScoreBox((3,)))
    yield "score-out-of-order", replace(base, screen=Screen.OUT_OF_ORDER, condition=full)
    parts = tuple(each for each in GOOD_PARTS if each.name not in ("printer", "paper"))
    menu = replace(base, screen=Screen.SERVICE_MENU, condition=asking, upkeep=Upkeep(parts=parts))
    yield "score-service-menu", menu
    tools = Upkeep(counters=True, prints=False)
    yield "score-service-tools", replace(menu, screen=Screen.SERVICE_TOOLS, upkeep=tools)


def _service_menu(base: State) -> Iterator[tuple[str, State]]:
    menu = replace(base, screen=Screen.SERVICE_MENU, upkeep=Upkeep(parts=GOOD_PARTS))
    yield "service-menu", menu
    yield "service-menu-trouble", replace(menu, upkeep=Upkeep(parts=BAD_PARTS))
    pin = replace(menu, screen=Screen.SERVICE_PIN)
    yield "service-pin", replace(pin, upkeep=Upkeep(digits="111"))
    for why in SHUT:
        yield f"service-pin-{why}", replace(pin, upkeep=Upkeep(refused=why, wait_s=240 if why == "wait" else 0))
    able = frozenset({"reach", "usb", "diagnosis", "clock", *CHOSEN})
    tools = Upkeep(counters=True, connected=True, tools=able)
    behind = replace(menu, screen=Screen.SERVICE_TOOLS, upkeep=tools)
    yield "service-tools", behind
    yield "service-tools-printed", replace(behind, upkeep=replace(tools, slip="passed"))
    yield "service-tools-reached", replace(behind, upkeep=replace(tools, told=Told("reach", "answered", "38")))
    asked = replace(behind, screen=Screen.SERVICE_ASK, upkeep=replace(tools, ask="restart"))
    yield "service-ask-restart", asked
    told = replace(asked.upkeep, told=Told("restart-machine", "disk"))
    yield "service-ask-restart-told", replace(asked, upkeep=told)
    choices = Able(("usb:///dev/usb/lp0", "serial:///dev/ttyUSB0?baud=115200"), 70, 80)
    asked = replace(asked, upkeep=replace(asked.upkeep, able=choices))
    for topic in ("update", "levels", "printer"):
        yield f"service-ask-{topic}", replace(asked, upkeep=replace(asked.upkeep, ask=topic))
    trial = replace(asked.upkeep, ask="trial", trial=("wifi",), trial_s=272)
    yield "service-ask-trial", replace(asked, upkeep=trial)
    yield "service-ask-trial-told", replace(asked, upkeep=replace(trial, told=Told("reach", "unreachable")))
    typing = replace(behind, screen=Screen.SERVICE_TYPE)
    for entry in (
        Entry("pair", "7K3QF0ZM9T2X"), Entry("ssid", "Hall 2"), Entry("passphrase", "correct horse", "Hall 2", 1),
        Entry("passphrase", "", "Hall 2", 2), Entry("printer", "192.168.1.20"),
    ):  # fmt: skip
        name = f"service-type-{entry.topic}" + (f"-{entry.layer}" if entry.topic == "passphrase" else "")
        yield name, replace(typing, upkeep=replace(tools, entry=entry))
    clock = replace(behind, screen=Screen.SERVICE_CLOCK, moment=Moment(2026, 11, 23, 8, 30))
    yield "service-clock", clock
    yield "service-clock-refused", replace(clock, refused=True)
    touched = frozenset({0, 3, 9})
    yield "service-touch", replace(behind, screen=Screen.SERVICE_TOUCH, upkeep=replace(tools, touched=touched))
    tested = Tried(3, frozenset({3}), frozenset({5, 4, 3}), has_next=True, several=True)
    yield "service-buttons", replace(behind, screen=Screen.SERVICE_BUTTONS, upkeep=replace(tools, tested=tested))
    code = replace(behind, screen=Screen.SERVICE_CODE, upkeep=replace(tools, first=FIRST_CODE))
    yield "service-code", code
    yield "service-code-2", replace(code, page=1)
    yield "service-code-none", replace(code, upkeep=replace(tools, first="administrated"))
    unpaired = tuple(Part("office", Health.BAD, "unpaired") if each.name == "office" else each for each in GOOD_PARTS)
    yield "service-menu-unpaired", replace(menu, upkeep=Upkeep(parts=unpaired))


GOOD_PARTS = (
    Part("printer", Health.GOOD, "ready"),
    Part("paper", Health.GOOD, "enough"),
    Part("buttons", Health.GOOD, "free"),
    Part("clock", Health.GOOD, "time", "2026-12-04T10:40"),
    Part("time-from", Health.GOOD, "from-ntp"),
    Part("network", Health.GOOD, "figure", "192.168.1.21"),
    Part("memory", Health.GOOD, "facts", "48213"),
    Part("office", Health.GOOD, "sent"),
    Part("copy", Health.GOOD, "copy-kept"),
    Part("board", Health.GOOD, "well"),
    Part("settings", Health.GOOD, "well"),
    Part("release", Health.GOOD, "figure", "0.1.0"),
    Part("system", Health.GOOD, "figure", "A · 2026.12.1"),
    Part("update", Health.GOOD, "update-installed", "2026.12.1"),
    Part("usb", Health.GOOD, "usb-clean"),
)
BAD_PARTS = (
    Part("printer", Health.BAD, "cover-open"),
    Part("paper", Health.NOTE, "near-end"),
    Part("buttons", Health.BAD, "stuck", "1/3, 2/5"),
    Part("clock", Health.BAD, "doubtful"),
    Part("network", Health.BAD, "unplugged"),
    Part("memory", Health.NOTE, "almost-full"),
    Part("office", Health.NOTE, "silent", "12"),
    Part("copy", Health.NOTE, "copy-missing"),
    Part("board", Health.BAD, "under-voltage"),
    Part("settings", Health.NOTE, "last-good"),
    Part("release", Health.GOOD, "figure", "0.1.0"),
    Part("usb", Health.NOTE, "usb-refused", "046d:c31c"),
)
FIRST_CODE = FirstCode(
    "7K2M-4XQD-9RTA",
    "https://192.168.1.10:8444",
    ":".join(["3F", "A0", "81", "5C", "E7", "42", "9B", "D6", "0E", "7A", "C4", "28", "B1", "65", "F9", "13"] * 2),
    datetime(2026, 12, 5, 10, 40),  # noqa: DTZ001 the office's wall clock
)

_REPAIRS = (
    ("paper-out", 0),
    ("paper-out", 1),
    ("paper-out", 2),
    ("cover-open", 0),
    ("cutter", 1),
    ("mechanism", 3),
    ("overheated", 0),
    ("unreachable", None),
    ("offline", 0),
)


def by_name(catalogue: Catalogue, languages: tuple[str, ...]) -> Mapping[str, State]:
    """All of them in every language, as LANGUAGE-NAME."""
    return {
        f"{language}-{name}": state
        for language in languages
        for name, state in example_states(catalogue, language).items()
    }
