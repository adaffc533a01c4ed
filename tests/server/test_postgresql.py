"""What is PostgreSQL's alone: how it is entered, what it refuses, what happens when its server goes."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from server.backup import Source, journals_of, snapshot
from server.config import parse_server
from server.database import DbError, Unavailable
from server.errors import ConfigError, LedgerDamaged, LedgerRefused
from server.intake import take_batch
from server.ledger import Ledger
from server.moving import move
from server.postgres import Postgres, translated
from server.postgres_schema import partition
from server.postgres_schema import translated as translated_schema
from server.postgres_store import PostgresStore
from server.schema import PROJECTIONS
from server.sqlite_store import SqliteStore
from server.stores import FILE
from sync.clock import office_day
from sync.facts import PrinterMet
from sync.types import UtcMs
from tests.postgres import Cluster, let_pass
from tests.server.conftest import ZONE, admit
from tests.server.device import NOON, Device, anchor, issued, score, seeded
from tests.server.places import place, reader_of
from tests.server.state import RECEIVED, contents, rows

pytestmark = pytest.mark.parametrize("kept_in", ["postgresql"], indirect=True)
BASIC = 'data = "office"\n[name]\nen = "Office"\n'


def test_marks_and_names_for_values_are_the_drivers_and_texts_are_left_alone() -> None:
    asked = "SELECT a::text, '100 %: ?', :name FROM t WHERE b = ? AND c = ':x'"
    assert translated(asked) == "SELECT a::text, '100 %%: ?', %(name)s FROM t WHERE b = %s AND c = ':x'"


def test_a_view_that_nobody_translated_is_told_at_once() -> None:
    with pytest.raises(KeyError, match="v1_news"):
        translated_schema("CREATE VIEW v1_news AS SELECT 1")


def test_the_address_is_checked_and_shown_without_a_password() -> None:
    config = parse_server(f'database = "postgresql://scorecard:hidden@db.example/scorecard"\n{BASIC}')
    assert config.database is not None
    assert PostgresStore(config.database).name == "postgresql://db.example/scorecard"
    with pytest.raises(ConfigError, match="not the address of a PostgreSQL database") as caught:
        parse_server(f'database = "mysql://db/scorecard"\n{BASIC}')
    assert caught.value.line == 1


def test_what_a_module_s_fixtures_keep_outlives_a_test_of_it(tmp_path: Path, cluster: Cluster) -> None:
    kept = cluster.database(tmp_path / "kept")
    before = cluster.made
    gone = cluster.database(tmp_path / "gone")
    cluster.drop(but=before)
    assert cluster.made == before
    with closing(Postgres(kept)) as db:
        assert db.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(Unavailable):
        Postgres(gone)


@pytest.mark.parametrize(("before", "after"), [(0o1777, 0o1777), (0o700, 0o711), (0o755, 0o755)])
def test_a_folder_that_a_server_lies_in_is_closed_to_nobody(tmp_path: Path, before: int, after: int) -> None:
    tmp_path.chmod(before)
    let_pass(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == after


def test_a_server_that_cannot_be_reached_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LedgerRefused) as caught:
        Ledger(f"postgresql:///ledger?host={tmp_path}", ZONE, seeded(7))
    assert "PostgreSQL runs" in caught.value.hint


def test_a_database_that_sorts_in_another_order_is_refused(cluster: Cluster) -> None:
    cluster.execute("CREATE DATABASE sorted TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'th'")
    with pytest.raises(LedgerRefused, match="sorts by ICU") as caught:
        Ledger(cluster.url("sorted"), ZONE, seeded(7))
    assert "--locale=C.UTF-8" in caught.value.hint
    cluster.execute("DROP DATABASE sorted")


def test_a_server_that_acknowledges_before_it_is_durable_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    url = cluster.database(tmp_path / FILE)
    name = url.partition("@/")[2].partition("?")[0]
    cluster.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    with pytest.raises(LedgerRefused, match="synchronous_commit = off") as caught:
        Ledger(url, ZONE, seeded(7))
    assert "synchronous_commit = on" in caught.value.hint


def test_who_reads_cannot_write(ledger: Ledger) -> None:
    with closing(reader_of(ledger.place)) as db, pytest.raises(DbError, match="read-only"):
        db.execute("DELETE FROM sums")


def test_a_database_of_a_newer_release_is_left_alone(ledger: Ledger) -> None:
    ledger._db.execute("INSERT INTO migrations (name) VALUES ('of_tomorrow')")
    ledger.close()
    with pytest.raises(LedgerDamaged, match="newer release: of_tomorrow"):
        Ledger(ledger.place, ZONE, seeded(7))


def taken(ledger: Ledger, device: Device) -> int:
    """One batch, committed, and believed by the device."""
    with ledger.transaction():
        answer = take_batch(ledger, device.request(), NOON)
    assert isinstance(answer, int)
    reached = device.journal.at(answer)
    assert reached is not None
    device.sent = reached
    return answer


def test_a_letter_that_no_text_can_hold_is_kept_in_the_fact_and_shown_as_unknown(
    ledger: Ledger, device: Device
) -> None:
    admit(ledger, device)
    device.record(PrinterMet("EP\0SON", "TM", None, "generic", ()))
    assert taken(ledger, device) == 2
    assert ledger._db.execute("SELECT printer_maker FROM machines").fetchone() == ("EP\ufffdSON",)
    assert b"EP\\u0000SON" in contents(ledger.place, ("facts",))["facts"][-1][2]


def test_facts_lie_in_the_month_in_which_they_came_and_what_comes_too_late_in_the_last_part(
    ledger: Ledger, device: Device
) -> None:
    admit(ledger, device)
    device.record(anchor(), issued(1))
    taken(ledger, device)
    where = "SELECT DISTINCT tableoid::regclass::text FROM facts"
    (found,) = ledger._db.execute(where).fetchall()
    assert found[0].startswith("facts_20")
    ledger._db.execute("ALTER TABLE facts ALTER month SET DEFAULT 209912")
    device.record(score(5))
    assert taken(ledger, device) == 4
    assert ("facts_later",) in ledger._db.execute(where).fetchall()
    assert len(contents(ledger.place, ("facts",))["facts"]) == 4
    assert partition(2027, 1).endswith("FOR VALUES IN (202701)")


@pytest.mark.parametrize("seqs", [(2,), (1, 3)])
def test_a_gap_is_refused_by_the_table_itself(ledger: Ledger, device: Device, seqs: tuple[int, ...]) -> None:
    admit(ledger, device)
    rows = [(device.journal_id, seq, b"[]", bytes(32)) for seq in seqs]
    with pytest.raises(LedgerDamaged, match="takes the next seq"), ledger.transaction():
        PostgresStore(str(ledger.place)).append(ledger._db, rows)


def test_a_lost_connection_fails_the_transaction_and_the_next_one_holds(ledger: Ledger, device: Device) -> None:
    admit(ledger, device)
    device.record(anchor(), issued(1))
    ledger.live = "beside the tables"
    (own,) = ledger._db.execute("SELECT pg_backend_pid()").fetchone()
    request = device.request()

    def cut_off() -> None:
        with ledger.transaction():
            take_batch(ledger, request, NOON)
            with closing(Postgres(str(ledger.place))) as other:
                other.execute("SELECT pg_terminate_backend(?)", (own,))
                while other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = ?", (own,)).fetchone():
                    pass

    with pytest.raises(LedgerRefused):
        cut_off()
    assert contents(ledger.place, ("facts",))["facts"] == []
    assert taken(ledger, device) == 3
    assert ledger.live is None, "nobody knows whether the last commit was done: it is folded anew"


def test_a_reader_comes_back_after_its_connection_was_lost(ledger: Ledger) -> None:
    with closing(reader_of(ledger.place, lambda db: db.execute("CREATE TEMP VIEW seen AS SELECT 1 AS one"))) as db:
        (pid,) = db.execute("SELECT pg_backend_pid()").fetchone()
        ledger._db.execute("SELECT pg_terminate_backend(?)", (pid,))
        while ledger._db.execute("SELECT 1 FROM pg_stat_activity WHERE pid = ?", (pid,)).fetchone():
            pass
        assert db.execute("SELECT one FROM seen").fetchone() == (1,), "what it is allowed to see holds again"


def test_a_statement_within_a_transaction_is_never_repeated_alone(ledger: Ledger) -> None:
    with closing(Postgres(str(ledger.place))) as db:
        (pid,) = db.execute("SELECT pg_backend_pid()").fetchone()
        db.execute("BEGIN")
        db.execute("SELECT 1")
        ledger._db.execute("SELECT pg_terminate_backend(?)", (pid,))
        while ledger._db.execute("SELECT 1 FROM pg_stat_activity WHERE pid = ?", (pid,)).fetchone():
            pass
        with pytest.raises(Unavailable):
            db.execute("SELECT 1")


def test_an_office_day_is_the_same_in_both(cluster: Cluster) -> None:
    moments = [Random(3).randrange(-62_100_000_000_000, 253_360_000_000_000) for _ in range(200)]
    moments += [NOON + hour * 3_600_000 + offset for hour in range(24) for offset in (-1, 0, 1)]
    query = "SELECT office_day(moment) FROM unnest(?::bigint[]) WITH ORDINALITY AS each (moment, n) ORDER BY n"
    for zone in map(ZoneInfo, ("Asia/Bangkok", "Asia/Yangon", "America/New_York")):
        with PostgresStore(cluster.url("postgres")).writer(zone) as db:
            found = [day for (day,) in db.execute(query, (moments,))]
            assert db.execute("SELECT office_day(?), office_day(?)", (-(2**62), 2**62)).fetchone() == (None, None)
        assert found == [office_day(moment, zone).isoformat() for moment in moments]


@pytest.fixture
def grown(ledger: Ledger, device: Device) -> Ledger:
    """A ledger with a few facts, refusals and a code."""
    admit(ledger, device)
    device.record(anchor(), issued(1), score(4))
    taken(ledger, device)
    return ledger


def test_a_backup_is_a_file_like_any_other(grown: Ledger, tmp_path: Path) -> None:
    config = tmp_path / "server.toml"
    config.write_text(BASIC)
    (tmp_path / "data").mkdir()
    manifest = snapshot(Source(tmp_path / "data", config, str(grown.place)), tmp_path / "copy", UtcMs(NOON))
    assert manifest.journals == journals_of(tmp_path / "copy" / FILE)
    with closing(SqliteStore(tmp_path / "copy" / FILE).reader()) as copy:
        facts = copy.execute("SELECT journal_id, seq, row, chain FROM facts ORDER BY 1, 2").fetchall()
        tickets = copy.execute("SELECT * FROM tickets").fetchall()
    assert facts == contents(grown.place, ("facts",))["facts"]
    assert tickets == contents(grown.place, ("tickets",))["tickets"]


def test_a_ledger_moves_from_its_file_with_everything(tmp_path: Path, cluster: Cluster) -> None:
    device = Device.make(tmp_path / "kiosk")
    with closing(Ledger(tmp_path / FILE, ZONE, Random(7).randbytes)) as old:
        admit(old, device)
        device.record(anchor(), issued(1), score(4))
        taken(old, device)
    before = contents_of_file(tmp_path / FILE)
    url = place(tmp_path / FILE)
    assert isinstance(url, str)
    assert "4 facts" in move(tmp_path / FILE, url, ZONE)
    assert contents(url) == before
    with pytest.raises(LedgerRefused, match="holds a ledger already"):
        move(tmp_path / FILE, url, ZONE)
    with closing(Ledger(url, ZONE, Random(8).randbytes)) as new:
        device.record(score(5))
        assert taken(new, device) == 5
    device.close()


def contents_of_file(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """As `contents`, of a file whatever the test's own ledgers are kept in."""
    with closing(sqlite3.connect(path)) as db:
        return {table: rows(db, table) for table in RECEIVED + PROJECTIONS}
