"""A day as citizens make it: tickets, a score, a pulled plug, the office that hears of it."""

import random
import time
from functools import partial

from tests.image.boot.bench import LEVELS, PIN
from tests.image.boot.ground import GROUP, READY_S, SERVICE, SIGHT_S, Ground, Steps, within

LANGUAGES = ("th", "my")
KEPT = f"""\
from pathlib import Path
from kiosk.pin_file import PinFile
print(PinFile(Path("/var/lib/scorecard/kiosk")).holds("{PIN}"))
"""
SETTLED_S = 6.0
"""Longer than the lockout in which further presses are one with the first."""
ARRIVES_S = 90.0
SEED = 7


def day(ground: Ground) -> Steps:
    """In their order; each needs those before."""
    yield "the first start shows the still picture", partial(still, ground)
    yield "and reaches the kiosk's first frame", ground.comes
    for language in LANGUAGES:
        yield f"a ticket is taken by touch and printed: {language}", partial(ground.ticket, language)
    yield "a score button of the machine's own pins counts", partial(press, ground)
    yield "the facts are at the office's server", partial(arrived, ground, {"ticket.issued": 2, "score.given": 1})
    yield "the pairing code was used, the PIN is kept: both are off the card", partial(wiped, ground)
    yield "the cable is out: a ticket is given all the same", partial(offline, ground)
    yield "the cable is in: the office hears of it", partial(online, ground)


def cuts(ground: Ground, times: int) -> Steps:
    """The plug pulled while a ticket is taken, so many times, each at another moment."""
    chance = random.Random(SEED)
    yield "it runs", ground.runs
    for number in range(1, times + 1):
        yield f"plug pulled in the middle, {number} of {times}: the record is whole", partial(cut, ground, chance)
        yield f"and it starts again into the kiosk, {number} of {times}", ground.starts
    yield "it gives a number again", partial(ground.ticket, "th")
    yield "no number was given twice, none is on paper alone", ground.numbers


def still(ground: Ground) -> list[str]:
    """Power; the picture is there before the kiosk is."""
    ground.begins()
    return [] if ground.still("starting", READY_S) else ["the still picture was not seen before the kiosk"]


def press(ground: Ground) -> list[str]:
    """The button of the highest level, by its own pin."""
    ground.bench.press(LEVELS[-1])
    time.sleep(SETTLED_S)
    ground.picture("thanks")
    return []


def arrived(ground: Ground, wanted: dict[str, int]) -> list[str]:
    """At least so many of each kind."""
    office = ground.bench.office
    if within(ARRIVES_S, lambda: all(office.facts(kind) >= count for kind, count in wanted.items())):
        return []
    return [f"{office.facts(kind)} of {count} {kind} at the office" for kind, count in wanted.items()]


def wiped(ground: Ground) -> list[str]:
    """Their lines say so, the PIN is the one that was there, and the card is read-only again."""
    hand = ground.bench.hand()
    lines = hand.tells("grep -E '^(code|pin) =' /boot/firmware/kiosk.toml")
    missed = [] if lines.split("\n") == ['code = "used"', 'pin = "used"'] else [lines]
    if (told := hand.asks(KEPT)) != "True":
        missed.append(f"whether this is its PIN: {told}")
    if hand.does("touch /boot/firmware/x")[0] == 0:
        missed.append("the card's first partition can be written")
    hand.close()
    return missed


def offline(ground: Ground) -> list[str]:
    """The cable is out; nothing of what is taken then can be at the office."""
    before = ground.bench.office.facts("ticket.issued")
    ground.bench.machine.monitor.do("set_link", name="cable", up=False)
    missed = ground.ticket("th")
    if ground.bench.office.facts("ticket.issued") != before:
        missed.append("the office heard of it without a cable")
    return missed


def online(ground: Ground) -> list[str]:
    """The cable is in again."""
    before = ground.bench.office.facts("ticket.issued")
    ground.bench.machine.monitor.do("set_link", name="cable", up=True)
    return arrived(ground, {"ticket.issued": before + 1})


def cut(ground: Ground, chance: random.Random) -> list[str]:
    """In the middle of a citizen's way; then the card is read from outside."""
    ground.citizen("th").takes_a_ticket(SERVICE, GROUP, SIGHT_S)
    time.sleep(chance.uniform(0.0, 3.0))
    return ground.numbers()
