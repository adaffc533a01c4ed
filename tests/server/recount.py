"""Counts an office's figures again from the raw facts of its ledger, as docs/reports.md defines them.

It shares no code with the product: sqlite3, json and arithmetic. The office's clock is taken to be one zone without
changes (`offset_ms`), its days are those of the wall, and nothing was restored.
"""

import json
import math
import sqlite3
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

Figures = dict[tuple[str, str, str], str | None]
"""(part, name, figure) → the figure as text."""
BOUNDS = [round(1000 * 2 ** (step / 8)) for step in range(161)]
WINDOW_MS = 120_000


def recount(file: Path, offset_ms: int, first: str, last: str, today: str = "") -> Figures:
    """Every figure of these days. `today`: on which they are told, another one than this."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        rows = [
            (journal, role, json.loads(row))
            for journal, role, row in db.execute(
                "SELECT journal_id, role, row FROM facts JOIN journals USING (journal_id) ORDER BY journal_id, seq"
            )
        ]
    clock = Clock(offset_ms)
    minutes = standards(rows)
    found: Figures = {}
    days: defaultdict[str, list[Any]] = defaultdict(list)
    day = ""
    for _, role, (_, kind, _, _, _, body) in rows:
        if role == "office":
            day = body["day"] if kind == "day.opened" else day
            days[day].append((kind, body))
    presses = [each for each in scores(rows, clock) if first <= clock.day(each["at"]) <= last]
    tally = Tally()
    tally.languages = {
        json.dumps({"journal": journal, "seq": body["ticket"]}): body["language"]
        for journal, _, (_, kind, _, _, _, body) in rows
        if kind == "ticket.language"
    }
    for day, facts in days.items():
        if first <= day <= last:
            tally.month = day[:7]
            one_day(facts, [each for each in presses if clock.day(each["at"]) == day], minutes, clock, tally)
    for (part, name), each in tally.parts.items():
        for key, value in figures(each, part).items():
            found[part, name, key] = value
    for _, role, (_, kind, _, _, _, body) in rows:
        if role == "office" and kind == "complaint.noted" and first <= clock.day(body["now_ms"]) <= last:
            before = found.get(("complaint", body["category"], "complaints")) or "0"
            found["complaint", body["category"], "complaints"] = str(int(before) + 1)
    answers(rows, clock, first, last, found)
    from_phones(days, first, last, found)
    found |= languages(tally.spoken, first, last, today or clock.day(round(datetime.now(UTC).timestamp() * 1000)))
    return found


def from_phones(days: dict[str, list[Any]], first: str, last: str, found: Figures) -> None:
    """Places that were asked for from phones, and what the first ticket with each came to."""
    for day, facts in days.items():
        if not first <= day <= last:
            continue
        asked = {body["place"]: body["services"][0] for kind, body in facts if kind == "online.asked"}
        came: dict[str, str] = {}
        for kind, body in facts:
            if kind == "ticket.admitted" and body.get("place") in asked:
                came.setdefault(body["place"], "places_void" if body.get("void") else "places_counted")
        for place, service in asked.items():
            fate = came.get(place, "places_unused")
            for key in ("places", "places_counted", "places_void", "places_unused"):
                before = int(found.get(("online", service, key)) or 0)
                found["online", service, key] = str(before + (key in ("places", fate)))


def languages(spoken: dict[tuple[str, str], dict[str, Any]], first: str, last: str, today: str) -> Figures:
    """By language: of months that are over, ten and more, and no single one hidden, each measure for itself."""
    names, found = ("th", "en", "my", "other"), dict[str, dict[str, Any]]()
    months = sorted({month for month, _ in spoken if month < today[:7]})
    whole = [f"{first[:4]}-{month:02}" for month in range(1, 13) if first[:7] <= f"{first[:4]}-{month:02}" <= last[:7]]
    if not [month for month in whole if month < today[:7]]:
        return {}
    added = {name: {"visits": [0], "waits": [], "scores": []} for name in names}
    shown: dict[str, set[str]] = {"visits": set(), "waits": set(), "scores": set()}
    for month in months:
        of = {name: spoken.get((month, name), {"visits": 0, "waits": [], "scores": []}) for name in names}
        for measure in shown:
            size = {name: of[name][measure] if measure == "visits" else len(of[name][measure]) for name in names}
            order = sorted({size[name] for name in names if size[name] >= 10})
            few = [size[name] for name in names if size[name] < 10]
            while sum(few) and order and (sum(each > 0 for each in few) < 2 or sum(few) < 10 or len(set(few)) == 1):
                smallest = order.pop(0)
                few += [size[name] for name in names if size[name] == smallest]
            for name in (name for name in names if size[name] in order):
                shown[measure].add(name)
                added[name][measure] += [of[name]["visits"]] if measure == "visits" else of[name][measure]
    flat: Figures = {}
    for name in names:
        counts, waits, scored = (added[name][measure] if name in shown[measure] else [] for measure in shown)
        found[name] = {
            "visits": str(sum(counts)) if counts else None, "timed": str(len(waits)) if waits else None,
            "wait_p50": tenth(quantile(waits, 50)) if waits else None,
            "wait_p90": tenth(quantile(waits, 90)) if waits else None,
            "scores": str(len(scored)) if scored else None,
            "mean": places(Fraction(sum(scored), len(scored)), 2) if scored else None,
            "percent": places(Fraction(20 * sum(scored), len(scored)), 2) if scored else None,
        }  # fmt: skip
        flat |= {("language", name, key): value for key, value in found[name].items()}
    return flat


def answers(rows: list[Any], clock: "Clock", first: str, last: str, found: Figures) -> None:
    """What was to be answered, and when it was. The tests let no day come between today and a `due`."""
    today = datetime.now(UTC).date().isoformat()
    for journal, role, (seq, kind, _, _, _, body) in rows:
        if role != "office" or kind != "followup.opened" or not first <= clock.day(body["now_ms"]) <= last:
            continue
        name = {"journal": journal, "seq": seq}
        when = [row[5]["now_ms"] for _, _, row in rows if row[1] == "followup.answered" and row[5]["followup"] == name]
        if when:
            fate = "answer_in_time" if clock.day(min(when)) <= body["due"] else "answer_late"
        else:
            fate = "answer_waiting" if today <= body["due"] else "answer_overdue"
        for key in ("to_answer", "answer_in_time", "answer_late", "answer_waiting", "answer_overdue"):
            before = int(found.get(("followup", body["why"], key)) or 0)
            found["followup", body["why"], key] = str(before + (key in ("to_answer", fate)))


class Clock:
    """The office's wall."""

    def __init__(self, offset_ms: int) -> None:
        self.offset = offset_ms

    def local(self, ms: int) -> datetime:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms + self.offset)

    def day(self, ms: int) -> str:
        return self.local(ms).date().isoformat()

    def hour(self, ms: int) -> str:
        return f"{self.local(ms).hour:02}"


