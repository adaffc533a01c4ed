"""What the doctor says of the printer: how it is, what it is and can do, and whether it is taken for the right kind.
Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from hardware.errors import PrintersFileError
from hardware.printer import PaperStatus
from hardware.printer_look import PrinterLook
from hardware.probe import recognised
from hardware.profile import Abilities, Identity, Profile
from kiosk.findings import Finding, note, ok, problem
from sync.facts import PrinterMet

FAULTS: Mapping[str, tuple[str, str]] = {
    "unreachable": ("it does not answer", "Check its power switch and its cable, and the address in kiosk.toml."),
    "paper-out": ("it has no paper", "Put in a new roll, printed side up, and close the cover."),
    "cover-open": ("its cover is open", "Close the cover until it clicks."),
    "cutter": ("its cutter is jammed", "Switch it off, open the cover, take out loose paper, switch it on."),
    "mechanism": (
        "its mechanism is jammed or defect",
        "Switch it off, take out loose paper, switch it on.",
    ),
    "overheated": (
        "its head is too hot",
        "Clear its vents and keep the sun off; it goes on once it is cool.",
    ),
    "offline": ("it is switched to offline", "Press its feed or online button, or switch it off and on."),
}


ABILITIES: Mapping[str, str] = {
    "answers": "answers questions (DLE EOT)",
    "automatic": "reports faults by itself (GS a)",
    "in_order": "says when it has read a ticket (GS r)",
    "echoes": "confirms each ticket once it is on paper (GS ( H)",
    "full_status": "tells of a ticket in its mouth (DLE EOT 20)",
}
"""In words, by the fields of hardware.profile.Abilities."""
_ANSWER = {True: "yes", False: "no", None: "unknown"}


def kinds_known(known: Sequence[Profile], own: str | None, wrong: PrintersFileError | None) -> Finding:
    """The names that `printer_profile` may have. `own`: the office's file."""
    names = ", ".join(profile.name for profile in known)
    if wrong is None:
        return ok("kinds of printers", f"{names}{f' (with those in {own})' if own else ''}")
    line = f", line {wrong.line}" if wrong.line else ""
    return problem("kinds of printers", f"{own}{line}: {wrong}; in use: {names}", wrong.hint)


def recorded(address: str, fault: str | None, met: Sequence[PrinterMet], known: Sequence[Profile]) -> Iterator[Finding]:
    """What the running kiosk last said of the printer that it holds, and of the one before. `met`: oldest first."""
    if fault is None:
        yield ok("printer", f"{address} is in use by the running kiosk, which finds it ready")
    else:
        told, todo = FAULTS.get(fault, (fault, "Read what the printer's own display says."))
        yield problem("printer", f"{address} is in use by the running kiosk, which says: {told}", todo)
    if not met:
        return
    last = met[-1]
    identity = Identity(last.maker, last.model, last.firmware)
    seen = [f"on record: {_who(identity)}, treated as {_kind(last.profile, known)}"]
    others = [each for each in met if (each.maker, each.model) != (last.maker, last.model)]
    if others:
        seen.append(f"before it: {_who(Identity(others[-1].maker, others[-1].model, others[-1].firmware))}")
    yield ok("printer", "; ".join(seen))
    able = Abilities(**{name: True for name in last.abilities if name in ABILITIES})
    kind = next((profile for profile in known if profile.name == last.profile), None)
    yield ok("printer", _able(kind.known(able) if kind else able))


def seen(address: str, look: PrinterLook, known: Sequence[Profile], *, named: bool) -> Iterator[Finding]:
    """What a printer said when it was asked. `named`: kiosk.toml says its kind, which its own words do not change."""
    if not look.listens:
        yield note("printer", f"{address} takes bytes and never answers, so nothing is known of paper and cover")
        return
    fault = look.status.fault
    if fault is not None:
        yield problem("printer", f"{address}: {FAULTS[fault][0]}", FAULTS[fault][1])
        return
    if not look.abilities.answers:
        told = f"{address} is there, but answers no question: out of paper is noticed by nobody"
        todo = "Switch it off and on. If it stays so, set its interface to send status, or choose a printer that can."
        yield note("printer", told, todo)
        return
    yield ok("printer", f"{address} answers, {_paper(look.status)}")
    yield _kind_found(look, known, named=named)
    yield _able_found(look.profile.known(look.abilities))
    if look.status.paper == "near-end":
        yield note("printer", "the paper is nearly at its end", "Put a new roll beside the printer today.")


def _kind_found(look: PrinterLook, known: Sequence[Profile], *, named: bool) -> Finding:
    told = f"{_who(look.identity)}, treated as {_kind(look.profile.name, known)}"
    fitting = recognised(look.identity, known, look.profile)
    if named and fitting.name != look.profile.name and not look.profile.fits(look.identity):
        return problem("printer", told, f'Set printer_profile = "{fitting.name}" or "auto" in kiosk.toml.')
    if not named and not look.profile.fits(look.identity):
        todo = "Set printer_profile in kiosk.toml to its kind, or add a kind for it (docs/printers.md)."
        return note("printer", told, todo)
    return ok("printer", told)


def _able_found(abilities: Abilities) -> Finding:
    if abilities.echoes is False and not abilities.in_order:
        todo = "Choose a printer that knows GS ( H or GS r: with this one nobody can tell whether a ticket came out."
        return note("printer", _able(abilities), todo)
    if abilities.echoes is False:
        todo = "Choose a printer that knows GS ( H, where tickets shall count as confirmed, not only as sent."
        return note("printer", _able(abilities), todo)
    return ok("printer", _able(abilities))


def _who(identity: Identity) -> str:
    if not identity.known:
        return "it does not say what it is"
    name = " ".join(filter(None, (identity.maker, identity.model)))
    return f"it calls itself {name}" + (f" (firmware {identity.firmware})" if identity.firmware else "")


def _kind(name: str, known: Sequence[Profile]) -> str:
    title = next((profile.title for profile in known if profile.name == name), "a kind that is no longer known")
    return f'"{name}", {title}'


def _able(abilities: Abilities) -> str:
    values = ((each.name, getattr(abilities, each.name)) for each in fields(abilities))
    return "; ".join(f"{ABILITIES[name]}: {_ANSWER[value]}" for name, value in values)


def _paper(status: PaperStatus) -> str:
    paper = {"ok": "has paper", "near-end": "has little paper", None: "does not tell of paper"}[status.paper or None]
    cover = {True: "cover open", False: "cover closed", None: "does not tell of its cover"}[status.cover_open]
    return f"{paper}, {cover}"
