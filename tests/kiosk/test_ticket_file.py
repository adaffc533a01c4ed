import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

import kiosk
from hardware.dots import Dots
from kiosk.paper import PAPERS, WIDTH, RehearsalError
from kiosk.paper_logo import LogoError, logo
from kiosk.ticket_data import OBLIGATORY, PART_NAMES, SHIPPED, Layout, Part
from kiosk.ticket_file import GOOD, LayoutError, choose, parse_layout, printable_mm, read_layout
from kiosk.ticket_layout import lay_out
from tests.kiosk.test_ticket_layout import CATALOGUE, TICKET
from translations import LANGUAGES

EXAMPLE = Path(kiosk.__file__).parent / "example" / "ticket.toml"
LEAST = '"number", "moment", "services", "proof"'
PAGE = Path(kiosk.__file__).parents[1] / "docs" / "ticket.md"
Wrong = tuple[str, ...]


def problems(text: str, languages: tuple[str, ...] = LANGUAGES, width: Dots = WIDTH) -> Wrong:
    with pytest.raises(LayoutError) as caught:
        parse_layout(text, languages, width)
    assert caught.value.hint
    return caught.value.problems


def more(block: str) -> str:
    """A layout with one more block, on line 2."""
    return f"blocks = [{LEAST},\n{block}]"


def pictured(of_logo: str) -> str:
    """A layout with a logo, whose section begins on line 2."""
    return f'blocks = [{LEAST}, "logo"]\n[logo]\n{of_logo}'


def stamp(side: int = 200) -> Image.Image:
    """A disc with a bar across: black and white, its edges smooth."""
    picture = Image.new("L", (side * 4, side * 4), 255)
    pencil = ImageDraw.Draw(picture)
    pencil.ellipse((40, 40, side * 4 - 40, side * 4 - 40), 0)
    pencil.rectangle((side, side * 2 - 60, side * 3, side * 2 + 60), 255)
    return picture.resize((side, side), Image.Resampling.LANCZOS)


def png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def test_the_example_says_what_the_kiosk_prints_without_one() -> None:
    example = read_layout(EXAMPLE)
    assert [part.name for part in example.parts] == [part.name for part in SHIPPED.parts]
    for language in LANGUAGES:
        for service in CATALOGUE.services:
            ticket = TICKET.__class__(
                "A001", (service,), language, TICKET.issued, TICKET.office, LANGUAGES, "1", "W" * 16
            )
            assert lay_out(ticket, example) == lay_out(ticket, SHIPPED)


def test_every_block_that_the_example_leaves_out_is_in_its_remarks() -> None:
    text = EXAMPLE.read_text("utf-8")
    assert [name for name in PART_NAMES if f'"{name}"' not in text] == []


def test_the_layouts_of_the_page_about_them_can_be_read() -> None:
    page = PAGE.read_text("utf-8")
    layouts = [block for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL) if "blocks =" in block]
    assert [len(parse_layout(each).layout.parts) for each in layouts] == [8]
    table = page.split("| block |")[1].split("\n\n")[0]
    assert [name for name in PART_NAMES if f"`{name}`" not in table] == []


def test_a_block_has_the_options_that_were_given_to_it() -> None:
    wish = parse_layout(
        'blocks = [{ name = "office", rank = "heading", bold = false, languages = "all" }, "number", "moment",\n'
        '{ name = "space", mm = 4 }, { name = "text", th = "ก", en = "a", my = "က" }, "services", "proof"]\n'
        '[header]\nth = "ข"\nen = "b"\nmy = "ခ"\n'
    )
    assert wish.layout.parts[0] == Part("office", "heading", False, "all")
    assert wish.layout.parts[3] == Part("space", mm=4)
    assert wish.layout.parts[4].texts == {"th": "ก", "en": "a", "my": "က"}
    assert wish.layout.header == {"th": "ข", "en": "b", "my": "ခ"}


