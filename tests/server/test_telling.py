"""Alerts that leave the office: by mail and by webhook, at least once, in order, whatever the receiver does."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server import webhook
from server.alerts import Code
from server.app import Reader
from server.config import PLAIN, MailConfig, parse_server
from server.deliveries import KEEP_MS, troubles
from server.errors import ConfigError, DeliveryFailed
from server.mail import sender
from server.retries import FIRST_WAIT_MS, LONGEST_WAIT_MS
from server.telling import Teller, Way, by_mail, by_webhook
from sync.facts_alerts import AlertRaised
from sync.types import UtcMs
from tests.server.device import NOON
from tests.server.receiver import Inbox, Receiver
from tests.server.running import CONFIG
from tests.server.smtp import Mailbox, MailServer
from tests.server.watched import Watched

SECRET = b"a secret that is long enough"
OWN = {"th": "เทศบาล", "en": "City", "my": "မြို့တော်"}


class Telling(Watched):
    """A watched office with one webhook."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.inbox = Inbox()
        self.receiver = Receiver(self.inbox)
        self.hook = by_webhook("hook", webhook.poster(self.receiver.url, lambda: SECRET, self.seconds), OWN)

    def seconds(self) -> int:
        return self.office.now // 1000

    def close(self) -> None:
        self.receiver.close()
        super().close()

    def teller(self, way: Way | None = None, **more: Any) -> Teller:
        return Teller(way or self.hook, Reader(self.db, self.thread), self, lambda: self.office.now, **more)

    def tell(self, teller: Teller | None = None) -> int:
        """One round of a server that has just started."""
        return asyncio.run((teller or self.teller()).round())

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.inbox.got]


@pytest.fixture
def telling(tmp_path: Path) -> Iterator[Telling]:
    made = Telling(tmp_path)
    made.submit(lambda ledger: ledger.deliveries.begin("hook"))
    yield made
    made.close()


