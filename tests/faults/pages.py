"""`./prove pages [--language th …] [--size phone …] [--pictures DIR]`: every page of a real office in Chromium, judged
by axe-core; with `--pictures` each whole page is kept there as a picture, to be looked at.

The public pages and, signed in as an administrator, those of the console, in each language, on a telephone and on a PC:
no fault against WCAG 2.2 AA or good practice, nothing wider than its window, no text in a column of a few letters, and
no table that goes on behind an edge without a sign. The pages are those of the tables in
tests/server/test_every_page.py and test_access.py, which a new route has to be in. A broken page has to be found first.
"""

import argparse
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page

from tests.faults.api_office import ApiOffice
from tests.server.browsing import SIZES, chromium, cut, faults, new_page, sideways, signed_in, squeezed
from tests.server.desk import NEW
from tests.server.device import issued
from tests.server.officer import Officer, taught
from tests.server.test_access import ACCESS, RIGHT
from tests.server.test_every_page import PAGE
from tests.server.test_every_page import PUBLIC as OUTSIDE
from translations import LANGUAGES

NO_PAGE = re.compile(r"/api/|/events/|/static/|/pictures/|\.(?:csv|toml|crt|xlsx|pdf)$")
"""What is no page of its own."""
DOOR = ("/sign-in", "/first")
"""Before anybody is signed in."""
NOT_THERE = ("/nowhere", "/requests/0")
"""Where nothing is, and a page says so: at an office without a centre nothing is asked of it."""
_PARAMETER = re.compile(r"\{(\w+)\}")
_HIDDEN = re.compile(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"')
_CATEGORY = re.compile(r'<option value="([\w-]+)"')
_FOLLOWUP = re.compile(r"/followups/(\w+)/(\d+)")
BROKEN = (
    '<html lang="en"><body><main><h1>a</h1><img src="data:,"><input name="x">'
    '<p style="color:#bbb;background:#fff">pale</p><div style="width:3000px">wide</div>'
    '<p style="width:1em;overflow-wrap:anywhere">letters below</p><div style="width:9em;overflow:auto"><table>'
    '<tr><td style="min-width:40em">cut</td></tr></table></div></main></body></html>'
)
FOUND = ("document-title", "image-alt", "label", "color-contrast")
DRAWN = """async () => {
    for (const each of document.images) each.loading = "eager";
    await Promise.all([document.fonts.ready, ...[...document.images].map((each) => each.decode().catch(() => {}))]);
}"""
"""Also what stands below the window, and would be loaded when it is scrolled to."""
MEASURED = ("width", "squeezed", "cut")
"""What is wrong with the broken page: by axe-core, and by our own measures."""


def outside(office: ApiOffice) -> Iterator[str]:
    """Addresses of the public pages, and of one that is not there."""
    for route, kind in OUTSIDE.items():
        if kind == PAGE:
            yield office.at(route.split()[1])
    yield "/nowhere"


def inside(values: Mapping[str, str]) -> Iterator[str]:
    """Addresses of the console's pages, with these values for what they name."""

    def known(name: str) -> str:
        return values.get(f"{path} {name}") or values[name]

    for route, role in ACCESS.items():
        method, path = route.split()
        if method == "GET" and not NO_PAGE.search(path) and role is not RIGHT and path not in DOOR:
            yield _PARAMETER.sub(lambda found: known(found[1]), path)


def judged(page: Page, address: str, language: str) -> list[str]:
    """What is wrong with this page in this language."""
    answer = page.goto(f"{address}?lang={language}", wait_until="load")
    assert answer is not None
    wrong = faults(page) + [f"squeezed or cut: {each}" for each in (*squeezed(page), *cut(page))]
    if page.get_attribute("html", "lang") != language:
        wrong.append("another language")
    if sideways(page) > 0:
        wrong.append(f"wider than its window by {sideways(page)} px")
    lacking = answer.status == 404 and not address.endswith(NOT_THERE)
    return wrong + ([f"answers {answer.status}"] if lacking or answer.status >= 500 else [])


def blind(program: Browser) -> list[str]:
    """Faults of a broken page that were not found."""
    page = new_page(program)
    page.set_content(BROKEN)
    found = " ".join(faults(page))
    missed = [name for name in FOUND if name not in found]
    seen = {"width": sideways(page) > 0, "squeezed": bool(squeezed(page)), "cut": bool(cut(page))}
    missed += [name for name in MEASURED if not seen[name]]
    page.context.close()
    return missed


def entered(office: ApiOffice, seed: int) -> tuple[Officer, dict[str, str]]:
    """An administrator, and what the console's addresses name."""
    url = office.server.console_url
    chief = Officer(url, taught(office.server, office.server.folder), random.Random(seed).randbytes)
    assert chief.client.post("/sign-in", data={"login": "chief", "password": NEW}).status_code == 303
    staff = str(chief.client.get("/api/me").json()["staff"])
    service, own = office.known["service"], office.known["office"]
    named = {"staff": staff, "number": "1", "office": own, "language": "th", "name": "0"}
    named |= {"service": service, "group": "registration", "section": "breaks"}
    return chief, named | made(chief, service, office.known["day"])


def made(chief: Officer, service: str, day: str) -> dict[str, str]:
    """What stands behind the addresses that name something: a number given at the desk, a counter, a version of the
    catalogue and of the calendar, a complaint. Where the first and the last are."""
    given = sent(chief, "/issue", "/issue", {"services": service, "language": "th"})
    sent(chief, "/office/counters/new", "/office/counters", {"number": "1", "services": service})
    for each in ("catalogue", "calendar"):
        sent(chief, f"/{each}/publish", f"/{each}/publish", {})
    ticket = {"day": day, "label": issued(1, service).label}
    found = f"/tickets?{urlencode(ticket)}"
    category = _CATEGORY.search(chief.client.get(found).text)
    assert category is not None
    sent(chief, found, "/tickets/complaint", ticket | {"category": category[1]})
    complaint = _FOLLOWUP.search(chief.client.get("/followups").text)
    assert complaint is not None
    path = "/followups/{journal}/{seq}"
    return {"seq": given.rsplit("/", 1)[-1], f"{path} journal": complaint[1], f"{path} seq": complaint[2]}


def sent(chief: Officer, page: str, action: str, fields: Mapping[str, str]) -> str:
    """Fill in the form of this page and send it: where it leads."""
    hidden = dict(_HIDDEN.findall(chief.client.get(page).text))
    answer = chief.client.post(action, data={**hidden, "key": chief.key(), **fields})
    assert answer.status_code == 303, f"{action}: {answer.status_code} {answer.text[:400]}"
    return answer.headers["location"]


def keep(page: Page, folder: Path, *named: str) -> None:
    """A picture of the whole page, below its window too, in this folder."""
    page.evaluate(DRAWN)
    page.screenshot(path=folder / f"{re.sub(r'[^a-z0-9]+', '-', '-'.join(named)).strip('-')}.png", full_page=True)


def prove(
    office: ApiOffice, program: Browser, languages: Sequence[str], sizes: Sequence[str], pictures: Path | None = None
) -> tuple[int, list[str]]:
    """How many pages were judged, and every fault with its page. `pictures`: where each of them is kept."""
    count, found = 0, list[str]()
    chief, named = entered(office, 2)
    for size in sizes:
        for base, addresses, page in (
            (office.server.pages_url, list(outside(office)), new_page(program, size)),
            (office.server.console_url, list(DOOR), new_page(program, size)),
            (office.server.console_url, list(inside(named)), signed_in(program, chief, size)),
        ):
            for language in languages:
                for address in addresses:
                    wrong = judged(page, f"{base}{address}", language)
                    found += [f"{address} in {language} on a {size}: {each}" for each in wrong]
                    if pictures is not None:
                        side = "outside" if base == office.server.pages_url else "console"
                        keep(page, pictures, size, language, side, address)
                    count += 1
                print(f"{size}, {language}, {base}: {len(addresses)} pages, {len(found)} faults so far", flush=True)
            page.context.close()
    chief.close()
    return count, found


def main(arguments: Sequence[str]) -> int:
    """The control, then every page, with the figure last."""
    parser = argparse.ArgumentParser(prog="./prove pages", description="Every page, judged by axe-core.")
    parser.add_argument("--language", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    parser.add_argument("--size", nargs="+", choices=tuple(SIZES), default=tuple(SIZES))
    parser.add_argument("--pictures", type=Path, help="a folder for a picture of each page")
    options = parser.parse_args(arguments)
    if options.pictures:
        options.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="scorecard-") as folder, chromium() as program:
        missed = blind(program)
        office = ApiOffice.start(Path(folder), 2)
        try:
            count, found = prove(office, program, options.language, options.size, options.pictures)
        finally:
            office.end()
    for line in (*[f"not found in the broken page: {each}" for each in missed], *found):
        print(line)
    controls = len(FOUND) + len(MEASURED)
    print(f"pages: {count} judged, {len(found)} faults; {controls - len(missed)} of {controls} controls found")
    return 1 if found or missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
