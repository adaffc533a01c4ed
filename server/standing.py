"""How the queue stood by the record of the server's own journals, lost parts that came back included, and the codes of
its tickets. It only reads."""

from collections.abc import Iterable

from server.lost import Lost
from server.takeup import Digits, merged
from sync.body import TicketName
from sync.codec import Fact
from sync.errors import NotUnderstood
from sync.facts import DayOpened, understand, understood
from sync.facts_office import TicketAdmitted
from sync.facts_online import OnlineAsked, OnlineRestated
from sync.facts_restated import TicketRestated
from sync.live import Live
from sync.masked import mask, reveal
from sync.online_code import code_hash, codes_behind
from sync.tickets import IllegalStep
from sync.types import JournalId, UtcMs


def by_record(lost: Lost, journal_id: JournalId) -> Live:
    """The queue at the end of what this journal really held, and with what was written instead of what was lost."""
    past = lost.history(journal_id)
    if past.base and past.base[0].kind == DayOpened.kind:
        live = _fold(past.base)
    else:
        before = before_of(lost, journal_id)
        live = merged(before, past.base, before.day) if before.day is not None else _fold(past.base)
    return merged(live, past.since, past.day) if past.since else live


def before_of(lost: Lost, journal_id: JournalId) -> Live:
    """The queue by the record of the journals before this one, as far as it is here."""
    link = lost.predecessor(journal_id)
    if link is None:
        return Live()
    known = lost.secret(link.journal_id) is not None or lost.came_back(link.journal_id)
    name = link.journal_id if known else lost.number_before(journal_id)
    return by_record(lost, name) if name is not None else Live()


def masked_anew(lost: Lost, journal_id: JournalId) -> dict[TicketName, str]:
    """The 4 digits of all tickets, as far as the server's own journals tell them, masked for this one (sync.masked)."""
    ours, found = lost.secret(journal_id), dict[TicketName, str]()
    for name, fact in lost.last_days():
        theirs = lost.secret_of(name)
        body = understood(fact) if fact.kind in _TELLING else None
        if ours is None or theirs is None or not isinstance(body, TicketAdmitted | TicketRestated):
            continue
        words = body.ticket.journal, body.day, body.label
        code = reveal(body.code, theirs, *words)
        if code is not None:
            found[body.ticket] = mask(code, ours, *words)
    return found


def digits_anew(lost: Lost, journal_id: JournalId, live: Live, now_ms: UtcMs) -> Digits:
    """The codes of the day's online places, masked for this journal, as far as the server's own journals tell them."""
    said = dict[str, tuple[JournalId, JournalId, str]]()
    for name, fact in lost.last_days():
        body = understood(fact) if fact.kind in (OnlineAsked.kind, OnlineRestated.kind) else None
        if isinstance(body, OnlineAsked | OnlineRestated) and body.place in live.online.places:
            origin = body.journal if isinstance(body, OnlineRestated) else name
            said[body.place] = origin, name, body.code
    ours, found = lost.secret(journal_id), {place: ("", origin) for place, (origin, _, _) in said.items()}
    if ours is None or not any(each.is_open(now_ms) for each in live.online.places.values()):
        return found
    for journal in {name for _, name, _ in said.values()}:
        theirs, day = lost.secret_of(journal), live.day or ""
        hashes = {code: place for place, (_, name, code) in said.items() if name == journal and code}
        for made, code in (codes_behind(hashes, day, theirs) if theirs is not None else {}).items():
            found[hashes[made]] = code_hash(code, day, ours), said[hashes[made]][0]
    return found


_TELLING = frozenset({TicketAdmitted.kind, TicketRestated.kind})


def _fold(facts: Iterable[Fact]) -> Live:
    """As sync.live.fold; what has no place is passed over: a queue has to be taken up from any record."""
    live = Live()
    for fact in facts:
        try:
            body = understand(fact)
            live = live if body is None else live.after(body, fact.seq)
        except (IllegalStep, NotUnderstood):
            continue
    return live
