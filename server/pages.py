"""The pages, drawn on the server: values in, HTML out. Thai first; every citizen-facing word from the catalogues."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from fonts import tokens
from server.chart import distribution
from server.reading import Device, Exchange, Loss, Printer, Ticket, View
from server.words import (
    ABLE_OF_NOTHING,
    BOARD_WORDS,
    FAULT_WORDS,
    LEVEL_WORDS,
    MOUTH,
    NIGHT_WORDS,
    OTHER_BOARD,
    OTHER_FAULT,
    OTHER_REFUSAL,
    PRINT_WORDS,
    PRINTER_WORDS,
    REFUSAL_WORDS,
    UNKNOWN_KIND,
)
from sync.clock import office_day, office_time
from sync.types import UtcMs
from translations import LANGUAGE_NAMES, LANGUAGES, Catalogue, Domain, load
from translations.numerals import Era, format_date, format_moment, format_time

FIRST_LANGUAGE = LANGUAGES[0]
_HERE = Path(__file__).parent
_FACES = ("Thai", "Myanmar")
_OWN = {
    "live.js": "text/javascript; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "console.css": "text/css; charset=utf-8",
    "counter.js": "text/javascript; charset=utf-8",
    "counter.css": "text/css; charset=utf-8",
    "office.css": "text/css; charset=utf-8",
    "figures.css": "text/css; charset=utf-8",
    "alerts.css": "text/css; charset=utf-8",
    "editor.css": "text/css; charset=utf-8",
    "print.css": "text/css; charset=utf-8",
    "display.js": "text/javascript; charset=utf-8",
    "ticket.js": "text/javascript; charset=utf-8",
    "proof.css": "text/css; charset=utf-8",
    "record.js": "text/javascript; charset=utf-8",
    "record.css": "text/css; charset=utf-8",
}
_WEIGHTS = {"Regular": 400, "Bold": 700}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages load, whole in memory. `path` holds a part of its hash, so it can be cached for ever."""

    path: str
    content: bytes
    media_type: str


def assets() -> dict[str, Asset]:
    """Every asset by its plain name: fonts, style sheets, scripts."""
    folder = tokens.PATH.parent
    names = [f"NotoSans{face}-{weight}.ttf" for face in _FACES for weight in _WEIGHTS]
    found = {name: _asset(name, (folder / name).read_bytes(), "font/ttf") for name in names}
    faces = "".join(
        f'@font-face {{ font-family: "Noto Sans {face}"; font-weight: {number}; font-display: swap; '
        f'src: url("{found[f"NotoSans{face}-{weight}.ttf"].path}") format("truetype"); }}\n'
        for face in _FACES
        for weight, number in _WEIGHTS.items()
    )
    for name in ("pages.css", "display.css"):
        style = tokens.css_variables(tokens.load()) + faces + (_HERE / "static" / name).read_text("utf-8")
        found[name] = _asset(name, style.encode(), "text/css; charset=utf-8")
    for name, media_type in _OWN.items():
        found[name] = _asset(name, (_HERE / "static" / name).read_bytes(), media_type)
    return found


def _asset(name: str, content: bytes, media_type: str) -> Asset:
    return Asset(f"/static/{hashlib.sha256(content).hexdigest()[:12]}/{name}", content, media_type)


class OtherOffice(Protocol):
    """An office that relays to this server. `name` by language."""

    @property
    def name(self) -> Mapping[str, str]: ...
    @property
    def zone(self) -> ZoneInfo: ...


