"""Kinds of printers as data: what ships, what an office adds, and how a mistake is told."""

import contextlib
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.dots import Dots
from hardware.errors import PrintersFileError
from hardware.printers_file import AUTO, KEYS, MOST_BYTES, chosen, kinds, read_kinds, shipped
from hardware.profile import GENERIC, Identity, Profile

OWN = '[hall]\ntitle = "the one in the hall"\nmodels = ["HX-9"]\nwidth = 512\ncut = "full"\ndouble = true\n'


def refused(text: str | bytes) -> PrintersFileError:
    with pytest.raises(PrintersFileError) as caught:
        read_kinds(text.encode() if isinstance(text, str) else text, shipped())
    return caught.value


def test_what_ships_is_read_with_the_generic_kind_first_and_as_the_program_knows_it() -> None:
    names = [profile.name for profile in shipped()]
    assert names == ["generic", "epson-tm", "epson-tm-203", "pos-80", "ttl-58", "custom-kiosk"]
    assert shipped()[0] == GENERIC


def test_what_a_kind_does_not_say_is_as_for_the_generic_one() -> None:
    (hall,) = read_kinds(OWN.encode(), shipped())
    assert hall == replace(
        GENERIC, name="hall", title="the one in the hall", models=("HX-9",), width=Dots(512), cut="full", double=True
    )


def test_an_offices_own_file_adds_and_under_the_same_name_changes() -> None:
    known = kinds((OWN + "[ttl-58]\nspeed_mm_s = 90\n").encode())
    by_name = {profile.name: profile for profile in known}
    assert [profile.name for profile in known][:2] == ["hall", "ttl-58"]
    assert len(known) == len(by_name) == len(shipped()) + 1
    before = next(profile for profile in shipped() if profile.name == "ttl-58")
    assert by_name["ttl-58"] == replace(before, speed_mm_s=90)
    assert kinds(None) == shipped()


def test_auto_begins_as_generic_and_may_recognise_a_name_is_final() -> None:
    assert chosen(AUTO, shipped()) == (GENERIC, shipped())
    profile, others = chosen("ttl-58", shipped())
    assert (profile.name, others) == ("ttl-58", ())
    with pytest.raises(PrintersFileError) as caught:
        chosen("ttl58", shipped())
    assert caught.value.hint == 'Did you mean "ttl-58"?'


def test_a_kind_is_recognised_by_the_longest_beginning_of_the_model_name() -> None:
    epson = next(profile for profile in shipped() if profile.name == "epson-tm")
    assert epson.fits(Identity("EPSON", "tm-t88vi"))
    assert not epson.fits(Identity("EPSON", "TM-U220"))
    assert not epson.fits(Identity("TM-T88", None)), "a maker is no model"
    assert not GENERIC.fits(Identity("EPSON", "TM-T88V"))
    assert epson.likeness(Identity(None, "TM-T88V")) == len("TM-T88")


def test_only_a_kind_whose_head_is_as_wide_as_said_is_cropped_at_one_side() -> None:
    """Elsewhere what is set at the left and at the right would not meet as it was drawn."""
    cropped = {profile.name: profile.width for profile in shipped() if profile.justifies}
    assert cropped == {"epson-tm": 512, "epson-tm-203": 576}
    (wide,) = [profile for profile in shipped() if profile.fits(Identity("EPSON", "TM-T88V"))]
    assert [wide.on_paper(Dots(dots)).justifies for dots in (512, 576, 384)] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "line", "told", "hint"),
    [
        ('[a]\ntitle = "x"\nwith = 384\n', 3, "unknown key `with` in [a]", "Did you mean `width`?"),
        ('[a]\ntitle = "x"\n\nwidth = "384"\n', 4, "`width` in [a] cannot be '384'", "a whole number from 128 to 1280"),
        ('[a]\ntitle = "x"\nwidth = 383\n', 3, "`width`", "a multiple of 8"),
        ('[a]\ntitle = "x"\nwidth = true\n', 3, "`width`", "without quotes"),
        ('[a]\ntitle = "x"\nspeed_mm_s = 5000\n', 3, "`speed_mm_s`", "from 10 to 1000 millimetres a second"),
        ('[a]\ntitle = "x"\nunsafe_rows = -1\n', 3, "`unsafe_rows`", "from 0 to"),
        ('[a]\ntitle = "x"\necho = true\n', 3, "`echo` in [a] cannot be True", '"yes", "no", "ask"'),
        ('[a]\ntitle = "x"\ncut = "half"\n', 3, "`cut`", '"full", "partial", "none"'),
        ('[a]\ntitle = "x"\nnear_end = "yes"\n', 3, "`near_end`", "true or false"),
        ('[a]\ntitle = "x"\nmodels = "TM"\n', 3, "`models`", "a list"),
        ('[a]\ntitle = "x"\nmodels = [" "]\n', 3, "`models`", "a list"),
        ('[a]\ntitle = " "\n', 2, "`title`", "a text in quotes"),
        ("[a]\nwidth = 384\n", 1, "missing key `title` in [a]", "title ="),
        ('[A]\ntitle = "x"\n', 1, "[A] is no name", "small letters"),
        ('[auto]\ntitle = "x"\n', 1, "[auto] is no name", "small letters"),
        ("width = 384\n", 1, "`width` belongs to no printer", "below the [name]"),
        ('[a]\ntitle = "x"\n[a]\n', 3, "this is not TOML", "key = value"),
        (b'[a]\n# \xff\ntitle = "x"\n', 2, "not in UTF-8", "as plain text"),
        (b"#" * (MOST_BYTES + 1), None, "too large", "At most"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_write(
    text: str | bytes, line: int | None, told: str, hint: str
) -> None:
    error = refused(text)
    assert told in str(error)
    assert hint in error.hint
    assert error.line == line


def test_a_file_of_a_windows_editor_is_read() -> None:
    assert read_kinds(b"\xef\xbb\xbf" + OWN.replace("\n", "\r\n").encode(), shipped())[0].name == "hall"


def test_every_field_of_a_kind_can_be_set_and_has_a_rule_of_its_own() -> None:
    """Control: a field without a rule would be taken for a text and let numbers be words."""
    assert {*KEYS, "name"} == {field.name for field in fields(Profile)}
    for key in KEYS:
        if key != "title":
            assert f"`{key}`" in str(refused(f'[a]\ntitle = "x"\n{key} = "no such value"\n')), key


@given(st.binary(max_size=8), st.integers(0, len(OWN)), st.integers(0, 8))
def test_whatever_the_file_is_it_is_read_or_refused_with_a_hint(noise: bytes, at: int, gone: int) -> None:
    content, hint = OWN.encode(), "read"
    with contextlib.suppress(PrintersFileError):
        try:
            found = read_kinds(content[:at] + noise + content[at + gone :], shipped())
            assert all(isinstance(profile, Profile) for profile in found)
        except PrintersFileError as error:
            hint = error.hint
            raise
    assert hint