@pytest.mark.parametrize("name", OBLIGATORY)
def test_a_ticket_without_what_every_ticket_needs_is_refused_and_told_why(name: str) -> None:
    [problem] = problems("blocks = [" + LEAST.replace(f'"{name}", ', "").replace(f', "{name}"', "") + "]")
    assert problem.startswith(f'line 1: `blocks` lacks "{name}". Every ticket has it: ')


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f'blocks = [{LEAST}, "servces"]', 'line 1: `blocks`, item 5: there is no block "servces". Did you'),
        (f'blocks = [{LEAST},\n7]', "line 2: `blocks`, item 5: there is no block one without a `name`"),
        (more('{ rank = "body" }'), "line 2: `blocks`, item 5: there is no block one without a `name`"),
        (more('{ name = "fee", bold = true }'), 'line 2: block "fee" has an unknown key `bold`. It takes'),
        (more('{ name = "title", rnak = "body" }'), 'line 2: block "title" has an unknown key `rnak`'),
        (more('{ name = "title", rank = "huge" }'), "line 2: `rank` in [blocks] cannot be \"huge\". One of"),
        (more('{ name = "title", bold = "yes" }'), "line 2: `bold` in [blocks] has to be true or false"),
        (more('{ name = "space" }'), 'line 2: block "space" lacks `mm`'),
        (more('{ name = "space", mm = 90 }'), "line 2: `mm` in [blocks] = 90 is out of range"),
        (more('{ name = "text", th = "ก", en = "a" }'), 'line 2: block "text" has no text in the language my'),
        (f'blocks = [{LEAST}, "number"]', 'line 1: "number" stands twice in `blocks`'),
        (f'blocks = [{LEAST}, "logo"]', 'line 1: there is a block "logo" but no section [logo]'),
        (f'blocks = [{LEAST}]\n[header]\nth = "ก"\nen = "a"', "line 2: [header] has no text in the language my"),
        (f'blocks = [{LEAST}]\n[header]\nxx = "ก"', "line 3: [header] has an unknown key `xx`"),
        (f'blocks = [{LEAST}]\nheader = 1', "line 2: `header` has to be a section"),
        (f'blocks = [{LEAST}]\nlogo = 1', "line 2: `logo` has to be a section"),
        (f'blocks = [{LEAST}]\n[logo]\nfile = "a.png"\nwidth_mm = 20', "line 2: [logo] stands nowhere on the ticket"),
        (pictured('file = "a.png"'), "line 2: [logo] lacks `width_mm`"),
        (pictured('file = "../a.png"\nwidth_mm = 20'), "line 3: `file` in [logo]: \"../a.png\" is not"),
        (pictured('file = "a.png"\nwidth_mm = 90'), "line 4: `width_mm` in [logo] = 90 is out of"),
        (f'blokcs = [{LEAST}]', 'line 1: the file has an unknown key `blokcs`. Did you mean "blocks"?'),
        ("blocks = [", "line 1: this line is not TOML"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_line_and_says_what_to_write(text: str, told: str) -> None:
    assert [problem for problem in problems(text) if problem.startswith(told)], problems(text)


def test_every_mistake_is_told_at_once() -> None:
    text = 'blocks = ["numbr", "moment",\n{ name = "space" },\n{ name = "title", rank = "big" }]\nlgoo = 1\n'
    assert [problem.split(":")[0] for problem in problems(text)] == [
        "line 4",
        "line 1",
        "line 2",
        "line 3",
        *["line 1"] * 3,
    ]


def test_a_language_that_the_kiosk_does_not_offer_may_be_missing() -> None:
    text = f'blocks = [{LEAST}, {{ name = "text", th = "ก" }}]'
    assert parse_layout(text, ("th",)).layout.parts[-1].texts == {"th": "ก"}


def test_the_narrow_roll_takes_a_narrower_logo() -> None:
    text = pictured('file = "a.png"\nwidth_mm = 60')
    assert [printable_mm(Dots(width)) for width in (384, 512, 576)] == [45, 61, 69]
    assert parse_layout(text, LANGUAGES, PAPERS[80]).logo_mm == 60
    assert problems(text, LANGUAGES, PAPERS[58])[0].startswith("line 4: `width_mm` in [logo] = 60 is out of range")


def test_a_logo_of_black_and_white_becomes_dots() -> None:
    picture = logo(png(stamp()), 20)
    assert picture.width == 160
    image = Image.frombytes("1", (picture.width, picture.height), picture.rows)
    assert image.getpixel((80, 20))
    assert not image.getpixel((80, 80))
    assert not image.getpixel((0, 0))
    transparent = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    transparent.paste((0, 0, 0, 255), (10, 10, 40, 40))
    assert set(logo(png(transparent), 10).rows) == {255}


def shades() -> Image.Image:
    return Image.linear_gradient("L")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"no picture", "not a picture"),
        (png(stamp())[:300], "not a picture"),
        (png(Image.new("L", (40, 40), 255)), "blank"),
        (png(Image.new("L", (40, 40), 180)), "blank"),
        (png(shades()), "grey"),
        (png(Image.new("L", (10, 400), 0)), "mm high"),
        (b"x" * 3_000_000, "KiB"),
        (png(Image.new("1", (5000, 5000), 0)), "pixels"),
    ],
)
def test_a_picture_that_would_not_be_a_clear_logo_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(LogoError, match=told) as caught:
        logo(content, 20)
    assert caught.value.hint


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with a layout of the office's own, with a logo."""
    (tmp_path / "logo.png").write_bytes(png(stamp()))
    text = f'blocks = ["logo", {LEAST}]\n[logo]\nfile = "logo.png"\nwidth_mm = 18\n'
    (tmp_path / "ticket.toml").write_text(text, encoding="utf-8")
    return tmp_path / "ticket.toml"


