"""What the pages for supervisors and administrators are given to work with."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from server.centre import Centre
from server.door import Door, Person
from server.hall import Hall
from server.ledger import Ledger
from server.office_pages import OfficePages, no_clock
from server.queue import Moment
from server.reads import Reads
from server.updates_down import Told
from sync.clock import office_time
from sync.keys import DeviceKey
from sync.types import JournalId, UtcMs
from translations.numerals import format_moment


@dataclass(frozen=True, slots=True)
class OfficeDesk:
    """`moment` gives now for the queue, None while nobody vouches for the clock. `key`: the office's own. `public_url`:
    where citizens see the pages; None: nowhere. `confirm` takes staff's word for the time (server.timekeeper).
    `certificate`: that of the exchange (DER), which pairing codes carry the fingerprint of. `centre`: how this office
    stands with the server that it relays to. `everywhere` reads what other offices brought here, too (server.lens).
    `update_of`: what a machine said of its release and the next one (server.updates_down)."""

    door: Door
    pages: OfficePages
    hall: Hall
    moment: Callable[[], Moment | None]
    zone: ZoneInfo
    key: DeviceKey
    public_url: str | None
    confirm: Callable[[Ledger, UtcMs], None]
    certificate: bytes
    centre: Centre
    everywhere: Reads
    update_of: Callable[[JournalId], Told | None] = lambda journal_id: None

    def seen(self, contact_ms: int | None, language: str) -> str:
        """When somebody was last heard of, in figures."""
        if contact_ms is None:
            return "–"
        return format_moment(office_time(contact_ms, self.zone), language)

    def now(self, person: Person) -> Moment:
        """The moment to act at. Raises Refused."""
        at = self.moment()
        if at is None:
            raise no_clock(person)
        return at
