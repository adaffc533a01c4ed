"""ticket.toml: the office's own layout of its tickets, read strictly; and which layout a kiosk uses.

`parse_layout` is pure and lists every problem with its line. `choose` is never without a layout: the office's, else the
last good copy of it, else the one that ships.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from hardware.dots import Dots
from kiosk.configfile import keep
from kiosk.errors import KioskError
from kiosk.paper import MARGIN, WIDTH, RehearsalError
from kiosk.paper_blocks import Picture
from kiosk.paper_ink import DOTS_PER_MM
from kiosk.paper_logo import LogoError, logo
from kiosk.ticket_data import OBLIGATORY, PART_NAMES, SHIPPED, Layout, Part, PartName
from sync.errors import ConfigError
from sync.strict_toml import Choice, Document, Flag, Kind, Text, Whole, parse
from translations import LANGUAGES

GOOD: Final = "ticket.good"
"""The folder in the data folder that has the last good layout and its logo."""

_HINT: Final = "Mend every line named here; docs/ticket.md says what each block can do."
_WORDS: Final = ("rank", "bold", "languages")
_OPTIONS: Final[Mapping[PartName, tuple[str, ...]]] = MappingProxyType(
    {
        "office": _WORDS,
        "title": ("rank", "bold"),
        "moment": ("rank", "bold"),
        "services": _WORDS,
        "staff-name": ("rank", "bold"),
        "complaints": _WORDS,
        "text": (*_WORDS, *LANGUAGES),
        "space": ("mm",),
    }
)
_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "rank": Choice(("small", "body", "title", "heading")),
        "bold": Flag(),
        "languages": Choice(("own", "own+staff", "all")),
        "mm": Whole(1, 30, "millimetres"),
        **{language: Text() for language in LANGUAGES},
    }
)
_OFTEN: Final = ("text", "rule", "space")
"""Blocks that may stand more than once."""


class LayoutError(KioskError):
    """A layout that cannot be used; the message lists every problem, one a line."""

    def __init__(self, problems: tuple[str, ...], *, hint: str = _HINT) -> None:
        super().__init__("\n".join(problems), hint=hint)
        self.problems = problems


Source = Literal["own", "copy", "shipped"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the file says, the logo not yet read: its `logo` beside the file, and that one's width."""

    layout: Layout
    logo: str | None = None
    logo_mm: int = 0
    logo_line: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The layout in use: the office's "own", the last good "copy" of it, or the one that was "shipped".

    `problem`: why it is not the office's own, or what it cannot print; it belongs on the screen. `unkept`: why no copy
    could be kept.
    """

    layout: Layout
    source: Source
    problem: KioskError | None = None
    unkept: str | None = None


def printable_mm(width: Dots) -> int:
    """Whole millimetres between the margins of a ticket of so many dots."""
    return (width - 2 * MARGIN) // DOTS_PER_MM


def parse_layout(data: bytes | str, languages: tuple[str, ...] = LANGUAGES, width: Dots = WIDTH) -> Wish:
    """The layout in a TOML file, for a kiosk with these languages and tickets of so many dots. Raises LayoutError."""
    try:
        document = parse(data)
    except ConfigError as error:
        raise LayoutError((_told(error),)) from error
    reader = _Reader(document, languages, width)
    wish = reader.wish()
    if reader.problems:
        raise LayoutError(tuple(reader.problems))
    return wish


def read_layout(path: Path, languages: tuple[str, ...] = LANGUAGES, width: Dots = WIDTH) -> Layout:
    """The layout in this file with its logo from beside it. Raises LayoutError."""
    wish = parse_layout(_content(path), languages, width)
    if wish.logo is None:
        return wish.layout
    where = f"line {wish.logo_line}: " if wish.logo_line else ""
    try:
        picture: Picture = logo(_content(path.with_name(wish.logo)), wish.logo_mm)
    except LogoError as error:
        raise LayoutError((f"{where}{wish.logo}: {error}. {error.hint}",)) from error
    return Layout(wish.layout.parts, wish.layout.header, picture)


def choose(path: Path | None, data: Path, read: Callable[[Path], Layout], rehearse: Callable[[Layout], None]) -> Chosen:
    """The office's layout if it can be read and printed, else its last good copy, else the one that ships.

    Where none can print everything (then the catalogue is at fault), the one with the fewest problems, the office's
    own first. `path` None: the office has none. A good one is copied to the data folder.
    """
    good = data / GOOD / "ticket.toml"
    candidates: list[tuple[Source, Callable[[], Layout]]] = [("shipped", lambda: SHIPPED)]
    if path is not None:
        candidates = [("own", lambda: read(path)), ("copy", lambda: read(good)), *candidates]
    first: KioskError | None = None
    best: tuple[int, Layout, Source] | None = None
    for source, candidate in candidates:
        try:
            layout = candidate()
        except LayoutError as error:
            first = first or error
            continue
        try:
            rehearse(layout)
        except RehearsalError as error:
            first = first or error
            if best is None or len(error.problems) < best[0]:
                best = (len(error.problems), layout, source)
            continue
        unkept = _kept(path, good) if source == "own" and path is not None else None
        return Chosen(layout, source, first, unkept)
    return Chosen(best[1], best[2], first) if best else Chosen(SHIPPED, "shipped", first)


class _Reader:
    """Reads key by key, so that one mistake does not hide the next."""

    def __init__(self, document: Document, languages: tuple[str, ...], width: Dots) -> None:
        self.document, self.languages, self.width = document, languages, width
        self.problems: list[str] = []

    def wish(self) -> Wish:
        values = self.document.values
        self._known(values, ("header", "logo", "blocks"), (), "the file")
        header = self._header(values.get("header", {}))
        file, width = self._logo(values.get("logo"))
        parts = self._parts(values.get("blocks"))
        named = {part.name for part in parts}
        if file and "logo" not in named:
            self._wrong(("logo",), "[logo] stands nowhere on the ticket", 'Put "logo" into `blocks`.')
        if "logo" in named and "logo" not in values:
            hint = "Add [logo] with `file` and `width_mm`, or take the block out."
            self._wrong(("blocks",), 'there is a block "logo" but no section [logo]', hint)
        return Wish(Layout(tuple(parts), header), file, width, self.document.lines.of(("logo", "file")))

    def _header(self, value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            hint = "Write [header], and a line for each language below."
            self._wrong(("header",), "`header` has to be a section", hint)
            return {}
        self._known(value, LANGUAGES, ("header",), "[header]")
        return self._texts(value, ("header",), "[header]") if value else {}

    def _texts(self, value: Mapping[str, Any], path: tuple[str | int, ...], where: str) -> dict[str, str]:
        """A text in each language of the kiosk."""
        found: dict[str, str] = {}
        for language in LANGUAGES:
            if language in value:
                text = self._one(Text(), value[language], (*path, language))
                found |= {language: text} if text is not None else {}
            elif language in self.languages:
                self._wrong(path, f"{where} has no text in the language {language}", f'Add  {language} = "…".')
        return found

    def _logo(self, value: Any) -> tuple[str | None, int]:
        if value is None:
            return None, 0
        if not isinstance(value, dict):
            self._wrong(("logo",), "`logo` has to be a section", "Write [logo], and `file` and `width_mm` below.")
            return None, 0
        self._known(value, ("file", "width_mm"), ("logo",), "[logo]")
        for name in ("file", "width_mm"):
            if name not in value:
                self._wrong(("logo",), f"[logo] lacks `{name}`", 'Write  file = "logo.png"  and  width_mm = 20.')
        widest = Whole(5, printable_mm(self.width), f"millimetres on a ticket of {self.width} dots")
        width = self._one(widest, value["width_mm"], ("logo", "width_mm")) if "width_mm" in value else None
        file = self._one(Text(_is_plain_name), value["file"], ("logo", "file")) if "file" in value else None
        return file, width or 0

    def _parts(self, value: Any) -> list[Part]:
        if not isinstance(value, list) or not value:
            self._wrong(("blocks",), "`blocks` has to be the list of what stands on the ticket", "Copy the example's.")
            return []
        parts = [part for index, item in enumerate(value) if (part := self._part(item, index)) is not None]
        names = [part.name for part in parts]
        for name in dict.fromkeys(names):
            if names.count(name) > 1 and name not in _OFTEN:
                self._wrong(("blocks",), f'"{name}" stands twice in `blocks`', "Keep one of them.")
        mentioned = [item.get("name") if isinstance(item, dict) else item for item in value]
        for name, why in OBLIGATORY.items():
            if name not in mentioned:
                self._wrong(("blocks",), f'`blocks` lacks "{name}"', f"Every ticket has it: {why}.")
        return parts

    def _part(self, item: Any, index: int) -> Part | None:
        path = ("blocks", index)
        options = dict(item) if isinstance(item, dict) else {"name": item}
        name = options.pop("name", None)
        if not isinstance(name, str) or name not in PART_NAMES:
            shown = f'"{name}"' if isinstance(name, str) else "one without a `name`"
            self._wrong(path, f"`blocks`, item {index + 1}: there is no block {shown}", _near(str(name), PART_NAMES))
            return None
        where = f'block "{name}"'
        known = _OPTIONS.get(name, ())
        self._known(options, known, path, where)
        texts = self._texts(options, path, where) if name == "text" else {}
        got = {
            option: self._one(_KINDS[option], options[option], (*path, option))
            for option in known
            if option in options and option not in LANGUAGES
        }
        if name == "space" and "mm" not in options:
            self._wrong(path, f"{where} lacks `mm`", 'Write  { name = "space", mm = 3 }.')
        mm = got.pop("mm", None) or 0
        return Part(name, **got, texts=texts, mm=mm)

    def _known(self, value: Mapping[str, Any], known: tuple[str, ...], path: tuple[Any, ...], where: str) -> None:
        for name in value:
            if name not in known:
                hint = _near(name, known) if known else "It takes no options."
                self._wrong((*path, name), f"{where} has an unknown key `{name}`", hint)

    def _one(self, kind: Kind, value: Any, path: tuple[str | int, ...]) -> Any:
        try:
            return kind.read(value, path, self.document)
        except ConfigError as error:
            self.problems.append(_told(error))
            return None

    def _wrong(self, path: tuple[str | int, ...], message: str, hint: str) -> None:
        self.problems.append(_told(self.document.wrong(path, message, hint)))


def _told(error: ConfigError) -> str:
    where = f"line {error.line}: " if error.line else ""
    return f"{where}{str(error).rstrip('.')}. {error.hint}".strip()


def _near(word: str, known: tuple[str, ...]) -> str:
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f'Did you mean "{found[0]}"?' if found else "Known: " + ", ".join(known) + "."


def _is_plain_name(text: str) -> tuple[str, str] | None:
    if Path(text).name == text:
        return None
    return f'"{text}" is not the name of a file beside this one', 'Write the name alone, like "logo.png".'


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"{path.name} cannot be read: {error.strerror}. Put it there, or take its line out."
        raise LayoutError((problem,)) from error


def _kept(path: Path, good: Path) -> str | None:
    """Keep a layout that was read, with its logo, and say why not where that fails."""
    try:
        content = _content(path)
        of_logo = parse(content).values.get("logo", {})
        if of_logo:
            keep(good.with_name(of_logo["file"]), _content(path.with_name(of_logo["file"])))
        keep(good, content)
    except OSError as error:
        return f"{good}: {error.strerror}"
    except LayoutError as error:
        return f"{good}: {error}"
    return None
