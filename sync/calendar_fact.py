"""The calendar as the body of `calendar.adopted`, and back. Pure."""

from datetime import date
from typing import Annotated, Any, TypeAlias

import msgspec

from sync.calendar import Break, Calendar, Period, Special, periods_of, time_of
from sync.errors import CalendarError
from sync.facts import CalendarAdopted


def to_body(calendar: Calendar) -> CalendarAdopted:
    """The fact that these hours hold from here on."""
    plain: dict[str, Any] = {
        "counters": calendar.counters,
        "week": [_texts(hours) for hours in calendar.week],
        "breaks": [_break(taken) for taken in calendar.breaks],
        "holidays": [{"day": day.isoformat(), "names": dict(names)} for day, names in calendar.holidays.items()],
        "special": [
            {"day": day.isoformat(), "open": _texts(special.open), "names": dict(special.names)}
            for day, special in calendar.special.items()
        ],
        "services": [
            {"id": service, "week": [None if hours is None else _texts(hours) for hours in week]}
            for service, week in calendar.services.items()
        ],
    }
    return CalendarAdopted(calendar.digest, plain)


def from_body(body: CalendarAdopted) -> Calendar:
    """The calendar in a fact. Raises CalendarError where it has another shape."""
    try:
        plain = msgspec.convert(body.calendar, _Body, strict=True)
        return Calendar(
            body.digest,
            tuple(periods_of(hours) for hours in plain.week),
            plain.counters,
            tuple(
                Break(time_of(taken.begins), time_of(taken.ends), taken.tickets, taken.names, taken.days)
                for taken in plain.breaks
            ),
            {date.fromisoformat(each.day): each.names for each in plain.holidays},
            {date.fromisoformat(each.day): Special(periods_of(each.open), each.names) for each in plain.special},
            {
                each.id: tuple(None if hours is None else periods_of(hours) for hours in each.week)
                for each in plain.services
            },
        )
    except (ValueError, TypeError) as error:
        hint = "The fact is kept as it came. Compare the sender's release with this one."
        raise CalendarError(f"no calendar of this release: {error!r}", hint=hint) from error


_Hours: TypeAlias = tuple[str, ...]
_Own: TypeAlias = _Hours | None
_Weekday: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=6)]


class _BreakBody(msgspec.Struct, frozen=True):
    begins: str
    ends: str
    tickets: bool
    days: tuple[_Weekday, ...]
    names: dict[str, str]


class _HolidayBody(msgspec.Struct, frozen=True):
    day: str
    names: dict[str, str]


class _SpecialBody(msgspec.Struct, frozen=True):
    day: str
    open: _Hours
    names: dict[str, str]


class _ServiceBody(msgspec.Struct, frozen=True):
    id: str
    week: tuple[_Own, _Own, _Own, _Own, _Own, _Own, _Own]


class _Body(msgspec.Struct, frozen=True):
    counters: Annotated[int, msgspec.Meta(ge=1)]
    week: tuple[_Hours, _Hours, _Hours, _Hours, _Hours, _Hours, _Hours]
    breaks: tuple[_BreakBody, ...]
    holidays: tuple[_HolidayBody, ...]
    special: tuple[_SpecialBody, ...]
    services: tuple[_ServiceBody, ...]


def _texts(hours: tuple[Period, ...]) -> list[str]:
    return [str(period) for period in hours]


def _break(taken: Break) -> dict[str, Any]:
    return {
        "begins": f"{taken.begins:%H:%M}",
        "ends": f"{taken.ends:%H:%M}",
        "tickets": taken.tickets,
        "days": list(taken.days),
        "names": dict(taken.names),
    }