def all_well(layout: Layout) -> None:
    """A rehearsal without a problem."""


def refusing(wrong: Callable[[Layout], int]) -> Callable[[Layout], None]:
    """A rehearsal with so many problems."""

    def rehearse(layout: Layout) -> None:
        if count := wrong(layout):
            raise RehearsalError(tuple(f"problem {n}" for n in range(count)))

    return rehearse


def test_the_logo_is_read_from_beside_the_layout(office: Path) -> None:
    layout = read_layout(office)
    assert layout.logo is not None
    assert layout.logo.width == 144
    office.with_name("logo.png").write_bytes(b"broken")
    with pytest.raises(LayoutError, match=r"line 3: logo.png: the logo's file is not a picture"):
        read_layout(office)
    office.with_name("logo.png").unlink()
    with pytest.raises(LayoutError, match=r"logo\.png cannot be read"):
        read_layout(office)


def test_a_good_layout_is_used_and_kept_with_its_logo(office: Path, tmp_path: Path) -> None:
    chosen = choose(office, tmp_path / "data", read_layout, all_well)
    assert (chosen.layout, chosen.source, chosen.problem) == (read_layout(office), "own", None)
    assert read_layout(tmp_path / "data" / GOOD / "ticket.toml") == chosen.layout


def test_a_broken_layout_leaves_the_last_good_copy_in_use_and_says_why(office: Path, tmp_path: Path) -> None:
    good = choose(office, tmp_path / "data", read_layout, all_well).layout
    office.write_text('blocks = ["numbr"]', encoding="utf-8")
    office.with_name("logo.png").unlink()
    chosen = choose(office, tmp_path / "data", read_layout, all_well)
    assert (chosen.layout, chosen.source) == (good, "copy")
    assert 'Did you mean "number"' in str(chosen.problem)


@pytest.mark.parametrize("spoil", [lambda path: path.write_text("blocks = []"), lambda path: path.unlink()])
def test_without_a_copy_the_shipped_layout_is_used(office: Path, tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(office)
    chosen = choose(office, tmp_path / "data", read_layout, all_well)
    assert (chosen.layout, chosen.source) == (SHIPPED, "shipped")
    assert chosen.problem is not None


def test_a_layout_that_cannot_be_printed_is_not_used_and_not_kept(office: Path, tmp_path: Path) -> None:
    chosen = choose(office, tmp_path / "data", read_layout, refusing(lambda layout: 3 if layout.logo else 0))
    assert (chosen.layout, chosen.source) == (SHIPPED, "shipped")
    assert str(chosen.problem) == "problem 0\nproblem 1\nproblem 2"
    assert not (tmp_path / "data").exists()


def test_where_the_catalogue_is_at_fault_the_office_keeps_its_own_layout(office: Path, tmp_path: Path) -> None:
    chosen = choose(office, tmp_path / "data", read_layout, refusing(lambda layout: 2))
    assert (chosen.layout, chosen.source) == (read_layout(office), "own")
    assert chosen.problem is not None


def test_a_kiosk_without_a_layout_of_its_own_has_the_shipped_one(tmp_path: Path) -> None:
    chosen = choose(None, tmp_path, read_layout, all_well)
    assert (chosen.layout, chosen.source, chosen.problem) == (SHIPPED, "shipped", None)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_cannot_be_kept_is_told_and_stops_nothing(office: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")
    chosen = choose(office, tmp_path / "data", read_layout, all_well)
    assert chosen.source == "own"
    assert chosen.unkept is not None
