"""What /openapi.json says of answers that a route does not name itself: pages that turn somebody away, and files."""

from collections.abc import Iterator
from typing import Any

_PAGES = {
    "404": "There is no such page; the same for whatever is not known here",
    "429": "Too many requests from this address; `retry-after`",
    "503": "Come later; `retry-after`",
}
_OF_FORMS = {"413": "The form is too large"}
_FILES = {
    "/certificate/scorecard-office.crt": "application/x-x509-ca-cert",
    "/clips/{digest}/{language}/{clip}": "audio/*",
    "/evidence/{day}.zip": "application/zip",
}
_FAILING = {"description": "It does not: `message` says why", "content": {"application/json": {}}}
_STRANGE = {
    "description": "The form did not come from a page of this office",
    "content": {"application/json": {}},
}


def complete(paths: dict[str, Any]) -> None:
    """Add them to what is served as pages."""
    for path, method, operation in _operations(paths):
        responses = operation["responses"]
        for status, words in (_PAGES | (_OF_FORMS if method == "post" else {})).items():
            responses.setdefault(status, {"description": words, "content": {"text/html": {}}})
        if method == "post":
            responses.setdefault("403", _STRANGE)
        if path in _FILES:
            responses["200"]["content"] = {_FILES[path]: {}}
    paths["/healthz"]["get"]["responses"]["503"] = _FAILING


def _operations(paths: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    return ((path, method, each) for path, methods in paths.items() for method, each in methods.items())
