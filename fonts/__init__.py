"""Typefaces with their licence and checksums; shaping, line fitting and text drawing; the design tokens."""

from fonts.errors import FontsError
from fonts.faces import check

__all__ = ["FontsError", "check"]
