"""Every message of a box to staff and technicians, what it means and what to do: docs/manual-messages.md and -th.md.

The messages come from the code's own tables and the catalogues; messages.toml adds the advice, and a test holds the two
together in both directions.
"""

import ast
import importlib
import pkgutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import kiosk
from kiosk import wording
from kiosk.box import update_rules
from kiosk.mending import STEPS
from sync import exchange_terms, medium_driver, wire
from sync.disk import DiskTrouble
from translations import load

ROOT = Path(__file__).parents[3]
ADVICE: Mapping[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
LABELS = frozenset({"CHANGES", "SHORTER"})
"""Tables of words beside a message that another table has."""
STOPPED = (
    wire.BAD_SIGNATURE, wire.REVOKED, wire.BAD_CHAIN, wire.SUPERSEDED, wire.FORK, exchange_terms.SERVER_AHEAD,
    exchange_terms.JOURNAL_BEHIND, exchange_terms.PRUNED, wire.MALFORMED, wire.TOO_LARGE, wire.WRONG_CODE,
    wire.CODE_EXPIRED, wire.CODE_USED, wire.TOO_MANY,
)  # fmt: skip
"""Codes that the service menu shows as they are (kiosk.upkeep_parts, "stopped"; kiosk.upkeep_words, "refused")."""
COPIED = (medium_driver.FOREIGN, medium_driver.AHEAD, medium_driver.SOURCE, *(each.value for each in DiskTrouble))
"""Why the journals' copy is not written (kiosk.around, "broken")."""
UPDATED = (
    update_rules.INSTALLED,
    update_rules.TRYING,
    update_rules.GOOD,
    update_rules.REFUSED,
    update_rules.FAILED,
    update_rules.BACK,
)
"""What became of an update (docs/updates.md); the doctor says it in brackets."""
RUNNING = ("kiosk", "score box", "display")
"""Of which the doctor says whether they run: in `_machine` its part has no name of its own."""


class Advice(NamedTuple):
    """What a message means, and what to do about it ("": nothing)."""

    means: str
    todo: str = ""


@cache
def tables() -> dict[str, dict[str, str]]:
    """Section → code → the message in English, of everything that a section of the page has to tell."""
    found = {"reasons": dict(wording.REASONS), "signs": {text: text for text in ADVICE["signs"]["rows"]}}
    for module in _word_modules():
        for name, table in vars(module).items():
            if name.isupper() and isinstance(table, Mapping) and name not in LABELS and table is not wording.REASONS:
                found.setdefault(name.lower(), {}).update(_own(table))
    found["stopped"] = {code: code for code in STOPPED}
    found["copied"] = {code: code for code in COPIED}
    found["updated"] = {code: code for code in UPDATED}
    found["doctor"] = {part: part for part in doctor_parts()}
    return found


def _word_modules() -> Iterator[ModuleType]:
    """Where the codes of screens are put into words: kiosk.…_words."""
    for info in pkgutil.walk_packages(kiosk.__path__, "kiosk."):
        if info.name.endswith("_words"):
            yield importlib.import_module(info.name)


def _own(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is not told in the same words under `reasons`."""
    for code, said in table.items():
        text = said if isinstance(said, str) else said[0]
        if wording.REASONS.get(code) != text:
            yield code, text


def doctor_parts() -> tuple[str, ...]:
    """The parts that the doctor tells of, read from its code."""
    found = dict.fromkeys(RUNNING)
    for path in sorted([*(ROOT / "kiosk").glob("findings*.py"), ROOT / "kiosk" / "doctor.py"]):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.Module):
                found |= dict.fromkeys(_parts_in(function))
    return tuple(found)


def _parts_in(function: ast.FunctionDef | ast.Module) -> Iterator[str]:
    """The first words of ok, problem and note; a name stands for what is assigned to it in the same function."""
    inside = [node for node in ast.walk(function) if function.body]
    values = dict(_assigned(inside))
    for node in inside:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("ok", "problem", "note"):
            value = node.args[0]
            if isinstance(value, ast.Name):
                if value.id not in values:
                    continue
                value = values[value.id]
            yield _text(value)


def _assigned(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    for node in nodes:
        if isinstance(node, ast.Assign):
            names, values = [node.targets[0]], [node.value]
            if isinstance(names[0], ast.Tuple) and isinstance(values[0], ast.Tuple):
                names, values = names[0].elts, values[0].elts
            yield from (
                (name.id, value) for name, value in zip(names, values, strict=True) if isinstance(name, ast.Name)
            )


def _text(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return str(value.value)
    assert isinstance(value, ast.JoinedStr)
    return "".join(str(each.value) if isinstance(each, ast.Constant) else "N" for each in value.values)


def advice(section: str, code: str, language: str) -> Advice | None:
    """What stands in messages.toml."""
    rows = ADVICE.get(section, {})
    row = rows.get("rows", rows).get(code)
    return Advice(*row[language]) if row and language in row else None


def shown(text: str, language: str, section: str) -> str:
    """The message as the screen has it; what the doctor says and what a server answers is English everywhere."""
    if section in ("stopped", "copied", "updated", "doctor"):
        return f"`{text}`"
    said = load(language, "kiosk").gettext(text)
    if language != "en" and said == text:
        said = load(language, "display").gettext(text)
    for name in ("figure", "seconds", "name", "names"):
        said = said.replace(f"{{{name}}}", "…")
    return said


# The pages ----------------------------------------------------------------------------------------------------------

HEADS = {
    "en": ("message", "what it means", "what to do"),
    "th": ("ข้อความ", "ความหมาย", "สิ่งที่ต้องทำ"),
}
NOTHING = {"en": "Nothing.", "th": "ไม่ต้องทำอะไร"}
STEPWISE = {"en": "On the screen in pictures: ", "th": "มีภาพบนหน้าจอ: "}
INTRODUCTIONS = {
    "en": """<!-- Made by ./prove pictures from the code's tables and tests/walks/manual/messages.toml: edit those. -->
# What to do for each message

Part of [the technician's manual](manual.md); [in Thai](manual-messages-th.md). “…” stands for a number or a word.
A mistake in kiosk.toml is told on the screen with its line and what to write instead; such texts are not listed here.
""",
    "th": """<!-- Made by ./prove pictures from the code's tables and tests/walks/manual/messages.toml: edit those. -->
# สิ่งที่ต้องทำสำหรับแต่ละข้อความ

**ข้อความภาษาไทยยังไม่ได้ตรวจโดยเจ้าของภาษา (not yet reviewed by a native speaker)**

ส่วนหนึ่งของ[คู่มือช่าง](manual-th.md) · [English](manual-messages.md) เครื่องหมาย “…” แทนตัวเลขหรือคำ
ข้อผิดพลาดใน kiosk.toml หน้าจอจะบอกบรรทัดและสิ่งที่ต้องเขียนแทน จึงไม่อยู่ในตารางนี้
""",
}


def page(language: str) -> str:
    """The whole page."""
    parts = [INTRODUCTIONS[language]]
    found = tables()
    for section, title in ADVICE["titles"].items():
        parts.append(f"## {title[language]}\n\n{_table(section, found[section], language)}\n")
    return "\n".join(parts)


def _table(section: str, messages: Mapping[str, str], language: str) -> str:
    lines = [f"| {' | '.join(HEADS[language])} |", "|---|---|---|"]
    for code, text in messages.items():
        told = advice(section, code, language) or Advice("?", "?")
        todo = told.todo or NOTHING[language]
        if section == "reasons" and code in STEPS:
            spoken = load(language, "kiosk")
            steps = " → ".join(spoken.gettext(step.text) for step in STEPS[code])
            todo = (
                f"{STEPWISE[language]}{steps}. {todo}" if language == "en" else f"{STEPWISE[language]}{steps} · {todo}"
            )
        lines.append(f"| {shown(text, language, section)} | {told.means} | {todo} |")
    return "\n".join(lines)
