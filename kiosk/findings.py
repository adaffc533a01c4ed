"""What the doctor says of each part: a finding, and in words what a technician has to do about it. Pure.

Everything here takes what was seen and gives findings; kiosk.doctor looks. A problem always says what to do, as an
instruction. A note is worth knowing and no reason to stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from hardware.board import BoardState, problems
from sync.chain import Position
from sync.clock import Reading
from sync.config import Counter, Screen
from sync.facts import ClockAnchored
from sync.inbox import InboxState
from sync.journal import Instant

State = Literal["ok", "problem", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: how it is, what was seen, and what to do ("" where nothing has to be done)."""

    part: str
    state: State
    seen: str
    todo: str = ""


def ok(part: str, seen: str) -> Finding:
    """All is well."""
    return Finding(part, "ok", seen)


def problem(part: str, seen: str, todo: str) -> Finding:
    """Something has to be done."""
    return Finding(part, "problem", seen, todo)


def note(part: str, seen: str, todo: str = "") -> Finding:
    """Worth knowing."""
    return Finding(part, "note", seen, todo)


def board(state: BoardState) -> list[Finding]:
    """Temperature, supply and disk of the board."""
    known = [state.model or "no Raspberry Pi, by its device tree", f"serial {state.serial}" if state.serial else ""]
    known += [f"{state.temperature_c:.0f} °C" if state.temperature_c is not None else "temperature unknown"]
    if state.under_voltage_now is None:
        known.append("supply unknown")
    found = set(problems(state))
    told = [problem("board", *_BOARD[code]) for code in sorted(found & set(_BOARD))]
    if state.under_voltage_since_boot and "under-voltage" not in found:
        told.append(problem("board", "the supply has sagged since the start", _BOARD["under-voltage"][1]))
    if told:
        return [note("board", ", ".join(filter(None, known))), *told]
    return [ok("board", ", ".join(filter(None, known)))]


_BOARD: Mapping[str, tuple[str, str]] = {
    "hot": ("it is so hot that it slows down", "Clear the vents, keep the sun off, fit a heat sink or a fan."),
    "throttled": ("it runs slowly to protect itself", "Mend heat and supply, then restart it."),
    "under-voltage": (
        "its supply is too weak",
        "Use the maker's own power supply and a short cable; take other devices off its USB ports.",
    ),
}


def disk(folder: str, state: BoardState) -> Finding:
    """Room in the data folder."""
    free, total = state.disk_free_bytes, state.disk_total_bytes
    if free is None:
        return problem("disk", f"{folder}: its free room cannot be told", "Check the card and its mount with `df`.")
    seen = f"{folder}, {free // 1_000_000} MB free" + (f" of {total // 1_000_000}" if total else "")
    if "disk-low" in problems(state):
        return problem("disk", seen, "Make room: delete what is not the kiosk's, or move it to a larger card.")
    return ok("disk", seen)


def counter(wired: Counter, held: Sequence[int]) -> Finding:
    """The contacts of one counter's buttons, just now."""
    part = f"counter {wired.counter}"
    levels = ", ".join(
        f"{level} (pin {pin}) {'closed' if level in held else 'open'}" for level, pin in enumerate(wired.levels, 1)
    )
    if not held:
        return ok(part, f"buttons {levels}")
    names = " and ".join(str(level) for level in sorted(held))
    if len(held) == len(wired.levels):
        other = "high" if wired.pressed == "low" else "low"
        todo = f'Set pressed = "{other}" for this counter in kiosk.toml; if nothing changes, check its cable.'
        return problem(part, f"buttons {levels}", todo)
    todo = f"Free button {names}; if nobody presses it, take its cable off and test it."
    return problem(part, f"buttons {levels}", todo)


def counter_recorded(wired: Counter, stuck: frozenset[tuple[int, int]]) -> Finding:
    """What the running kiosk, which holds the pins, has recorded of this counter."""
    part, levels = f"counter {wired.counter}", sorted(level for where, level in stuck if where == wired.counter)
    if not levels:
        return ok(part, f"pins {', '.join(map(str, wired.pins))} are in use by the running kiosk; no button is stuck")
    names = " and ".join(map(str, levels))
    return problem(part, f"the running kiosk says that button {names} is stuck", f"Free button {names} by hand.")


class ClockChip(NamedTuple):
    """The chip that kiosk.toml names, and what became of it in this start (sync.system_clock.chip_said)."""

    kind: str
    said: str