def receive() -> Callable[..., Any]:
    """The receiver of docs/alerts.md."""
    found = re.search(r"```python\n(.*?)```", Path("docs/alerts.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    there: dict[str, Any] = {}
    exec(found[1], there)  # noqa: S102 - the code that the page shows is the code that is tested
    return there["receive"]  # type: ignore[no-any-return]


def test_an_alert_was_posted_once_it_was_on_record_and_again_when_it_was_over(telling: Telling) -> None:
    telling.paper(out=True)
    telling.tell()
    telling.paper(out=False)
    telling.tell()
    telling.tell()
    raised, ended = telling.bodies
    assert (raised["event"], raised["alert"], raised["about"], raised["office"]) == (
        "alert.raised", "paper-out", "e" * 32, None,
    )  # fmt: skip
    assert ended["event"] == "alert.ended"
    assert raised["id"] != ended["id"]
    assert raised["at"] == "2026-11-23T05:00:00+00:00"
    assert raised["office_name"] == OWN
    assert set(raised["text"]) == {"th", "en", "my"}


def test_the_receiver_of_the_page_took_it_once_and_refused_what_was_changed(telling: Telling) -> None:
    telling.paper(out=True)
    telling.tell()
    ((signature, body),) = telling.inbox.got
    seen: set[str] = set()
    taken = receive()(signature, body, SECRET, seen, now=telling.seconds)
    assert taken == telling.bodies[0]
    assert receive()(signature, body, SECRET, seen, now=telling.seconds) is None, "the same one again"
    for changed in ((signature, body + b" ", SECRET), (signature, body, SECRET + b"x"), ("t=1,v1=ab", body, SECRET)):
        with pytest.raises(PermissionError):
            receive()(*changed, set(), now=telling.seconds)
    with pytest.raises(PermissionError):
        receive()(signature, body, SECRET, set(), now=lambda: telling.seconds() + 301)


@pytest.mark.parametrize("status", [500, 404, 301, 302, 307])
def test_what_was_not_taken_came_again_ever_more_seldom_with_the_same_id(telling: Telling, status: int) -> None:
    telling.inbox.answers, telling.inbox.location = [status] * 2, telling.receiver.url
    telling.paper(out=True)
    waits = [telling.tell()]
    assert telling.tell() == waits[0]
    assert len(telling.inbox.got) == 1, "not before its time, and no redirect is followed"
    (stuck,) = troubles(telling.db)
    assert (stuck.tries, str(status) in stuck.trouble) == (1, True)
    telling.office.later(1)
    waits.append(telling.tell())
    telling.office.later(2)
    telling.tell()
    assert waits == [FIRST_WAIT_MS, min(2 * FIRST_WAIT_MS, 60_000)]
    assert len({each["id"] for each in telling.bodies}) == 1
    assert (len(telling.bodies), troubles(telling.db)) == (3, [])


def test_a_later_alert_waited_for_the_one_before(telling: Telling) -> None:
    telling.inbox.answers = [500]
    telling.paper(out=True)
    telling.tell()
    telling.paper(out=False)
    telling.tell()
    telling.office.later(1)
    telling.tell()
    assert [each["event"] for each in telling.bodies] == ["alert.raised", "alert.raised", "alert.ended"]


def test_what_was_taken_but_could_not_be_noted_came_again_with_the_same_id(telling: Telling) -> None:
    telling.paper(out=True)
    telling.refuses = True
    with pytest.raises(Exception, match="disk is full"):
        telling.tell()
    telling.refuses = False
    telling.tell()
    assert len(telling.bodies) == 2
    assert len({each["id"] for each in telling.bodies}) == 1


def test_an_alert_that_could_not_be_delivered_for_days_was_passed_over(telling: Telling) -> None:
    telling.inbox.answers = [500] * 2
    telling.paper(out=True)
    telling.tell()
    telling.office.now = UtcMs(telling.office.now + KEEP_MS + 1)
    telling.paper(out=False)
    telling.tell()
    telling.office.later(LONGEST_WAIT_MS / 60_000)
    telling.tell()
    assert [each["event"] for each in telling.bodies] == ["alert.raised", "alert.ended", "alert.ended"]


def test_a_way_that_was_named_today_does_not_tell_of_yesterday(telling: Telling) -> None:
    telling.paper(out=True)
    telling.submit(lambda ledger: ledger.deliveries.begin("new"))
    telling.tell(telling.teller(replace(telling.hook, name="new")))
    assert telling.bodies == []
    telling.submit(lambda ledger: ledger.deliveries.begin("new"))
    telling.paper(out=False)
    telling.tell(telling.teller(replace(telling.hook, name="new")))
    assert [each["event"] for each in telling.bodies] == ["alert.ended"]


def test_that_the_ledger_refuses_was_told_without_it_and_once(telling: Telling) -> None:
    telling.inbox.answers = [500]
    teller = telling.teller(server="ab" * 16, refusing=lambda: NOON)
    for _ in range(3):
        telling.tell(teller)
    assert [each["alert"] for each in telling.bodies] == [Code.LEDGER.value] * 2
    assert len({each["id"] for each in telling.bodies}) == 1


def test_a_centre_told_of_its_offices_by_name(telling: Telling) -> None:
    ledger = telling.office.ledger
    with ledger.transaction():
        own = ledger.own_named()
        assert own is not None
        ledger._db.execute(
            "INSERT INTO offices VALUES (?, ?, 'Asia/Bangkok', 1, NULL)", ("y", json.dumps({"en": "North"}))
        )
        ledger.append([AlertRaised(telling.office.now, "waiting", "register", 41, 30)], telling.office.moment.instant)
        ledger._db.execute("UPDATE journals SET office = 'y' WHERE journal_id = ?", (own[0],))
    telling.tell()
    (told,) = telling.bodies
    assert (told["office"], told["office_name"], told["value"], told["bound"]) == ("y", {"en": "North"}, 41, 30)


def test_an_alert_was_mailed_in_three_languages_and_that_it_is_over_was_not(telling: Telling) -> None:
    box = Mailbox(tricks=["later"])
    server = MailServer(box)
    config = MailConfig("127.0.0.1", "queue@office.test", ("audit@city.test",), server.port, PLAIN)
    way = by_mail(config, sender(config, lambda: None), OWN)
    telling.submit(lambda ledger: ledger.deliveries.begin("mail"))
    telling.paper(out=True)
    telling.tell(telling.teller(way))
    telling.paper(out=False)
    telling.office.later(1)
    telling.tell(telling.teller(way))
    server.close()
    (mail,) = box.got
    text = mail.get_content()
    for words in ("กระดาษหมด", "No paper", "စက္ကူကုန်", "เทศบาล", "Put a new roll in."):
        assert words in text
    assert "กระดาษหมด" in mail["Subject"]
    assert telling.bodies == []


def test_nobody_listens_and_a_short_secret_are_told_and_nothing_is_sent() -> None:
    with pytest.raises(DeliveryFailed, match=r"^ConnectionError: Connection refused$"):
        webhook.poster("http://127.0.0.1:9/hook", lambda: SECRET, lambda: 1)(b"{}")
    with pytest.raises(DeliveryFailed, match="shorter"):
        webhook.poster("http://127.0.0.1:9/hook", lambda: b"short", lambda: 1)(b"{}")


def test_one_way_that_hangs_holds_up_no_other(telling: Telling) -> None:
    held, going = asyncio.Event(), []

    async def story() -> None:
        loop = asyncio.get_running_loop()

        def hang(item: object, names: object) -> None:
            going.append(item)
            asyncio.run_coroutine_threadsafe(held.wait(), loop).result(20)

        slow = asyncio.create_task(telling.teller(Way("slow", ("alert.raised",), hang)).round())
        while not going:
            await asyncio.sleep(0)
        await telling.teller().round()
        held.set()
        await slow

    telling.submit(lambda ledger: ledger.deliveries.begin("slow"))
    telling.paper(out=True)
    asyncio.run(story())
    assert len(telling.bodies) == 1


GOOD = ["https://alerts.test/x", "https://10.0.0.7:8443/x?y=z", "http://127.0.0.1:9000/x", "http://[::1]:9/x"]
BAD = [
    "http://alerts.test/x", "http://10.0.0.7/x", "ftp://alerts.test", "https://user:pass@alerts.test/", "https:///x",
    "x",
]  # fmt: skip


@pytest.mark.parametrize("url", GOOD + BAD)
def test_alerts_go_over_tls_or_stay_on_this_machine(url: str) -> None:
    text = CONFIG + f'[[webhook]]\nurl = "{url}"\nsecret_file = "webhook.secret"\n'
    if url in GOOD:
        assert parse_server(text).webhooks[0].url == url
        return
    with pytest.raises(ConfigError) as caught:
        parse_server(text)
    assert caught.value.line == CONFIG.count("\n") + 2
