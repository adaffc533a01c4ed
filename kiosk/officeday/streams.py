"""Randomness of the day, in streams that know nothing of each other: what one decides never shifts another. Pure."""

from random import Random


def stream(seed: int, *purpose: str | int) -> Random:
    """The draws for one purpose, such as ("persona", 17): the same for the same seed, on every machine."""
    return Random("/".join(str(each) for each in (seed, *purpose)))
