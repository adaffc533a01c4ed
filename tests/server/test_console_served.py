"""The console as it is really served: over TLS, taught to a browser, kept over a restart."""

import hashlib
import re
import socket
import ssl
from pathlib import Path

import pytest
import requests

from server.authority import fingerprints
from server.passwords import MEMORY_KIB
from tests.server.desk import NEW
from tests.server.running import RunningServer


@pytest.fixture(scope="module")
def taught(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office's certificate as a browser loads it from the pages, in PEM."""
    with server.pages() as client:
        der = client.get("/certificate/scorecard-office.crt").content
    path = tmp_path_factory.mktemp("taught") / "office.pem"
    path.write_text(ssl.DER_cert_to_PEM_cert(der))
    return path


def become_administrator(server: RunningServer, session: requests.Session, login: str = "chief") -> requests.Response:
    """Enter with a code of the server's machine."""
    code = server.command("code").stdout.strip()
    form = {"code": code, "login": login, "name": "The chief", "password": NEW, "again": NEW, "language": "en"}
    return session.post(f"{server.console_url}/first", data=form, headers={"Origin": server.console_url}, timeout=30)


def test_who_was_taught_signs_in_and_a_restart_changes_nothing(server: RunningServer, taught: Path) -> None:
    with requests.Session() as session:
        session.verify, session.trust_env = str(taught), False
        entered = become_administrator(server, session)
        assert entered.status_code == 200
        assert "The chief" in entered.text
        assert {cookie.secure for cookie in session.cookies} == {True}
        assert session.get(f"{server.console_url}/people", timeout=30).status_code == 200
        port = server.console_url.rsplit(":", 1)[1]
        text = server.config.read_text("utf-8")
        server.config.write_text(text.replace('console = "127.0.0.1:0"', f'console = "127.0.0.1:{port}"'), "utf-8")
        server.kill()
        server.start()
        me = session.get(f"{server.console_url}/api/me", timeout=30)
        assert me.json()["role"] == "administrator"
        away = {"csrf": me.json()["csrf"]}
        session.post(f"{server.console_url}/sign-out", data=away, headers={"Origin": server.console_url}, timeout=30)
        assert session.get(f"{server.console_url}/api/me", timeout=30).status_code == 401


def test_who_was_not_taught_is_warned(server: RunningServer) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{server.console_url}/sign-in", timeout=30)


def shakes_hands(url: str, version: ssl.TLSVersion) -> bool:
    """Whether a client that knows only this version of TLS gets through."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    host, port = url.removeprefix("https://").split(":")
    try:
        with socket.create_connection((host, int(port)), 20) as plain, context.wrap_socket(plain):
            return True
    except (ssl.SSLError, ConnectionError):
        return False


def test_an_old_tablet_may_speak_tls_1_2_to_the_console_alone(server: RunningServer) -> None:
    assert shakes_hands(server.console_url, ssl.TLSVersion.TLSv1_2)
    assert shakes_hands(server.console_url, ssl.TLSVersion.TLSv1_3)
    assert not shakes_hands(server.exchange_url, ssl.TLSVersion.TLSv1_2)
    assert shakes_hands(server.exchange_url, ssl.TLSVersion.TLSv1_3)


@pytest.mark.parametrize("language", ["th", "en", "my"])
def test_the_guide_shows_what_the_server_said_at_its_start(server: RunningServer, taught: Path, language: str) -> None:
    der = ssl.PEM_cert_to_DER_cert(taught.read_text())
    assert server.authority == fingerprints(der)[0]
    assert server.authority.replace(":", "").lower() == hashlib.sha256(der).hexdigest()
    with server.pages() as client:
        page = client.get(f"/certificate?lang={language}").text
    shown = re.sub(r"<[^>]*>", "", re.findall(r'<dd class="print">(.*?)</dd>', page)[0])
    assert shown == server.authority
    assert server.console_url in page
    assert page.count("<ol") == 4
    assert 'class="qr"' in page
    served = requests.get(f"{server.console_url}/certificate", verify=str(taught), timeout=30)
    assert served.status_code == 200, "where the pages are not for the network, the console shows it too"


def test_every_answer_of_the_console_is_guarded(server: RunningServer, taught: Path) -> None:
    for path in ("/sign-in", "/nowhere", "/api/me", "/certificate"):
        headers = requests.get(f"{server.console_url}{path}", verify=str(taught), timeout=30).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "form-action 'self'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"


def test_passwords_that_were_checked_leave_no_memory_behind(server: RunningServer, taught: Path) -> None:
    before = server.memory_kib()
    with requests.Session() as session:
        session.verify, session.trust_env = str(taught), False
        become_administrator(server, session, "second")
        form = {"login": "second", "password": NEW}
        for _ in range(6):
            post = session.post(
                f"{server.console_url}/sign-in", form, headers={"Origin": server.console_url}, timeout=30
            )
            assert post.status_code == 200
    assert server.memory_kib() - before < MEMORY_KIB // 2, "each thread that hashes would keep the whole of it"
