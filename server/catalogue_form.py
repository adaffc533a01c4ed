"""The forms of the catalogue editor: what is typed → what the draft holds, and back. Pure.

What is typed is kept as it is, also where it is wrong: the draft's check says so beside the field, and nothing has to
be typed twice.
"""

import re
from collections.abc import Mapping
from typing import Any

from server.forms import Form
from sync.catalogue_kinds import MOST_DOCUMENTS, MOST_STEPS
from sync.config import LANGUAGES
from sync.services import NONE, baht

COMMON = ("group", "series", "accent", "pictogram", "minutes", "fee", "cases", "spoken")
TEXTS = ("name", "short", "steps", "documents", "fee_note", "hours", "channel", "complaints")
SPARE_ROWS = 2
"""Empty rows for documents, behind those that are filled in."""
_BAHT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,7})(?:\.(\d{1,2}))?")


def common_of(form: Form) -> dict[str, Any]:
    """The fields of a service that are in no language."""
    filled: dict[str, Any] = {key: _line(form.one(key)) for key in COMMON if key != "fee"}
    filled = {key: each for key, each in filled.items() if each}
    filled |= {key: int(filled[key]) for key in ("minutes", "cases") if _whole(filled.get(key, ""))}
    if filled.get("cases") == 1:
        del filled["cases"]
    fee = _fee(form)
    return filled | ({} if fee is None else {"fee": fee})


def text_of(form: Form) -> dict[str, Any]:
    """The fields of a service in one language."""
    found: dict[str, Any] = {key: _line(form.one(key)) for key in TEXTS if key not in ("steps", "documents", "channel")}
    found["steps"] = [line for line in map(_line, form.one("steps").splitlines()) if line]
    found["documents"] = NONE if form.one("documents-none") else _documents(form)
    found["channel"] = NONE if form.one("channel-none") else _line(form.one("channel"))
    return {key: found[key] for key in TEXTS if found[key]}


def names_of(form: Form) -> dict[str, str]:
    """The names by language, as far as they are filled in."""
    found = {language: _line(form.one(language)) for language in LANGUAGES}
    return {language: name for language, name in found.items() if name}


def group_of(form: Form) -> dict[str, Any]:
    """The fields of a group."""
    plain = {key: _line(form.one(key)) for key in ("accent", "pictogram")}
    return {key: each for key, each in plain.items() if each} | names_of(form)


def common_filled(service: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the form of a service's common fields."""
    fee = service.get("fee")
    kind = "" if fee is None else fee if fee in (NONE, "varies") else "amount"
    amount = baht(fee) if isinstance(fee, int) else fee if kind == "amount" else ""
    fields: dict[str, Any] = {key: service.get(key, "") for key in COMMON}
    return fields | {"fee": kind, "baht": amount, "cases": service.get("cases", 1)}


def text_filled(text: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the form of a text: steps one a line, documents as (document, when it is needed)."""
    documents, channel = text.get("documents", []), text.get("channel", "")
    none = documents == NONE
    rows = [] if none else [_row(each) for each in documents]
    rows += [("", "")] * (min(len(rows) + SPARE_ROWS, MOST_DOCUMENTS) - len(rows))
    return {key: text.get(key, "") for key in TEXTS} | {
        "steps": "\n".join(text.get("steps", [])),
        "documents": rows,
        "documents_none": none,
        "channel": "" if channel == NONE else channel,
        "channel_none": channel == NONE,
        "lines": min(max(len(text.get("steps", [])) + 1, 5), MOST_STEPS),
    }


def _row(each: Any) -> tuple[str, str]:
    return (each, "") if isinstance(each, str) else (each.get("text", ""), each.get("when", ""))


def _documents(form: Form) -> list[Any]:
    found: list[Any] = []
    for text, when in zip(form.many("document"), form.many("when"), strict=False):
        document, case = _line(text), _line(when)
        if document or case:
            found.append({"text": document, "when": case} if case else document)
    return found


def _fee(form: Form) -> int | str | None:
    kind, typed = form.one("fee"), _line(form.one("baht"))
    if kind in (NONE, "varies"):
        return kind
    found = _BAHT.fullmatch(typed)
    if found is None:
        return typed or None
    return int(found[1].replace(",", "")) * 100 + int((found[2] or "").ljust(2, "0"))


def _whole(text: Any) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= 4


def _line(text: str) -> str:
    return text.strip(" \t\r\n")
