"""Every address of the pages' listener, of a real server in which each has something to show: what guards it, how large
it is, and that whatever is not there is missing in one and the same way. An address without a row fails."""

import re
from collections.abc import Iterator, Mapping
from itertools import count

import httpx
import pytest

from server.proof import CHECKS, LOADS
from tests.faults.api_office import ApiOffice
from tests.server.test_services_page import LARGEST
from translations import LANGUAGES

PAGE, PART, FILE, FORM, STREAM = "page", "part", "file", "form", "stream"
HERE = "this machine"
"""Numbers for whoever runs the server: for others there is no such page."""
PUBLIC: Mapping[str, str] = {
    "GET /": PAGE,
    "GET /audit": PAGE,
    "GET /certificate": PAGE,
    "GET /certificate/scorecard-office.crt": FILE,
    "GET /check": PAGE,
    "POST /check": FORM,
    "GET /checkpoint/{day}": PAGE,
    "GET /checkpoint/{day}.txt": FILE,
    "GET /clips/{digest}/{language}/{clip}": FILE,
    "GET /display": PAGE,
    "GET /display/events": STREAM,
    "GET /evidence/{day}.zip": FILE,
    "GET /healthz": FILE,
    "GET /live/events": STREAM,
    "GET /metrics": HERE,
    "GET /o/{office}": PAGE,
    "GET /o/{office}/now": PART,
    "GET /o/{office}/services/{service}": PAGE,
    "GET /offices": PAGE,
    "GET /offices/now": PART,
    "GET /open": PAGE,
    "GET /open/offices.json": FILE,
    "GET /open/{office}/figures/{month}.csv": FILE,
    "GET /open/{office}/figures/{month}.json": FILE,
    "GET /open/{office}/now.json": FILE,
    "GET /open/{office}/services.json": FILE,
    "GET /p/{token}": PAGE,
    "GET /p/{token}/now": PART,
    "POST /places": FORM,
    "GET /results": PAGE,
    "GET /rule": PAGE,
    "GET /services": PAGE,
    "GET /services/{service}": PAGE,
    "GET /t/{token}": PAGE,
    "GET /t/{token}/now": PART,
    "GET /t/{token}/survey": PAGE,
    "POST /t/{token}/survey": FORM,
}
"""Method and path → what is there, for everybody. What /openapi.json has, and nothing else (server.described)."""
GUARDS = ("x-content-type-options", "referrer-policy")
STRANGE = ("0", "f" * 32, "F" * 32, "f" * 31, "g" * 32, "%00", "ฯ", "2026-02-30", "1999-01", "a b", "-", "x" * 300)
"""What is at no address: unknown, or nothing of its kind."""
_LOADED = re.compile(r'<(?:link rel="stylesheet" href|script[^>]* src|img[^>]* src)="(/[^"]+)"')
_PARAMETER = re.compile(r"\{(\w+)\}")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiOffice]:
    made = ApiOffice.start(tmp_path_factory.mktemp("office"), 1)
    yield made
    made.end()


@pytest.fixture(scope="module")
def client(office: ApiOffice) -> Iterator[httpx.Client]:
    """Whoever asks comes from another address each time."""
    numbers = count()

    def another(request: httpx.Request) -> None:
        if not request.url.path.startswith("/metrics"):
            n = next(numbers)
            request.headers["x-forwarded-for"] = f"10.0.{n >> 8}.{n & 255}"

    with office.server.pages() as made:
        made.event_hooks = {"request": [another]}
        yield made


def of_kind(*kinds: str) -> list[str]:
    return [route.split()[1] for route, kind in PUBLIC.items() if kind in kinds and route.startswith("GET")]


def unlisted(document: Mapping[str, Mapping[str, object]]) -> set[str]:
    """Operations of the pages that the table does not have, and the other way round."""
    found = {f"{method.upper()} {path}" for path, methods in document.items() for method in methods}
    return {each for each in found if " /v1/" not in each} ^ set(PUBLIC)


