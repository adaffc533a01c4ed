"""The unit of everything that a printer prints."""

from typing import NewType

Dots = NewType("Dots", int)
"""Printer dots; 203 dpi, 8 dots a millimetre, on the common 80 mm mechanism."""
