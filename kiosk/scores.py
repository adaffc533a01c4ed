"""The buttons of all counters: one Votes machine for each, so that nobody at one counter locks out another, and one
machine for each *next* button.

Drives the record, the lamps and the chime; kiosk.votes decides. A press is thanked for when its fact is durable.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from hardware.buttons import NEXT, Edge
from hardware.lamps import Lamp
from hardware.sound import Sound
from kiosk import votes
from kiosk.next_button import NextButton
from kiosk.record import Recorder
from sync.facts import CounterPressed, ScoreGiven
from sync.types import BootMs


class Trial(NamedTuple):
    """A counter whose buttons are tested: levels 1 to 5, and hardware.buttons.NEXT where it has that button. `met`:
    those that were pressed since the test began."""

    counter: int
    held: frozenset[int]
    met: frozenset[int]


class Scores:
    """`counters` with score buttons; `held`: (counter, level) of buttons that are down as the machine begins.

    `lamps` has the lamp of each counter that has one; the chime is one for all. `menu` is called when the technician's
    chord was held at a counter.
    """

    def __init__(
        self,
        counters: Sequence[int],
        held: Iterable[tuple[int, int]],
        *,
        record: Recorder,
        lamps: Mapping[int, Lamp],
        sound: Sound,
        now: Callable[[], BootMs],
        menu: Callable[[], None] = lambda: None,
    ) -> None:
        self._record, self._lamps, self._sound, self._now = record, lamps, sound, now
        self._menu = menu
        self._tested: int | None = None
        self._met: frozenset[int] = frozenset()
        at, down = now(), set(held)
        self._votes = {
            counter: votes.start(counter, at, [level for where, level in down if where == counter])
            for counter in counters
        }
        self._nexts: dict[int, NextButton] = {}

    def turn(self, edges: Sequence[Edge], now: BootMs) -> None:
        """Take in these edges in their order, and all that the time brings. `now`: before the edges were drained.

        Raises VotesError for an edge of a counter or level that is not there.
        """
        for edge in edges:
            if edge.counter not in self._votes:
                raise votes.VotesError(f"there is no counter {edge.counter}", hint="Name it under [[counters]].")
            at = BootMs(edge.boottime_ms)
            if edge.level == NEXT:
                button = self._nexts.get(edge.counter, NextButton(edge.counter))
                self._pressed(*button.edge(edge.pressed, at))
            else:
                self._vote(edge.counter, votes.Edge(edge.level, edge.pressed, at))
        for counter in self._votes:
            self._vote(counter, votes.Tick(BootMs(max(now, self._now()))))
        for button in tuple(self._nexts.values()):
            self._pressed(*button.tick(BootMs(max(now, self._now()))))

    def deadline(self) -> BootMs | None:
        """When something happens at any counter if nobody presses before."""
        due = [state.deadline() for state in self._votes.values()]
        due += [button.deadline() for button in self._nexts.values()]
        return min((at for at in due if at is not None), default=None)

    def stop(self) -> None:
        """Tell what is still to be told, and turn the lamps off."""
        for counter in self._votes:
            self._vote(counter, votes.Stop(self._now()))

    @property
    def thanked(self) -> tuple[int, ...]:
        """The counters whose press is on record and which do not take the next one yet, in their order."""
        return tuple(each.counter for each in self._votes.values() if each.phase is votes.Counter.LOCKOUT)

    @property
    def tested(self) -> Trial | None:
        """The counter whose buttons are being tested, which of them are held, and which were at any time."""
        if self._tested is None:
            return None
        return Trial(self._tested, self._held(self._tested), self._met)

    def test(self, counter: int | None) -> None:
        """Test the buttons of this counter from here on, which then count for nobody; None: of none any more."""
        if counter == self._tested:
            return
        now = self._now()
        if self._tested is not None:
            self._vote(self._tested, votes.EndTry(now))
            if self._tested in self._nexts:
                self._nexts[self._tested] = self._nexts[self._tested].let_go()
        self._tested, self._met = counter, frozenset()
        if counter is not None:
            self._vote(counter, votes.Try(now))

    def _held(self, counter: int) -> frozenset[int]:
        button = self._nexts.get(counter)
        held = self._votes[counter].down
        return held | {NEXT} if button is not None and button.held else held

    def _meet(self, counter: int) -> None:
        """At each step, not at each look: a short press may be over by then."""
        if counter == self._tested:
            self._met |= self._held(counter)

    def _pressed(self, button: NextButton, press: CounterPressed | None) -> None:
        """A press that the disk refuses is none: an officer presses again, and nobody is called a minute late."""
        self._nexts[button.counter] = button
        self._meet(button.counter)
        if press is not None and button.counter != self._tested:
            self._record.commit(press)

    def _vote(self, counter: int, given: votes.Input) -> None:
        """One step, its facts, and the step that follows from whether they are durable."""
        done = votes.step(self._votes[counter], given)
        self._votes[counter] = done.state
        self._meet(counter)
        for effect in done.effects:
            self._effect(counter, effect)
        for body in done.facts:
            if not isinstance(body, ScoreGiven):
                self._record.keep(body)
                continue
            stored = self._record.commit(body)
            now = self._now()
            self._vote(counter, votes.Committed(stored[0].seq, now) if stored else votes.Refused(now))

    def _effect(self, counter: int, effect: votes.Effect) -> None:
        lamp = self._lamps.get(counter)
        if effect is votes.Effect.CHIME:
            self._sound.play()
        elif effect is votes.Effect.MENU:
            self._menu()
        elif lamp is not None and effect is votes.Effect.LAMP_ON:
            lamp.on()
        elif lamp is not None:
            lamp.off()
