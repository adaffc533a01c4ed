"""Forms with a file, `multipart/form-data`, as browsers send them: read strictly, within limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP

from starlette.requests import Request

from server.errors import BodyTooLarge
from server.forms import Form, form_of, malformed
from server.http import read_body

FORM_TYPE = "multipart/form-data"
MOST_BYTES = 320 * 1024
"""The largest document (sync.strict_toml.MAX_BYTES), and what is around it."""
MOST_PARTS = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """The fields, and the files by the name of theirs."""

    form: Form
    files: Mapping[str, bytes]


def parse_upload(content_type: str, body: bytes) -> Upload:
    """What was sent. Raises Refused for another type, and for what no browser sends."""
    if _kind(content_type) != FORM_TYPE:
        raise malformed(415)
    try:
        head = f"Content-Type: {content_type}\r\n\r\n".encode("ascii")
    except UnicodeEncodeError as error:
        raise malformed() from error
    whole = BytesParser(policy=HTTP).parsebytes(head + body)
    parts = whole.get_payload()
    if whole.defects or not whole.is_multipart() or not isinstance(parts, list) or len(parts) > MOST_PARTS:
        raise malformed()
    fields: dict[str, tuple[str, ...]] = {}
    files: dict[str, bytes] = {}
    for part in parts:
        _take(part, fields, files)
    return Upload(Form(fields), files)


async def upload_of(request: Request) -> Upload:
    """The upload of this request, whose fields stand for its form, too (server.forms); a plain form has no file. Raises
    Refused."""
    known: Upload | None = getattr(request.state, "upload", None)
    if known is None and _kind(request.headers.get("content-type", "")) != FORM_TYPE:
        known = request.state.upload = Upload(await form_of(request), {})
    if known is None:
        try:
            body = await read_body(request.scope, request.receive, MOST_BYTES)
        except BodyTooLarge as error:
            raise malformed(413) from error
        known = request.state.upload = parse_upload(request.headers.get("content-type", ""), body)
        request.state.form = known.form
    return known


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _take(part: object, fields: dict[str, tuple[str, ...]], files: dict[str, bytes]) -> None:
    content = part.get_payload(decode=True) if isinstance(part, Message) and not part.is_multipart() else None
    if not isinstance(part, Message) or not isinstance(content, bytes) or part.get("content-transfer-encoding"):
        raise malformed()
    name = part.get_param("name", header="content-disposition")
    if not isinstance(name, str) or name in fields or name in files:
        raise malformed()
    if part.get_filename() is not None:
        files[name] = content
        return
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise malformed() from error
    if "\0" in text:
        raise malformed()
    fields[name] = (text,)
