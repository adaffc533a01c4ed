"""The door of the console: signing in and out, who asks, what they may do, and that it is really they who ask.

`require(role)` is the dependency of every route behind the door:

    person: Annotated[Person, Depends(door.require(Role.STAFF))]

It gives the person or raises Refused; for anything but GET it also holds the request to come from a page of this very
session: `Origin` or `Sec-Fetch-Site`, and the session's token in the form's field `csrf` or the header
`Scorecard-CSRF`. Where the password is still the one-time one, only routes with `first=True` open.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from starlette.requests import Request

from server.errors import AccountRefused, Refused, ServerBusy
from server.forms import form_of
from server.ledger import Ledger
from server.lockout import Lockout
from server.pairing import Patience
from server.passwords import NOBODYS, Hasher
from server.people import WRONG_CODE, Account, Details, Role, by_login, code_is_good, folded_login, new_staff
from server.reads import Reads
from server.sessions import TOKEN_BYTES, TOUCH_MS, Session, find, token_hash, token_in
from sync.types import UtcMs
from translations import LANGUAGES, N_

# gettext: console

Result = TypeVar("Result")

CSRF_FIELD = "csrf"
CSRF_HEADER = "scorecard-csrf"
LANGUAGE_COOKIE = "__Host-language"
SAFE = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks. `skills`: ids of services, none means all; `language`: the one to answer in."""

    staff: str
    name: str
    role: Role
    skills: tuple[str, ...]
    language: str


class Writes(Protocol):
    """Has a job done on the ledger; the result is durable (server.writer.Writer)."""

    def submit(self, job: Callable[[Ledger], Result]) -> Any: ...


Guard = Callable[[Mapping[str, str]], bool]


