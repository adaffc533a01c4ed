"""What the console tells of a machine's release: what runs, what became of the last update, and of the next one."""

from collections.abc import Sequence

from server.updates_down import Told
from sync.disk import DiskTrouble
from sync.updates_driver import TRIED, WRONG
from translations import N_, load

# gettext: editor

WAY = {
    TRIED: N_("it was tried, and did not stay"),
    WRONG: N_("what arrived was damaged"),
    DiskTrouble.FULL.value: N_("there is no room beside the records"),
}
"""What is in the way of the next release, by its code (sync.updates_driver)."""
OTHER = N_("the line or the disk does not carry it")
READY = N_("{release} is there, and waits to be installed")
COMING = N_("{release}: {percent} % are there")
STUCK = N_("{release} does not come: {why}")
RUNS = N_("{release}, slot {slot}")
DID = N_("{release} was installed")
LATER = N_("{release} is installed, and is tried at the next start")
DID_NOT = N_("{release} was not taken up ({result})")
WAITS = ("installed", "trying")
"""How the appliance calls one that was written, and has not started yet (kiosk.box.update_rules)."""


def update_words(told: Told | None, language: str) -> Sequence[tuple[str, str]]:
    """(label, value), in this language; nothing of a machine that fetches none, or was not heard."""
    if told is None:
        return ()
    words = load(language, "editor")
    machine, coming, said = told.machine, told.fetching, []
    if machine.slot is not None:
        runs = words.gettext(RUNS).format(release=machine.running or "–", slot=machine.slot)
        said.append((words.gettext("Release"), runs))
    if machine.last is not None:
        text = LATER if machine.last.result in WAITS else DID_NOT
        text = DID if machine.last.release == machine.running else text
        value = words.gettext(text).format(release=machine.last.release, result=machine.last.result)
        said.append((words.gettext("Last update"), value))
    if coming.release is not None:
        if coming.why is not None:
            why = words.gettext(WAY.get(coming.why, OTHER))
            value = words.gettext(STUCK).format(release=coming.release, why=why)
        elif coming.have >= coming.size:
            value = words.gettext(READY).format(release=coming.release)
        else:
            value = words.gettext(COMING).format(release=coming.release, percent=coming.have * 100 // coming.size)
        said.append((words.gettext("Next update"), value))
    return said
