from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from kiosk.pen import Drawing, Pen
from kiosk.pictograms import ALL, SERVICE_PICTOGRAMS, mask

SIDE = 96
NEEDED = (
    "help access elder wheelchair pregnant infant closed clock calendar plus minus remove my-ticket "
    "returned contrast larger lower speaker desk warning back next check coin pencil printer ticket"
)


def drawn(drawing: Drawing, side: int = SIDE) -> Image.Image:
    pen = Pen(side)
    drawing(pen)
    return pen.smooth(side)


def ink(picture: Image.Image) -> float:
    """The part of the square that is inked."""
    return ImageStat.Stat(picture).mean[0] / 255


def fine_part(picture: Image.Image) -> float:
    """The part of the ink in strokes thinner than 3 of 96: a third of a millimetre at 12 mm."""
    opened = picture.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.MaxFilter(3))
    return (ink(picture) - ink(opened)) / ink(picture)


def frame_ink(picture: Image.Image) -> int:
    """The darkest pixel in the outermost two rows and columns: what is cut off shows there."""
    inner = picture.copy()
    inner.paste(0, (2, 2, SIDE - 2, SIDE - 2))
    return int(inner.getextrema()[1])  # type: ignore[arg-type]


def difference(one: Image.Image, other: Image.Image) -> float:
    """The part of the two pictures' ink that they do not share."""
    return ink(ImageChops.difference(one, other)) / max(ink(one), ink(other))


@pytest.mark.parametrize("name", NEEDED.split())
def test_every_sign_that_a_screen_needs_is_drawn(name: str) -> None:
    assert name in ALL
    assert difference(mask(name, SIDE), mask("document", SIDE)) > 0.2


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_pictogram_is_solid_and_lies_whole_within_its_square(name: str) -> None:
    picture = drawn(ALL[name])
    assert 0.07 < ink(picture) < 0.7
    assert fine_part(picture) < 0.05
    assert frame_ink(picture) < 96


def test_control_a_hairline_and_a_clipped_shape_are_caught() -> None:
    assert fine_part(drawn(lambda pen: pen.line([(10, 10), (90, 90)], 1.5))) > 0.5
    assert frame_ink(drawn(lambda pen: pen.disc(50, 50, 55))) > 200


def test_no_two_pictograms_look_the_same() -> None:
    pictures = {name: mask(name, SIDE) for name in ALL}
    alike = [(a, b) for a, b in combinations(sorted(pictures), 2) if difference(pictures[a], pictures[b]) < 0.15]
    assert alike == []


def test_control_a_picture_moved_by_a_hair_counts_as_the_same() -> None:
    moved = ImageChops.offset(mask("house", SIDE), 1, 0)
    assert difference(moved, mask("house", SIDE)) < 0.15


def test_an_unknown_name_is_a_document_and_a_size_of_nothing_is_one_pixel() -> None:
    assert mask("no such thing", 20).tobytes() == mask("document", 20).tobytes()
    assert mask("house", 0).size == (1, 1)


def test_a_catalogue_chooses_among_pictures_of_things_not_among_signs_of_the_screen() -> None:
    assert not {"back", "next", "check", "help", "minus", "plus", "warning", "closed"} & set(SERVICE_PICTOGRAMS)
    assert {"house", "waste", "building"} <= set(SERVICE_PICTOGRAMS)