def same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a page of this very host sent the request; every browser says so of a form and of a fetch that writes."""
    site, origin, host = headers.get("sec-fetch-site"), headers.get("origin"), headers.get("host")
    if site is None and origin is None:
        return False
    return site in (None, "same-origin") and origin in (None, f"https://{host}")


def same_token(given: str, session: Session) -> bool:
    """Whether the request carries the token of its session."""
    return hmac.compare_digest(given.encode(), session.csrf.encode())


class Door:
    """One door. `random(n)` gives n unpredictable bytes; `guard` and `lockout` are handed in for their controls."""

    def __init__(
        self,
        reads: Reads,
        writes: Writes,
        hasher: Hasher,
        lockout: Lockout,
        *,
        random: Callable[[int], bytes],
        now: Callable[[], UtcMs],
        guard: Guard = same_origin,
        token_guard: Callable[[str, Session], bool] = same_token,
    ) -> None:
        self._reads, self._writes, self.hasher, self._lockout = reads, writes, hasher, lockout
        self.random, self.now = random, now
        self._guard, self._token_guard = guard, token_guard
        self._patience = Patience()

    async def write(self, job: Callable[[Ledger], Result]) -> Result:
        """The result of a job, once it is durable."""
        result: Result = await asyncio.wrap_future(self._writes.submit(job))
        return result

    def read(self, function: Callable[..., Result], *values: object) -> Awaitable[Result]:
        """What `function(connection, *values)` reads of the ledger."""
        return self._reads.read(function, *values)

    async def sign_in(self, login: str, password: str, request: Request) -> bytes | None:
        """The token of a new session, None where name or password is wrong. Raises Refused where one has to wait.

        An unknown name, a disabled account and a wrong password take the same work and give the same answer.
        """
        name, now_ms = folded_login(login), self.now()
        self._wait(name, request, now_ms)
        account = await self.read(by_login, name)
        right = await self._holds(password, account.password if account else NOBODYS)
        if not right or account is None or not account.may_enter(now_ms):
            return None
        return await self._opened(account, request)

    async def proves(self, account: Account, password: str, request: Request) -> bool:
        """Whether this is the account's password; wrong ones count as at the door. Raises Refused."""
        self._wait(account.details.login, request, self.now())
        right = await self._holds(password, account.password)
        if right:
            self._lockout.right(account.details.login, address_of(request))
        return right

    async def enter(self, code: bytes | None, details: Details, password: str, request: Request) -> bytes:
        """The first session of a new administrator, for the one-time code. Raises Refused, AccountRefused."""
        now_ms = self.now()
        if self._patience.exhausted(now_ms):
            raise Refused(429, "wait", N_("Too many wrong codes"), hint=N_("Wait a minute, then try again"), wait_s=60)
        if code is None or not await self.read(code_is_good, code, now_ms):
            self._patience.wrong(now_ms)
            raise AccountRefused("this code is not good", field="code", hint=WRONG_CODE)
        kept, staff, token = await self.make(password), new_staff(self.random), self.random(TOKEN_BYTES)
        account = Account(staff, details, kept, None, False)
        good: bytes = code

        def job(ledger: Ledger) -> None:
            ledger.people.enter(good, details, kept, staff, now_ms)
            ledger.sessions.open(account, token, now_ms)

        await self.write(job)
        return token

    async def change_password(self, session: Session, password: str) -> bytes:
        """The token of a new session, after the password was changed and every session ended. Raises AccountRefused."""
        kept, token, now_ms = await self.make(password), self.random(TOKEN_BYTES), self.now()
        account = Account(session.account.staff, session.account.details, kept, None, False)

        def job(ledger: Ledger) -> None:
            ledger.people.set_password(account.staff, session.account.password, kept)
            ledger.sessions.open(account, token, now_ms)

        await self.write(job)
        return token

    async def make(self, password: str) -> str:
        """The hash to keep. Raises Refused while too many are made at once."""
        try:
            return await self.hasher.make(password)
        except ServerBusy as error:
            raise _busy() from error

    async def sign_out(self, request: Request) -> None:
        """End the session, if there is one."""
        token = token_in(request.headers.get("cookie", ""))
        if token is not None:
            digest = token_hash(token)
            await self.write(lambda ledger: ledger.sessions.end(digest))

    async def session(self, request: Request) -> Session | None:
        """Whose request this is, looked up once; the session stays alive by it."""
        if not hasattr(request.state, "session"):
            token = token_in(request.headers.get("cookie", ""))
            found = await self.read(find, token, self.now()) if token is not None else None
            request.state.session = found
            if found is not None and abs(self.now() - found.seen_ms) >= TOUCH_MS:
                digest, now_ms = found.hash, self.now()
                self._writes.submit(lambda ledger: ledger.sessions.touch(digest, now_ms))
        known: Session | None = request.state.session
        return known

    async def is_in(self, request: Request) -> bool:
        """Whether whoever sent this is still signed in: for what stays open, such as a stream."""
        token = token_in(request.headers.get("cookie", ""))
        return token is not None and await self.read(find, token, self.now()) is not None

    def require(
        self,
        role: Role,
        *,
        first: bool = False,
        reads: Callable[[Request], Awaitable[object]] = form_of,
        officers: bool = False,
    ) -> Callable[[Request], Awaitable[Person]]:
        """See above. `reads` reads the form where it is of another kind (server.uploads); `officers`: only for whoever
        holds the right to see scores by officer, too. Raises Refused."""

        async def entered(request: Request) -> Person:
            session = await self.session(request)
            if session is None:
                raise Refused(401, "sign-in", N_("Nobody is signed in here"), hint=N_("Sign in, then try again"))
            if request.method not in SAFE:
                await self._guarded(request, session, reads)
            if session.account.first_until_ms is not None and not first:
                hint = N_("Choose a new password first")
                raise Refused(403, "password-first", N_("The one-time password opens nothing else"), hint=hint)
            if session.account.details.role < role or (officers and not session.account.officers):
                hint = N_("Ask an administrator of the office")
                raise Refused(403, "not-allowed", N_("This account may not do this"), hint=hint)
            details = session.account.details
            language = language_of(request, session)
            return Person(session.account.staff, details.name, details.role, details.skills, language)

        return entered

    def from_here(self, request: Request) -> None:
        """For what is sent without a session: it has to come from a page of ours. Raises Refused."""
        if not self._guard(request.headers):
            raise _elsewhere()

    async def _guarded(self, request: Request, session: Session, reads: Callable[[Request], Awaitable[object]]) -> None:
        self.from_here(request)
        given = request.headers.get(CSRF_HEADER)
        if given is None:
            await reads(request)
            given = (await form_of(request)).one(CSRF_FIELD)
        if not self._token_guard(given, session):
            raise _elsewhere()

    def _wait(self, login: str, request: Request, now_ms: UtcMs) -> None:
        wait_ms = self._lockout.begin(login, address_of(request), now_ms)
        if wait_ms:
            message = N_("Too many wrong attempts")
            hint = N_("Wait a little, then try again. A forgotten password is reset by an administrator")
            raise Refused(429, "wait", message, hint=hint, wait_s=-(-wait_ms // 1000))

    async def _holds(self, password: str, kept: str) -> bool:
        try:
            return await self.hasher.holds(password, kept)
        except ServerBusy as error:
            raise _busy() from error

    async def _opened(self, account: Account, request: Request) -> bytes | None:
        """Always a new token: one that somebody else put into the browser must never become a session."""
        token, now_ms = self.random(TOKEN_BYTES), self.now()
        former = token_in(request.headers.get("cookie", ""))

        def job(ledger: Ledger) -> bool:
            if former is not None:
                ledger.sessions.end(token_hash(former))
            return ledger.sessions.open(account, token, now_ms)

        opened = await self.write(job)
        if opened:
            self._lockout.right(account.details.login, address_of(request))
        return token if opened else None


def address_of(request: Request) -> str:
    """Where the request comes from."""
    return request.client.host if request.client else ""


def language_of(request: Request, session: Session | None) -> str:
    """The language to answer in: the address's, else the one chosen in this browser, else the person's, else Thai."""
    own = session.account.details.language if session else ""
    wanted = (request.query_params.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, ""), own)
    return next((each for each in wanted if each in LANGUAGES), LANGUAGES[0])


def _elsewhere() -> Refused:
    message = N_("This request did not come from a page of this console")
    return Refused(403, "elsewhere", message, hint=N_("Go back, load the page anew, and send it again"))


def _busy() -> Refused:
    hint = N_("Wait a few seconds and try again")
    return Refused(503, "busy", N_("Too many people sign in at once"), hint=hint, wait_s=5)
