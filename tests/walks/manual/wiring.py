"""The tables of docs/manual.md and docs/manual-th.md that the product's own tables make: wiring, pins, USB, keypad."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from image.configure_sheet import GROUND, PHYSICAL
from kiosk.front import NOT_YET
from kiosk.wording import texts
from sync.keypad import ACTIONS
from tests.walks.manual.drawings import LEVELS, RESERVED, ROW, example

ROOT = Path(__file__).parents[3]
USB = ROOT / "systemd" / "root" / "usr" / "share" / "scorecard" / "usb.toml"
HIGH_AT_START = frozenset(range(9))
"""GPIO numbers that are pulled up from power-on until the kiosk takes them (BCM2835 and BCM2711, reset state)."""
Row = Sequence[str]

DOTS: Mapping[str, tuple[str, ...]] = {
    "en": ("one dot", "two dots", "three dots", "four dots", "five dots"),
    "th": ("หนึ่งจุด", "สองจุด", "สามจุด", "สี่จุด", "ห้าจุด"),
}
WIRED = {
    "en": ("part", "in kiosk.toml", "GPIO", "header pin", "nearest GND", "cap"),
    "th": ("อุปกรณ์", "ใน kiosk.toml", "GPIO", "ขาที่", "GND ใกล้สุด", "ฝาปุ่ม"),
}
NAMES = {
    "lamp": {"en": "lamp", "th": "ไฟ"},
    "next": {"en": "button: next number (may be left out)", "th": "ปุ่มเรียกคิวถัดไป (ไม่มีก็ได้)"},
}
NEXT_CAP = {"en": "raised arrow", "th": "ลูกศรนูน"}
KEPT = {"en": ("GPIO", "header pin", "why it stays free"), "th": ("GPIO", "ขาที่", "เหตุที่เว้นว่าง")}
WHY: Mapping[str, Mapping[str, str]] = {
    "ID EEPROM": {"en": "the board looks there for an add-on at the start", "th": "บอร์ดค้นหาบอร์ดเสริมเมื่อเริ่ม"},
    "SDA": {"en": "touch screens and clock chips; has a fixed pull-up", "th": "จอสัมผัสและชิปนาฬิกา มีตัวต้านทานดึงขึ้นตายตัว"},
    "SCL": {"en": "touch screens and clock chips; has a fixed pull-up", "th": "จอสัมผัสและชิปนาฬิกา มีตัวต้านทานดึงขึ้นตายตัว"},
    "TX": {"en": "a printer on three wires", "th": "เครื่องพิมพ์สามสาย"},
    "RX": {"en": "a printer on three wires", "th": "เครื่องพิมพ์สามสาย"},
}
FREE = {
    "en": "All others may be used, {count} of them: {numbers}. A lamp on GPIO {high} glows until the kiosk runs.",
    "th": "ที่เหลือใช้ได้ {count} ขา: {numbers} ไฟที่ต่อกับ GPIO {high} จะติดจนกว่าโปรแกรมจะเริ่ม",
}
KEYS = {
    "en": ("`[keypad]`", "does", "mark on the key (ADA: 707.6.3.2)"),
    "th": ("`[keypad]`", "ทำอะไร", "เครื่องหมายบนปุ่ม (ADA: 707.6.3.2)"),
}
ACTIONS_TOLD: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "next": {"en": ("goes to the next thing", "raised arrow down"), "th": ("ไปรายการถัดไป", "ลูกศรนูนชี้ลง")},
    "previous": {"en": ("goes back to the one before", "raised arrow up"), "th": ("กลับรายการก่อนหน้า", "ลูกศรนูนชี้ขึ้น")},
    "choose": {"en": ("chooses it", "raised circle (ADA)"), "th": ("เลือก", "วงกลมนูน (ADA)")},
    "back": {"en": ("leaves the screen", "raised X (ADA)"), "th": ("ออกจากหน้าจอ", "กากบาทนูน (ADA)")},
    "repeat": {"en": ("for speech: once more", "two raised bars"), "th": ("ฟังซ้ำ", "สองขีดนูน")},
    "help": {"en": ("calls the staff", "raised ?"), "th": ("เรียกเจ้าหน้าที่", "เครื่องหมาย ? นูน")},
    "language": {"en": ("the next language", "raised L"), "th": ("ภาษาถัดไป", "ตัว L นูน")},
    "louder": {"en": ("for speech: louder", "raised + (ADA)"), "th": ("เสียงดังขึ้น", "เครื่องหมาย + นูน (ADA)")},
    "softer": {"en": ("for speech: softer", "raised − (ADA)"), "th": ("เสียงเบาลง", "เครื่องหมาย − นูน (ADA)")},
    "service": {"en": ("opens the service menu", "out of citizens' reach"), "th": ("เปิดเมนูช่าง", "ประชาชนเอื้อมไม่ถึง")},
}  # fmt: skip
NOTHING_YET = {"en": "; nothing in this release", "th": " (รุ่นนี้ยังไม่มี)"}
LET_IN = {"en": ("device", "number"), "th": ("อุปกรณ์", "หมายเลข")}
ANY = {"en": "any", "th": "ทุกหมายเลข"}


def parts(language: str) -> dict[str, str]:
    """Every table by the name that it has in the page."""
    return {
        "wiring": table(WIRED[language], wiring(language)),
        "pins": f"{table(KEPT[language], kept(language))}\n\n{free(language)}",
        "keypad": table(KEYS[language], keypad(language)),
        "usb": table(LET_IN[language], usb(language)),
    }


def table(head: Row, rows: Iterator[Row]) -> str:
    """In Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def wiring(language: str) -> Iterator[Row]:
    """The counter of the example: level by level as the buttons lie, then the lamp and *next*."""
    counter = example().counters[0]
    for level in ROW:
        name = f"{level} · {texts(language).gettext(LEVELS[level - 1])}"
        yield _wired(name, f"`levels` {_place(level, language)}", counter.levels[level - 1], DOTS[language][level - 1])
    assert counter.lamp is not None
    assert counter.next is not None
    yield _wired(NAMES["lamp"][language], "`lamp`", counter.lamp, "–")
    yield _wired(NAMES["next"][language], "`next`", counter.next, NEXT_CAP[language])


