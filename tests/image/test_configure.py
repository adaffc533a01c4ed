"""kiosk.toml onto a card, an image, a batch of boxes: checked as the box checks it, whole or not at all."""

import random
import re
import subprocess
import tomllib
from pathlib import Path

import pypdfium2
import pytest

from image.configure import SHIPPED, main
from image.configure_card import Disk, Extent, Folder, fat_of
from image.configure_edit import edited, known_names, new_pin, path_of, value_of, without
from image.configure_sheet import GROUND, PHYSICAL, POWER, page, pictures, pins, sheets
from image.configure_table import TableError, boxes
from image.disk import DATA, FIRMWARE, SLOT_A, boot_record
from image.errors import ImageError
from sync.config import parse_kiosk

BASE = SHIPPED.read_text("utf-8")
BELOW = random.Random(1).randrange
CODE = "7K3Q-F0ZM-9T2X-BW4H-7K3Q-F0ZM-90"
GOOD = (
    "name,place,role,code,url,address,gateway,counter,ssid,passphrase\n"
    f"kiosk-1,ห้องโถง,kiosk,{CODE},https://192.168.1.10:8443,192.168.1.21/24,192.168.1.1,1,,\n"
    "score-3,Counter 3,scorebox,,https://192.168.1.10:8443,,,3,Office 2,correct horse\n"
    ",,,,,,,,,\n"
    'hall,"Hall, east",display,,https://192.168.1.10:8443,,,,,\n'
    "office,Server room,office,,,192.168.1.10/24,,,,\n"
)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A card as small as its record allows: the record, and a FAT where that says."""
    path = tmp_path / "card.img"
    with path.open("wb") as file:
        file.write(boot_record())
        file.truncate(FIRMWARE.end)
    place = f"{path}@@{FIRMWARE.start}"
    subprocess.run(["mformat", "-i", place, "-T", str(FIRMWARE.size // 512), "-v", "SCORECARD", "::"], check=True)
    subprocess.run(["mcopy", "-i", place, str(SHIPPED.with_name("README.txt")), "::"], check=True)
    return path


def call(*arguments: object) -> int:
    return main([str(each) for each in arguments])


# A card ---------------------------------------------------------------------------------------------------------------


def test_a_file_is_written_into_the_fat_of_an_image_and_read_back(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = image.read_bytes()
    assert call(image, "--from", SHIPPED, "--set", "place=Hall 2", "--set", "address=192.168.1.20/24") == 0
    assert "written and read back" in capsys.readouterr().out
    config = parse_kiosk(Disk(image).read() or b"")
    assert (config.place, config.network.address) == ("Hall 2", "192.168.1.20/24")
    assert call(image, "--set", "languages=en; th") == 0, "what is there already is changed"
    assert parse_kiosk(Disk(image).read() or b"").languages == ("en", "th")
    listed = subprocess.check_output(["mdir", "-b", "-i", f"{image}@@{FIRMWARE.start}"], text=True)
    assert set(listed.split()) == {"::/README.txt", "::/kiosk.toml"}
    assert image.read_bytes()[: FIRMWARE.start] == before[: FIRMWARE.start], "nothing outside of the partition"
    assert image.stat().st_size == FIRMWARE.end


def test_a_mounted_card_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text(BASE.replace("\n", "\r\n"), "utf-8")
    assert call(tmp_path, "--set", "counter=4", "--set", f"code={CODE}", "--set", "url=https://x:8443") == 0
    written = (tmp_path / "kiosk.toml").read_text("utf-8")
    config = parse_kiosk(written)
    assert (config.counters[0].counter, config.server.code) == (4, CODE)
    assert "# the width of the paper roll: 58 or 80" in written, "remarks stay"
    assert [path.name for path in tmp_path.iterdir()] == ["kiosk.toml"]


@pytest.mark.parametrize(("change", "said"), [
    ("place", '"place" changes nothing'), ("plac=x", '"plac=x" changes nothing'),
    ("address=192.168.1.20", "does not say which network it is in"),
    ("counters.1.lamp=26", "pin 26 is both the button of level 5 of counter 1 and the lamp of counter 1"),
    ("counters.2.counter=3", "there is no [[counters]] number 2"),
    ("data=/x", "on the appliance nobody chooses where the records lie"),
])  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_is_written(
    tmp_path: Path, change: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kiosk.toml").write_text(BASE, "utf-8")
    assert call(tmp_path, "--set", change) == 1
    assert said in capsys.readouterr().err
    assert (tmp_path / "kiosk.toml").read_text("utf-8") == BASE


def test_a_file_is_refused_by_the_line_that_the_box_would_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "mine.toml"
    broken.write_text(BASE.replace("paper_mm", "paper_mn", 1), "utf-8")
    assert call(tmp_path, "--from", broken) == 1
    line = BASE[: BASE.index("paper_mm")].count("\n") + 1
    assert f"{broken}, line {line}: unknown key `paper_mn`" in capsys.readouterr().err
    assert not (tmp_path / "kiosk.toml").exists()


def test_a_card_that_forgets_is_found_out(tmp_path: Path) -> None:
    class Forgetful(Folder):
        def read(self) -> bytes | None:
            return b""

    with pytest.raises(ImageError, match="does not give back what was written"):
        Forgetful(tmp_path).write(BASE.encode())


def test_what_is_no_card_is_told(image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.img").write_bytes(bytes(4096))
    (tmp_path / "packed.img.xz").write_bytes(b"x")
    for name, said in (("other.img", "no partition table"), ("packed.img.xz", "unxz"), ("none.img", "No such file")):
        assert call(tmp_path / name, "--from", SHIPPED) == 1
        assert said in capsys.readouterr().err
    mounts = tmp_path / "mounts"
    mounts.write_text(f"{image}1 /media/card vfat rw 0 0\n")
    with pytest.raises(ImageError, match=r"is mounted on /media/card"):
        Disk(image, mounts)


def test_the_first_fat_partition_is_found_by_the_record() -> None:
    assert fat_of(boot_record()) == Extent(FIRMWARE.start, FIRMWARE.size)
    assert fat_of(boot_record([SLOT_A, FIRMWARE, DATA])).start == FIRMWARE.start
    with pytest.raises(ImageError, match="no FAT partition"):
        fat_of(boot_record([SLOT_A]))
    with pytest.raises(ImageError, match="no partition table"):
        fat_of(boot_record()[:511] + b"\0")


# Single values --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", known_names())
def test_every_key_that_is_named_leads_to_one_value(name: str) -> None:
    path = path_of(name)
    assert path
    value = value_of(path, "7", BELOW)
    after = tomllib.loads(edited(BASE, [(path, value)]))
    found = after
    for part in path:
        found = found[part]  # type: ignore[index]
    assert found == value


def test_a_value_over_several_lines_is_left_to_an_editor() -> None:
    text = BASE.replace('languages = ["th", "en", "my"]', 'languages = [\n"th"]', 1)
    with pytest.raises(ImageError, match="cannot be changed in this file by itself"):
        edited(text, [(("languages",), ["en"])])


def test_sections_can_be_left_out_and_the_rest_is_as_it_was() -> None:
    after = tomllib.loads(without(BASE, {"printer", "counters", "network"}))
    before = tomllib.loads(BASE)
    assert after == {key: value for key, value in before.items() if key not in ("printer", "counters", "network")}


# A batch --------------------------------------------------------------------------------------------------------------


def test_a_table_makes_a_folder_an_image_and_a_page_for_each_box(image: Path, tmp_path: Path) -> None:
    table, out = tmp_path / "boxes.csv", tmp_path / "out"
    table.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert call("--table", table, "--out", out, "--image", image) == 0
    made = {path.parent.name: parse_kiosk(path.read_bytes()) for path in out.glob("*/kiosk.toml")}
    assert {name: config.role for name, config in made.items()} == {
        "kiosk-1": "kiosk",
        "score-3": "scorebox",
        "hall": "display",
        "office": "office",
    }
    assert made["hall"].place == "Hall, east"
    assert made["score-3"].network.wifi is not None
    assert {config.network.hostname for config in made.values()} == set(made)
    for name, config in made.items():
        assert parse_kiosk(Disk(out / f"{name}.img").read() or b"") == config
    pages = texts_of(out / "sheets.pdf")
    assert len(pages) == len(made)
    assert CODE in pages[0].replace("\ufffe", "-")
    assert not [text for text in pages if "correct horse" in text]
    assert "Office 2" in pages[1]


def texts_of(path: Path) -> list[str]:
    """The text of each page, which is one of A4."""
    pdf = pypdfium2.PdfDocument(path)  # type: ignore[no-untyped-call]
    assert [round(each / 72 * 25.4) for each in pdf[0].get_size()] == [210, 297]
    return [pdf[number].get_textpage().get_text_range() for number in range(len(pdf))]


WRONG = [
    ("no name", GOOD.replace("name,", "nam,", 1), ['column 1: there is no "nam". Did you mean "name"?',
     'there is no column "name": it names the folder and the machine']),
    ("an unknown column", GOOD.replace("gateway", "gatewey", 1),
     ['column 7: there is no "gatewey". Did you mean "gateway"?']),
    ("a column twice", GOOD.replace("gateway", "place", 1), ['column 7: "place" stands twice']),
    ("a bad address", GOOD.replace("192.168.1.21/24", "192.168.1.21"),
     ["row 2 (kiosk-1), column address: `address` in [network]: \"192.168.1.21\" does not say which network it is in"]),
    ("a bad role and a bad code", GOOD.replace("scorebox", "scorbox").replace(CODE, CODE[:-1]),
     ["row 2 (kiosk-1), column code: `code` in [server]: the pairing code has 25 characters, not 26",
      'row 3 (score-3), column role: `role` cannot be "scorbox". Did you mean "scorebox"?']),
    ("an address twice", GOOD.replace("192.168.1.10/24", "192.168.1.21/16"),
     ["row 6 (office), column address: the address is that of row 2"]),
    ("a name twice", GOOD.replace("\nhall,", "\nscore-3,"),
     ["row 5 (score-3), column name: the name is that of row 3"]),
    ("a name that is none", GOOD.replace("\nhall,", "\nHall 1,"), ['row 5, column name: "Hall 1" is no name']),
    ("what its role has not", GOOD.replace("Server room,office,,,", "Server room,office,,https://x:8443,"),
     ["row 6 (office), column url: an office's server has no `server`"]),
    ("too many cells", GOOD.replace("Hall, east", 'Hall"",east').replace('"Hall"",east"', "Hall,east,,,,"),
     ["row 5: it has more cells than there are columns"]),
    ("nothing", "", ["the table is empty"]),
    ("no row", "name,place\n,\n", ["the table has no row with a box"]),
]  # fmt: skip


@pytest.mark.parametrize(("table", "faults"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_every_mistake_is_told_by_row_and_column_and_nothing_is_made(
    table: str, faults: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(TableError) as caught:
        boxes(table, BASE, {}, BELOW)
    assert len(caught.value.faults) >= len(faults)
    for fault in faults:
        assert any(told.startswith(fault) for told in caught.value.faults), (fault, caught.value.faults)
    path = tmp_path / "boxes.csv"
    path.write_text(table, "utf-8")
    assert call("--table", path, "--out", tmp_path / "out") == 1
    assert not (tmp_path / "out").exists()
    assert capsys.readouterr().err


def test_a_table_of_semicolons_is_read_too() -> None:
    assert [box.name for box in boxes(GOOD.replace('"Hall, east"', "Hall").replace(",", ";"), BASE, {}, BELOW)] == [
        "kiosk-1",
        "score-3",
        "hall",
        "office",
    ]


def test_a_pin_is_made_up_for_each_box_that_asks_for_one_and_listed_for_its_maker_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "name,role,url,pin\na,kiosk,,new\nb,scorebox,https://x:8443,new\nc,kiosk,,\nd,kiosk,,482915\n"
    (tmp_path / "boxes.csv").write_text(table, "utf-8")
    out = tmp_path / "out"
    assert call("--table", tmp_path / "boxes.csv", "--out", out) == 0
    listed = [line.split(",") for line in (out / "pins.csv").read_text("utf-8-sig").splitlines()]
    assert (out / "pins.csv").stat().st_mode & 0o777 == 0o600
    assert [row[0] for row in listed] == ["name", "a", "b", "d"]
    said = capsys.readouterr().out
    for name, _, pin in listed[1:]:
        assert parse_kiosk((out / name / "kiosk.toml").read_bytes()).service.pin == pin
        assert pin not in said
    assert out.stat().st_mode & 0o777 == 0o700
    pins_made = {row[2] for row in listed[1:]}
    assert len(pins_made) == 3
    made = boxes(table, BASE, {}, BELOW)
    assert not any(box.config.service.pin in str(page(box)) for box in made if box.config.service.pin)
    assert call("--table", tmp_path / "boxes.csv", "--out", out) == 1, "boxes may have those PINs by now"
    assert "is there already" in capsys.readouterr().err
    assert [line.split(",") for line in (out / "pins.csv").read_text("utf-8-sig").splitlines()] == listed
    with pytest.raises(TableError, match="the PIN is that of row 2") as caught:
        boxes("name,role,pin\na,kiosk,482915\nb,kiosk,482915\n", BASE, {}, BELOW)
    assert "482915" not in str(caught.value)


def test_a_pin_for_one_card_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "--from", SHIPPED, "--set", "pin=new") == 0
    pin = parse_kiosk((tmp_path / "kiosk.toml").read_bytes()).service.pin
    assert pin is not None
    assert f"the PIN of its service menu: {pin}" in capsys.readouterr().out
    assert call(tmp_path, "--set", "pin=123456") == 1
    said = capsys.readouterr().err
    assert "one of the first that anybody tries" in said
    assert "123456" not in said.replace("not 123456", "")


def test_no_pin_is_made_up_that_a_box_refuses() -> None:
    drawn = iter([23456, 0, 554321, 899_999, 382915, 11111])
    assert [new_pin(lambda most: next(drawn)) for _ in range(2)] == ["100000", "482915"]


# The page -------------------------------------------------------------------------------------------------------------


def test_the_header_has_forty_pins_each_once() -> None:
    known = [*PHYSICAL.values(), *GROUND, *POWER]
    assert sorted(known) == list(range(1, 41))
    assert set(PHYSICAL) == set(range(28))
    assert {number: PHYSICAL[number] for number in (2, 4, 17, 21, 26)} == {2: 3, 4: 7, 17: 11, 21: 40, 26: 37}


def test_the_drawing_shows_what_hangs_where() -> None:
    (kiosk, *_) = boxes(GOOD, BASE.replace("# next = 16", "next = 16"), {}, BELOW)
    drawn = {each["pin"]: (each["kind"], each["text"]) for each in pins(kiosk.config)}
    assert drawn[29] == ("level", "1 · 1")
    assert drawn[37] == ("level", "1 · 5")
    assert drawn[40][0] == "lamp"
    assert drawn[36][0] == "next"
    assert drawn[6] == ("ground", "GND")
    assert drawn[3] == ("", "")


def test_a_page_is_drawn_and_a_display_has_no_pins() -> None:
    made = boxes(GOOD, BASE, {}, BELOW)
    assert all(len(image) > 10_000 for image in pictures(made, 40))
    assert page(made[2])["pins"] == []
    assert page(made[0])["pins"]
    assert sheets(made).startswith(b"%PDF")
    assert not re.search("correct horse", str([page(box) for box in made]))
