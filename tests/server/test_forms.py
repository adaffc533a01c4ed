"""Forms: read as browsers write them, and nothing else."""

import pytest

from server.errors import Refused
from server.forms import MOST_FIELDS, parse_form

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data; boundary=x", b"", 415),
        (f"{FORM}; charset=latin-1", b"a=b", 415),
        (FORM, b"a=%ff", 400),
        (FORM, b"a=%zz", 400),
        (FORM, b"a=%0", 400),
        (FORM, b"a=%00", 400),
        (FORM, b"a", 400),
        (FORM, "a=ä".encode(), 400),
        (FORM, b"&".join([b"a=1"] * (MOST_FIELDS + 1)), 400),
    ],
)
def test_what_is_no_form_is_refused(content_type: str, body: bytes, status: int) -> None:
    with pytest.raises(Refused) as caught:
        parse_form(content_type, body)
    assert caught.value.status == status


def test_a_form_is_read_as_browsers_write_it() -> None:
    form = parse_form(f"{FORM}; charset=UTF-8", b"name=%E0%B8%81+b&empty=&skills=a&skills=b%26c")
    assert (form.one("name"), form.one("empty"), form.one("gone")) == ("ก b", "", "")
    assert list(form.many("skills")) == ["a", "b&c"]
    assert parse_form(FORM, b"").fields == {}
    with pytest.raises(Refused):
        form.one("skills")
