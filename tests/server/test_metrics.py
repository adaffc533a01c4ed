"""/metrics: every number by the rules of Prometheus' text format, and shown to nobody who may not see it."""

import re
from collections.abc import Callable
from ipaddress import ip_network
from itertools import pairwise
from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.exposition import Family, Kind, Labels, Spread, exposition
from server.ledger import Ledger
from server.metrics import BOUNDS_S, Measured, Meter, OfficeStanding, Running, families
from server.metrics_page import may_see, measure
from server.stores import store_of
from sync import wire
from sync.judge import Refuse
from tests.server.conftest import admit, opened
from tests.server.device import NOON, Device

NAME = r"[a-z_:][a-z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
LABEL = re.compile(rf'({NAME})="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)')
ESCAPES = {r"\\": "\\", r"\"": '"', r"\n": "\n"}
PARTS = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
Read = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def strictly(text: str) -> Read:
    """Every sample by name and labels. Raises AssertionError for what the format, or its manual of style, forbids."""
    assert text.endswith("\n")
    found: Read = {}
    known: dict[str, str] = {}
    helped = None
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith("# HELP "):
            helped = line.split(" ", 3)[2]
            assert helped not in known, f"{helped} comes in two places"
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == helped, "the type stands behind the help of the same name"
            assert kind in PARTS
            assert (kind == "counter") == name.endswith("_total")
            known[name] = kind
        else:
            sample, labels, value = read_sample(line)
            family = helped or ""
            assert sample.removeprefix(family) in PARTS[known[family]], f"{sample} is none of {family}"
            assert (sample, labels) not in found, f"{sample} twice with the same labels"
            found[sample, labels] = value
    for name in (each for each, kind in known.items() if kind == "histogram"):
        adds_up(name, found)
    return found


def read_sample(line: str) -> tuple[str, tuple[tuple[str, str], ...], float]:
    matched = SAMPLE.fullmatch(line)
    assert matched is not None, line
    inside, labels = matched[2] or "", list(LABEL.finditer(matched[2] or ""))
    assert "".join(each[0] for each in labels) == inside, line
    told = tuple((each[1], re.sub(r'\\[\\"n]', lambda found: ESCAPES[found[0]], each[2])) for each in labels)
    assert len({key for key, _ in told}) == len(told), "a label comes once"
    return matched[1], told, float(matched[3])


def adds_up(name: str, found: Read) -> None:
    """Of each set of labels the buckets grow, and the last one is all there are."""
    buckets: dict[tuple[tuple[str, str], ...], list[tuple[float, float]]] = {}
    for (sample, labels), value in found.items():
        if sample == f"{name}_bucket":
            rest = tuple(each for each in labels if each[0] != "le")
            buckets.setdefault(rest, []).append((float(dict(labels)["le"]), value))
    for labels, each in buckets.items():
        assert all(one[0] < two[0] and one[1] <= two[1] for one, two in pairwise(each))
        assert each[-1] == (inf, found[f"{name}_count", labels])
        assert (f"{name}_sum", labels) in found


RUNNING = Running(
    3,
    Spread.nothing(BOUNDS_S).with_one(0.004),
    jobs=1,
    refuses=False,
    waiting=4,
    open_tickets=2,
    streams={"office": 5},
    backup_age_s=None,
)
MEASURED = Measured(7, {("kiosk", "paired"): 2}, {"fork": 1}, {"Mae Sot": OfficeStanding(2, None, 7)}, {"database": 9})


def test_every_number_is_read_by_a_strict_reader() -> None:
    found = strictly(exposition(families(MEASURED, RUNNING)))
    assert found["scorecard_batches_total", ()] == 3
    assert found["scorecard_refused_total", (("code", "fork"),)] == 1
    assert found["scorecard_commit_seconds_bucket", (("le", "0.005"),)] == 1
    assert found["scorecard_commit_seconds_bucket", (("le", "0.0025"),)] == 0
    assert found["scorecard_unsafe_facts", (("office", "Mae Sot"),)] == 7
    assert ("scorecard_backup_age_seconds", ()) not in found, "without a backup there is no age, not an age of nothing"
    assert ("scorecard_relay_behind_facts", ()) not in found


