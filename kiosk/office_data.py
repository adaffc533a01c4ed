"""Catalogue and calendar of a machine: as its office published them last, else as its own files say."""

from collections.abc import Callable

from fonts.tokens import load as load_tokens
from kiosk.configfile import Loaded, LoadedCalendar, LoadedCatalogue, load_calendar, load_catalogue
from kiosk.pictograms import SERVICE_PICTOGRAMS
from kiosk.publications import Drawable, OfficePublications, published_calendar, published_catalogue
from sync.mirror import FILE as MIRROR
from sync.mirror import MirrorReader


def drawable(languages: tuple[str, ...]) -> Drawable:
    """What a kiosk can draw."""
    return Drawable(languages, tuple(load_tokens().accent), tuple(SERVICE_PICTOGRAMS))


def catalogue_of(loaded: Loaded) -> LoadedCatalogue:
    """The services that the office published last, else those of this configuration; only with colours and pictograms
    that can be drawn."""
    assert loaded.config is not None
    can = drawable(loaded.config.languages)
    published = published_catalogue(loaded.data, can)
    if published is not None:
        return LoadedCatalogue(published[0], None, number=published[1].number)
    return load_catalogue(loaded.catalogue, loaded.data, can.languages, accents=can.accents, pictograms=can.pictograms)


def services_of(loaded: Loaded) -> LoadedCatalogue:
    """The services that the office published, or whose file is named. A display runs without any rather than not at
    all."""
    assert loaded.config is not None
    published = published_catalogue(loaded.data, drawable(loaded.config.languages))
    if published is None and not loaded.config.catalogue:
        return LoadedCatalogue(None, None)
    return catalogue_of(loaded)


def hours_of(loaded: Loaded, services: tuple[str, ...] | None = None) -> LoadedCalendar:
    """The opening hours that the office published last, else those of this configuration. `services`: as of
    load_calendar."""
    assert loaded.config is not None
    published = published_calendar(loaded.data, drawable(loaded.config.languages))
    if published is not None:
        return LoadedCalendar(published[0], None, number=published[1].number)
    return load_calendar(loaded.calendar, loaded.data, loaded.config.languages, services)


def publications_of(loaded: Loaded, say: Callable[[str], None]) -> OfficePublications:
    """What the office will publish. `say` writes the system's log."""
    config = loaded.config
    assert config is not None
    mirror = MirrorReader(loaded.data / MIRROR)
    return OfficePublications(mirror, loaded.data, drawable(config.languages), config.place, say)
