"""Which parts of the kernel go onto the card: patterns, and all that what they name needs. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatch

from image.errors import ImageError


def needs(listing: str) -> dict[str, list[str]]:
    """A modules.dep: each module's path, and the paths that it needs, to be loaded from the last to the first."""
    found = {}
    for line in listing.splitlines():
        module, _, needed = line.partition(":")
        found[module] = needed.split()
    return found


def chosen(listed: Mapping[str, Sequence[str]], patterns: Iterable[str]) -> set[str]:
    """The modules whose paths match, with all that they need. Raises ImageError for a pattern that matches none."""
    found: set[str] = set()
    for pattern in patterns:
        matched = {path for path in listed if fnmatch(path, pattern)}
        if not matched:
            raise ImageError(
                f'the kernel has no module like "{pattern}"',
                hint="mend image/recipe.toml: the kernel has renamed it, or builds it in",
            )
        found |= matched
        for path in matched:
            found.update(listed[path])
    return found


def in_order(listed: Mapping[str, Sequence[str]], wanted: Iterable[str]) -> list[str]:
    """These and what they need, each after what it needs."""
    order: list[str] = []
    for path in wanted:
        for each in [*reversed(listed[path]), path]:
            if each not in order:
                order.append(each)
    return order
