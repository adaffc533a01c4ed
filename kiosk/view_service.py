"""The services, one card each. Pure."""

from kiosk.layout import Rect, grid
from kiosk.scene import Scene
from kiosk.screen_types import ChooseService, State
from kiosk.view_parts import Exhibit, accent_of, bar, turner
from kiosk.widgets import Canvas
from kiosk.wording import fee, minutes, texts
from sync.catalogue import Service

LEAST_CARD_MM = 30.0


def service(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Touch 2 of 3. More services than fit are on further pages."""
    area = bar(state, exhibit, canvas)
    spoken = texts(state.language)
    screen, gap = canvas.tokens.screen, canvas.px(canvas.tokens.space.s)
    title = area.top(canvas.line_height(state.language, screen.title, "bold"))
    canvas.text(title, spoken.gettext("Choose a service"), state.language, capital_mm=screen.title, weight="bold")
    body = area.below(title.h + gap)
    services = exhibit.catalogue.services
    across = 1 if canvas.display.portrait or len(services) <= 3 else 2
    most = max(1, (body.h + gap) // (canvas.px(LEAST_CARD_MM) + gap)) * across
    if len(services) > most:
        turn = canvas.px(20)
        most = max(1, (body.h - turn) // (canvas.px(LEAST_CARD_MM) + gap)) * across
        pages = -(-len(services) // most)
        page = state.page % pages
        foot = Rect(body.x, body.bottom - turn, body.w, turn)
        more = foot.beside(foot.w - canvas.px(96))
        _cards(services[page * most : (page + 1) * most], across, body.top(body.h - turn - gap), state, canvas)
        turner(page, pages, more, state.language, canvas)
    else:
        _cards(services, across, body, state, canvas)
    return canvas.scene()


def _cards(services: tuple[Service, ...], across: int, area: Rect, state: State, canvas: Canvas) -> None:
    down = -(-len(services) // across)
    gap = canvas.px(canvas.tokens.space.s)
    height = min((area.h - gap * (down - 1)) // down, canvas.px(48))
    used = area.top(height * down + gap * (down - 1))
    for each, cell in zip(services, grid(used, across, down, gap), strict=False):
        _card(each, cell, state.language, canvas)


def _card(each: Service, cell: Rect, language: str, canvas: Canvas) -> None:
    name = f"service-{each.id}"
    accent = accent_of(canvas, each)
    fill, ink, edge = canvas.colours(name, "quiet")
    canvas.box(cell, fill, edge)
    tile = cell.left(cell.h).inset(canvas.px(1.6))
    canvas.box(tile, accent.fill if name != canvas.pressed else fill)
    canvas.icon(each.pictogram, tile.inset(tile.h // 6), accent.on)
    space = canvas.tokens.space
    inner = cell.beside(cell.h + canvas.px(space.m)).inset(0, canvas.px(space.s))
    inner = Rect(inner.x, inner.y, inner.w - canvas.px(space.m), inner.h)
    text = each.text(language)
    screen = canvas.tokens.screen
    facts = f"{texts(language).gettext('Fee')}: {fee(each.fee, text, language)} · {minutes(each.minutes, language)}"
    roomy = inner.h >= canvas.line_height(language, screen.body) + _name_height(screen.body, language, canvas)
    if roomy and canvas.type.measure(facts, language, canvas.display.em(screen.body)) <= inner.w:
        lower = canvas.line_height(language, screen.body)
        # Burmese and Thai stand higher: beside a second line their name is a little smaller, so that neither touches.
        ladder = (screen.title, (screen.title + screen.body) / 2, screen.body)
        capital = next((mm for mm in ladder if _name_height(mm, language, canvas) + lower <= inner.h), screen.body)
        upper = _name_height(capital, language, canvas)
        block = inner.middle(inner.w, upper + lower)
        soft = ink if name == canvas.pressed else canvas.tokens.colour.ink_soft
        canvas.text(block.top(upper), text.name, language, capital_mm=capital, weight="bold", colour=ink)
        canvas.text(block.below(upper), facts, language, capital_mm=screen.body, colour=soft)
    else:
        canvas.text(
            inner, text.name, language, capital_mm=screen.title, weight="bold", colour=ink, valign="middle", lines=2
        )
    canvas.target(name, cell, ChooseService(each.id))


def _name_height(capital_mm: float, language: str, canvas: Canvas) -> int:
    return canvas.line_height(language, capital_mm, "bold")
