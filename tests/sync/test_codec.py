"""The one true form of a row."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import codec
from sync.codec import MAX_INT, Fact, Json
from sync.errors import NotCanonical
from sync.types import BootMs, Seq
from tests.sync.journals import BOOT

KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
SCALARS = st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | st.text(max_size=20)
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=10
)
FACTS = st.builds(
    Fact,
    seq=st.integers(1, MAX_INT).map(Seq),
    kind=st.from_regex(r"[a-z]{1,9}\.[a-z_]{1,9}", fullmatch=True),
    version=st.integers(1, 99),
    boot_id=st.just(BOOT),
    boottime_ms=st.integers(0, MAX_INT).map(BootMs),
    body=st.dictionaries(KEYS, VALUES, max_size=5),
)


def fact(**body: Json) -> Fact:
    return Fact(Seq(7), "score.given", 1, BOOT, BootMs(5), body)


@given(FACTS)
def test_a_fact_comes_back_from_its_bytes_and_the_bytes_from_the_fact(one: Fact) -> None:
    data = codec.encode(one)
    assert codec.decode(data) == one
    assert codec.encode(codec.decode(data)) == data


@given(FACTS)
def test_parsing_a_row_of_ours_gives_what_decoding_it_gives(one: Fact) -> None:
    assert codec.parse(codec.encode(one)) == one


@pytest.mark.parametrize("data", [b"", b"7", b"[1]", b"\xff", b'{"a":1}'])
def test_parsing_what_is_no_row_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        codec.parse(data)


@given(FACTS)
def test_a_row_is_one_line(one: Fact) -> None:
    assert b"\n" not in codec.encode(one)


@given(FACTS, st.data())
def test_any_other_spelling_of_the_same_fact_is_refused(one: Fact, data: st.DataObject) -> None:
    canonical = codec.encode(one)
    indent, ascii_only = data.draw(st.tuples(st.sampled_from([None, 1]), st.booleans()))
    row = [one.seq, one.kind, one.version, one.boot_id, one.boottime_ms, one.body]
    other = json.dumps(row, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    if other != canonical:
        with pytest.raises(NotCanonical):
            codec.decode(other)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"[1,2,3,4,5,6]",
        b"\xff\xfe",
        b'[1,"a.b",1,"' + BOOT.encode() + b'",5,{"n":1.0}]',
        b'[1,"a.b",1,"' + BOOT.encode() + b'",5,{"n":01}]',
        b'[1,"a.b",1,"' + BOOT.encode() + b'",5,{"n":1,"n":1}]',
        b'[1,"a.b",1,"' + BOOT.encode() + b'",5,{"b":1,"a":1}]',
        b'[1,"a.b",1,"' + BOOT.encode() + b'",5,{"n":9007199254740992}]',
        b'[1,"a.b",1,"' + BOOT.encode() + b'",5,{"n":NaN}]',
        b'[1,"a.b",1,"' + BOOT.encode() + b'",5,{"t":"\\u0e01"}]',
        b'[1,"a.b",1,"' + BOOT.encode() + b'",5,{"t":"\\ud800"}]',
        b'[1,"a.b",1,"' + BOOT.encode() + b'",5,{}]\n',
        b'[0,"a.b",1,"' + BOOT.encode() + b'",5,{}]',
        b'[true,"a.b",1,"' + BOOT.encode() + b'",5,{}]',
        b'[1,"nodot",1,"' + BOOT.encode() + b'",5,{}]',
        b'[1,"a.b",1,"' + BOOT.upper().encode() + b'",5,{}]',
        b"[" * 100_000,
        b'[1,"a.b",1,"' + BOOT.encode() + b'",5,{"t":"' + b"x" * codec.MAX_ROW_BYTES + b'"}]',
    ],
)
def test_bytes_that_are_no_canonical_row_are_refused_with_a_hint(data: bytes) -> None:
    with pytest.raises(NotCanonical) as caught:
        codec.decode(data)
    assert caught.value.hint


NEAR = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
NESTED = st.recursive(
    NEAR, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=2)
)


def deep(inner: Json, levels: int, named: bool) -> Json:
    """So many levels around a value."""
    return inner if not levels else {"a": deep(inner, levels - 1, named)} if named else [deep(inner, levels - 1, named)]


DEEP = st.builds(deep, NEAR | st.just([]) | st.just({}), st.integers(0, 10), st.booleans())


@given(st.dictionaries(KEYS | st.text(max_size=3), NESTED | DEEP, max_size=3), st.integers(-1, 3), st.booleans())
def test_the_quick_way_to_decode_tells_what_the_slow_one_tells(body: dict[str, Json], seq: int, spaced: bool) -> None:
    data = json.dumps(
        [seq, "a.b", 1, BOOT, 5, body],
        ensure_ascii=False,
        sort_keys=True,
        separators=(", ", ":") if spaced else (",", ":"),
    ).encode("utf-8", "surrogatepass")
    told: list[object] = []
    for way in (codec.decode, codec._decode_slowly):
        try:
            told.append(way(data))
        except NotCanonical as error:
            told.append(type(error))
    assert told[0] == told[1]


@given(st.binary(max_size=200))
def test_noise_is_refused_and_never_crashes(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        codec.decode(data)


@pytest.mark.parametrize("value", [1.5, MAX_INT + 1, b"bytes", ("a",), {"Key": 1}, {1: 1}, "\ud800"])
def test_a_value_without_a_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        codec.encode(fact(value=value))  # type: ignore[arg-type]


def test_a_body_nested_too_deeply_is_refused() -> None:
    deep: Json = 1
    for _ in range(codec.MAX_DEPTH):
        deep = [deep]
    with pytest.raises(NotCanonical, match="nested"):
        codec.encode(fact(value=deep))