def test_every_route_stands_in_the_table(office: ApiOffice) -> None:
    document = office.document()["paths"]
    assert unlisted(document) == set()
    assert unlisted({**document, "/new": {"get": {}}}) == {"GET /new"}, "the table is blind"


def unguarded(answer: httpx.Response) -> list[str]:
    """What is wrong with the headers of this answer."""
    policy = answer.headers.get("content-security-policy", "")
    wrong = [] if "default-src 'none'" in policy and "frame-ancestors 'none'" in policy else ["no policy"]
    wrong += ["what stands in a page may run"] if "unsafe" in policy else []
    wrong += [name for name in GUARDS if name not in answer.headers]
    return wrong + [name for name in ("set-cookie", "server") if name in answer.headers]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_there_guarded_and_small(office: ApiOffice, client: httpx.Client, language: str) -> None:
    for path in of_kind(PAGE):
        answer = client.get(f"{office.at(path)}?lang={language}")
        assert (answer.status_code, unguarded(answer)) == (200, []), path
        assert f'<html lang="{language}"' in answer.text, path
        assert " style=" not in answer.text, path
        assert not re.search(r" on[a-z]+=", answer.text), path
        loaded = [client.get(each) for each in sorted(set(_LOADED.findall(answer.text)))]
        assert {each.status_code for each in loaded} <= {200}, path
        whole = len(answer.content) + sum(len(each.content) for each in loaded)
        assert whole <= LARGEST, f"{path} is {whole} bytes"


ENGLISH = re.compile(r"(?:\b[a-z]{2,} ){2,}[a-z]{2,}\b")
"""Three words and more in a row, as no name and no abbreviation is."""

QUOTED = {"all certificates in the following store", "sync verify office"}
"""What Windows calls it; a command."""
EVERY_LANGUAGE = "/display"


def in_english(page: str) -> list[str]:
    """What this page says in English."""
    return [found[0] for part in re.split("<[^>]*>", page) for found in ENGLISH.finditer(part)]


@pytest.mark.parametrize("language", sorted({*LANGUAGES} - {"en"}))
def test_no_page_of_another_language_says_anything_in_english(
    office: ApiOffice, client: httpx.Client, language: str
) -> None:
    said = {path: in_english(client.get(f"{office.at(path)}?lang={language}").text) for path in of_kind(PAGE, PART)}
    assert said.pop(EVERY_LANGUAGE), "it says everything in each language"
    assert {path: words for path, words in said.items() if {*words} - QUOTED} == {}


def test_control_english_is_found_on_the_same_pages(office: ApiOffice, client: httpx.Client) -> None:
    assert [path for path in of_kind(PAGE) if not in_english(client.get(f"{office.at(path)}?lang=en").text)] == []


def test_every_part_and_file_is_there_and_guarded(office: ApiOffice, client: httpx.Client) -> None:
    for path in of_kind(PART, FILE, HERE):
        answer = client.get(office.at(path))
        assert (answer.status_code, unguarded(answer)) == (200, []), path


@pytest.mark.parametrize("path", of_kind(STREAM))
def test_every_stream_is_guarded_and_for_get_alone(client: httpx.Client, path: str) -> None:
    with client.stream("GET", path) as answer:
        assert (answer.status_code, unguarded(answer)) == (200, [])
    for method in ("POST", "HEAD", "PUT"):
        refused = client.request(method, path)
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET")


def test_control_what_lets_scripts_in_or_sets_a_cookie_is_noticed() -> None:
    good = {"content-security-policy": "default-src 'none'; frame-ancestors 'none'", **dict.fromkeys(GUARDS, "x")}
    policy = good["content-security-policy"]
    assert unguarded(httpx.Response(200, headers=good)) == []
    assert unguarded(httpx.Response(200)) == ["no policy", *GUARDS]
    assert unguarded(httpx.Response(200, headers={**good, "set-cookie": "a=b"})) == ["set-cookie"]
    loose = {**good, "content-security-policy": f"{policy}; script-src 'unsafe-inline'"}
    assert unguarded(httpx.Response(200, headers=loose)) == ["what stands in a page may run"]