_CHIP_ADVICE = {
    "no-bus": "This board has no I2C at pins 3 and 5: take `chip` out of [clock].",
    "silent": "See to its wires at pins 1, 3, 5 and 6, and to its kind in kiosk.toml.",
    "stopped": "Let a time server set it once; if it forgets again, it needs a battery.",
    "unset": "Let a time server set it once: connect the network for some minutes.",
    "behind": "Let a time server set it once; if it falls behind again, exchange it.",
}


def clock(reading: Reading, shown: str, *, trust: str, chip: ClockChip | None, anchor: ClockAnchored | None) -> Finding:
    """Who vouches for the time. `anchor`: the last one of this start of the machine."""
    advice = _CHIP_ADVICE.get(chip.said, "") if chip is not None else ""
    doubt = f"; its clock chip, {chip.kind}: {chip.said}" if chip is not None and advice else ""
    if reading.disciplined:
        seen = f"{shown}, kept by a time server, right to {reading.max_error_ms} ms{doubt}"
        return note("clock", seen, advice) if advice else ok("clock", seen)
    if trust == "system":
        return ok("clock", f'{shown}, believed as it is (trust = "system")')
    if anchor is None:
        todo = "Connect the network, or confirm the date on the kiosk's screen before the first ticket."
        return problem("clock", f"{shown}, and nobody vouches for it{doubt}", f"{todo} {advice}".strip())
    by = {"staff": "confirmed by staff", "office": "told by the office's server", "rtc": "told by its clock chip"}
    seen = f"{shown}; since the start {by.get(anchor.source, anchor.source)}"
    seen += f", right to {max(anchor.uncertainty_ms // 1000, 1)} s{doubt}"
    if anchor.source == "rtc" and not advice:
        return ok("clock", seen)
    return note("clock", seen, advice or "Connect the network, so that a time server keeps it.")


def screen(wanted: Screen, connectors: Mapping[str, tuple[tuple[int, int] | None, tuple[int, int] | None]]) -> Finding:
    """The screens that are plugged in: name → (pixels, millimetres), each None where it does not tell."""
    size = f"{wanted.width_mm} x {wanted.height_mm} mm in kiosk.toml"
    if not wanted.fullscreen:
        return ok("screen", f"a window of {wanted.width_px} x {wanted.height_px}; {size}")
    if not connectors:
        return note("screen", f"no screen is seen here; {size}", "Check the screen's cable and power, if it is dark.")
    name, (pixels, millimetres) = next(iter(sorted(connectors.items())))
    told = f"{pixels[0]} x {pixels[1]} pixels" if pixels else "of unknown pixels"
    seen = f"{name}, {told}; {size}"
    measure = "Measure the lit picture with a ruler, and write width_mm and height_mm into kiosk.toml."
    if pixels and not _near(pixels[0] / pixels[1], wanted.width_mm / wanted.height_mm, 0.05):
        return problem("screen", f"{seen}: the sides do not fit each other", measure)
    if millimetres and not _near(millimetres[0], wanted.width_mm, 0.15):
        return note("screen", f"{seen}; the screen itself says {millimetres[0]} x {millimetres[1]} mm", measure)
    return ok("screen", seen)


def _near(one: float, other: float, part: float) -> bool:
    return abs(one - other) <= part * other


LATE_S = 600


def exchange(url: str, state: InboxState | None, end: Position | None, now: Instant) -> Finding:
    """How the sending of facts stands, where the server itself could be reached."""
    if state is None or state.server_id is None:
        todo = "Put the pairing code from the server into kiosk.toml, and start `python -m sync`."
        return problem("server", f"{url} answers, but this machine is not paired", todo)
    waiting = max((end.seq if end else 0) - state.received, 0)
    age = _age_s(state.contact, now)
    told = f"{url}, {waiting} facts wait, last answer {_ago(age)}"
    if state.reason is not None:
        todo = "Read `python -m sync status`, and do what it says; nothing is lost meanwhile."
        return problem("server", f"{told}: {state.message or state.reason}", todo)
    if waiting and (age is None or age > LATE_S):
        return problem("server", told, "Start `python -m sync`, or see in its log why it ended.")
    return ok("server", told)


def _age_s(contact: Instant | None, now: Instant) -> int | None:
    if contact is None or contact.boot_id != now.boot_id:
        return None
    return max(now.boottime_ms - contact.boottime_ms, 0) // 1000


def _ago(seconds: int | None) -> str:
    if seconds is None:
        return "before this start of the machine, if ever"
    return f"{seconds} s ago" if seconds < 120 else f"{seconds // 60} minutes ago"