def _place(level: int, language: str) -> str:
    return f"no. {level}" if language == "en" else f"ลำดับที่ {level}"


def _wired(name: str, key: str, gpio: int, cap: str) -> Row:
    physical = PHYSICAL[gpio]
    return name, key, str(gpio), str(physical), str(min(GROUND, key=lambda pin: (abs(pin - physical), pin))), cap


def kept(language: str) -> Iterator[Row]:
    """Pins that something else may need."""
    for gpio, what in RESERVED.items():
        yield str(gpio), str(PHYSICAL[gpio]), f"{what}: {WHY[what][language]}"


def free(language: str) -> str:
    """All others."""
    numbers = sorted(PHYSICAL.keys() - RESERVED.keys())
    high = ", ".join(str(each) for each in numbers if each in HIGH_AT_START)
    return FREE[language].format(count=len(numbers), numbers=", ".join(map(str, numbers)), high=high)


def keypad(language: str) -> Iterator[Row]:
    """What each key of a tactile keypad does, and how a finger knows it."""
    for action in ACTIONS:
        does, mark = ACTIONS_TOLD[action][language]
        yield f"`{action}`", does + (NOTHING_YET[language] if ACTIONS[action] in NOT_YET else ""), mark


def usb(language: str) -> Iterator[Row]:
    """What may be plugged in without a line in kiosk.toml."""
    for rule in tomllib.loads(USB.read_text(encoding="utf-8"))["allow"]:
        yield rule["what"], f"`{rule['id']}`" if "id" in rule else ANY[language]
