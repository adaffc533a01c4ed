"""The command `signs`: the catalogue's signs for the wall as PDF, in each language. It only reads."""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fonts.tokens import load as load_tokens
from server.config import ServerConfig
from server.errors import ExportFailed, LedgerRefused, PaperFailed
from server.rollups import office_of
from server.signs import Paper, Setting, Sign, paper, signs
from server.stores import ledger_of
from server.typeset import Typesetter
from sync.catalogue import Catalogue, from_body, parse_catalogue
from sync.errors import CatalogueError
from sync.facts import CatalogueAdopted
from translations import LANGUAGES

TEMPLATE = "sign.typ"


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. `catalogue`: a catalogue.toml, None: the one that the office's kiosks show."""

    out: Path
    paper: Paper = "a4"
    languages: Sequence[str] = LANGUAGES
    catalogue: Path | None = None


def write_signs(config: ServerConfig, folder: Path, order: Order, now: datetime) -> str:
    """Write OUT/LANGUAGE/NAME.pdf for each sign and OUT/signs-LANGUAGE.pdf with all of them; what was done, in words.

    Raises PaperFailed, ExportFailed.
    """
    catalogue = _chosen(order.catalogue) if order.catalogue else shown(config.database, folder)
    setting = Setting(catalogue, config.name, now.astimezone(config.zone).date(), load_tokens(), order.paper)
    typesetter, count = Typesetter(), 0
    try:
        for language in order.languages:
            found = signs(setting, language)
            place = order.out / language
            place.mkdir(parents=True, exist_ok=True)
            papers: list[tuple[Path, Sequence[Sign]]] = [(place / f"{each.name}.pdf", (each,)) for each in found]
            for path, sheets in (*papers, (order.out / f"signs-{language}.pdf", found)):
                path.write_bytes(typesetter.pdf(TEMPLATE, paper(sheets, setting, language), now))
            count += len(found)
    except CatalogueError as error:
        raise PaperFailed(str(error), hint=error.hint) from error
    except OSError as error:
        hint = "Name a folder after --out that can be written, on a disk with room."
        raise ExportFailed(f"{order.out} cannot be written: {error.strerror}", hint=hint) from error
    return f"{order.out}: {count} signs, and each language's together in signs-LANGUAGE.pdf"


def shown(database: str | None, folder: Path, office: str | None = None) -> Catalogue:
    """What the kiosks of this office show (None: of this server's own): of the catalogues that they adopted, that of
    the lowest lane. Raises PaperFailed."""
    hint = "Name a catalogue.toml after --catalogue."
    try:
        with ledger_of(database, folder) as db:
            rows = db.execute(_SHOWN, (office if office != office_of(db) else None,)).fetchall()
    except LedgerRefused as error:
        raise PaperFailed(str(error), hint=hint) from error
    for (text,) in rows:
        with contextlib.suppress(CatalogueError):  # an older release's catalogue says less than a sign tells
            return from_body(CatalogueAdopted("", json.loads(text)))
    raise PaperFailed("no kiosk has told this server its catalogue", hint=hint)


_SHOWN = """SELECT catalogue FROM catalogues JOIN journals USING (journal_id)
    WHERE office IS NOT DISTINCT FROM ? ORDER BY lane IS NULL, lane, journal_id"""


def _chosen(path: Path) -> Catalogue:
    try:
        return parse_catalogue(path.read_bytes(), LANGUAGES, accents=tuple(load_tokens().accent))
    except OSError as error:
        raise PaperFailed(f"{path} cannot be read: {error.strerror}", hint="Check the path.") from error
    except CatalogueError as error:
        raise PaperFailed(f"{path}: {error}", hint=error.hint) from error
