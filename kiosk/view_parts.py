"""What several views share: what there is to show, the page's margins, the bar with *back* and the languages. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from fonts.tokens import Accent
from kiosk.layout import Rect, columns
from kiosk.screen_types import Back, ChooseLanguage, State, TurnPage
from kiosk.widgets import Canvas, Look
from kiosk.wording import texts
from sync.catalogue import Catalogue, Service
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
    """The screen within its margins."""
    return canvas.display.rect.inset(canvas.px(canvas.tokens.space.l))


def accent_of(canvas: Canvas, service: Service) -> Accent:
    """The colour of a service; one that the tokens do not have is drawn in the first of theirs."""
    accents = canvas.tokens.accent
    return accents.get(service.accent) or next(iter(accents.values()))


def accent_by_id(canvas: Canvas, exhibit: Exhibit, service_id: str) -> Accent:
    """The colour of a service that may have left the catalogue since its ticket was taken."""
    found = [service for service in exhibit.catalogue.services if service.id == service_id]
    return accent_of(canvas, found[0]) if found else next(iter(canvas.tokens.accent.values()))


def bar(state: State, exhibit: Exhibit, canvas: Canvas) -> Rect:
    """The row on top: *back* at the left, the languages at the right. Returns the page below it."""
    row = page(canvas).top(canvas.px(BAR_MM))
    rest = row.w - _languages_width(exhibit, canvas) - canvas.px(canvas.tokens.space.m)
    back = row.left(min(canvas.px(66), rest))
    label = texts(state.language).gettext("Back") if back.w >= canvas.px(50) else ""
    canvas.button("back", back, label, state.language, Back(), icon="back")
    return bar_of_languages(state, exhibit, canvas)


def turner(page: int, count: int, area: Rect, language: str, canvas: Canvas) -> None:
    """The way to the next of `count` pages, from the last one back to the first."""
    spoken = texts(language)
    last = page + 1 == count
    label = spoken.gettext("First page") if last else spoken.gettext("More")
    canvas.button("more", area, label, language, TurnPage((page + 1) % count), icon="back" if last else "next")


def bar_of_languages(state: State, exhibit: Exhibit, canvas: Canvas) -> Rect:
    """The row on top with the languages only. Returns the page below it."""
    area = page(canvas)
    row = area.top(canvas.px(BAR_MM))
    total = _languages_width(exhibit, canvas)
    cells = columns(row.beside(row.w - total), len(exhibit.languages), canvas.px(canvas.tokens.shape.target_gap))
    for language, cell in zip(exhibit.languages, cells, strict=True):
        name = LANGUAGE_NAMES[language]
        look: Look = "chosen" if language == state.language else "quiet"
        canvas.button(f"language-{language}", cell, name, language, ChooseLanguage(language), look=look)
    return area.below(row.h + canvas.px(canvas.tokens.space.m))


def _languages_width(exhibit: Exhibit, canvas: Canvas) -> int:
    """Of all language buttons and their gaps; *back* keeps 34 mm."""
    gap = canvas.px(canvas.tokens.shape.target_gap)
    space = canvas.px(canvas.tokens.space.m)
    count = len(exhibit.languages)
    width = min(canvas.px(54), (page(canvas).w - canvas.px(34) - space - gap * (count - 1)) // count)
    return width * count + gap * (count - 1)
