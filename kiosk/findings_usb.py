"""What the doctor tells of USB devices that were not let in (hardware.usb_gate). Pure."""

from collections.abc import Iterable, Iterator

from hardware.usb_allowed import told as told_of
from hardware.usb_gate import Refusal
from kiosk.findings import Finding, note

_MAY_BE_ADDED = frozenset(
    told_of(kind) for kind in ((3, 1, 1), (3, 1, 2), (3, 0, 0), (1, 0, 0), (2, 0, 0), (255, 0, 0))
)

_STORAGE = told_of((8, 6, 80))


def refused(found: Iterable[Refusal]) -> Iterator[Finding]:
    """A note for each; no problem, for that is how it is meant to be."""
    for each in found:
        seen = f"{each.device} at port {each.port} is not let in: {', '.join(each.what)}"
        todo = ""
        if each.device != "?" and _MAY_BE_ADDED & set(each.what):
            line = f'[usb] allow = ["{each.device}@{each.port}"]'
            todo = f"If it belongs to this box, write  {line}  in kiosk.toml, and start anew. If not, pull it out."
        elif set(each.what) == {_STORAGE}:
            line = f'[usb] copy = "{each.device}"'
            todo = f"If the records are to be copied to it, write  {line}  in kiosk.toml, and start anew."
        yield note("USB", seen, todo)
