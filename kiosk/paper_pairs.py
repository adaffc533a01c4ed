"""Labels and their values as a small table: a ticket's fee, times, people ahead."""

from dataclasses import dataclass

from PIL import Image

from kiosk.paper_blocks import Pair, Pairs
from kiosk.paper_ink import Piece, abreast, stack
from kiosk.paper_type import Hand


def pairs(hand: Hand, block: Pairs) -> Image.Image:
    """Labels in one column; two rows share a line where all such lines fit; label and value stand on one baseline."""
    return _Table(hand, block).drawn()


@dataclass(slots=True)
class _Table:
    hand: Hand
    block: Pairs

    def drawn(self) -> Image.Image:
        lines = self._lines()
        keyed = [line[0] for line in lines if line[0].key]
        keys = self._widest([pair.key or "" for pair in keyed])
        keys += self.hand.em("small") * 2 // 3 if keys else 0
        below = self._is_narrow(keyed, keys)
        column = self._label_column([line[0] for line in lines if not (below and line[0].key)], keys)
        pieces: list[Piece] = []
        for line in lines:
            if line[0].key:
                pieces += self._keyed(line[0], 0 if below else column + self.hand.em("small"), keys, below=below)
            else:
                pieces += self._plain(line, column, self.hand.column - self._right_width(lines))
        return stack(pieces, self.hand.column)

    def _keyed(self, pair: Pair, x: int, keys: int, *, below: bool) -> list[Piece]:
        """A value for some of the services, behind their keys; on narrow paper `below` its label."""
        hand, small, language = self.hand, self.hand.em("small"), self.block.language
        pieces: list[Piece] = []
        beside = [(x, hand.piece(pair.key or "", language, small, keys)), (x + keys, self._value(pair, x + keys))]
        if pair.label and below:
            label = abreast([(0, hand.piece(pair.label, language, small, hand.column))], hand.column)
            pieces.append(label._replace(step=hand.step(language, hand.em("body"))))
        elif pair.label:
            beside.append((0, hand.piece(pair.label, language, small, x - small)))
        return [*pieces, self._row(beside), *self._note(pair, x + keys)]

    def _plain(self, line: list[Pair], column: int, right: int) -> list[Piece]:
        """A label and its value, or two of them."""
        small, language = self.hand.em("small"), self.block.language
        x = column + small
        beside = [(0, self.hand.piece(line[0].label, language, small, column)), (x, self._value(line[0], x))]
        for second in line[1:]:
            value = self.hand.column - self._widest_value([second])
            beside.append((right, self.hand.piece(second.label, language, small, value - right)))
            beside.append((value, self._value(second, value)))
        return [self._row(beside), *self._note(line[0], x)]

    def _row(self, beside: list[tuple[int, Piece]]) -> Piece:
        step = self.hand.step(self.block.language, self.hand.em("body"))
        return abreast(beside, self.hand.column)._replace(step=step)

    def _note(self, pair: Pair, x: int) -> list[Piece]:
        if not pair.note:
            return []
        note = self.hand.piece(pair.note, self.block.language, self.hand.em("small"), self.hand.column - x)
        return [abreast([(x, note)], self.hand.column)]

    def _is_narrow(self, rows: list[Pair], keys: int) -> bool:
        """Whether values cannot stand beside labels in one line, nor their notes in two."""
        labels = self._widest([row.label for row in self.block.rows])
        room = self.hand.column - labels - self.hand.em("small") - keys
        return bool(rows) and max(self._widest_value(rows), self._widest([row.note or "" for row in rows]) // 2) > room

    def _value(self, pair: Pair, x: int) -> Piece:
        """As far as the right margin."""
        width = self.hand.column - x
        return self.hand.piece(pair.value, self.block.language, self.hand.em("body"), width, bold=True)

    def _widest(self, texts: list[str]) -> int:
        small = self.hand.em("small")
        return max((self.hand.measure(text, self.block.language, small) for text in texts if text), default=0)

    def _widest_value(self, rows: list[Pair]) -> int:
        body = self.hand.em("body")
        widths = [self.hand.measure(row.value, self.block.language, body, bold=True) for row in rows]
        return max(widths, default=0)

    def _label_column(self, rows: list[Pair], keys: int) -> int:
        """As wide as the widest label; where the values need that room, what they leave, but as much as words need."""
        widest, room = self._widest([row.label for row in rows]), self.hand.column - self.hand.em("small")
        keyed = [row for row in rows if row.key]
        values = max(self._widest_value([row for row in rows if not row.key]), self._widest_value(keyed) + keys)
        least = max(room - values, self.hand.column // 3)
        while least < widest and not self._are_whole(rows, least):
            least += self.hand.em("small") // 2
        return min(widest, least)

    def _are_whole(self, rows: list[Pair], width: int) -> bool:
        """Whether no word of these labels is wider."""
        small, language = self.hand.em("small"), self.block.language
        return all(self.hand.is_whole(row.label, language, small, width) for row in rows if row.label)

    def _right_width(self, lines: list[list[Pair]]) -> int:
        seconds = [pair for line in lines for pair in line[1:]]
        return self._widest([pair.label for pair in seconds]) + self.hand.em("small") + self._widest_value(seconds)

    def _lines(self) -> list[list[Pair]]:
        """The rows, short neighbours on one line; each on its own where one such line would not fit."""
        lines: list[list[Pair]] = []
        for row in self.block.rows:
            if lines and len(lines[-1]) == 1 and _is_short(lines[-1][0]) and _is_short(row):
                lines[-1].append(row)
            else:
                lines.append([row])
        shared, small = [line for line in lines if len(line) > 1], self.hand.em("small")
        left = (
            self._widest([line[0].label for line in lines]) + small + self._widest_value([line[0] for line in shared])
        )
        if left + 2 * small + self._right_width(shared) <= self.hand.column:
            return lines
        return [[row] for row in self.block.rows]


def _is_short(pair: Pair) -> bool:
    """Whether it is a label and a value and no more."""
    return bool(pair.label) and pair.key is None and pair.note is None
