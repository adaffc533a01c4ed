"""Loaded by schemathesis itself, in its own environment (`./prove api`): who asks, for what, what was answered.

`API_ADDRESSES=many`: every request comes from another address. `API_KNOWN`: JSON, by "NAME" or "PATH NAME" the value
that takes the place of a generated one. `API_SEEN`: the file into which each answer is written, one JSON line each.
"""

import itertools
import json
import os
from pathlib import Path
from typing import Any

import schemathesis

MANY = os.environ.get("API_ADDRESSES") == "many"
KNOWN: dict[str, str] = json.loads(os.environ.get("API_KNOWN", "{}"))
SEEN = Path(os.environ["API_SEEN"])
FOR_THIS_MACHINE = "/metrics"
"""Not to be seen through a proxy."""
_number = itertools.count()


def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Put what is known into the request, and say for whom it comes."""
    path = case.operation.path
    for values in (case.path_parameters, case.body):
        for name in values if isinstance(values, dict) else ():
            known = KNOWN.get(f"{path} {name}", KNOWN.get(name))
            if known is not None:
                values[name] = known
    if MANY and path != FOR_THIS_MACHINE:
        n = next(_number)
        case.headers["x-forwarded-for"] = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"


def after_call(context: Any, case: Any, response: Any) -> None:
    """Write down what was answered."""
    said = {"operation": f"{case.operation.method.upper()} {case.operation.path}", "status": response.status_code}
    with SEEN.open("a", encoding="utf-8") as file:
        file.write(json.dumps(said) + "\n")


def lines(context: Any, value: Any) -> bytes:
    """A body that is of bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


schemathesis.hook(before_call)
schemathesis.hook(after_call)
schemathesis.serializer("application/x-ndjson")(lines)
