"""The page that says how a tablet, telephone or PC is taught the office's certificate, step by step."""

from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from server.authority import fingerprints
from server.console_tls import ConsoleCertificate
from server.names import ip_of
from server.pages import Pages
from server.qr import code
from translations import N_

# gettext: console

PATH = "/certificate"
FILE = "/certificate/scorecard-office.crt"
FILE_TYPE = "application/x-x509-ca-cert"


@dataclass(frozen=True, slots=True)
class System:
    """How it is done on one kind of machine. All texts are msgids of `console`."""

    id: str
    name: str
    steps: tuple[str, ...]


SYSTEMS = (
    System(
        "android",
        "Android",
        (
            N_("Load the file with the button above."),
            N_("Open Settings and search for “CA certificate”. Choose Install, then Install anyway."),
            N_("Choose the file scorecard-office.crt among the downloads."),
            N_("In Settings, under Trusted credentials, User, open the new entry and compare the SHA-256 fingerprint."),
        ),
    ),
    System(
        "ios",
        "iPhone, iPad",
        (
            N_("Open this page in Safari, load the file with the button above, and allow the profile."),
            N_("Open Settings, General, VPN & Device Management, choose the profile, and compare the fingerprint."),
            N_("Choose Install."),
            N_("Open Settings, General, About, Certificate Trust Settings, and switch the office's certificate on."),
        ),
    ),
    System(
        "windows",
        "Windows",
        (
            N_("Load the file with the button above and open it. Choose Install Certificate, Current User."),
            N_(
                "Choose “Place all certificates in the following store”, then “Trusted Root Certification Authorities”."
            ),
            N_("The warning at the end shows the thumbprint, which is the SHA-1 above. Choose Yes only if both agree."),
            N_("Close the browser and open it again."),
        ),
    ),
    System(
        "macos",
        "macOS",
        (
            N_("Load the file with the button above and open it. Keychain Access adds it."),
            N_("Open the new entry and compare the SHA-256 fingerprint."),
            N_("Under Trust, choose Always Trust. Close the window, and give the Mac's password."),
        ),
    ),
)


class Guide:
    """Draws the page. `port` is the console's."""

    def __init__(self, certificate: ConsoleCertificate, pages: Pages, port: int) -> None:
        self._certificate, self._pages, self._port = certificate, pages, port

    def page(self, host: str, language: str) -> str:
        """The page for who came by this host: the console is offered there, where its certificate knows the name."""
        names, authority = self._certificate.names, self._certificate.authority
        every = [f"https://{each}:{self._port}/" for each in names.hosts]
        console = f"https://{host}:{self._port}/" if host in names else every[0]
        sums = fingerprints(authority) if authority is not None else ("", "")
        values = {
            "authority": authority is not None,
            "console": console,
            "qr": code(console),
            "others": [each for each in every if each != console],
            "file": FILE,
            "sha256": sums[0].split(":"),
            "sha1": sums[1].split(":"),
            "systems": SYSTEMS,
        }
        return self._pages.render("certificate.html", language, values, "console")

    def file(self) -> bytes | None:
        """The authority's certificate (DER); None where the office has a certificate of somebody else's."""
        return self._certificate.authority

    def add_to(self, app: FastAPI) -> None:
        """The page and the file, as routes."""

        @app.get(PATH, summary="How a browser is taught the office's certificate", response_class=HTMLResponse)
        async def certificate(request: Request, lang: str = "") -> HTMLResponse:
            text = self.page(host_of(request.headers.get("host", "")), self._pages.language(lang))
            return HTMLResponse(text, headers={"cache-control": "no-store"})

        @app.get(FILE, summary="The office's own certificate authority, DER", response_class=Response)
        async def file() -> Response:
            found = self.file()
            if found is None:
                raise HTTPException(404)
            return Response(found, media_type=FILE_TYPE, headers={"cache-control": "no-store"})


def host_of(header: str) -> str:
    """The host in a Host header, without its port."""
    if header.startswith("["):
        return header.partition("]")[0] + "]"
    return header if ip_of(header) is not None else header.rpartition(":")[0] or header
