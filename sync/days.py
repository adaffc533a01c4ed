"""An office's journal followed fact by fact: the queue, what calls took today, and what they took the day before.

The same at the office, whose display and pages tell waiting ranges, and at the kiosks, which print them. Pure.
"""

from collections.abc import Mapping

from sync.body import Body
from sync.codec import Fact
from sync.errors import SyncError
from sync.facts import DayOpened, understand
from sync.live import Live
from sync.took import Calls, Took


class Days:
    """`live` is the queue after the last fact, `took` the calls of its day, `before` those of the day before.

    `lost`: a fact of this day had no place in the queue; the next day begins anew.
    """

    def __init__(self) -> None:
        self.live, self.took, self.lost = Live(), Took(), False
        self.before: Mapping[str, Calls] = {}

    def follow(self, fact: Fact) -> tuple[Live, Body] | None:
        """One more fact, in order: the queue before it, and its body; None where it is passed over.

        Raises SyncError, once a day, where it has no place.
        """
        try:
            body = understand(fact)
            if isinstance(body, DayOpened):
                self.before, self.lost = self.took.services or self.before, False
            if body is None or self.lost:
                return None
            before, self.live = self.live, self.live.after(body, fact.seq)
        except SyncError:
            self.lost = True
            raise
        self.took = self.took.after(before, body)
        return before, body
