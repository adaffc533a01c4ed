"""Printed papers as typst draws them: signs of services."""

from datetime import date
from io import BytesIO

from PIL import Image

from fonts.tokens import load as load_tokens
from kiosk.preview import OFFICE, example_catalogue
from server.sign_command import TEMPLATE
from server.signs import Setting, paper, signs
from server.typeset import Typesetter
from tests.walks.pictures_album import Album, beside
from translations import LANGUAGES

SHOWN = "sign-tax"
PPI = 58


def papers(album: Album) -> None:
    """One service's sign in three languages, and a group's."""
    typesetter = Typesetter()
    setting = Setting(example_catalogue(), OFFICE, date(2026, 11, 30), load_tokens())
    group = f"group-{setting.catalogue.service(SHOWN).group}"
    sheets = []
    for language, name in [*((each, SHOWN) for each in LANGUAGES), (LANGUAGES[0], group)]:
        found = [each for each in signs(setting, language) if each.name == name]
        pages = typesetter.pictures(TEMPLATE, paper(found, setting, language), PPI)
        sheets += [Image.open(BytesIO(page)) for page in pages]
    album.keep("signs", beside(sheets))
