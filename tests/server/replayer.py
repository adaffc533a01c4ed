"""A replay of the evidence by a stranger: docs/journal.md, docs/audit.md and the files, and nothing of ours.

It imports no room of the project on purpose. What it counts has to agree with our audit.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ACTS = ("ticket.called", "ticket.finished", "ticket.transferred", "ticket.placed", "ticket.prioritised",
        "ticket.cancelled", "ticket.carried", "counter.opened")  # fmt: skip
"""What moves a queue, beside tickets that are let in."""


class Doubt(Exception):
    """The evidence does not prove itself."""


def read(folder: Path) -> dict[str, Any]:
    """Verify every file; {"days": the parts of each, "issued" at kiosks, "withheld" leaves, "gaps" that nobody has}.

    A part is {"rows", "aside"}: a day has one, unless the office was restored from a copy on that day.
    """
    manifest = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    files = {each["file"]: (each, rows(folder, each)) for each in manifest["journals"]}
    withheld = sum(row is None for _, found in files.values() for row in found.values())
    issued = {
        (each["journal"], seq): row[5]
        for each, found in files.values()
        for seq, row in found.items()
        if each["role"] == "kiosk" and row is not None and row[1] == "ticket.issued"
    }
    days: dict[str, list[dict[str, Any]]] = {}
    for place in manifest["days"]:
        found = files[place["file"]][1]
        within = range(place["first"], place["last"] + 1)
        of_day = [row for seq, row in sorted(found.items()) if seq in within and row]
        part = {
            "rows": of_day,
            "aside": place.get("aside", False),
            "journal": place["journal"],
            "first": place["first"],
        }
        days.setdefault(place["day"], []).append(part)
    return {"days": days, "issued": issued, "withheld": withheld, "gaps": manifest["gaps"]}


def rows(folder: Path, journal: dict[str, Any]) -> dict[int, list[Any] | None]:
    """seq → row (None: withheld), after chain, head and key have been held against each other."""
    at, end = journal["base"]["seq"], bytes.fromhex(journal["base"]["chain"])
    found: dict[int, list[Any] | None] = {}
    for text in (folder / journal["file"]).read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        end = hashlib.sha256(end + leaf_of(line)).digest()
        if line["seq"] != at + 1 or end.hex() != line["chain"]:
            raise Doubt(f"{journal['file']}: fact {at + 1} does not chain")
        at = line["seq"]
        found[at] = json.loads(line["row"]) if "row" in line else None
        if found[at] is not None and found[at][0] != at:  # type: ignore[index]
            raise Doubt(f"{journal['file']}: fact {at} calls itself otherwise")
    opened = journal["opened"]
    first = hashlib.sha256(bytes(32) + leaf_of(opened)).hexdigest()
    body = json.loads(opened["row"])[5]
    if (first, body["public_key"], body["journal_id"]) != (opened["chain"], journal["public_key"], journal["journal"]):
        raise Doubt("fact 1 is of another journal or key")
    head = journal["head"]
    if (head["seq"], head["chain"]) != (at, end.hex()):
        raise Doubt("the rows do not lead to the signed head")
    signed = b"scorecard/head/1" + bytes.fromhex(journal["journal"]) + at.to_bytes(8, "big") + end
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(journal["public_key"]))
    key.verify(bytes.fromhex(head["signature"]), signed)
    return found


def leaf_of(line: dict[str, Any]) -> bytes:
    """The salted hash of one row, or what stands for it."""
    if "leaf" in line:
        return bytes.fromhex(line["leaf"])
    return hashlib.sha256(bytes.fromhex(line["salt"]) + line["row"].encode()).digest()


def witness(chain: str) -> str:
    """The 16 characters that are printed on a ticket whose fact has this chain."""
    alphabet, number = "0123456789ABCDEFGHJKMNPQRSTVWXYZ", int(chain[:20], 16)
    return "".join(alphabet[number >> shift & 31] for shift in range(75, -1, -5))


def replay(parts: list[dict[str, Any]], gaps: list[Any] | None = None) -> dict[str, int]:
    """The sums of one day, by docs/audit.md: {"calls", "by_rule", "by_hand", "against", "otherwise": restated so}."""
    sums = {"calls": 0, "by_rule": 0, "by_hand": 0, "against": 0, "otherwise": 0}
    record, copied, known = fresh(), set[tuple[str, int]](), not gaps
    for number, part in enumerate(parts):
        begins, state = part["rows"][0], fresh()
        if begins[1] != "day.opened":  # a copy: the queue as it stood where that was made
            main = [each for each in parts[:number] if each["journal"] == part["journal"]][-1]
            for row in main["rows"]:
                if row[0] < part["first"]:
                    step(state, row, dict.fromkeys(sums, 0))
        for row in part["rows"]:
            step(state, row, sums)
        if part["aside"]:
            copied |= state["tickets"].keys()
            known = known and not any(row[1] in ACTS for row in part["rows"])
            continue
        if known and begins[5].get("by") == "record" and record["tickets"]:
            sums["otherwise"] += otherwise(record, part["rows"], copied)
        record = state
    return sums


def fresh() -> dict[str, Any]:
    """The queue before a day."""
    return {"tickets": {}, "counters": {}, "rule": {}, "order": 0}


def otherwise(record: dict[str, Any], rows_: list[list[Any]], copied: set[tuple[str, int]]) -> int:
    """How many tickets do not stand where the record before had them; beside it, those let in meanwhile wait."""
    said = {(row[5]["ticket"]["journal"], row[5]["ticket"]["seq"]): row for row in rows_ if row[1] == "ticket.restated"}
    wrong = len(record["tickets"].keys() - said.keys()) + len(said.keys() - record["tickets"].keys() - copied)
    for name in record["tickets"].keys() & said.keys():
        queue = fresh()
        step(queue, said[name], {})
        wrong += queue["tickets"][name] != record["tickets"][name]
    return wrong


def step(state: dict[str, Any], row: list[Any], sums: dict[str, int]) -> None:
    """One more fact of the office."""
    tickets, counters, (_, kind, _, _, _, body) = state["tickets"], state["counters"], row
    name = (body["ticket"]["journal"], body["ticket"]["seq"]) if body.get("ticket") else ("", 0)
    ticket = tickets.get(name, {})
    match kind:
        case "rule.adopted":
            state["rule"] = body
        case "counter.opened" | "counter.restated":
            counters[body["counter"]] = body["services"]
        case "ticket.admitted":
            state["order"] += 1
            tickets[name] = {
                "order": state["order"], "since": body["since_ms"], "priority": body["priority"], "step": 0,
                "services": list(body["services"]), "waits": True, "overtaken": 0, "hold": None, "placed": 0,
                "carried": body["how"] == "carried",
            }  # fmt: skip
        case "ticket.restated":
            state["order"] = max(state["order"], body["admitted"])
            tickets[name] = {
                "order": body["admitted"], "since": body["since_ms"], "priority": body["priority"],
                "step": body["step"], "services": list(body["services"]), "waits": body["status"] == "waiting",
                "overtaken": body["overtaken"], "hold": body["hold"], "placed": body["placed"],
                "carried": body["carried"],
            }  # fmt: skip
        case "ticket.called":
            able = [t for t in tickets.values() if t["waits"] and serves(counters[body["counter"]], t)]
            mine = min(able, key=lambda t: age_key(t, body["now_ms"], state["rule"]), default=None)
            sums["calls"] += 1
            verdict = "by_rule" if mine is ticket else "against"
            sums["by_hand" if body["why"] != "rule" else verdict] += 1
            for other in able:
                if other is ticket:
                    continue
                if other["hold"]:
                    other["hold"] -= 1
                elif other["order"] < ticket["order"]:
                    other["overtaken"] += 1
            ticket |= {"waits": False, "hold": None, "carried": False}
        case "ticket.finished":
            ticket["step"] += 1
            ticket["waits"] = ticket["step"] < len(ticket["services"])
        case "ticket.transferred":
            ticket["services"][ticket["step"]] = body["service"]
            ticket |= {"waits": True, "hold": None}
        case "ticket.placed":
            order_back = max((t["placed"] for t in tickets.values()), default=0) + 1
            ticket |= {"waits": True, "hold": body["place"], "placed": order_back}
        case "ticket.prioritised":
            ticket["priority"] = True
        case "ticket.cancelled" | "ticket.carried":
            ticket["waits"] = False


def serves(services: list[str], ticket: dict[str, Any]) -> bool:
    """Whether a counter with these services can call it."""
    return ticket["services"][ticket["step"]] in services


def age_key(ticket: dict[str, Any], now: int, rule: dict[str, Any]) -> tuple[int, ...]:
    """The one with the smallest key is next (docs/audit.md, "The rule in five lines")."""
    if ticket["hold"]:
        return 4, ticket["hold"], ticket["placed"]
    if ticket["carried"]:
        return 0, ticket["order"]
    if ticket["overtaken"] >= rule["overtakes"]:
        return 1, ticket["order"]
    if ticket["hold"] is not None:
        return 2, ticket["placed"]
    rate = rule["priority_rate"] if ticket["priority"] else 1
    return 3, -rate * max(now - ticket["since"], 0), ticket["order"]
