"""A centre, three offices and six kiosks, and what befalls them in one round. Everything follows from the seed."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from server import acts
from sync.chain import START
from sync.clock import office_day
from tests.faults.centre_habits import Habits, Killed
from tests.faults.centre_judge import Found, Left, compare
from tests.faults.centre_kiosk import Card
from tests.faults.centre_line import Network
from tests.faults.centre_server import Centre, Clock, Office
from tests.server.conftest import ZONE
from tests.server.device import DAY, NOON

OFFICES, KIOSKS, MOST_CARDS = 3, 6, 8
STEPS = 90
"""What happens in a round."""
_PAUSE_S = 600
_PATIENCE, _IN_VAIN = 40, 5
"""So many times a person looks whether all is there; so many times though nothing has changed."""


class World:
    """`round` has a round befall it, and says what is wrong afterwards; all stays as it is for the next."""

    def __init__(self, folder: Path, seed: int, habits: Habits | None = None) -> None:
        self.folder, self.dice = folder, random.Random(f"centre {seed}")
        self.habits = habits or Habits()
        self.clock = Clock(NOON, DAY)
        self.network = Network(random.Random(f"network {seed}"), calm=True)
        self.befell: Counter[str] = Counter()
        self.centre = Centre(folder / "centre", f"{seed} centre", self.clock, self.habits)
        self.offices = [
            Office(folder / f"office{n}", n, f"{seed} office {n}", self.clock, self.habits, self.centre, self.network)
            for n in range(1, OFFICES + 1)
        ]
        self.cards: list[Card] = []
        self.gone: list[Card] = []
        for n in range(KIOSKS):
            self._add(self.offices[n % OFFICES])
        self.heal()
        self._back_up()

    def close(self) -> None:
        """Let go of all files."""
        for card in self.cards:
            card.stop()
        for server in (*self.offices, self.centre):
            server.close()

    def round(self) -> Found:
        """Everything at once; then the line is good, people mend what stands still, and all is compared."""
        self.network.calm = False
        for _ in range(STEPS):
            self._step()
        self._disaster()
        for _ in range(STEPS // 3):
            self._step()
        stuck = self.heal()
        return replace(self.judge(), stuck=stuck)

    def judge(self) -> Found:
        """Hold together what everybody has."""
        ever: dict[tuple[str, int], set[bytes]] = {}
        for card in (*self.cards, *self.gone):
            for place, row in card.rows.items():
                ever.setdefault(place, set()).add(row)
        devices = [
            Left(card.name, {(name, each.seq): each.row for name, each in card.entries()}, card.promised, card.wrote)
            for card in self.cards
        ]
        devices += [Left(f"{card.name} (gone)", {}, card.promised) for card in self.gone]
        found = compare(devices, ever, self.centre.facts())
        return replace(found, figures=self._figures())

    def heal(self) -> list[str]:
        """The network is good, and people look after everything until nothing changes; what then still stands still."""
        self.network.calm = True
        while self.network.held:
            self.network.let_go()
        seen: Counter[tuple[int, ...]] = Counter()
        while seen.total() < _PATIENCE and _IN_VAIN not in seen.values():
            for card in self.cards:
                card.sync(6, _PAUSE_S)
                if not card.settled():
                    card.sync(20, _PAUSE_S)
                    card.mend()
            for office in self.offices:
                office.turn(20, _PAUSE_S)
            if not self._unsettled():
                break
            seen[tuple(len(server.facts()) for server in (*self.offices, self.centre))] += 1
        return self._unsettled()

    def _unsettled(self) -> list[str]:
        found = [f"{card.name} never came through: {card.inbox()}" for card in self.cards if not card.settled()]
        there = self.centre.facts()
        for office in self.offices:
            missing = [place for place in office.facts() if place not in there and not office.wrote_on_a_copy(*place)]
            if missing:
                found.append(f"office {office.number} never brought {len(missing)} facts, first {missing[0]}")
        return found

    def _figures(self) -> list[str]:
        """What was kept as the days grew, against what a rebuild makes of the same facts."""
        while self.centre.reckon():
            pass
        grown = self.centre.figures()
        self.centre.ledger.rebuild()
        while self.centre.reckon():
            pass
        again = self.centre.figures()
        return [] if grown == again else [f"{len(set(grown) ^ set(again))} rows of figures differ from a rebuild's"]

    # What happens -----------------------------------------------------------------------------------------------------

    def _step(self) -> None:
        card, office = self.dice.choice(self.cards), self.dice.choice(self.offices)
        things: dict[Callable[[], object], float] = {
            card.take: 16,
            card.score: 6,
            lambda: card.sync(self.dice.randint(1, 8)): 22,
            lambda: self._work(office): 10,
            lambda: office.turn(self.dice.randint(1, 10)): 16,
            lambda: self.centre.reckon(self._cut): 5,
            card.stop: 2,
            card.start: 2,
            card.prune: 6,
            self._back_up: 0.5,
            office.killed: 1,
            self.centre.killed: 1,
            self._another_day: 3,
        }
        self.clock.later(self.dice.choice((0.1, 0.3, 1.0)))
        with suppress(Killed):
            self.dice.choices(list(things), list(things.values()))[0]()

    def _work(self, office: Office) -> None:
        act = self.dice.choice((acts.Open(), acts.Next(), acts.Came(), acts.Finish()))
        office.act(act, self.dice.choice((1, 2)))

    def _back_up(self) -> None:
        """The offices before the centre: what that calls safe is in every copy. So nobody copies an office that was
        restored and has not heard again what the centre has."""
        if any(self._behind(card) for card in self.cards):
            self.befell["no backup of an office that lags behind its centre"] += 1
            return
        for server in (*self.offices, self.centre):
            server.copy()

    def _behind(self, card: Card) -> bool:
        journal = card.journal_id()
        at_office, at_centre = (server.at(journal) or START for server in (card.office, self.centre))
        return at_office.seq < at_centre.seq

    def _cut(self) -> None:
        if self.dice.random() < 0.15:
            self.befell["killed over its figures"] += 1
            raise Killed

    def _another_day(self) -> None:
        self.clock.later(24 * 60)
        self.clock.day = office_day(self.clock.now_ms, ZONE).isoformat()
        self.befell["another day"] += 1

    # What must never happen, and does ---------------------------------------------------------------------------------

    def _disaster(self) -> None:
        """One a round, in turn by the dice: those that lose a disk or a card."""
        named: dict[str, Callable[[], None]] = {
            "centre restored": self._centre_restored,
            "office restored": self._office_restored,
            "card put back": self._card_put_back,
            "card cloned": self._card_cloned,
            "card flashed anew": self._flashed_anew,
            "nothing": self._nothing,
        }
        name = self.dice.choice([*named, "office restored"])
        named[name]()
        self.befell[name] += 1

    def _nothing(self) -> None:
        """A quiet round."""

    def _centre_restored(self) -> None:
        self.centre.restore()

    def _office_restored(self) -> None:
        self.dice.choice(self.offices).restore()

    def _card_put_back(self) -> None:
        """An old copy of a card takes the card's place."""
        card = self._any()
        old = card.copied(self._folder(), card.name)
        for _ in range(self.dice.randint(1, 6)):
            card.take()
            card.sync(self.dice.randint(0, 12))
        self._leaves(card)
        self.cards.append(old)
        old.start()

    def _card_cloned(self) -> None:
        """Two machines go on with one card. Where its history had parted before, both would say the end of it again."""
        card = self._any()
        if card.has_parted():
            return
        clone = card.copied(self._folder(), f"{card.name}'")
        self.cards.append(clone)
        clone.start()
        if len(self.cards) > MOST_CARDS:
            self._leaves(self._any())

    def _flashed_anew(self) -> None:
        """The card is broken: a blank one takes its place, with a key of its own."""
        card = self._any()
        self._leaves(card)
        self._add(card.office)

    def _any(self) -> Card:
        return self.dice.choice(self.cards)

    def _leaves(self, card: Card) -> None:
        card.stop()
        self.cards.remove(card)
        self.gone.append(card)

    def _add(self, office: Office) -> None:
        folder = self._folder()
        dice = random.Random(f"{folder.name} {self.dice.random()}")
        self.cards.append(Card(folder, folder.name, office, self.network, self.clock, self.habits, dice).make())

    def _folder(self) -> Path:
        return self.folder / f"kiosk{len(self.cards) + len(self.gone) + 1}"