def test_the_page_of_docs_has_every_number() -> None:
    page = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert [each.name for each in families(MEASURED, RUNNING) if f"`{each.name}" not in page] == []


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.dictionaries(st.sampled_from(["a", "b_c"]), TEXTS), TEXTS, st.floats(allow_nan=False))
def test_whatever_a_label_says_comes_back(labels: Labels, text: str, value: float) -> None:
    family = Family("x", Kind.GAUGE, text, [(labels, value)])
    assert strictly(exposition([family])) == {("x", tuple(labels.items())): value}


BROKEN: dict[str, Callable[[str], str]] = {
    "no end of line": lambda text: text.removesuffix("\n"),
    "no type": lambda text: re.sub(r"# TYPE .*\n", "", text, count=1),
    "twice": lambda text: text + text,
    "the same sample twice": lambda text: text.replace(
        "scorecard_batches_total 3\n", "scorecard_batches_total 3\n" * 2
    ),
    "a quote in a label": lambda text: text.replace("Mae Sot", 'Mae "Sot"'),
    "a bucket that shrinks": lambda text: text.replace('le="0.005"} 1', 'le="0.005"} 9'),
    "a counter without its name": lambda text: text.replace("scorecard_facts_total", "scorecard_facts"),
    "a number that is none": lambda text: text.replace("scorecard_jobs_waiting 1", "scorecard_jobs_waiting one"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_control_a_broken_text_is_refused(how: str) -> None:
    text = exposition(families(MEASURED, RUNNING))
    assert BROKEN[how](text) != text
    with pytest.raises((AssertionError, ValueError, KeyError)):
        strictly(BROKEN[how](text))


def test_a_commit_is_timed_and_one_that_fails_is_none() -> None:
    times = iter((1.0, 1.2, 5.0))
    meter = Meter(lambda: next(times))
    with meter.commit():
        meter.batch()
    with pytest.raises(ZeroDivisionError), meter.commit():
        raise ZeroDivisionError
    batches, commits = meter.read()
    assert (batches, sum(commits.counts), commits.counts[BOUNDS_S.index(0.25)]) == (1, 1, 1)
    assert commits.total == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("client", "headers", "seen"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("::ffff:127.0.0.1", {}, True),
        ("192.0.2.7", {}, True),
        ("192.0.3.7", {}, False),
        (None, {}, False),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.9"}, False),
        ("127.0.0.1", {"forwarded": "for=203.0.113.9"}, False),
    ],
)
def test_only_this_machine_and_those_named_see_it(client: str | None, headers: dict[str, str], seen: bool) -> None:
    assert may_see(client, headers, [ip_network("192.0.2.0/24")]) is seen


def test_the_ledger_is_measured_without_naming_a_journal(ledger: Ledger, tmp_path: Path) -> None:
    kiosk, other = opened(Device.make(tmp_path / "one", 1)), opened(Device.make(tmp_path / "two", 2))
    for each in (kiosk, other):
        admit(ledger, each)
    with ledger.transaction():
        ledger.revoke(other.journal_id, NOON)
        ledger.refuse(kiosk.journal_id, Refuse(wire.refuse(wire.GAP, "a gap", "")), NOON)
        ledger.refuse(None, Refuse(wire.refuse(wire.GAP, "a gap", "")), NOON)
    measured = measure(ledger._db, store_of(ledger.place), "Mae Sot", lambda journal: 0, NOON)
    assert measured.machines == {("kiosk", "paired"): 1, ("kiosk", "revoked"): 1}
    assert measured.refused == {wire.GAP: 2}
    assert measured.offices == {"Mae Sot": OfficeStanding(2, None, 0, own=True)}
    assert measured.ledger_bytes["database"] > 0
    text = exposition(families(measured, RUNNING))
    assert not re.search("[0-9a-f]{16}", text)
