"""Forms as browsers send them, `application/x-www-form-urlencoded`: read strictly, within limits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from server.errors import BodyTooLarge, Refused
from server.http import read_body
from translations import N_

# gettext: console

FORM_TYPE = "application/x-www-form-urlencoded"
MOST_BYTES = 32 * 1024
MOST_FIELDS = 250
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, repr=False)
class Form:
    """What was filled in, each field with its values in order."""

    fields: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str:
        """The value of a field, empty where it was not sent. Raises Refused where it was sent twice."""
        values = self.fields.get(name, ("",))
        if len(values) != 1:
            raise malformed()
        return values[0]

    def many(self, name: str) -> Sequence[str]:
        """All values of a field."""
        return self.fields.get(name, ())


def parse_form(content_type: str, body: bytes) -> Form:
    """The form in a body. Raises Refused for another type, broken escapes, what is not UTF-8, and NUL."""
    kind, _, parameter = content_type.partition(";")
    if kind.strip().lower() != FORM_TYPE or parameter.strip().lower() not in ("", "charset=utf-8"):
        raise malformed(415)
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError as error:
        raise malformed() from error
    if _BROKEN_ESCAPE.search(text) or any("\0" in part for pair in pairs for part in pair):
        raise malformed()
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), value)
    return Form(fields)


async def form_of(request: Request) -> Form:
    """The form of this request, read once however often it is asked for. Raises Refused."""
    known: Form | None = getattr(request.state, "form", None)
    if known is None:
        try:
            body = await read_body(request.scope, request.receive, MOST_BYTES)
        except BodyTooLarge as error:
            raise malformed(413) from error
        known = request.state.form = parse_form(request.headers.get("content-type", ""), body)
    return known


def malformed(status: int = 400) -> Refused:
    """The refusal of a form that no browser of ours sends."""
    hint = N_("Go back, load the page anew, and send it again")
    return Refused(status, "malformed", N_("This cannot be read"), hint=hint)
