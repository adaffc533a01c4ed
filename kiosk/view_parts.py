"""What several views share: what there is to show, the page's margins, the bar with *back* and the languages. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from fonts.tokens import Accent
from kiosk.layout import Rect
from kiosk.screen_inputs import AskHelp, Back, ChooseLanguage, Input, OpenAccess, TurnPage
from kiosk.screen_types import State
from kiosk.widgets import Canvas, Look
from kiosk.wording import texts
from sync.catalogue import Catalogue, Group, Service
from translations import LANGUAGE_NAMES

BAR_MM = 20.0


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What the office shows: its name by language, its languages, its services.

    `notice` is for the technician, in English: the mistake in a file whose last good copy is in use.
    `detail`: what exactly is wrong, for whoever repairs it.
    """

    office: Mapping[str, str]
    languages: tuple[str, ...]
    catalogue: Catalogue
    notice: str | None = None
    detail: str | None = None


def page(canvas: Canvas) -> Rect:
    """Where this screen may draw, within its margins."""
    space = canvas.tokens.space
    return canvas.area.inset(canvas.px(space.s if canvas.compact else space.l))


def accent_of(canvas: Canvas, service: Service | Group) -> Accent:
    """The colour of a service or a group; one that the tokens do not have is drawn in the first of theirs."""
    accents = canvas.tokens.accent
    return accents.get(service.accent) or next(iter(accents.values()))


def accent_by_id(canvas: Canvas, exhibit: Exhibit, service_id: str) -> Accent:
    """The colour of a service that may have left the catalogue since its ticket was taken."""
    found = [service for service in exhibit.catalogue.services if service.id == service_id]
    return accent_of(canvas, found[0]) if found else next(iter(canvas.tokens.accent.values()))


def below_bar(canvas: Canvas) -> Rect:
    """The page under the row on top."""
    space = canvas.tokens.space
    return page(canvas).below(canvas.px(BAR_MM) + canvas.px(space.s if canvas.compact else space.m))


def bar(state: State, exhibit: Exhibit, canvas: Canvas, *, back: bool = True, gives: Input | None = None) -> Rect:
    """The row on top: *back* at the left; languages, *display* and *call staff* at the right. Returns the page below.

    Where there is no room for all languages, one button leads to the next of them. `gives`: what *back* gives.
    """
    area = page(canvas)
    row = area.top(canvas.px(BAR_MM))
    right = _tools(row, state, canvas)
    right = _languages(right, state, exhibit, canvas)
    if back:
        place = right.left(min(canvas.px(66), right.w))
        spoken = texts(state.language).gettext("Back")
        label = spoken if _fits(spoken, place, state.language, canvas) else ""
        canvas.button("back", place, label, state.language, gives or Back(), icon="back", says=spoken)
    return below_bar(canvas)


def _fits(label: str, place: Rect, language: str, canvas: Canvas) -> bool:
    """Whether a button of this size shows these words beside a sign."""
    capital, pad = canvas.tokens.screen.label, canvas.px(canvas.tokens.space.s)
    words = canvas.type.measure(label, language, canvas.display.em(capital), "bold")
    return words + canvas.px(capital * 1.5) + 3 * pad <= place.w


def _tools(row: Rect, state: State, canvas: Canvas) -> Rect:
    """*Display* and *call staff*, at the end of the row; returns what is left of it."""
    gap, side = canvas.px(canvas.tokens.shape.target_gap), canvas.px(BAR_MM)
    spoken = texts(state.language)
    offered: list[tuple[str, Input, str]] = [
        ("access", OpenAccess(), spoken.gettext("Larger, lower, darker")),
        ("help", AskHelp(), spoken.gettext("Call the staff")),
    ]
    for index, (name, gives, says) in enumerate(reversed(offered)):
        place = Rect(row.right - side - index * (side + gap), row.y, side, row.h)
        canvas.button(name, place, "", state.language, gives, icon=name, says=says)
    return row.left(row.w - len(offered) * (side + gap))


def _languages(row: Rect, state: State, exhibit: Exhibit, canvas: Canvas) -> Rect:
    gap = canvas.px(canvas.tokens.shape.target_gap)
    least = canvas.px(42)
    kept = canvas.px(BAR_MM) + gap
    names = exhibit.languages
    if len(names) * (least + gap) > row.w - kept:
        names = _next_language(state.language, exhibit)
    width = min(canvas.px(54), (row.w - kept) // max(len(names), 1) - gap)
    for index, language in enumerate(reversed(names)):
        cell = Rect(row.right - width - index * (width + gap), row.y, width, row.h)
        look: Look = "chosen" if language == state.language else "quiet"
        canvas.button(
            f"language-{language}", cell, LANGUAGE_NAMES[language], language, ChooseLanguage(language), look=look
        )
    return row.left(row.w - len(names) * (width + gap))


def _next_language(language: str, exhibit: Exhibit) -> tuple[str, ...]:
    known = exhibit.languages
    if len(known) < 2:
        return ()
    return (known[(known.index(language) + 1) % len(known)],) if language in known else known[:1]


def turner(page: int, count: int, area: Rect, language: str, canvas: Canvas) -> None:
    """The way to the next of `count` pages, from the last one back to the first."""
    spoken = texts(language)
    last = page + 1 == count
    label = spoken.gettext("First page") if last else spoken.gettext("More")
    canvas.button("more", area, label, language, TurnPage((page + 1) % count), icon="back" if last else "next")
