"""Whether a text can be shown on screens and paper at all: each character in a face of the house, in both weights."""

from functools import cache

from fonts.faces import FILES, Faces, drawable


def unshown(text: str) -> str:
    """The characters of `text` that no typeface can show, each once, in their order. Raises FontsError."""
    faces = _faces()
    of_weights = [[key for key in FILES if key[1] == weight] for weight in ("regular", "bold")]
    return "".join(
        each
        for each in dict.fromkeys(drawable(text))
        if not all(any(faces.covers(*key, each) for key in keys) for keys in of_weights)
    )


@cache
def _faces() -> Faces:
    return Faces()
