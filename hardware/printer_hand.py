"""What a hand can do to a printer's mechanism, by the words of the control socket. Pure."""

from dataclasses import replace

from hardware.mechanism import Effect, Mechanism
from hardware.printer_control import Command
from hardware.strikes import Fault, Strike

_MENDS: dict[tuple[str, str | bool], tuple[Fault, ...]] = {
    ("cutter", "ok"): ("cutter",),
    ("echo", "ok"): ("late-echo", "no-echo"),
    ("garbage", False): ("garbage",),
}
_STRIKES: dict[tuple[str, str | bool], Fault] = {
    ("echo", "late"): "late-echo",
    ("echo", "missing"): "no-echo",
    ("garbage", True): "garbage",
}


def handle(mechanism: Mechanism, command: Command, now: float) -> list[Effect]:
    """Everything of the command that is the mechanism's: not power, cables and the like."""
    effects: list[Effect] = []
    condition = mechanism.condition
    for name, value in command.items():
        if isinstance(value, Strike):
            mechanism.plan([value])
            continue
        for fault in _MENDS.get((name, value), ()):
            effects += mechanism.mend(fault, now)
        if (planned := _STRIKES.get((name, value))) is not None:
            effects += mechanism.strike(Strike("byte", 0, planned), now)
        match name:
            case "paper":
                condition = replace(condition, paper=str(value))
            case "cover":
                condition = replace(condition, cover_open=value == "open")
            case "cutter":
                condition = replace(condition, cutter_error=value == "jam")
            case "head":
                condition = replace(condition, overheated=value == "hot")
            case "mechanism":
                condition = replace(condition, mechanism_error=value == "error")
            case "ticket":
                condition = replace(condition, ticket_waiting=value == "waiting")
            case "tear":
                effects += mechanism.tear(now)
    return effects + mechanism.change(condition, now)
