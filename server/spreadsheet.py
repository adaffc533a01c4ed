"""What all files for spreadsheets have in common."""

from io import BytesIO
from typing import Any


def harmless(text: str) -> str:
    """For a CSV: a text that a spreadsheet would take for a formula gets a sign before it that it does not show."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def workbook(out: BytesIO) -> tuple[Any, Any]:
    """A workbook whose texts stay texts, and the format of its heads. It is written when it is closed."""
    import xlsxwriter

    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    return book, book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