@cache
def _compiled() -> Environment:
    """The templates, each compiled once in a process: they hold nothing of an office."""
    loader = FileSystemLoader(_HERE / "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals.update(LANGUAGES=LANGUAGES, LANGUAGE_NAMES=LANGUAGE_NAMES, escape=escape)
    return made


class Pages:
    """Draws the pages of one office. `name` is its name by language."""

    def __init__(self, name: Mapping[str, str], zone: ZoneInfo) -> None:
        self._name, self._zone = name, zone
        self.assets = assets()
        self._templates = _compiled()
        digests = "".join(asset.path for asset in self.assets.values())
        templates = sorted((_HERE / "templates").glob("*.html"))
        source = b"".join(path.read_bytes() for path in templates)
        self.release = hashlib.sha256(digests.encode() + source).hexdigest()[:12]
        self._of_others: Callable[[], bool] = lambda: False

    def tell(self, of_others: Callable[[], bool]) -> None:
        """Lead to nothing of this server's own office while `of_others` says that other ones alone are told of."""
        self._of_others = of_others

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return self._zone

    def language(self, wanted: str | None) -> str:
        """The language to answer in."""
        return wanted if wanted in LANGUAGES else FIRST_LANGUAGE

    def day(self, now_ms: UtcMs) -> str:
        """The office day of this moment."""
        return office_day(now_ms, self._zone).isoformat()

    def wall(self, now_ms: UtcMs) -> datetime:
        """This moment on the office's wall, naive."""
        return office_time(now_ms, self._zone).replace(tzinfo=None)

    def names(self, first: str) -> list[tuple[str, str]]:
        """(language, name of the office), that of `first` first."""
        order = [first, *(each for each in self._name if each != first)]
        return [(each, self._name[each]) for each in order if each in self._name]

    def clock(self, now_ms: UtcMs) -> str:
        """Hours, minutes and seconds on the office's wall."""
        return f"{office_time(now_ms, self._zone):%H:%M:%S}"

    def live(self, view: View, language: str) -> str:
        """The part of the office's page that changes."""
        return self._render("live.html", language, self._live(view, language))

    def office(self, view: View, language: str, now_ms: UtcMs) -> str:
        """The office's page, whole."""
        values = self._live(view, language) | {"as_of": self.clock(now_ms), "release": self.release}
        return self._render("office.html", language, values)

    def ticket(
        self,
        ticket: Ticket,
        services: Mapping[str, Mapping[str, str]],
        language: str,
        token: str,
        now: Markup,
        again_s: int | None,
        as_of: str,
        at: OtherOffice | None = None,
    ) -> str:
        """What the QR of a ticket leads to. `now`: how it stands, drawn as of `as_of`, and anew after `again_s`. `at`:
        the office that gave it, where it is another one."""
        values = {
            "ticket": ticket,
            "token": token,
            "now": now,
            "again_s": again_s,
            "as_of": as_of,
            "services": [named(services, service, language) for service in ticket.services],
            "issued": _time(ticket.utc_ms, self._zone if at is None else at.zone, language),
            "of": None if at is None else in_language(at.name, language),
            **self._dates(ticket.day, language),
        }
        return self._render("ticket.html", language, values)

    def device(self, device: Device, language: str, more: Sequence[tuple[str, str]]) -> Markup:
        """How a machine fares. `more`: (label, value) behind the rest."""
        row = self._device(device, load(language, "pages")) | {"more": more}
        return Markup(self._render("device.html", language, {"row": row}))

    def missing(self, language: str) -> str:
        """The one page for everything that does not exist."""
        return self._render("missing.html", language, {})

    def _render(self, template: str, language: str, values: Mapping[str, Any]) -> str:
        return self.render(template, language, values, "pages")

    def render(self, template: str, language: str, values: Mapping[str, Any], domain: Domain) -> str:
        """A template with these values, the words of this domain, and what every page has."""
        catalogue = load(language, domain)
        office = in_language(self._name, language)
        paths = {name: asset.path for name, asset in self.assets.items()}
        return self._templates.get_template(template).render(
            values, language=language, _=catalogue.gettext, office=office, assets=paths, of_others=self._of_others()
        )

    def _live(self, view: View, language: str) -> dict[str, Any]:
        words = load(language, "pages")
        return {
            "view": view,
            "by_service": [(named(view.services, key, language), count) for key, count in view.by_service.items()],
            "latest": [self._row(ticket, view, words) for ticket in view.latest],
            "bars": [(bar, words.gettext(LEVEL_WORDS[bar.level])) for bar in distribution(dict(view.told))],
            "devices": [self._device(device, words) for device in view.devices],
            "loss": view.loss and self.day(UtcMs(view.loss.to_ms)) == view.day and self._loss(view.loss, words),
            **self._dates(view.day, language),
        }

    def _loss(self, loss: Loss, words: Catalogue) -> list[str]:
        """What is told of a record that was lost."""
        unknown = words.gettext("time not known yet")
        times = {
            "begin": self.moment(loss.from_ms, words.language) or unknown,
            "end": self.moment(loss.to_ms, words.language) or unknown,
        }
        told = [words.gettext("The office's record from {begin} to {end} was lost.").format(**times)]
        if loss.back:
            back = words.gettext("It came back from the machine: {place}. The queue is as it was.")
            return [*told, back.format(place=loss.place or "–")]
        if not loss.again:
            return told
        again = words.ngettext("{count} number waits again", "{count} numbers wait again", loss.again)
        return [*told, again.format(count=loss.again)]

    def _row(self, ticket: Ticket, view: View, words: Catalogue) -> dict[str, Any]:
        return {
            "label": ticket.label,
            "services": [named(view.services, service, words.language) for service in ticket.services],
            "time": self._time(ticket.utc_ms, words.language),
            "print": words.gettext(PRINT_WORDS.get(ticket.print, PRINT_WORDS["uncertain"])),
            "fine": ticket.print in {None, "sending", "confirmed", "sent"},
        }

    def _device(self, device: Device, words: Catalogue) -> dict[str, Any]:
        fault = device.printer_fault and words.gettext(FAULT_WORDS.get(device.printer_fault, OTHER_FAULT))
        refused = [
            (words.gettext(REFUSAL_WORDS.get(code, OTHER_REFUSAL)), count) for code, count in device.refused.items()
        ]
        contact = self.moment(device.contact_ms, words.language)
        board = [words.gettext(BOARD_WORDS.get(code, OTHER_BOARD)) for code in device.board]
        return {
            "device": device,
            "more": (),
            "contact": contact,
            "refused": refused,
            "fault": fault,
            "board": board,
            "printer": device.printer and printer_name(device.printer, words),
            "kind": device.printer and printer_kind(device.printer, words),
            "able": printer_able(device.printer, words) if device.printer else [],
            "exchange": device.exchange and self._exchange(device.exchange, words),
            "paper": _paper(device, words),
            "night": device.night and words.gettext(NIGHT_WORDS.get(device.night, OTHER_FAULT)),
            "night_at": self.moment(device.night_ms, words.language) or words.gettext("time not known yet"),
        }

    def _exchange(self, exchange: Exchange, words: Catalogue) -> Markup:
        when = self.moment(exchange.utc_ms, words.language) or words.gettext("time not known yet")
        before = printer_name(exchange.before, words)
        return escape(words.gettext("{when}, until then {printer}")).format(when=when, printer=before)

    def _time(self, utc_ms: int | None, language: str) -> str | None:
        return _time(utc_ms, self._zone, language)

    def moment(self, utc_ms: int | None, language: str) -> str | None:
        """Date and time on the office's wall, None where there was no such moment."""
        if utc_ms is None:
            return None
        return format_moment(office_time(utc_ms, self._zone), language)

    def _dates(self, day: str, language: str) -> dict[str, str]:
        own = date.fromisoformat(day)
        other: Era = "gregorian" if language == "th" else "buddhist"
        return {"date": format_date(own, language), "other_date": format_date(own, language, era=other)}


def _time(utc_ms: int | None, zone: ZoneInfo, language: str) -> str | None:
    return None if utc_ms is None else format_time(office_time(utc_ms, zone), language)


def _paper(device: Device, words: Catalogue) -> str | None:
    """What is left of the roll. That it is out is said once: as the printer's fault, if that is its first one."""
    if device.paper == "out":
        out = FAULT_WORDS["paper-out"]
        return None if device.printer_fault == "paper-out" else words.gettext(out)
    if device.paper_left is None:
        return None
    told = words.ngettext("about {count} ticket left", "about {count} tickets left", device.paper_left)
    return told.format(count=device.paper_left)


def printer_name(printer: Printer, words: Catalogue) -> Markup:
    """Model and maker as the printer says them, the maker once."""
    maker, model = printer.maker, printer.model
    if model is None:
        return escape(words.gettext("does not say its name"))
    told = model if maker is None or model.casefold().startswith(maker.casefold()) else f"{model} ({maker})"
    return _whole(told)


def printer_kind(printer: Printer, words: Catalogue) -> Markup:
    """The kind that it is treated as, by the name that kiosk.toml and the doctor have for it."""
    if printer.kind == UNKNOWN_KIND:
        return escape(words.gettext("kind not known"))
    return escape(words.gettext("kind {kind}")).format(kind=_whole(printer.kind))


def _whole(name: str) -> Markup:
    """A name that no line breaks at its hyphens, where a line can hold it."""
    return Markup("<span>{}</span>").format(name)


def printer_able(printer: Printer, words: Catalogue) -> list[str]:
    """What it can do, in sentences. Of abilities that are not known here nothing is said."""
    if not printer.abilities:
        return [words.gettext(ABLE_OF_NOTHING)]
    told = next((said for ability, said in PRINTER_WORDS.items() if ability in printer.abilities), None)
    mouth, noticed = MOUTH
    return [words.gettext(said) for said in (told, noticed if mouth in printer.abilities else None) if said]


def in_language(by_language: Mapping[str, str], language: str) -> Markup:
    """A name in this language, else in the first there is; then marked with its own language for speech."""
    if language in by_language:
        return escape(by_language[language])
    other = next((each for each in LANGUAGES if each in by_language), None)
    if other is None:
        return escape(next(iter(by_language.values()), ""))
    return Markup('<span lang="{}">{}</span>').format(other, by_language[other])


def percent(part: int, whole: int) -> int:
    """A part in a hundred."""
    return round(100 * part / whole)


def named(services: Mapping[str, Mapping[str, str]], service: str, language: str) -> Markup:
    """The name of a service, else its id as the machine wrote it."""
    names = services.get(service)
    return in_language(names, language) if names else escape(service)
