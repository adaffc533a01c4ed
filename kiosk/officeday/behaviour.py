"""What a citizen does about what is in sight: (citizen, mind, sight) → (mind, act). Pure.

A citizen knows nothing of the machine but what it shows: names of screens stand for what the eyes make of them, ids of
targets for what is written on them. An unknown screen is met as people meet one: a way on, a way back, another
language, waiting, giving up.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias

from kiosk.officeday.mind import (
    KEY_S,
    LOOK_AGAIN_S,
    MOST_PAGES,
    MOST_TOUCHES,
    PAPER_S,
    SECONDS,
    TOUCH_S,
    WAITS,
    WAYS_ON,
    WHOLE,
    Decision,
    Leave,
    Look,
    Mind,
    Sight,
    Touch,
    can,
    groups_anew,
    read,
    ticket_in_hand,
    touch,
)
from kiosk.officeday.personas import Citizen


def decide(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    """What comes next."""
    if sight.fresh and sight.ticket is not None:
        mind = ticket_in_hand(mind, sight.ticket)
    if mind.touches >= MOST_TOUCHES:
        return mind, Leave(0.0, "lost in the screens")
    if sight.asking and can(mind, sight, "continue"):
        return touch(citizen, mind, sight, "continue", 1.0)
    seen = mind if sight.name in mind.screens else replace(mind, waited=0)
    elsewhere = mind.asks and not mind.typed and sight.name not in ("my-ticket", "closed", "out-of-order")
    decide_here = _ask if elsewhere else _SCREENS.get(sight.name, _somehow)
    after, act = decide_here(citizen, seen, sight)
    if isinstance(act, Touch) and act.beside:  # nothing came of it, and the citizen sees that
        after = replace(seen, touches=after.touches)
    return replace(after, screens=after.screens | {sight.name}), act


# The screens ------------------------------------------------------------------------------------------------------


def _attract(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    if mind.asks or (mind.tickets and not mind.errands):
        return mind, Leave(PAPER_S)  # done; the screen has gone on meanwhile
    return _begin(citizen, mind, sight)


def _ask(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    """To where number and code are typed, from wherever the last one left the screens."""
    for target in ("my-ticket", *WAYS_ON):
        if can(mind, sight, target):
            return touch(citizen, mind, sight, target)
    if mind.waited < WAITS:
        return replace(mind, waited=mind.waited + 1), Look(LOOK_AGAIN_S)
    return mind, Leave(0.0, "no way to ask for a ticket")


def _begin(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    """One's own language, else any that is there."""
    own = f"language-{citizen.language}"
    languages = [own, *(target for target in sight.targets if target.startswith("language-"))]
    for target in languages:
        if can(mind, sight, target):
            return touch(citizen, mind, sight, target)
    return _somehow(citizen, mind, sight)


