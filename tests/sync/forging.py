"""A day's journals as an auditor is shown them, what citizens and others kept, and everybody who would forge them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from sync import codec, verify
from sync.audit import replay, sections
from sync.audit_kiosk import kiosks
from sync.chain import START, Position, extend, head_message, witness
from sync.codec import Fact
from sync.facts import JournalOpened, draft
from sync.keys import DeviceKey, signature_holds
from sync.types import JournalId, Seq
from tests.sync.officedays import KIOSK, OFFICE, OfficeDay

OFFICE_KEY = DeviceKey(b"o" * 32, b"o" * 32)
KIOSK_KEY = DeviceKey(b"k" * 32, b"k" * 32)
OTHER_KEY = DeviceKey(b"x" * 32, b"x" * 32)
SECRET = b"s" * 32
Row = tuple[int, bytes, bytes]
Edit = Callable[[list[Fact]], Sequence[Fact]]


@dataclass(frozen=True)
class Copy:
    """A journal as it is shown: its rows and the signed head of their end."""

    journal: JournalId
    rows: tuple[Row, ...]
    head: Position
    signature: bytes

    @property
    def facts(self) -> list[Fact]:
        return [codec.parse(row) for _, row, _ in self.rows]


@dataclass(frozen=True)
class World:
    """What an auditor has. `kept`: the office's checkpoint of the evening, mailed away. `papers`: the 16 characters on
    tickets that citizens took home. The public keys are published."""

    office: Copy
    kiosk: Copy
    kept: Position
    papers: frozenset[str]


def copy_of(facts: Sequence[Fact], journal: JournalId, key: DeviceKey) -> Copy:
    """These facts, chained and signed."""
    at, rows = START, []
    for seq, fact in enumerate(facts, 1):
        row = codec.encode(structs.replace(fact, seq=Seq(seq)))
        at = extend(SECRET, at, row)
        rows.append((seq, row, at.chain))
    return Copy(journal, tuple(rows), at, key.sign(head_message(journal, at)))


def honest() -> World:
    """A day as it was."""
    day = OfficeDay(11, citizens=24, counters=2).run()
    opened = JournalOpened(OFFICE, OFFICE_KEY.public.hex(), "office")
    day.facts[0] = structs.replace(day.facts[0], body=draft(opened).body)
    office, kiosk = copy_of(day.facts, OFFICE, OFFICE_KEY), copy_of(day.kiosk, KIOSK, KIOSK_KEY)
    return World(office, kiosk, office.head, papers_of(kiosk))


def papers_of(kiosk: Copy) -> frozenset[str]:
    """What is printed on the kiosk's tickets."""
    return frozenset(
        witness(chain)
        for fact, (_, _, chain) in zip(kiosk.facts, kiosk.rows, strict=True)
        if fact.kind == "ticket.issued"
    )


# What an auditor does ------------------------------------------------------------------------------------------------


def chain(world: World) -> list[str]:
    """Do the rows chain?"""
    copies = (world.office, world.kiosk)
    return ["chain"] if any(verify.check(SECRET, copy.rows).problem for copy in copies) else []


def signature(world: World) -> list[str]:
    """Does the published key vouch for the end of the rows?"""
    for copy, key in ((world.office, OFFICE_KEY), (world.kiosk, KIOSK_KEY)):
        end = Position(Seq(copy.rows[-1][0]), copy.rows[-1][2])  # type: ignore[arg-type]
        if end != copy.head or not signature_holds(key.public, head_message(copy.journal, copy.head), copy.signature):
            return ["signature"]
    return []


def head(world: World) -> list[str]:
    """Does the office's journal still lead to the checkpoint that was kept?"""
    chains = {seq: chain for seq, _, chain in world.office.rows}
    return [] if chains.get(world.kept.seq) == world.kept.chain else ["checkpoint"]


def paper(world: World) -> list[str]:
    """Is every citizen's paper still in the kiosk's chain?"""
    return [] if world.papers <= papers_of(world.kiosk) else ["paper"]


def audit(world: World) -> list[str]:
    """Was the rule kept?"""
    found = replay(sections(world.office.facts)[0], kiosks=kiosks({KIOSK: world.kiosk.facts}))
    return sorted({f"audit: {each.what.value}" for each in found.violations})


CHECKS = (chain, signature, head, paper, audit)


# What a forger does --------------------------------------------------------------------------------------------------


def raw(world: World, edit: Edit) -> World:
    """Change the office's rows in the file, and leave the rest."""
    old = world.office.rows
    chains = [chain for _, _, chain in old]
    facts = list(edit(world.office.facts))
    rows = [(fact.seq, codec.encode(fact), chains[min(at, len(chains) - 1)]) for at, fact in enumerate(facts)]
    return replace(world, office=replace(world.office, rows=tuple(rows)))


def rechained(world: World, edit: Edit) -> World:
    """Change them and make the chain anew with the journal's secret, but without the key."""
    made = copy_of(edit(world.office.facts), OFFICE, OTHER_KEY)
    return replace(world, office=replace(made, signature=world.office.signature))


def other_key(world: World, edit: Edit) -> World:
    """Show a journal that somebody else chained and signed."""
    return replace(world, office=copy_of(edit(world.office.facts), OFFICE, OTHER_KEY))


def resigned(world: World, edit: Edit) -> World:
    """Change them afterwards, with the office's secret and key."""
    return replace(world, office=copy_of(edit(world.office.facts), OFFICE, OFFICE_KEY))


def lived(world: World, edit: Edit) -> World:
    """The office itself wrote it so on the day: chain, signature and checkpoint are all true to it."""
    office = copy_of(edit(world.office.facts), OFFICE, OFFICE_KEY)
    return replace(world, office=office, kept=office.head)


def kiosk_resigned(world: World, edit: Edit) -> World:
    """Change the kiosk's rows afterwards, with its secret and key."""
    return replace(world, kiosk=copy_of(edit(world.kiosk.facts), KIOSK, KIOSK_KEY))