class Tally:
    """Counts, waits and times by (part, name)."""

    def __init__(self) -> None:
        self.parts: defaultdict[tuple[str, str], dict[str, Any]] = defaultdict(
            lambda: {"n": Counter(), "waits": [], "serves": []}
        )
        self.languages: dict[str, str] = {}
        self.month = ""
        self.spoken: defaultdict[tuple[str, str], dict[str, Any]] = defaultdict(
            lambda: {"visits": 0, "waits": [], "scores": []}
        )

    def of_language(self, ticket: Any) -> dict[str, Any]:
        """What is counted of whoever spoke as this ticket's holder did, in the month of the day."""
        name = self.languages.get(json.dumps(ticket), "")
        return self.spoken[self.month, name if name in ("th", "en", "my") else "other"]

    def at(self, hour: str, service: str, counter: int) -> Iterator[dict[str, Any]]:
        for where in (("all", ""), ("service", service), ("hour", hour), ("counter", str(counter))):
            yield self.parts[where]


def standards(rows: list[Any]) -> dict[str, int]:
    """Published minutes; the tests publish them once."""
    found: dict[str, int] = {}
    for _, _, (_, kind, _, _, _, body) in rows:
        if kind == "catalogue.adopted":
            found |= {each["id"]: each["minutes"] for each in body["catalogue"]["services"] if "minutes" in each}
    return found


def scores(rows: list[Any], clock: Clock) -> list[dict[str, int]]:
    """Presses with their time: by the nearest moment before at which the kiosk's clock was tied."""
    found: list[dict[str, int]] = []
    tied: dict[tuple[str, str], tuple[int, int]] = {}
    for journal, _, (_, kind, _, boot, boottime, body) in rows:
        if kind == "clock.anchored":
            tied[journal, boot] = (body["utc_ms"], boottime)
        if kind == "score.given":
            utc, at = tied[journal, boot]
            found.append({"at": utc + boottime - at, "counter": body["counter"], "level": body["level"]})
    return sorted(found, key=lambda each: each["at"])


