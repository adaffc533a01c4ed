"""The table of the kiosk's screens as several diagrams that can be read: each arrow of the table is on one of them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kiosk import screen_rules, screens
from kiosk.screen_types import Screen
from kiosk.upkeep_rules import MENU

AT_REST = "at rest"
"""Stands for all screens where a state can rest."""


class Arrow(NamedTuple):
    """An input that leads from one screen to another."""

    source: str
    given: str
    target: str


class View(NamedTuple):
    """One diagram. `about`: the screens whose arrows are on it, unless an earlier view has them; none: all others."""

    title: str
    words: str
    about: tuple[str, ...]


VIEWS: Sequence[View] = (
    View(
        "Changes to the machine",
        "Behind the PIN of the service menu.",
        tuple(screen.value for screen in MENU[5:7]),
    ),
    View(
        "Clock and touch screen",
        "Behind the PIN of the service menu, too.",
        tuple(screen.value for screen in MENU[7:]),
    ),
    View(
        "Service menu",
        "Opened by the technician's chord or a key from where nobody is served. `PinRight` comes when it is durable"
        " that the PIN was right.",
        tuple(screen.value for screen in MENU),
    ),
    View(
        "Access and help",
        "Both lie over another screen and lead back to it.",
        (Screen.ACCESS.value, Screen.HELP.value),
    ),
    View(
        "Ticket and paper",
        "`Issued` comes when the facts are durable; only then is a number in sight. A number without paper is to be"
        " written down.",
        (Screen.TICKET.value, Screen.WRITE_DOWN.value),
    ),
    View(
        "My ticket",
        "Number and code in, its place in the queue out.",
        (Screen.MY_TICKET.value, Screen.STANDING.value),
    ),
    View(
        "Rest, closed, trouble",
        "*At rest* is where the function `resting` decides: a number that is still owed, a trouble, a date in doubt,"
        " the closed office, or else the invitation.",
        (AT_REST,),
    ),
    View("Choosing", "Language, service, ticket: three touches; the rest is for whoever needs it.", ()),
)
"""In the order in which an arrow finds its diagram; `READ` is the order on the page."""

READ = (
    "Choosing",
    "Ticket and paper",
    "My ticket",
    "Access and help",
    "Service menu",
    "Changes to the machine",
    "Clock and touch screen",
    "Rest, closed, trouble",
)


def arrows() -> list[Arrow]:
    """The table without what stays on its screen; one arrow to AT_REST stands for those to every screen of rest."""
    found = [Arrow(AT_REST, "", screen.value) for screen in screen_rules.REST]
    for (screen, shape), rule in screens.TABLE.items():
        rests = set(screen_rules.REST) <= set(rule.targets)
        targets = [target.value for target in rule.targets if not rests or target not in screen_rules.REST]
        targets += [AT_REST] if rests else []
        found += [Arrow(screen.value, shape.__name__, target) for target in targets if target != screen.value]
    return found


def views() -> dict[str, list[Arrow]]:
    """The arrows of each diagram by its title, in the order of the page."""
    shown: dict[str, list[Arrow]] = {title: [] for title in READ}
    for arrow in arrows():
        view = next(view for view in VIEWS if not view.about or _is_about(arrow, view))
        shown[view.title].append(arrow)
    return shown


def _is_about(arrow: Arrow, view: View) -> bool:
    """What leads to a number that is owed belongs to rest, not to the paper."""
    if arrow.source == AT_REST:
        return AT_REST in view.about
    return arrow.source in view.about or arrow.target in view.about


def words(title: str) -> str:
    """What stands above this diagram."""
    return next(view.words for view in VIEWS if view.title == title)


def merged(found: Iterable[Arrow]) -> list[Arrow]:
    """Screens between which these arrows make no difference are one node, named after all of them."""
    known = list(found)
    names = dict.fromkeys(name for arrow in known for name in (arrow.source, arrow.target))
    alike: dict[tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]], list[str]] = {}
    for name in names:
        away = frozenset((arrow.given, arrow.target) for arrow in known if arrow.source == name)
        here = frozenset((arrow.source, arrow.given) for arrow in known if arrow.target == name)
        alike.setdefault((away, here), []).append(name)
    node = {name: ", ".join(group) for group in alike.values() for name in group}
    return list(dict.fromkeys(Arrow(node[a], given, node[b]) for a, given, b in known))
