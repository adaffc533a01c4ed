"""Publishes the draft that somebody saw: a job for server.writer."""

from server import publishing
from server.document import same
from server.drafts import CATALOGUE
from server.ledger import Ledger
from server.published import Version
from server.publishing import By, Drawable
from server.queue import Moment
from sync.publication import calendar_of, catalogue_of


def publish(ledger: Ledger, kind: str, seen: str, after: int, by: By, at: Moment, drawable: Drawable) -> Version:
    """Publish this draft behind version `after`; then there is none any more. Raises ActRefused, CatalogueError,
    CalendarError."""
    values = ledger.drafts.current(kind).values
    same(values, seen)
    if kind == CATALOGUE:
        found = catalogue_of(values, accents=drawable.accents, pictograms=drawable.pictograms)
        version = publishing.publish_catalogue(ledger, found, after, by, at, drawable)
    else:
        version = publishing.publish_calendar(ledger, calendar_of(values), after, by, at)
    ledger.drafts.forget(kind)
    return version