# What is not there ----------------------------------------------------------------------------------------------------


def told(client: httpx.Client, path: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that an answer says, but for the time."""
    answer = client.get(path, params={"lang": "en"})
    return answer.status_code, answer.content, [each for each in answer.headers.items() if each[0] != "date"]


def strangers(office: ApiOffice, path: str) -> Iterator[str]:
    """This address with each of its parameters, one after the other, as it is not: unknown, malformed, another's."""
    for name in _PARAMETER.findall(path):
        foreign = {value for key, value in office.known.items() if value != office.value(path, name)}
        for value in (*STRANGE, *sorted(foreign)):
            yield office.at(path, **{name: value})


@pytest.mark.parametrize("path", [path for path in of_kind(PAGE, PART, FILE) if "{" in path])
def test_whatever_is_not_there_is_missing_in_one_and_the_same_way(
    office: ApiOffice, client: httpx.Client, path: str
) -> None:
    nowhere = told(client, "/nowhere")
    assert nowhere[0] == 404
    for each in strangers(office, path):
        assert told(client, each) == nowhere, each


def test_through_a_proxy_the_numbers_are_as_missing_as_any_page(office: ApiOffice) -> None:
    with office.server.pages() as plain:
        plain.headers["x-forwarded-for"] = "10.9.9.9"
        assert told(plain, "/metrics") == told(plain, "/nowhere")


def test_control_an_answer_that_differs_by_a_byte_or_a_header_is_not_the_same(client: httpx.Client) -> None:
    status, content, headers = told(client, "/nowhere")
    assert told(client, "/nowhere") == (status, content, headers)
    assert told(client, "/open/offices.json") != (status, content, headers)
    assert told(client, "/offices") != (status, content, headers)


# Forms ----------------------------------------------------------------------------------------------------------------


def test_a_place_is_asked_for_from_our_own_pages_alone(office: ApiOffice, client: httpx.Client) -> None:
    form = {"place": "ab" * 16, "service": office.known["service"]}
    for name, value in (("sec-fetch-site", "cross-site"), ("origin", "https://evil.test"), ("sec-fetch-site", "none")):
        refused = client.post("/places", data=form, headers={name: value})
        assert (refused.status_code, unguarded(refused)) == (403, [])
        assert client.get(f"/p/{form['place']}").status_code == 404


def test_a_check_changes_nothing_and_answers_guarded(office: ApiOffice, client: httpx.Client) -> None:
    answer = client.post("/check?lang=en", data={"code": office.known["code"]})
    assert (answer.status_code, unguarded(answer)) == (200, [])
    assert "is on record" in answer.text


# Whoever guesses ------------------------------------------------------------------------------------------------------


def test_behind_a_proxy_each_of_those_who_check_or_load_has_tries_of_their_own(office: ApiOffice) -> None:
    def tried(method: str, path: str, burst: int, form: Mapping[str, str] | None = None) -> None:
        with office.server.pages() as plain:
            plain.headers["x-forwarded-for"] = "203.0.113.1"
            answers = [plain.request(method, path, data=form) for _ in range(burst + 1)]
            assert {each.status_code for each in answers[:burst]} == {200}
            assert (answers[-1].status_code, unguarded(answers[-1])) == (429, [])
            assert int(answers[-1].headers["retry-after"]) > 0
            plain.headers["x-forwarded-for"] = "203.0.113.2"
            assert plain.request(method, path, data=form).status_code == 200

    tried("POST", "/check", CHECKS, {"code": "0000 0000 0000 0000"})
    tried("GET", office.at("/evidence/{day}.zip"), LOADS)


def test_what_may_be_done_at_an_address_is_said_by_all_its_routes(client: httpx.Client) -> None:
    refused = client.put("/check")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")
