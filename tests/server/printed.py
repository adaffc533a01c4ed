"""What stands in a PDF, read by PDFium, which shares no code with typst."""

import ctypes
import io
import re
from dataclasses import dataclass
from typing import Any

import pypdfium2
from pypdfium2 import raw

# PDFium's functions have no types.
pdfium: Any = pypdfium2
calls: Any = raw


@dataclass(frozen=True)
class Printed:
    """A document. `pages`: the text of each without white space; `sizes`: millimetres; `fonts`: their names, without
    the tag of a subset; `strange`: fonts that are not in the file; `beyond`: texts that stand outside of the sheet's
    inner `margin_mm`."""

    pages: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]
    fonts: frozenset[str]
    strange: frozenset[str]
    beyond: tuple[int, ...]
    title: str


def printed(pdf: bytes, margin_mm: float = 8) -> Printed:
    """Everything that the tests ask of a PDF."""
    with pdfium.PdfDocument(pdf) as document:
        pages, sizes, beyond = [], [], []
        fonts, strange = set(), set()
        for number, page in enumerate(document):
            width, height = page.get_size()
            sizes.append((round(width / 72 * 25.4), round(height / 72 * 25.4)))
            pages.append(re.sub(r"[\s\u200b]", "", page.get_textpage().get_text_range()))
            edge = margin_mm * 72 / 25.4
            for each in page.get_objects(max_depth=9):
                if each.type != calls.FPDF_PAGEOBJ_TEXT:
                    continue
                left, bottom, right, top = each.get_bounds()
                if right - left and (left < edge or bottom < edge or right > width - edge or top > height - edge):
                    beyond.append(number)
                font = calls.FPDFTextObj_GetFont(each.raw)
                name = _name(font)
                fonts.add(name)
                if not calls.FPDFFont_GetIsEmbedded(font):
                    strange.add(name)
        title = document.get_metadata_value("Title")
    return Printed(tuple(pages), tuple(sizes), frozenset(fonts), frozenset(strange), tuple(beyond), title)


def picture(pdf: bytes, page: int = 0, ppi: float = 72) -> Any:
    """A page as a Pillow image."""
    with pdfium.PdfDocument(io.BytesIO(pdf)) as document:
        return document[page].render(scale=ppi / 72).to_pil().convert("RGB")


def overlapping(pdf: bytes, page: int) -> list[tuple[float, float]]:
    """Where (from the left and from the bottom, in points) a text begins in the midst of another one. Not for scripts
    whose marks stand above and below."""
    with pdfium.PdfDocument(io.BytesIO(pdf)) as document:
        texts = [each for each in document[page].get_objects(max_depth=9) if each.type == calls.FPDF_PAGEOBJ_TEXT]
        boxes = sorted(each.get_bounds() for each in texts)
    return [
        (left, bottom)
        for at, (_, below, before, above) in enumerate(boxes)
        for left, bottom, right, top in boxes[at + 1 :]
        if left < before - 0.5 and right > left and bottom < above and below < top
    ]


def heights(pdf: bytes, page: int, wide_mm: float) -> list[float]:
    """How high (in mm) what is drawn with this width is: grounds of tiles, for example."""
    with pdfium.PdfDocument(io.BytesIO(pdf)) as document:
        boxes = [
            each.get_bounds()
            for each in document[page].get_objects(max_depth=9)
            if each.type == calls.FPDF_PAGEOBJ_PATH
        ]
    in_mm = [(25.4 / 72 * (right - left), 25.4 / 72 * (top - bottom)) for left, bottom, right, top in boxes]
    return [high for wide, high in in_mm if abs(wide - wide_mm) < 0.5]


def low(pdf: bytes, page: int, words: str) -> float:
    """How far from the sheet's top (in mm) these words stand, the last time that they do."""
    with pdfium.PdfDocument(io.BytesIO(pdf)) as document:
        texts, sheet = document[page].get_textpage(), document[page].get_height()
        search, found = texts.search(words), list[int]()
        while (each := search.get_next()) is not None:
            found.append(each[0])
        return float(25.4 / 72 * (sheet - texts.get_charbox(found[-1])[1]))


def follows(text: str, within: str) -> bool:
    """Whether the signs of `text` stand in this order in what was read. PDFium tells a cluster twice where a mark was
    moved by the font, so there may be more between."""
    rest = iter(within)
    return all(sign in rest for sign in re.sub(r"[\s\u200b]", "", text))


def _name(font: Any) -> str:
    length = calls.FPDFFont_GetBaseFontName(font, None, 0)
    held = ctypes.create_string_buffer(length)
    calls.FPDFFont_GetBaseFontName(font, held, length)
    return held.value.decode().partition("+")[2]
