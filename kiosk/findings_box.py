"""What the doctor says of what is around the kiosk: network, system, update, the journals' copy, USB. Pure."""

from collections.abc import Iterator

from hardware.links import Link
from kiosk.around import Around, Copied, Release
from kiosk.box.update_rules import GOOD, INSTALLED, TRYING
from kiosk.findings import Finding, note, ok, problem
from kiosk.upkeep_parts import LATE_COPY_S
from sync.medium_driver import FOREIGN

_CABLE = "Check the network cable at both ends and the switch's lamp; with a wireless network, its name and passphrase."
_STICK = "Replace the USB stick."
_ADDRESS = "Ask whoever runs the network for DHCP, or set an address of its own under [network] in kiosk.toml."


def around(found: Around, *, served: bool) -> Iterator[Finding]:
    """All of it that this machine has. `served`: an office's server is named, so that a network is needed."""
    if found.links is not None:
        yield _network(found.links, served=served)
    if found.release is not None:
        yield from _system(found.release)
    if found.copied is not None:
        yield _copied(found.copied)
    if found.unlocked_s:
        minutes = -(-found.unlocked_s // 60)
        yield note("USB", f"a technician opened it: anything may be plugged in for {minutes} minutes more")
    if found.trial:
        what, left = " and ".join(found.trial), found.trial_s
        todo = "Keep it at the service screen, or wait: what is not kept is taken back."
        yield note("change", f"{what} of the service screen is being tried for {left} s more", todo)


def _network(links: tuple[Link, ...], *, served: bool) -> Finding:
    told = "; ".join(_link(link) for link in links) or "there is none"
    carrying = [link for link in links if link.carries]
    if any(link.addresses for link in carrying):
        return ok("network", told)
    if not served:
        return note("network", f"{told}; this machine stands alone and needs none")
    return problem("network", told, _ADDRESS if carrying else _CABLE)


def _link(link: Link) -> str:
    kind = "wireless" if link.wireless else "cable"
    if not link.carries:
        return f"{link.name} ({kind}) not connected"
    return f"{link.name} ({kind}) {', '.join(link.addresses) or 'connected, without an address'}"


def _system(release: Release) -> Iterator[Finding]:
    slot = f", slot {release.slot}" if release.slot else ""
    yield ok("system", f"release {release.running}{slot}")
    if release.result == GOOD:
        yield ok("update", f"{release.last} went in")
    elif release.result in (INSTALLED, TRYING):
        yield note("update", f"{release.last} is being tried; it stays if it is well")
    elif release.result:
        why = f": {release.why}" if release.why else ""
        todo = "What ran before runs on. Tell whoever made the update; it is tried anew when another one is offered."
        yield note("update", f"{release.last} did not go in ({release.result}){why}", todo)


def _copied(copied: Copied) -> Finding:
    part = "copy of the journals"
    if copied.state == "missing":
        todo = "Plug a USB stick in that stays there, so that nothing is lost with the card."
        return note(part, "no second medium is plugged in", todo)
    if copied.state == "broken":
        todo = "It is another machine's: docs/second-medium.md says what to do." if copied.why == FOREIGN else _STICK
        return problem(part, copied.why or "the second medium takes nothing", todo)
    age = "" if copied.age_s is None else f", {copied.age_s} s old"
    if copied.age_s is not None and copied.age_s >= LATE_COPY_S:
        return problem(part, f"kept on a second medium{age}", "Pull the stick out and put it in again, or replace it.")
    return ok(part, f"kept on a second medium{age}")
