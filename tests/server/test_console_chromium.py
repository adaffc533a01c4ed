"""The console in Chromium: every page at every size in every language, with a keyboard, and without script."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from server.pcm import write_wav
from tests.server.browsing import SIZES, chromium, faults, new_page, sideways, small_targets, spilling
from tests.server.desk import NEW
from tests.server.device import CATALOGUE, Device, anchor
from tests.server.running import RunningServer, now_ms
from tests.server.voices import tone
from tests.walks.stage import until
from translations import LANGUAGES, load

expect.set_options(timeout=20_000)
CHIEF = "chief"


@pytest.fixture(scope="module")
def office(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> RunningServer:
    """A server that knows services."""
    device = Device.make(tmp_path_factory.mktemp("kiosk"))
    with server.exchange() as client:
        device.pair(client, server.code(), server.certificate)
        device.record(CATALOGUE, anchor(now_ms()))
        assert device.send(client).status_code == 200
    device.journal.close()
    return server


@pytest.fixture(scope="module")
def program() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as program:
        yield program


@pytest.fixture(scope="module")
def chief(office: RunningServer, program: Browser) -> Page:
    """The administrator, who came in with a code and keeps this browser."""
    page = new_page(program)
    page.goto(f"{office.console_url}/first?lang=en")
    enter(page, office.command("code").stdout.strip(), CHIEF, "The chief of the office")
    expect(page.locator(".who")).to_contain_text("The chief of the office")
    return page


def enter(page: Page, code: str, login: str, name: str) -> None:
    """Fill in the page of the first administrator."""
    for field, value in {"code": code, "name": name, "login": login, "password": NEW, "again": NEW}.items():
        page.fill(f"#{field}", value)
    page.click("main button")


def signed_in_as(program: Browser, who: Page, size: str, *, script: bool = True) -> Page:
    """A further browser with the session of this one."""
    page = new_page(program, size, script=script)
    page.context.add_cookies(who.context.cookies())  # type: ignore[arg-type]
    return page


def sign_in(page: Page, office: RunningServer, login: str, password: str) -> None:
    """Use the door."""
    page.goto(f"{office.console_url}/sign-in")
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("main button")


def add(page: Page, office: RunningServer, login: str, name: str) -> str:
    """Add a person; the one-time password that is shown."""
    page.goto(f"{office.console_url}/people/new")
    page.fill("#name", name)
    page.fill("#login", login)
    page.click("main form button")
    return re.sub(r"\s", "", page.inner_text("#once"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_a_fault_or_stands_over_its_edge(
    office: RunningServer, program: Browser, chief: Page, language: str, size: str
) -> None:
    width, height = SIZES[size]
    chief.set_viewport_size({"width": width, "height": height})
    outside = new_page(program, size)
    problems: list[str] = []
    for page in (chief, outside):
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
    staff = chief.request.get(f"{office.console_url}/api/me").json()["staff"]
    for page, paths in (
        (outside, ("/sign-in", "/first", "/certificate")),
        (chief, ("/", "/people", "/people/new", f"/people/{staff}", "/account", "/record")),
    ):
        for path in paths:
            page.goto(f"{office.console_url}{path}?lang={language}")
            assert page.get_attribute("html", "lang") == language
            assert faults(page) == [], path
            assert sideways(page) == 0, path
            assert small_targets(page) == [], path
            assert spilling(page) == [], path
    assert problems == []
    outside.context.close()


def test_clips_are_recorded_by_keyboard_alone_and_from_files(
    office: RunningServer, chief: Page, tmp_path: Path
) -> None:
    problems: list[str] = []
    chief.on("pageerror", lambda error: problems.append(str(error)))
    chief.goto(f"{office.console_url}/record?lang=en&spoken=th")
    expect(chief.locator("#words")).to_have_text("ขอเชิญหมายเลข")
    chief.keyboard.press("Space")
    expect(chief.locator("#told")).to_have_text("Recording: speak now")
    expect(chief.locator("#recorder")).to_have_attribute("data-heard", "yes")
    chief.keyboard.press("Space")
    expect(chief.locator("#told")).to_have_text(re.compile("^(Kept|Not kept)"))
    file = tmp_path / "number.wav"
    file.write_bytes(write_wav(tone(700, 0.3, 300, 300)))
    chief.set_input_files("#file", file)
    expect(chief.locator("#told")).to_have_text("Kept")
    expect(chief.locator("#done")).to_have_text("1")
    chief.locator("h1").click()
    chief.keyboard.press("Enter")
    expect(chief.locator("#words")).to_have_text("ที่ช่องบริการ")
    chief.reload()
    expect(chief.locator("#done")).to_have_text("1")
    expect(chief.locator("#words")).to_have_text("ที่ช่องบริการ")
    clips = office.data / "clips" / "th"
    assert [path.name.split("-")[0] for path in clips.iterdir()] == ["number"]
    with office.pages() as client:
        digest = next(clips.iterdir()).stem.split("-")[1]
        assert client.get(f"/clips/{digest}/th/number").headers["content-type"] == "audio/wav"
    assert problems == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_password_is_told_in_the_readers_language(
    office: RunningServer, program: Browser, language: str
) -> None:
    outside = new_page(program)
    outside.goto(f"{office.console_url}/sign-in?lang={language}")
    outside.fill("#login", "nobody")
    outside.fill("#password", "not right at all")
    outside.click("main button")
    expect(outside.get_by_role("alert")).to_have_text(
        load(language, "console").gettext("Name or password is not right")
    )
    assert faults(outside) == []
    outside.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_menu_is_folded_on_a_telephone_and_opens_without_script(
    office: RunningServer, program: Browser, chief: Page, language: str
) -> None:
    def head() -> float:
        box = page.locator("header").bounding_box()
        assert box is not None
        return box["height"]

    page = signed_in_as(program, chief, "phone", script=False)
    page.goto(f"{office.console_url}/account?lang={language}")
    summary, links = page.locator(".menu summary"), page.locator(".links a")
    until("a form begins on the first screen, once its fonts are there", lambda: head() < 0.3 * SIZES["phone"][1])
    assert not links.first.is_visible()
    summary.press("Enter")
    assert links.first.is_visible()
    assert links.last.is_visible()
    assert head() > 0.5 * SIZES["phone"][1], "control: this is how high it is where nothing is folded"
    wide = signed_in_as(program, chief, "pc")
    wide.goto(f"{office.console_url}/account?lang={language}")
    assert wide.locator(".links a").last.is_visible()
    assert not wide.locator(".menu").is_visible()
    name = load(language, "console").gettext("My account")
    assert (wide.locator(".links").get_by_text(name).count(), wide.locator(".who a").count()) == (0, 1)
    wide.goto(f"{office.console_url}/people?lang={language}")
    wide.locator(".who").get_by_role("link", name=name).click()
    expect(wide).to_have_url(re.compile("/account$"))
    for each in (page, wide):
        each.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_to_do_about_backups_is_folded_and_opens_without_script(
    office: RunningServer, program: Browser, chief: Page, language: str
) -> None:
    def high() -> float:
        box = page.locator(".banner").bounding_box()
        assert box is not None
        return box["height"]

    page = signed_in_as(program, chief, "phone", script=False)
    page.goto(f"{office.console_url}/account?lang={language}")
    summary, remedy = page.locator(".banner summary"), page.locator(".banner details > p")
    assert not remedy.is_visible()
    until("one line of words and its room, once its fonts are there", lambda: high() < 64)
    summary.press("Enter")
    assert remedy.is_visible()
    assert high() > 120, "control: so high it would stand above every page"
    page.context.close()
    page = signed_in_as(program, chief, "phone")
    page.goto(f"{office.console_url}/account?lang={language}")
    page.click(".banner summary")
    assert (faults(page), small_targets(page), spilling(page), sideways(page)) == ([], [], [], 0)
    page.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_open_menu_has_no_fault(office: RunningServer, program: Browser, chief: Page, language: str) -> None:
    page = signed_in_as(program, chief, "phone")
    page.goto(f"{office.console_url}/account?lang={language}")
    page.click(".menu summary")
    assert page.locator(".links a").last.is_visible()
    assert (faults(page), small_targets(page), spilling(page), sideways(page)) == ([], [], [], 0)
    page.context.close()


def test_controls_a_page_with_faults_is_found(program: Browser) -> None:
    page = new_page(program)
    low, wide = (
        '<div style="height:1rem">a<br>b<br>c</div>',
        '<div style="width:2000px;color:#bbb;background:#fff">pale</div>',
    )
    page.set_content(f'{wide}<input name="x"><a href="/">a</a>{low}')
    assert any("label" in fault for fault in faults(page))
    assert any("color-contrast" in fault for fault in faults(page))
    assert sideways(page) > 0
    assert len(small_targets(page)) == 2
    assert len(spilling(page)) == 1
    page.context.close()


def test_the_keyboard_alone_signs_in_and_the_first_stop_skips_to_the_content(
    office: RunningServer, program: Browser, chief: Page
) -> None:
    page = new_page(program, "pc")
    page.goto(f"{office.console_url}/sign-in?lang=en")
    page.keyboard.press("Tab")
    assert page.inner_text(":focus") == "Skip to the content"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    page.keyboard.type(CHIEF)
    page.keyboard.press("Tab")
    page.keyboard.type(NEW)
    page.keyboard.press("Enter")
    expect(page.locator(".who")).to_contain_text("The chief")
    outline = page.evaluate("getComputedStyle(document.querySelector('.who button')).outlineStyle")
    page.focus(".who button")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != outline
    page.context.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_person_is_added_comes_in_and_chooses_a_password(
    office: RunningServer, program: Browser, chief: Page, script: bool
) -> None:
    login = f"dao{int(script)}"
    admin, person = new_page(program, "pc", script=script), new_page(program, "phone", script=script)
    sign_in(admin, office, CHIEF, NEW)
    password = add(admin, office, login, "ดาว แสงทอง")
    sign_in(person, office, login, password)
    expect(person).to_have_url(f"{office.console_url}/account")
    assert person.locator(".links").count() == 0
    person.fill("#password", "short")
    person.fill("#again", "short")
    person.click("main form button")
    wrong = person.locator("#password")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    fault = person.locator(f"#{str(wrong.get_attribute('aria-describedby')).split()[0]}")
    expect(fault).to_be_visible()
    if script:
        assert person.evaluate("document.activeElement.id") == "password", "one goes to the field that is wrong"
        person.check("[data-reveal]")
        assert person.get_attribute("#password", "type") == "text"
        person.uncheck("[data-reveal]")
    else:
        assert not person.is_visible("[data-reveal]"), "nothing is offered that does nothing"
    person.fill("#password", "three calm words")
    person.fill("#again", "three calm words")
    person.click("main form button")
    expect(person.locator(".who")).to_contain_text("ดาว แสงทอง")
    assert (person.locator(".menu").count(), person.locator(".links a").first.is_visible()) == (0, True), (
        "few links stand"
    )
    person.click(".who button")
    expect(person).to_have_url(f"{office.console_url}/sign-in")
    for page in (admin, person):
        page.context.close()


def test_two_tabs_share_a_session_and_end_together(office: RunningServer, program: Browser, chief: Page) -> None:
    one = new_page(program, "pc")
    sign_in(one, office, CHIEF, NEW)
    two = one.context.new_page()
    two.goto(f"{office.console_url}/people")
    expect(two.locator(".who")).to_contain_text("The chief")
    one.click(".who button")
    two.reload()
    assert "/sign-in" in two.url
    one.context.close()