def one_day(facts: list[Any], presses: list[dict[str, int]], minutes: dict[str, int], clock: Clock, to: Tally) -> None:
    """Add a day: visits one by one, then who pressed what."""
    visits: list[dict[str, Any]] = []
    running: dict[str, dict[str, Any]] = {}
    opened: dict[int, int] = {}
    whole = to.parts["all", ""]["n"]
    came = False

    def begin(ticket: str, step: int, service: str, ready: int, first: bool, of: dict[str, Any]) -> None:
        cases = of["cases"][step] if step < len(of["cases"]) else 1
        running[ticket] = {
            "ticket": of, "step": step, "service": service, "ready": ready, "first": first, "cases": cases,
            "priority": of["priority"], "untimed": None, "called": None, "counter": 0, "missed": 0, "hand": False,
            "stints": [], "outcome": "open",
        }  # fmt: skip
        visits.append(running[ticket])

    def leave(visit: dict[str, Any], now: int) -> bool:
        there = bool(visit["stints"]) and visit["stints"][-1][2] is None
        if there:
            visit["stints"][-1][2] = now
        return there

    for kind, body in facts:
        now = body.get("now_ms", 0)
        ticket = json.dumps(body.get("ticket"))
        visit = running.get(ticket, {})
        if kind == "ticket.admitted":
            came = True
            begin(ticket, 0, body["services"][0], min(body["since_ms"], now), True, dict(body))
            late = {"carried": "untimed_carried", "arrived": "untimed_heard_late"}
            running[ticket]["untimed"] = late.get(body["how"])
        elif kind == "ticket.called":
            visit["called"] = now if visit["called"] is None else visit["called"]
            visit["counter"], visit["outcome"] = body["counter"], "open"
            visit["hand"] = visit["hand"] or body["why"] != "rule"
        elif kind == "ticket.serving":
            visit["stints"].append([visit["counter"], now, None])
        elif kind == "ticket.prioritised":
            visit["priority"] = visit["ticket"]["priority"] = True
        elif kind == "ticket.placed":
            if body["how"] == "withdrawn":
                visit["called"] = visit["called"] if visit["stints"] or visit["missed"] else None
            else:
                visit["outcome"] = "open"
        elif kind == "ticket.parked":
            leave(visit, now)
        elif kind == "ticket.no_show":
            visit["missed"] += 1
            visit["outcome"] = "no_show"
        elif kind in ("ticket.cancelled", "ticket.carried"):
            visit["outcome"] = kind.removeprefix("ticket.")
        elif kind == "ticket.transferred":
            if leave(visit, now):
                visit["outcome"] = "transferred"
                begin(ticket, visit["step"], body["service"], now, False, visit["ticket"])
            else:
                visit["service"] = body["service"]
            services = visit["ticket"]["services"]
            services[visit["step"]] = body["service"]
        elif kind == "ticket.finished":
            leave(visit, now)
            visit["outcome"] = "served"
            services, step = visit["ticket"]["services"], visit["step"] + 1
            if step < len(services):
                begin(ticket, step, services[step], now, False, visit["ticket"])
        elif kind == "service.ticketless":
            came = True
            for each in to.at(clock.hour(now), body["service"], body["counter"]):
                each["n"]["ticketless"] += 1
        elif kind == "service.by_hand":
            came = True
            whole["emergency"] += body["last"] - body["first"] + 1
        elif kind in ("counter.opened", "counter.resumed"):
            came = True
            opened.setdefault(body["counter"], now)
        elif kind in ("counter.closed", "counter.paused") and body["counter"] in opened:
            at_work(opened.pop(body["counter"]), now, clock, to)
    whole["unclosed"] += len(opened)
    whole["days"] += came
    opinions(visits, presses, clock, to)
    for visit in visits:
        for each in to.at(clock.hour(visit["ready"]), visit["service"], visit["counter"]):
            count(each, visit, minutes)
        spoken = to.of_language(visit["ticket"]["ticket"])
        spoken["visits"] += 1
        if visit["called"] is not None and not visit["untimed"]:
            spoken["waits"].append(max(visit["called"] - visit["ready"], 0))


def at_work(begin: int, end: int, clock: Clock, to: Tally) -> None:
    """Put the time a counter worked into the hours of the wall."""
    while begin < end:
        hour = (begin + clock.offset) // 3_600_000 * 3_600_000 + 3_600_000 - clock.offset
        until = min(end, hour)
        to.parts["all", ""]["n"]["at_work_ms"] += until - begin
        to.parts["hour", clock.hour(begin)]["n"]["at_work_ms"] += until - begin
        begin = until


def opinions(visits: list[dict[str, Any]], presses: list[dict[str, int]], clock: Clock, to: Tally) -> None:
    """Give each press to the service that was going on at its counter, or ended within two minutes."""
    levels: defaultdict[int, list[int]] = defaultdict(list)
    for press in presses:
        begun = [
            (begin, end, number)
            for number, visit in enumerate(visits)
            for counter, begin, end in visit["stints"]
            if counter == press["counter"] and begin <= press["at"]
        ]
        latest = max(begun, key=lambda each: each[0], default=None)
        if latest is None or (latest[1] is not None and press["at"] > latest[1] + WINDOW_MS):
            for each in to.at(clock.hour(press["at"]), "", press["counter"]):
                each["n"]["unattached"] += 1
        else:
            levels[latest[2]].append(press["level"])
    for number, pressed in levels.items():
        visit = visits[number]
        if len(set(pressed)) == 1:
            to.of_language(visit["ticket"]["ticket"])["scores"].append(pressed[0])
        for each in to.at(clock.hour(visit["ready"]), visit["service"], visit["counter"]):
            each["n"]["disputed" if len(set(pressed)) > 1 else f"level_{pressed[0]}"] += 1


