"""The services: all at once, or by tabs of their groups, or the groups first. Pure."""

from collections.abc import Sequence

from kiosk.layout import Rect
from kiosk.scene import Scene
from kiosk.screen_inputs import ChooseGroup, ChooseService
from kiosk.screen_types import State
from kiosk.view_card import Entry
from kiosk.view_listing import Sheet, cards, paged, sheet
from kiosk.view_parts import Exhibit, accent_of, bar, below_bar
from kiosk.view_sections import Columns, Section, arranged, sections
from kiosk.view_tabs import Tab, Tabs, placed, tabs
from kiosk.view_visit import foot, foot_heights, shut_labels
from kiosk.widgets import Canvas
from kiosk.wording import chosen_name, fact_labels, services, texts
from sync.catalogue import Group, Service


def service(state: State, exhibit: Exhibit, canvas: Canvas) -> Scene:
    """Touch 2 of 3. What fits is in sight at once; else the groups are tabs; else they are chosen first."""
    below = below_bar(canvas)
    entries = [_entry(each, state, canvas) for each in exhibit.catalogue.services]
    groups = [group for group in exhibit.catalogue.groups if exhibit.catalogue.services_of(group)]
    high = _foot_height(below, entries, groups, state, exhibit, canvas)
    area = _over(below, high, canvas)
    plan, place = _at_once(entries, groups, area, state, exhibit, canvas)
    if plan is not None:
        bar(state, exhibit, canvas)
        _title(texts(state.language).gettext("Choose a service"), area.top(place.y - area.y), state, canvas)
        if isinstance(plan, Columns):
            sections(plan, place, state.language, canvas)
        else:
            cards(entries, plan, place, state.language, canvas)
    elif len(groups) < 2:
        bar(state, exhibit, canvas)
        _titled(texts(state.language).gettext("Choose a service"), entries, area, state, canvas)
    else:
        _by_group(groups, area, state, exhibit, canvas)
    if high:
        foot(Rect(below.x, below.bottom - high, below.w, high), state, exhibit, canvas)
    return canvas.scene()


def _over(below: Rect, high: int, canvas: Canvas) -> Rect:
    """What a strip of this height leaves."""
    return below.top(below.h - high - canvas.px(canvas.tokens.space.s)) if high else below


def _foot_height(
    below: Rect, entries: Sequence[Entry], groups: Sequence[Group], state: State, exhibit: Exhibit, canvas: Canvas
) -> int:
    """The height of the strip at the foot: lower where only so the services stay arranged as they are without it."""
    offered = foot_heights(state, canvas)

    def arranged_as(area: Rect) -> object:
        plan, _ = _at_once(entries, groups, area, state, exhibit, canvas)
        if plan is not None:
            return type(plan), len(plan.columns) if isinstance(plan, Columns) else plan.across
        return _tabbed(groups, groups[0], area, state, canvas) is not None if groups else False

    if len(offered) < 2:
        return offered[0] if offered else 0
    wanted = arranged_as(below)
    return next((high for high in offered if arranged_as(_over(below, high, canvas)) == wanted), offered[0])


def _tabbed(groups: Sequence[Group], current: Group, area: Rect, state: State, canvas: Canvas) -> Tabs | None:
    """The groups as tabs, where there is room for these."""
    if canvas.compact:
        return None
    return placed([_tab(each, each is current, state, canvas) for each in groups], area, state.language, canvas)


def _at_once(
    entries: Sequence[Entry], groups: Sequence[Group], area: Rect, state: State, exhibit: Exhibit, canvas: Canvas
) -> tuple[Columns | Sheet | None, Rect]:
    """How every service is in sight, and where; under a title and the groups' names where these cost no words."""
    parts = [_section(group, state, exhibit, canvas) for group in groups] if len(groups) > 1 else []

    def best(place: Rect) -> Columns | Sheet | None:
        headed = arranged(parts, place, state.language, canvas) if parts else None
        plain = None if headed and not headed.setting.short else sheet(entries, place, state.language, canvas)
        return plain if plain is not None and (headed is None or plain.setting.generous) else headed

    under = area.below(_title_height(state, canvas))
    plan = None if canvas.compact else best(under)
    if plan is not None and not plan.setting.short:
        return plan, under
    bare = best(area)
    if bare is not None and (plan is None or not bare.setting.short):
        return bare, area
    return plan, under


