"""The now-serving display as a scene, for a screen without a browser: the same look as the office's page. Pure.

Numbers and counters are what people look up for; what is told beside them (kiosk.board_told) takes the rest. Without a
catalogue no service is named, for the office's journal knows them by their ids only: how many wait is then one number.
"""

# gettext: display

from collections.abc import Mapping
from dataclasses import dataclass

from fonts.shaping import Typesetter
from fonts.tokens import Hex, Tokens
from kiosk.board_others import GAP, Others, short_date
from kiosk.board_told import draw_slide, draw_waits, waits_height
from kiosk.board_type import Hand, Words, in_each
from kiosk.board_watch import Sight
from kiosk.layout import Display, Rect, grid
from kiosk.scene import Scene
from kiosk.widgets import Canvas
from sync.board import Board, Shown
from sync.board import Scene as What
from sync.slides import Slide
from translations import N_
from translations.told import below_still

STILL = {
    What.WAITING: (N_("No number is being called now"), N_("The next number appears here")),
    What.EMPTY: (N_("Nobody is waiting"), N_("The next number appears here")),
    What.BREAK: (N_("The counters take a break"), N_("The next number appears here")),
    What.UNOPENED: (N_("No counter is open now"), N_("The next number appears here")),
    What.CLOSED: (N_("The office is closed"), None),
}
"""What is said where nobody is called, and below it."""
CROWD = 13
"""Most calls beside which a text is told."""
NUMBER, PLATE, WORDS = 23.2, 23.2, 2.5
"""Heights of capitals: the number called last and its counter (0.7° at ten metres on a set of 43 inches), captions."""


@dataclass(frozen=True, slots=True)
class Hall:
    """What the office is called, by language, and the languages of its display, the first one first.

    `notice` is for the technician, in English: the mistake in a file whose last good copy is in use.
    """

    office: Mapping[str, str]
    languages: tuple[str, ...]
    notice: str | None = None


def draw_board(
    sight: Sight, hall: Hall, display: Display, typesetter: Typesetter, tokens: Tokens, hand: type[Hand] = Hand
) -> Scene:
    """Everything that the hall sees of it, written by this `hand`."""
    return _Drawing(sight, hall, hand(Canvas(display, typesetter, tokens))).scene()


