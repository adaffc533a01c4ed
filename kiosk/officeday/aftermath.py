"""After a fault: whether console and display show what is so."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import requests

from kiosk.officeday.console import Console, view_of
from kiosk.officeday.counter import Counter
from kiosk.officeday.desk import ConsoleFailed

DISPLAY_S = 30.0
"""A server that has just begun waits for its devices, 20 s at most, before it tells the hall anything."""
_HERO = re.compile(r'class="number"[^>]*>([^<]+)<.*?class="plate"[^>]*>(\d+)<', re.DOTALL)


def wrong(counters: Iterable[Counter], state: Callable[[int], dict[str, Any]], display: str) -> tuple[str, ...]:
    """What console and display (its page's text) say that the officers know better; counters without an answer to
    their last act know nothing."""
    found, sure = [], [each for each in counters if not each.asking]
    for counter in sure:
        shown, known = view_of(state(counter.number)), counter.view
        for name in ("open", "paused", "label", "status"):
            if getattr(shown, name) != getattr(known, name):
                found.append(
                    f"the console shows counter {counter.number} as {name} {getattr(shown, name)}, "
                    f"and it is {getattr(known, name)}"
                )
    called = {(each.view.label, each.number) for each in sure if each.view.status == "called"}
    hero = _HERO.search(display)
    pair = (hero[1].strip(), int(hero[2])) if hero else None
    if pair is None and called:
        found.append(f"the display shows no number, and there are {sorted(called)}")
    elif pair is not None and pair not in called and len(sure) == len(list(counters)):
        found.append(f"the display calls {pair[0]} to counter {pair[1]}, and there are {sorted(called)}")
    return tuple(found)


def look(counters: Iterable[Counter], chief: Console, pages: str) -> tuple[str, ...]:
    """The same, asked of the running office. Raises Unreachable, ConsoleFailed."""
    try:
        answer = requests.get(f"{pages}/display", timeout=DISPLAY_S)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise ConsoleFailed(f"the display cannot be had: {error}", hint="Look into logs/server.log.") from error
    return wrong(list(counters), chief.state, answer.text)
