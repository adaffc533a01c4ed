"""Making and judging the catalogues: compile, extract, check. Development only: it needs Babel, the appliance does not.

A text belongs to the domain of the room that shows it (kiosk/ → kiosk, server/ → pages, translations/ → queue); a
module that shows texts of other domains names them all in a comment line, such as `# gettext: ticket`.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from translations import DIRECTORY, DOMAINS, LANGUAGES
from translations.errors import CatalogueFaultError
from translations.wording import wording_faults

ROOMS = {"kiosk": "kiosk", "server": "pages", "translations": "queue", "image": "sheet"}
KEYWORDS = {
    "gettext": None,
    "N_": None,
    "_": None,
    "in_each": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
METHODS = {".py": "python", ".html": "jinja2", ".svg": "jinja2"}
_DOMAINS_COMMENT = re.compile(r"#\s*gettext:\s*([a-z, ]+)")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\([a-z_]+\)[sd]")


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """A text as the code asks for it, where, and in which domains it may stand."""

    msgid: str
    context: str | None
    place: str
    domains: tuple[str, ...]


def read(path: Path) -> Catalog:
    """The catalogue in a PO file. CatalogueFaultError if it is missing or not well formed."""
    with _well_formed(path):
        return _parsed(path.read_bytes())


def compiled(path: Path) -> bytes:
    """The bytes of the .mo file of a PO file: always the same for the same PO file. Errors as of `read`."""
    with _well_formed(path):
        return _compiled(path.read_bytes())


@contextmanager
def _well_formed(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, PoFileError, UnicodeDecodeError) as error:
        hint = "see the GNU gettext manual, The Format of PO Files"
        raise CatalogueFaultError(f"{path} cannot be read: {error}", hint=hint, faults=(str(error),)) from error


def _parsed(content: bytes) -> Catalog:
    return read_po(io.BytesIO(content), abort_invalid=True)


@cache
def _compiled(content: bytes) -> bytes:
    out = io.BytesIO()
    write_mo(out, _parsed(content))
    return out.getvalue()


def catalogues(directory: Path = DIRECTORY) -> Iterator[tuple[str, str, Path]]:
    """(language, domain, path of the PO file) of all that must be there."""
    for language in LANGUAGES:
        for domain in DOMAINS:
            yield language, domain, directory / language / f"{domain}.po"


def compile_all(directory: Path = DIRECTORY) -> list[Path]:
    """Write every .mo beside its .po; return those that changed."""
    changed = []
    for _, _, path in catalogues(directory):
        target, content = path.with_suffix(".mo"), compiled(path)
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)
            changed.append(target)
    return changed


def uses(root: Path) -> list[Use]:
    """Every text that the code under `root` (the folder of the rooms) asks a catalogue for."""
    found = []
    for room, domain in ROOMS.items():
        for path in sorted((root / room).rglob("*")):
            method = METHODS.get(path.suffix)
            if method is None or not path.is_file():
                continue
            source = path.read_text("utf-8")
            comment = _DOMAINS_COMMENT.search(source)
            domains = tuple(re.findall("[a-z]+", comment[1])) if comment else (domain,)
            place = path.relative_to(root)
            found += [
                Use(msgid, context, f"{place}:{line}", domains) for line, msgid, context in _asked(method, source)
            ]
    return sorted(found, key=lambda use: (use.place, use.msgid))


@cache
def _asked(method: str, source: str) -> tuple[tuple[int, str, str | None], ...]:
    """(line, text, context) of each text that this source asks for."""
    found = extract(method, io.BytesIO(source.encode()), keywords=KEYWORDS)
    return tuple((line, text if isinstance(text, str) else text[0], context) for line, text, _, context in found)


def faults(directory: Path = DIRECTORY, root: Path | None = None) -> list[str]:
    """Everything that is wrong with the catalogues, one line each; `root` is where the code is, None to leave it out.

    Every text in every language; no fuzzy ones; the same placeholders; every text that the code uses; compiled files up
    to date; a review status in each header; no wording that is not allowed.
    """
    found: list[str] = []
    read_all = {(language, domain): read(path) for language, domain, path in catalogues(directory)}
    for (language, domain), catalogue in read_all.items():
        where = f"{language}/{domain}.po"
        keys = {_key(message) for other in LANGUAGES for message in _messages(read_all[other, domain])}
        for msgid, context in sorted(keys, key=str):
            message = catalogue.get(msgid, context)
            found += [f"{where}: {fault}" for fault in _message_faults(msgid, message, language)]
        path = directory / language / f"{domain}.po"
        if "X-Review: " not in path.read_text("utf-8"):
            found.append(f"{where}: the header has no X-Review line")
        target = path.with_suffix(".mo")
        if not target.exists() or target.read_bytes() != compiled(path):
            found.append(f"{where}: the compiled file is not up to date: run `python -m translations compile`")
    return found + (_use_faults(uses(root), read_all) if root else [])


def unused(directory: Path, root: Path) -> list[str]:
    """Texts of the catalogues that no code asks for: not a fault, but perhaps forgotten."""
    used = {(domain, use.msgid) for use in uses(root) for domain in use.domains}
    return [
        f"{domain}: {_key(message)[0]!r}"
        for domain in DOMAINS
        for message in _messages(read(directory / "en" / f"{domain}.po"))
        if (domain, _key(message)[0]) not in used
    ]


def check(directory: Path = DIRECTORY, root: Path | None = None) -> None:
    """CatalogueFaultError with every fault, if there is one."""
    found = faults(directory, root)
    if found:
        raise CatalogueFaultError(
            f"{len(found)} faults in the catalogues",
            hint="edit the PO files, then run `python -m translations compile`",
            faults=tuple(found),
        )


def texts(message: Message) -> tuple[str, ...]:
    """The translations of a message: one, or one a plural form."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _key(message: Message) -> tuple[str, str | None]:
    return (message.id if isinstance(message.id, str) else message.id[0]), message.context


def _message_faults(msgid: str, message: Message | None, language: str) -> list[str]:
    if message is None:
        return [f"{msgid!r} is missing"]
    found = [f"{msgid!r} is fuzzy"] if message.fuzzy else []
    wanted = set(_PLACEHOLDER.findall(msgid))
    for text in texts(message):
        if not text.strip():
            found.append(f"{msgid!r} is not translated")
            continue
        if set(_PLACEHOLDER.findall(text)) != wanted:
            found.append(f"{msgid!r} has other placeholders in {text!r}")
        found += [f"{msgid!r}: {fault}" for fault in wording_faults(text, language)]
    return found


def _use_faults(used: list[Use], read_all: dict[tuple[str, str], Catalog]) -> list[str]:
    found = []
    for use in used:
        unknown = set(use.domains) - set(DOMAINS)
        if unknown:
            found.append(f"{use.place}: there is no domain {', '.join(sorted(unknown))}")
        elif not any(read_all["en", domain].get(use.msgid, use.context) for domain in use.domains):
            elsewhere = [d for d in DOMAINS if read_all["en", d].get(use.msgid, use.context)]
            advice = f"; it is in {elsewhere[0]}.po: `# gettext: {elsewhere[0]}`" if elsewhere else ""
            found.append(f"{use.place}: {use.msgid!r} is not in {' or '.join(use.domains)}.po{advice}")
    return found
