"""Checkpoints leave the office: made at the turn of the day, mailed until they are taken, never lost, never doubled."""

import asyncio
import base64
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from server.app import Reader
from server.audits import Audits
from server.certificate import CERTIFICATE_FILE, KEY_FILE, load_or_make
from server.checkpointing import Checkpointer
from server.checkpoints import Row, listed
from server.config import PLAIN, STARTTLS, TLS, MailConfig
from server.database import Unavailable
from server.errors import MailFailed
from server.mail import message, sender
from server.retries import FIRST_WAIT_MS, LONGEST_WAIT_MS
from server.stores import FILE
from sync import checkpoint
from sync.clock import next_boundary
from sync.types import UtcMs
from tests.server.audited import DAY, NEXT, worked
from tests.server.conftest import ZONE
from tests.server.desk import TODAY
from tests.server.places import reader_of
from tests.server.smtp import Mailbox, MailServer
from tests.server.test_queue import KEY, MINUTE

CONFIG = MailConfig("127.0.0.1", "queue@office.test", ("audit@city.test", "press@paper.test"), 25, PLAIN)


class Away(Reader):
    """Of a database that cannot be reached."""

    async def read(self, function: Callable[..., Any], *values: object) -> Any:
        raise Unavailable("the connection is lost")


class Office:
    """An office of two days with its checkpointer; `pauses` are the seconds that it wanted to sleep."""

    def __init__(self, folder: Path) -> None:
        self.office, kiosk = worked(folder)
        kiosk.journal.close()
        self.db = reader_of(folder / "office" / FILE)
        self.thread = ThreadPoolExecutor(1)
        self.reader = Reader(self.db, self.thread)
        self.box = Mailbox()
        self.server = MailServer(self.box)
        self.config = replace(CONFIG, port=self.server.port)
        self.pauses: list[float] = []
        self.trusted = True

    def close(self) -> None:
        self.server.close()
        self.thread.shutdown()
        self.db.close()
        self.office.ledger.close()

    def submit(self, job: Callable[[Any], Any]) -> "Future[Any]":
        """A writer that does it at once."""
        future: Future[Any] = Future()
        with self.office.ledger.transaction():
            future.set_result(job(self.office.ledger))
        return future

    def told(self) -> UtcMs:
        return self.office.now if self.trusted else UtcMs(0)

    def checkpointer(self) -> Checkpointer:
        async def once(event: asyncio.Event, seconds: float) -> None:
            self.pauses.append(seconds)
            raise asyncio.CancelledError

        audits = Audits(ZONE, lambda: self.office.now)
        return Checkpointer(
            self.reader, self, audits, KEY, ZONE, self.told, name={"th": "เทศบาล", "en": "City", "my": "မြို့တော်"},
            mail=self.config, send=sender(self.config, lambda: None), pause=once,
        )  # fmt: skip

    def run(self) -> None:
        """One round."""

        async def round_() -> None:
            task = asyncio.ensure_future(self.checkpointer().run())
            await asyncio.wait([task])
            assert task.cancelled()

        asyncio.run(round_())

    @property
    def rows(self) -> list[Row]:
        return listed(self.db)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def test_the_day_before_is_signed_and_mailed_and_then_it_sleeps_until_the_turn(office: Office) -> None:
    office.run()
    (row,) = office.rows
    read = checkpoint.read(row.text)
    assert (row.day, read.day, read.calls, read.violations, read.key) == (DAY, DAY, 5, 0, KEY.public.hex())
    assert (row.sent_ms, row.tries, row.trouble) == (office.office.now, 1, None)
    (mail,) = office.box.got
    assert office.box.recipients == [["audit@city.test", "press@paper.test"]]
    plain = mail.get_body(("plain",))
    assert plain is not None
    for words in ("เทศบาล", "Checkpoint of 23 November 2026", "မြို့တော်", row.text.splitlines()[3]):
        assert words in plain.get_content()
    (attached,) = mail.iter_attachments()
    assert checkpoint.read(attached.get_content()) == read
    turn = next_boundary(office.office.now, ZONE) - office.office.now
    assert office.pauses == [(turn + 1000) / 1000]


def test_what_was_sent_is_not_sent_again_and_what_was_made_is_not_made_again(office: Office) -> None:
    office.run()
    text = office.rows[0].text
    office.run()
    assert (len(office.box.got), [row.text for row in office.rows]) == (1, [text])


def test_at_the_turn_of_the_day_the_next_one_follows_and_both_hold_the_same_chain(office: Office) -> None:
    office.run()
    office.office.now = UtcMs(next_boundary(office.office.now, ZONE) + 1000)
    office.run()
    assert [row.day for row in office.rows] == [NEXT, DAY]
    later, earlier = (checkpoint.read(row.text) for row in office.rows)
    assert later.head.seq > earlier.head.seq
    chains = dict(office.db.execute("SELECT seq, chain FROM facts WHERE journal_id = ?", (later.journal,)))
    assert [chains[each.head.seq] for each in (later, earlier)] == [later.head.chain, earlier.head.chain]


def test_without_a_clock_only_a_day_that_was_followed_is_over(office: Office) -> None:
    office.trusted = False
    office.run()
    assert [row.day for row in office.rows] == [DAY]
    assert office.pauses == [3600.0]