class _Drawing:
    """One picture; each method fills a rectangle."""

    def __init__(self, sight: Sight, hall: Hall, hand: Hand) -> None:
        self._sight, self._hall, self._canvas = sight, hall, hand.canvas
        self._hand, self._colour = hand, hand.canvas.tokens.colour
        self._gap = self._hand.px(GAP)

    def scene(self) -> Scene:
        page = self._canvas.area.inset(self._hand.px(2), self._hand.px(1))
        page = self._header(page)
        if self._sight.lost:
            page = self._lost(page)
        board = self._sight.board
        if board is not None:
            if not self._sight.lost:
                page = self._waits(page, board)
            others = len(board.calls) > 1 or bool(board.recent)
            alone = not others and self._slide is None
            rest = self._hero(page, board.calls[0], alone) if board.calls else self._still(page, board, alone)
            if self._slide is not None:
                rest = self._told(rest, self._slide, others=others)
            # Upright, where nothing else is told, the numbers called before have room for two rows.
            roomy = self._canvas.portrait and self._slide is None
            drawing = Others(self._hand, self._hall.languages, old=self._sight.lost, roomy=roomy)
            drawing.draw(rest, board.calls[1:], board.recent)
        return self._canvas.scene()

    # Above ------------------------------------------------------------------------------------------------------------

    def _header(self, page: Rect) -> Rect:
        """The office's name, and the moment that all of it is true of; returns what is left below."""
        upright, hand = self._canvas.portrait, self._hand
        high = hand.px(7.5)
        names = [Words(each, self._hall.office[each]) for each in self._hall.languages if each in self._hall.office]
        if self._hall.notice is not None:
            names = [Words("en", self._hall.notice)]
        if upright:
            hand.line(page.top(hand.px(6)), names, 2.4, self._colour.ink, self._colour.ink_soft)
            self._as_of(page.below(hand.px(6)).top(high))
            return page.below(hand.px(6) + high + self._gap)
        clock = page.top(high).beside(page.w - hand.px(74))
        hand.line(
            page.top(high).left(page.w - clock.w - self._gap), names, 2.6, self._colour.ink, self._colour.ink_soft
        )
        self._as_of(clock)
        return page.below(high + self._gap // 2)

    def _as_of(self, place: Rect) -> None:
        if self._sight.as_of is None or self._sight.lost:
            return
        hand, colour = self._hand, self._colour
        width = hand.px(27)
        time = place.beside(place.w - width)
        hand.number(time, f"{self._sight.as_of:%H:%M:%S}", 4.0, colour.ink, "right")
        told = place.left(place.w - width - self._gap)
        if self._sight.trying:
            self._canvas.box(told.inset(0, hand.px(1)), colour.warning_ground)
            inner = told.inset(hand.px(1), hand.px(1))
            hand.line(inner, self._each(N_("Reconnecting")), 1.6, colour.on_warning, align="right")
        else:
            hand.line(told, self._each(N_("As of")), 1.6, colour.ink_soft, colour.ink_soft, "right")

    def _lost(self, page: Rect) -> Rect:
        """The office is silent: said as large as a call, with the time that the numbers are of."""
        hand, upright = self._hand, self._canvas.portrait
        words, since_words = self._each(N_("Connection lost, trying again")), self._each(N_("These numbers are as of"))
        ink = self._colour.on_warning
        high = hand.px(34 if upright else 20)
        band = page.top(high)
        self._canvas.box(band, self._colour.warning_ground)
        inner = band.inset(hand.px(2), hand.px(0.8))
        if self._sight.as_of is None:
            hand.stack(inner, words, 5.0, ink, align="centre")
            return page.below(high + self._gap)
        time = f"{self._sight.as_of:%H:%M:%S}"
        if upright:
            hand.stack(inner.top(inner.h * 5 // 9), words, 4.0, ink)
            since = inner.below(inner.h * 5 // 9)
            hand.stack(since.left(since.w - hand.px(36)), since_words, 2.4, ink)
            hand.number(since.beside(since.w - hand.px(34)), time, 6.0, ink, "right")
        else:
            hand.line(inner.top(inner.h // 2), words, 4.6, ink)
            since = inner.below(inner.h // 2)
            hand.line(since.left(since.w - hand.px(40)), since_words, 2.6, ink)
            hand.number(since.beside(since.w - hand.px(38)), time, 6.0, ink, "right")
        return page.below(high + self._gap)

    # The call ---------------------------------------------------------------------------------------------------------

    def _hero(self, page: Rect, call: Shown, alone: bool) -> Rect:
        """The number that was called last, and its counter; returns what is left below. `alone`: that is not needed."""
        hand, upright = self._hand, self._canvas.portrait
        high = page.h if alone and not upright else hand.px(38)
        self._number(page.top(high) if upright else page.top(high).left(page.w - hand.px(50) - self._gap), call)
        if upright:
            below = page.below(high + self._gap)
            self._counter(below.top(hand.px(26)), call)
            return below.below(hand.px(26) + self._gap)
        self._counter(page.top(high).beside(page.w - hand.px(50)), call)
        return page.below(high + self._gap)

    def _number(self, place: Rect, call: Shown) -> None:
        hand, colour, old = self._hand, self._colour, self._sight.lost
        self._canvas.box(place, colour.sunken if old else colour.surface, colour.outline if old else colour.primary)
        inner = place.inset(hand.px(2.2), hand.px(0.8))
        words = inner.top(hand.px(6))
        notes = [self._each(N_("Called again"))] if call.again else []
        if call.day:
            notes.insert(0, self._each(N_("Ticket of {date}"), date=short_date(call.day)))
        hand.line(
            words, self._each(N_("Number called")), WORDS, colour.ink_soft if old else colour.ink, colour.ink_soft
        )
        foot = hand.px(5) if notes else 0
        number = inner.below(words.h)
        large = max(NUMBER, NUMBER * place.h / hand.px(38))
        hand.number(number.top(number.h - foot), call.label, large, self._ink, bold=not old)
        # Two notes share the row below; one has it for itself.
        for note, own in zip(
            notes, grid(number.below(number.h - foot), max(len(notes), 1), 1, self._gap), strict=False
        ):
            self._canvas.box(own, colour.warning_ground)
            hand.line(own.inset(hand.px(1), 0), note, 1.7, self._colour.on_warning, align="centre")

    def _counter(self, place: Rect, call: Shown) -> None:
        hand, colour, old = self._hand, self._colour, self._sight.lost
        ink = colour.ink_soft if old else colour.on_primary
        self._canvas.box(place, colour.sunken if old else colour.primary, colour.outline if old else None)
        inner = place.inset(hand.px(2.2), hand.px(0.8))
        words = self._each(N_("Counter"))
        if self._canvas.portrait:
            hand.stack(inner.left(hand.px(42)), words, 3.6, ink, ink)
            hand.number(inner.beside(hand.px(44)), str(call.counter), min(PLATE, 20.0), ink, bold=not old)
        else:
            hand.line(inner.top(hand.px(6)), words, WORDS, ink, ink, "centre")
            large = PLATE * place.h / hand.px(38)
            hand.number(inner.below(hand.px(6)), str(call.counter), large, ink, bold=not old)

    def _still(self, page: Rect, board: Board, alone: bool) -> Rect:
        """What goes on where nobody is called."""
        hand, colour = self._hand, self._colour
        upright = self._canvas.portrait
        told = self._slide is not None
        place = page if alone and not upright else page.top(hand.px(66 if upright else 38 if told else 44))
        large = 7.0 if place.h > hand.px(60) and not upright else 5.0
        self._canvas.box(place, colour.surface, colour.rule)
        inner = place.inset(hand.px(3), hand.px(1.5))
        msgid, then = STILL[board.scene]
        upper = inner.h * 62 // 100
        hand.stack(inner.top(upper), self._each(msgid), large, self._ink, colour.ink_soft)
        hand.stack(inner.below(upper), self._then(board, then), large * 0.52, colour.ink, colour.ink_soft)
        return page.below(place.h + self._gap)

    def _then(self, board: Board, msgid: str | None) -> list[Words]:
        """Below that: why, until when, or what comes."""
        said = []
        for language in self._hall.languages:
            text = below_still(language, board.why.get(language), board.opens, board.back, msgid)
            said += [Words(language, text)] if text else []
        return said

    # What is told beside the calls ----------------------------------------------------------------------------------

    def _waits(self, page: Rect, board: Board) -> Rect:
        """How many wait, in the last row; returns what is left above. After hours nobody does."""
        waiting = sum(each.waiting for each in board.waits)
        if board.scene is What.CLOSED and not waiting:
            return page
        hand, colour = self._hand, self._colour
        if any(each.names for each in board.waits):
            high = waits_height(hand, board.waits)
            draw_waits(hand, page.below(page.h - high), board.waits, self._hall.languages)
            return page.top(page.h - high - self._gap)
        row = page.below(page.h - hand.px(8.5))
        self._canvas.box(row, colour.surface, colour.rule)
        inner = row.inset(hand.px(2), hand.px(0.6))
        hand.number(inner.beside(inner.w - hand.px(16)), str(waiting), 4.6, colour.ink, "right")
        hand.line(inner.left(inner.w - hand.px(18)), self._each(N_("Waiting")), WORDS, colour.ink, colour.ink_soft)
        return page.top(page.h - row.h - self._gap)

    @property
    def _slide(self) -> Slide | None:
        """What is told now; nothing beside so many calls that they need the room."""
        board = self._sight.board
        return self._sight.slide if board is not None and len(board.calls) <= CROWD else None

    def _told(self, page: Rect, slide: Slide, *, others: bool) -> Rect:
        """The text that is told now, beside the other calls or below them; returns what is left for these."""
        hand = self._hand
        if not others:
            draw_slide(hand, page, slide, alone=True)
            return page.top(0)
        if self._canvas.portrait:
            high = hand.px(29)
            draw_slide(hand, page.below(page.h - high), slide, alone=False)
            return page.top(page.h - high - self._gap)
        wide = hand.px(72)
        draw_slide(hand, page.beside(page.w - wide), slide, alone=False)
        return page.left(page.w - wide - self._gap)

    # Words and colours ------------------------------------------------------------------------------------------------

    def _each(self, msgid: str, **values: object) -> list[Words]:
        """This text in every language of the display, its places filled."""
        return in_each(msgid, self._hall.languages, **values)

    @property
    def _ink(self) -> Hex:
        return self._colour.ink_soft if self._sight.lost else self._colour.primary