def _service(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    if citizen.persona == "walks-away" and citizen.away_on == "service":
        return mind, Leave(read(citizen, mind, sight), "walked away")
    foreign = _own_language(citizen, mind, sight)
    if foreign is not None:
        return foreign
    if not mind.errands:
        return _finish_the_visit(citizen, mind, sight)
    layout = _own_layout(citizen, mind, sight)
    if layout is not None:
        return layout
    wanted = f"service-{mind.errands[0]}"
    if can(mind, sight, wanted):
        return touch(citizen, replace(mind, opened=mind.errands[0]), sight, wanted)
    return _search(citizen, mind, sight)


def _search(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    """The service is not in sight: under its desk's name, on the next page, under other names, one step back."""
    desk = f"group-{mind.desks.get(mind.errands[0], '')}"
    groups = [target for target in sight.targets if target.startswith("group-") and target not in mind.tried]
    if desk in groups:
        return touch(citizen, replace(mind, tried=mind.tried | {desk}), sight, desk, 2.0)
    if can(mind, sight, "more") and mind.shaken < MOST_PAGES:
        return touch(citizen, replace(mind, shaken=mind.shaken + 1), sight, "more")
    for target in (*groups, "back"):
        if target not in mind.tried and can(mind, sight, target):
            return touch(citizen, replace(mind, tried=mind.tried | {target}, shaken=0), sight, target, 2.0)
    rest = mind.errands[1:]
    if rest or mind.chosen:
        return replace(mind, errands=rest, tried=frozenset(), shaken=0), Look(TOUCH_S)
    return mind, Leave(read(citizen, mind, sight), "service not found")


def _finish_the_visit(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    """All is chosen that there is: the ticket for it, by way of the last service where there is no other."""
    if can(mind, sight, "take"):
        return touch(citizen, mind, sight, "take")
    for service in reversed(mind.chosen):
        if can(mind, sight, f"service-{service}"):
            return touch(citizen, replace(mind, opened=service), sight, f"service-{service}")
    return _somehow(citizen, mind, sight)


def _details(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    if citizen.persona == "walks-away" and citizen.away_on == "details":
        return mind, Leave(read(citizen, mind, sight), "walked away")
    foreign = _own_language(citizen, mind, sight)
    if foreign is not None:
        return foreign
    if mind.opened is None and can(mind, sight, "back"):
        return touch(citizen, mind, sight, "back", 1.0)  # somebody else's
    if citizen.persona == "hesitant" and "doubted" not in mind.tried and can(mind, sight, "back"):
        return touch(citizen, replace(mind, tried=mind.tried | {"doubted"}, opened=None), sight, "back")
    if citizen.persona == "thorough" and mind.shaken < 2 and can(mind, sight, "more"):
        return touch(citizen, replace(mind, shaken=mind.shaken + 1), sight, "more", WHOLE * SECONDS["details"])
    if citizen.persona == "priority" and "priority" not in mind.tried and can(mind, sight, "priority"):
        return touch(citizen, replace(mind, tried=mind.tried | {"priority"}), sight, "priority")
    if len(mind.errands) > 1 and can(mind, sight, "another"):
        done, *left = mind.errands
        later = replace(mind, chosen=(*mind.chosen, done), errands=tuple(left), opened=None, tried=groups_anew(mind))
        return touch(citizen, later, sight, "another")
    if can(mind, sight, "take"):
        return touch(citizen, mind, sight, "take")
    if can(mind, sight, "back"):  # no number for this service now
        refused = replace(mind, errands=mind.errands[1:], opened=None)
        if refused.errands or refused.chosen:
            return touch(citizen, refused, sight, "back")
        return mind, Leave(read(citizen, mind, sight), "service closed")
    return _somehow(citizen, mind, sight)


def _ticket(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    if sight.ticket not in mind.tickets:
        return _begin(citizen, mind, sight)
    if sight.busy:
        return mind, Look(0.5)
    if mind.errands:
        return _begin(citizen, mind, sight)
    if citizen.tidy and can(mind, sight, "done"):
        return touch(citizen, replace(mind, ignored=(*mind.ignored, "done", "done")), sight, "done", PAPER_S)
    return mind, Leave(read(citizen, mind, sight) + PAPER_S)


def _write_down(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    mine = sight.ticket in mind.tickets
    seconds = read(citizen, mind, sight) if mine else 1.0
    for target in ("done", "continue"):
        if can(mind, sight, target):
            return touch(citizen, mind, sight, target, seconds)
    return (mind, Leave(seconds)) if mine and not mind.errands else _somehow(citizen, mind, sight)


def _late(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    if citizen.anyway and can(mind, sight, "take-anyway"):
        return touch(citizen, mind, sight, "take-anyway")
    return mind, Leave(read(citizen, mind, sight), "too late today")


def _priority(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    answer = "priority-yes" if citizen.persona == "priority" else "priority-no"
    return touch(citizen, mind, sight, answer) if can(mind, sight, answer) else _somehow(citizen, mind, sight)


def _access(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    wanted = {"reach": "layout-reach", "large-text": "layout-large"}.get(citizen.persona, "")
    if wanted not in mind.tried and can(mind, sight, wanted):
        return touch(citizen, replace(mind, tried=mind.tried | {wanted}), sight, wanted)
    return _somehow(citizen, mind, sight)


def _my_ticket(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    if not mind.asks:
        return _somehow(citizen, mind, sight)
    foreign = _own_language(citizen, mind, sight) if not mind.typed else None
    if foreign is not None:
        return foreign
    if mind.asks[mind.typed : mind.typed + 1] == " ":  # between number and code
        mind = replace(mind, typed=mind.typed + 1)
        if can(mind, sight, "enter"):
            return touch(citizen, mind, sight, "enter", KEY_S)
    if mind.typed < len(mind.asks):
        target = f"key-{mind.asks[mind.typed]}"
        if target in sight.targets:
            seconds = KEY_S if mind.typed else None
            return touch(citizen, replace(mind, typed=mind.typed + 1), sight, target, seconds)
    elif can(mind, sight, "enter"):
        return touch(citizen, mind, sight, "enter", KEY_S)
    return mind, Leave(read(citizen, mind, sight), "ticket not found")


def _standing(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    if not mind.asks:
        return _somehow(citizen, mind, sight)  # somebody else's
    if mind.returns and not mind.told and can(mind, sight, "im-back"):
        return touch(citizen, replace(mind, told=True), sight, "im-back")
    for target in ("close", "done", "back"):
        if citizen.tidy and can(mind, sight, target):
            return touch(citizen, mind, sight, target)
    return mind, Leave(read(citizen, mind, sight))


def _closed(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    reason = None if mind.tickets and not mind.errands else "closed"
    return mind, Leave(read(citizen, mind, sight), reason)


def _out_of_order(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    """Reads what is wrong, waits a little for somebody to mend it, and goes."""
    if mind.tickets and not mind.errands:
        return mind, Leave(PAPER_S)
    if mind.waited < WAITS:
        first = read(citizen, mind, sight) if not mind.waited else 0.0
        return replace(mind, waited=mind.waited + 1), Look(first + 15.0)
    return mind, Leave(0.0, f"out of order: {sight.trouble or 'unsaid'}")


def _somehow(citizen: Citizen, mind: Mind, sight: Sight) -> Decision:
    """A screen that nobody told about: a way on, a way back, one's language, waiting, giving up."""
    if mind.asks and mind.typed:
        return mind, Leave(read(citizen, mind, sight))
    foreign = _own_language(citizen, mind, sight)
    if foreign is not None:
        return foreign
    for target in WAYS_ON:
        if can(mind, sight, target):
            return touch(citizen, mind, sight, target)
    if mind.tickets and not mind.errands:
        return mind, Leave(PAPER_S)
    if mind.waited < WAITS:
        return replace(mind, waited=mind.waited + 1), Look(LOOK_AGAIN_S)
    return mind, Leave(0.0, f"stuck on {sight.name}")


_Screen: TypeAlias = Callable[[Citizen, Mind, Sight], Decision]
_SCREENS: Mapping[str, _Screen] = MappingProxyType(
    {
        "attract": _attract,
        "service": _service,
        "details": _details,
        "ticket": _ticket,
        "write-down": _write_down,
        "late": _late,
        "priority": _priority,
        "access": _access,
        "my-ticket": _my_ticket,
        "standing": _standing,
        "closed": _closed,
        "out-of-order": _out_of_order,
    }
)


def _own_language(citizen: Citizen, mind: Mind, sight: Sight) -> Decision | None:
    own = f"language-{citizen.language}"
    if sight.language in (citizen.language, "") or not can(mind, sight, own):
        return None
    return touch(citizen, mind, sight, own, 1.0)


def _own_layout(citizen: Citizen, mind: Mind, sight: Sight) -> Decision | None:
    if citizen.persona not in ("reach", "large-text") or "access" in mind.tried or not can(mind, sight, "access"):
        return None
    return touch(citizen, replace(mind, tried=mind.tried | {"access"}), sight, "access")
