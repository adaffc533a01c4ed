"""`replace` as dataclasses has it, several times as fast: the folds of a day do little else."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

Value = TypeVar("Value")


Shape = tuple[Callable[[Any], tuple[Any, ...]], Mapping[str, int]]
_known: dict[type[Any], Shape] = {}


def _shape(kind: type[Any]) -> Shape:
    names = [field.name for field in fields(kind)]
    if len(names) == 1:
        (name,) = names
        return (lambda of: (getattr(of, name),)), {name: 0}
    return attrgetter(*names), {name: at for at, name in enumerate(names)}


def replace(of: Value, **values: object) -> Value:
    """This dataclass with these fields changed. Its fields are all given by place. Raises TypeError: it has no such
    field."""
    kind: type[Any] = type(of)
    shape = _known.get(kind)
    if shape is None:
        shape = _known[kind] = _shape(kind)
    kept, places = shape
    row = list(kept(of))
    for name, value in values.items():
        at = places.get(name)
        if at is None:
            raise TypeError(f"{kind.__name__} has no field {name}")
        row[at] = value
    made: Value = kind(*row)
    return made