@pytest.mark.parametrize("trick", ["later", "never", "lost", "hang-up"])
def test_a_mail_that_is_not_taken_is_tried_again_ever_more_seldom(office: Office, trick: str) -> None:
    office.box.tricks = [trick] * 3
    for tries in range(1, 4):
        office.run()
        (row,) = office.rows
        assert (row.sent_ms, row.tries) == (None, tries)
        assert row.trouble is not None
        assert office.pauses[-1] == FIRST_WAIT_MS * 2 ** (tries - 1) / 1000
        office.run()
        assert office.rows[0].tries == tries, "not before its time"
        office.office.now = UtcMs(office.office.now + FIRST_WAIT_MS * 2 ** (tries - 1))
    office.run()
    (row,) = office.rows
    assert (row.sent_ms, row.tries, row.trouble) == (office.office.now, 4, None)
    ids = [mail["Message-ID"] for mail in office.box.got]
    assert len(set(ids)) == 1
    assert len(ids) == (4 if trick == "lost" else 1), "one whose answer was lost comes again, as the same mail"


def test_the_wait_has_an_end_and_whoever_looks_after_it_can_have_it_tried_now(office: Office) -> None:
    office.box.tricks = ["later"] * 20
    for _ in range(12):
        office.run()
        office.office.later(LONGEST_WAIT_MS / MINUTE)
    assert office.pauses[-1] == LONGEST_WAIT_MS / 1000
    office.run()
    tries = office.rows[0].tries
    with office.office.ledger.transaction():
        office.office.ledger.checkpoints.again()
    office.run()
    assert office.rows[0].tries == tries + 1


def test_one_keeper_who_is_unknown_does_not_hold_up_the_others(office: Office) -> None:
    office.box.unknown = frozenset({"press@paper.test"})
    office.run()
    (row,) = office.rows
    assert row.sent_ms is not None
    assert row.trouble is not None
    assert "press@paper.test" in row.trouble
    assert office.box.recipients == [["audit@city.test"]]


def test_nobody_listens_there(office: Office) -> None:
    office.server.close()
    office.run()
    assert "ConnectionRefusedError" in (office.rows[0].trouble or "")
    office.server = MailServer(office.box)


def test_a_database_that_is_away_for_a_moment_is_asked_again(office: Office) -> None:
    reader, office.reader = office.reader, Away(office.db, office.thread)
    office.run()
    assert (office.pauses, office.rows) == ([LONGEST_WAIT_MS / 1000], [])
    office.reader = reader
    office.run()
    assert [row.day for row in office.rows] == [DAY]


def test_a_day_of_another_key_is_not_signed(office: Office) -> None:
    checkpointer = office.checkpointer()
    checkpointer._key = replace(KEY, seed=bytes([7]) * 32)
    asyncio.run(checkpointer.make())
    assert office.rows == []


def test_it_wakes_when_another_day_is_opened_and_not_at_every_call(office: Office) -> None:
    woken: list[bool] = []

    async def story() -> None:
        checkpointer = office.checkpointer()
        live = office.office.live
        for each in (live, replace(live, now_ms=UtcMs(live.now_ms + 1)), replace(live, day="2026-11-25")):
            checkpointer.queue_changed(each)
            woken.append(checkpointer._wake.is_set())
            checkpointer._wake.clear()

    asyncio.run(story())
    assert woken == [True, False, True]


def test_control_a_checkpoint_that_was_changed_does_not_read(office: Office) -> None:
    office.run()
    text = office.rows[0].text
    with pytest.raises(checkpoint.BadCheckpoint, match="does not hold"):
        checkpoint.read(text.replace("calls 5", "calls 4"))


# The connection -------------------------------------------------------------------------------------------------------


def letter(config: MailConfig) -> EmailMessage:
    return message(config, "a day", "words", "checkpoint-1", "text\n")


@pytest.fixture
def contexts(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(the mail server's, that of who trusts it)."""
    load_or_make(tmp_path, TODAY)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / CERTIFICATE_FILE, tmp_path / KEY_FILE)
    client = ssl.create_default_context(cafile=str(tmp_path / CERTIFICATE_FILE))
    client.check_hostname = False
    return server, client


def test_a_password_goes_over_tls_alone(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    box = Mailbox(tls=contexts[0], offers_tls=True)
    server = MailServer(box)
    config = replace(CONFIG, port=server.port, security=STARTTLS, user="queue")
    sender(config, lambda: "a calm day", contexts[1])(letter(config))
    assert base64.b64decode(box.signed_in[0]) == b"\0queue\0a calm day"
    assert len(box.got) == 1
    server.close()


@pytest.mark.parametrize("offers", [True, False], ids=["a certificate that nobody vouches for", "no TLS"])
def test_nothing_is_said_in_the_clear_where_tls_is_wanted(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], offers: bool
) -> None:
    box = Mailbox(tls=contexts[0], offers_tls=offers)
    server = MailServer(box)
    config = replace(CONFIG, port=server.port, security=STARTTLS, user="queue")
    with pytest.raises(MailFailed):
        sender(config, lambda: "a calm day")(letter(config))
    assert (box.signed_in, box.got) == ([], [])
    server.close()


def test_tls_from_the_first_byte_is_not_taken_from_a_server_without_it() -> None:
    server = MailServer(Mailbox())
    config = replace(CONFIG, port=server.port, security=TLS)
    with pytest.raises(MailFailed, match="SSL"):
        sender(config, lambda: None)(letter(config))
    server.close()