def _by_group(groups: Sequence[Group], area: Rect, state: State, exhibit: Exhibit, canvas: Canvas) -> None:
    """The groups as tabs beside or over the services of one; where there is no room for tabs, first the groups."""
    language = state.language
    shown = next((group for group in groups if group.id == state.group), None)
    current = shown or groups[0]
    found = _tabbed(groups, current, area, state, canvas)
    if found is not None:
        bar(state, exhibit, canvas)
        canvas.say(texts(language).gettext("Choose a service"), language)
        tabs(found, language, canvas)
        paged(_of(current, state, exhibit, canvas), found.rest, state.page, language, canvas)
        return
    bar(state, exhibit, canvas, gives=ChooseGroup(None) if shown else None)
    if shown:
        _titled(shown.names[language], _of(shown, state, exhibit, canvas), area, state, canvas)
    else:
        listed = [_group_entry(group, state, exhibit, canvas) for group in groups]
        _titled(texts(language).gettext("Choose a service"), listed, area, state, canvas)


def _titled(title: str, entries: Sequence[Entry], area: Rect, state: State, canvas: Canvas) -> None:
    """A page of cards under a title, where there is room for one."""
    high = 0 if area.h < canvas.px(TITLED_MM) else _title_height(state, canvas)
    _title(title, area.top(high), state, canvas)
    paged(entries, area.below(high), state.page, state.language, canvas)


TITLED_MM = 80.0
"""A page of this height has room for a title."""


def _title_height(state: State, canvas: Canvas) -> int:
    space = canvas.tokens.space
    return canvas.line_height(state.language, canvas.tokens.screen.title, "bold") + canvas.px(space.s)


def _title(words: str, row: Rect, state: State, canvas: Canvas) -> None:
    """The title, or, without a row for it, only for the ear."""
    if row.h == 0:
        canvas.say(words, state.language)
        return
    canvas.text(row, words, state.language, capital_mm=canvas.tokens.screen.title, weight="bold")


def _of(group: Group, state: State, exhibit: Exhibit, canvas: Canvas) -> list[Entry]:
    return [_entry(each, state, canvas) for each in exhibit.catalogue.services_of(group)]


def _section(group: Group, state: State, exhibit: Exhibit, canvas: Canvas) -> Section:
    entries = tuple(_of(group, state, exhibit, canvas))
    return Section(group.names[state.language], group.pictogram, accent_of(canvas, group), entries)


def _entry(each: Service, state: State, canvas: Canvas) -> Entry:
    """The card of a service."""
    text, language = each.text(state.language), state.language
    closed = None if state.condition.closed else state.condition.shut(each.id)
    chosen = state.chosen(each.id) is not None
    note = shut_labels(closed, state) if closed else ()
    says = chosen_name(text.name, language) if chosen else text.name
    return Entry(
        f"service-{each.id}",
        ChooseService(each.id),
        each.pictogram,
        accent_of(canvas, each),
        text.name,
        text.short or text.name,
        ". ".join([says, *note[:1]]),
        fact_labels(each, language),
        note,
        chosen,
    )


def _group_entry(group: Group, state: State, exhibit: Exhibit, canvas: Canvas) -> Entry:
    """The card of a group; of one that has a single service, that service's."""
    inside = exhibit.catalogue.services_of(group)
    if len(inside) == 1:
        return _entry(inside[0], state, canvas)
    name, count = group.names[state.language], services(len(inside), state.language)
    chosen = any(state.chosen(each.id) for each in inside)
    return Entry(
        f"group-{group.id}",
        ChooseGroup(group.id),
        group.pictogram,
        accent_of(canvas, group),
        name,
        name,
        f"{name}. {count}",
        (count,) * 3,
        (),
        chosen,
    )


def _tab(group: Group, shown: bool, state: State, canvas: Canvas) -> Tab:
    accent = accent_of(canvas, group)
    return Tab(f"group-{group.id}", ChooseGroup(group.id), group.names[state.language], group.pictogram, accent, shown)
