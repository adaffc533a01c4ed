"""How the exchange stands, in words for the technician."""

from collections.abc import Sequence

from sync.chain import Position
from sync.downlink import Phase as Down
from sync.exchange_terms import Phase
from sync.inbox import InboxState
from sync.journal import Instant
from sync.mirror import FeedState
from sync.pairing import Pin
from sync.segments import Closed
from sync.updates import Fetching, Machine

_PHASES = {
    Phase.UNPAIRED.value: "This device is not paired with a server yet.",
    Phase.IDLE.value: "Facts are sent as they come.",
    Phase.SENDING.value: "Facts are being sent.",
    Phase.BACKOFF.value: "The last try failed; it is tried again by itself.",
    Phase.QUARANTINE.value: "Sending is stopped, for the reason below. Nothing is lost; it asks again every hour.",
}


_DOWN = {
    Down.UNPAIRED.value: "not paired yet",
    Down.GIVING.value: "the office is asked whether it has lost anything of it",
    Down.ASKING.value: "mirrored as it grows",
    Down.BACKOFF.value: "the last try failed; it is tried again by itself",
}


def describe_feed(state: FeedState | None, head: Position | None, now: Instant) -> list[str]:
    """The lines on the office's own journal: how the way down stands, and how far the mirror reaches."""
    if state is None:
        return ["office's journal: not asked for yet"]
    lines = [f"office's journal: {_DOWN.get(state.phase, state.phase)}; {head.seq if head else 0} facts here"]
    if state.reason:
        lines.append(f"reason: {state.reason}: {state.message}")
    return [*lines, f"last answer: {_ago(state.contact, now)}"]


def describe(state: InboxState | None, head: Position | None, pin: Pin | None, now: Instant) -> list[str]:
    """The lines that `python -m sync status` prints."""
    lines = [f"journal: {head.seq} facts, head {head}" if head else "journal: none yet"]
    lines.append(f"server: {pin.server_id}, lane {pin.lane}" if pin else "server: not paired")
    if state is None:
        return [*lines, "exchange: it has not run yet"]
    lines.append(f"exchange: {_PHASES.get(state.phase, state.phase)}")
    if state.reason:
        lines.append(f"reason: {state.reason}: {state.message}")
    if state.common is not None and head is not None:
        behind = max(head.seq - state.common, 0)
        lines.append(f"two histories: the same up to {state.common}; a new journal says {behind} facts again")
    waiting = max(head.seq - state.received, 0) if head else 0
    lines.append(f"received by the server: up to {state.received}, safe up to {state.safe}, waiting here: {waiting}")
    lines.append(f"last answer: {_ago(state.contact, now)}")
    return lines


def describe_update(machine: Machine, fetching: Fetching) -> list[str]:
    """The lines on the appliance's release, and on the next one."""
    lines = [f"release: {machine.running or 'not known'}" + (f", slot {machine.slot}" if machine.slot else "")]
    if machine.last is not None:
        why = f": {machine.last.why}" if machine.last.why else ""
        lines.append(f"last update: {machine.last.release}: {machine.last.result}{why}")
    if fetching.release is None:
        told = "none is offered"
    elif fetching.have >= fetching.size:
        told = f"{fetching.release} is here, and waits to be installed"
    else:
        told = f"{fetching.release}, {fetching.have} of {fetching.size} bytes are here"
    return [*lines, f"next release: {told}" + (f" ({fetching.why})" if fetching.why else "")]


def describe_files(closed: Sequence[Closed], size: int, floor: Position) -> list[str]:
    """The line on what the journal lies in. `size`: bytes of the file that is written."""
    megabytes = (size + sum(each.size for each in closed)) / 1_000_000
    pruned = f"facts 1 to {floor.seq} are pruned" if floor.seq else "nothing is pruned"
    return [f"its files: {len(closed) + 1}, {megabytes:.1f} MB; {pruned}"]


def _ago(contact: Instant | None, now: Instant) -> str:
    if contact is None:
        return "never"
    if contact.boot_id != now.boot_id:
        return "before this start of the machine"
    return f"{max(now.boottime_ms - contact.boottime_ms, 0) // 1000} s ago"
