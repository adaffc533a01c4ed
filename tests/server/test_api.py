"""/openapi.json is true: whatever is asked on the pages' listener, the answer is one that the document has."""

from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.server.running import RunningServer

NOT_HERE = ("/v1/", "/live/events", "/display/events")
"""On another listener, or without an end: other tests ask for those."""
Operation = tuple[str, str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[httpx.Client]:
    with server.pages() as client:
        yield client


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> Mapping[str, Any]:
    found: Mapping[str, Any] = client.get("/openapi.json").json()
    return found


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """(method, path, what the document says) of what is served here."""
    return [
        (method, path, said)
        for path, methods in sorted(document["paths"].items())
        if not path.startswith(NOT_HERE)
        for method, said in methods.items()
    ]


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ODD = st.sampled_from(
    ["", "0", "-1", "9" * 40, "th", "en", "my", "2026-11", "2026-11-23", "a" * 32, "../..", "\0", "🂡", "%"]
)


def value_of(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    """What fits the schema of a parameter, and what does not."""
    fitting = st.sampled_from(schema["enum"]) if "enum" in schema else ODD
    if schema.get("type") == "integer":
        fitting = st.integers(-10, 10**6).map(str)
    return fitting | ODD | WORDS


def wrong(said: Mapping[str, Any], answer: httpx.Response) -> list[str]:
    """What about this answer is not in the document, or is never right."""
    found = []
    responses = said["responses"]
    documented = responses.get(str(answer.status_code))
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if answer.status_code >= 500 and documented is None:
        found.append(f"fails with {answer.status_code}")
    if documented is None:
        found.append(f"{answer.status_code} is not among {sorted(responses)}")
    elif not any(fnmatch(kind, each) for each in documented.get("content", {})) and (kind or answer.content):
        found.append(f"{answer.status_code} is {kind}, not one of {sorted(documented.get('content', {}))}")
    if "'unsafe-inline'" in answer.headers.get("content-security-policy", "'unsafe-inline'"):
        found.append("no policy, or one that lets scripts in")
    return found


def asked(client: httpx.Client, operation: Operation, draw: st.DrawFn) -> httpx.Response:
    """One request that the document describes, with values that it may not have thought of."""
    method, path, said = operation
    query: dict[str, str] = {}
    for each in said.get("parameters", ()):
        value = draw(value_of(each["schema"]))
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", quote(value, safe="") or "0")
        elif draw(st.booleans()):
            query[each["name"]] = value
    form = draw(st.dictionaries(ODD | WORDS, ODD | WORDS, max_size=2)) if method == "post" else None
    return client.request(method, path, params=query, data=form)


def test_of_a_token_that_nobody_has_nothing_is_told(client: httpx.Client) -> None:
    def told(token: str) -> tuple[int, bytes, list[tuple[str, str]]]:
        answer = client.get(f"/t/{token}?lang=en")
        return answer.status_code, answer.content, [each for each in answer.headers.items() if each[0] != "date"]

    first, *others = [told(token) for token in ("a" * 32, "b" * 32, "c" * 31, "Z" * 32, "a" * 64)]
    assert first[0] == 404
    assert others == [first] * 4


def test_control_what_the_document_does_not_have_is_found() -> None:
    said: Mapping[str, Any] = {"responses": {"200": {"content": {"text/html": {}}}}}
    guarded = {"content-security-policy": "default-src 'none'", "content-type": "text/html"}
    assert wrong(said, httpx.Response(200, headers=guarded)) == []
    assert wrong(said, httpx.Response(404, headers=guarded)) == ["404 is not among ['200']"]
    assert len(wrong(said, httpx.Response(500, headers=guarded))) == 2
    assert len(wrong(said, httpx.Response(200, headers={**guarded, "content-type": "text/csv"}))) == 1
    assert len(wrong(said, httpx.Response(200, headers={"content-type": "text/html"}))) == 1


@settings(
    max_examples=3, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None, derandomize=True
)
@given(data=st.data())
def test_no_answer_is_one_that_the_document_does_not_have(
    client: httpx.Client, document: Mapping[str, Any], data: st.DataObject
) -> None:
    found: Counter[str] = Counter()
    for operation in operations(document):
        answer = data.draw(st.composite(lambda draw, op=operation: asked(client, op, draw))(), label=str(operation[:2]))
        for fault in wrong(operation[2], answer):
            found[f"{operation[0]} {operation[1]}: {fault} ({answer.url})"] += 1
    assert not found, "\n".join(sorted(found))