def count(to: dict[str, Any], visit: dict[str, Any], minutes: dict[str, int]) -> None:
    """Add a visit to one set of counts."""
    n = to["n"]
    n["visits"] += 1
    n[visit["outcome"]] += 1
    n["tickets"] += visit["first"]
    n["priority"] += visit["priority"]
    n["missed"] += visit["missed"]
    n["by_hand"] += visit["hand"]
    if visit["called"] is None:
        n["uncalled"] += 1
    elif visit["untimed"]:
        n[visit["untimed"]] += 1
    else:
        to["waits"].append(max(visit["called"] - visit["ready"], 0))
    if visit["outcome"] == "served" and visit["stints"]:
        took = sum(end - begin for _, begin, end in visit["stints"])
        to["serves"].append(took)
        if visit["service"] in minutes:
            n["judged"] += 1
            n["within"] += took <= minutes[visit["service"]] * visit["cases"] * 60_000


COUNTED = (
    "days", "tickets", "visits", "served", "no_show", "cancelled", "transferred", "carried", "open", "priority",
    "ticketless", "emergency", "by_hand", "missed", "untimed_carried", "untimed_heard_late", "untimed_restated",
    "uncalled", "judged", "within", "disputed", "unattached", "unclosed",
)  # fmt: skip
TOGETHER = ("days", "emergency", "unclosed")


def figures(of: dict[str, Any], part: str) -> dict[str, str | None]:
    """The figures of one set of counts."""
    n, waits, serves = of["n"], of["waits"], of["serves"]
    found: dict[str, str | None] = {key: str(n[key]) for key in COUNTED if part == "all" or key not in TOGETHER}
    found["timed"], found["unjudged"] = str(len(waits)), str(n["served"] - n["judged"])
    found |= {"wait_p50": tenth(quantile(waits, 50)), "wait_p90": tenth(quantile(waits, 90))}
    found |= {"serve_p50": tenth(quantile(serves, 50)), "serve_p90": tenth(quantile(serves, 90))}
    found["wait_mean"] = places(Fraction(sum(waits), 60_000 * len(waits)), 1) if waits else None
    found["within_percent"] = places(Fraction(100 * n["within"], n["judged"]), 2) if n["judged"] else None
    levels = {level: n[f"level_{level}"] for level in (5, 4, 3, 2, 1)}
    scored = sum(levels.values())
    answered = Fraction(100 * (scored + n["disputed"]), n["served"]) if n["served"] else None
    found["answered_percent"] = None if answered is None else places(answered, 2)
    if part in ("all", "hour"):
        found["at_work"] = places(Fraction(n["at_work_ms"], 3_600_000), 1)
    return found | opinion(levels, scored, part)


def opinion(levels: dict[int, int], scored: int, part: str) -> dict[str, str | None]:
    """What is told of scores: nothing of a counter, little of fewer than five."""
    keys = [*(f"level_{level}" for level in levels), "mean", "percent"]
    keys += ["satisfied_percent", "satisfied_from", "satisfied_to"]
    if part == "counter" or scored < 5:
        return {**dict.fromkeys(keys), "scores": None if part == "counter" else str(scored)}
    mean = Fraction(sum(level * count for level, count in levels.items()), scored)
    p, z = (levels[5] + levels[4]) / scored, 1.959964
    spread = z * math.sqrt(p * (1 - p) / scored + z * z / (4 * scored * scored))
    low, high = ((p + z * z / (2 * scored) + sign * spread) / (1 + z * z / scored) for sign in (-1, 1))
    shares = (p, low if p > 0 else 0.0, high if p < 1 else 1.0)
    values = [*(str(count) for count in levels.values()), places(mean, 2), places(mean * 20, 2)]
    values += [str(Decimal(100 * share).quantize(Decimal("0.01"), ROUND_HALF_UP)) for share in shares]
    return {**dict(zip(keys, values, strict=True)), "scores": str(scored)}


def quantile(durations: list[int], percent: int) -> int | None:
    """What so many percent did not exceed: the middle of the published class of durations that it is in."""
    if not durations:
        return None
    nth = sorted(durations)[max(math.ceil(len(durations) * percent / 100), 1) - 1]
    bucket = bisect_right(BOUNDS, nth)
    return 500 if bucket == 0 else round(1000 * 2 ** ((bucket - 0.5) / 8))


def tenth(ms: int | None) -> str | None:
    return None if ms is None else places(Fraction(ms, 60_000), 1)


def places(value: Fraction, digits: int) -> str:
    """Half up."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
