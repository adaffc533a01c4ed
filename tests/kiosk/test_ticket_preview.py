from pathlib import Path

import pytest
from PIL import Image, ImageChops

import kiosk
from kiosk.__main__ import main as kiosk_main
from kiosk.paper import DOTS_PER_MM, PAPERS, Paper, ticket_image
from kiosk.ticket_layout import lay_out
from kiosk.ticket_preview import main, on_the_table
from tests.kiosk.test_ticket_layout import TICKET

EXAMPLE = Path(kiosk.__file__).parent / "example"
SMALL = """
[[groups]]
id = "desk"
accent = "teal"
pictogram = "people"
th = "ก"
en = "a"
my = "က"
[[services]]
group = "desk"
id = "one"
series = "A"
pictogram = "house"
minutes = 5
fee = "none"
""" + "".join(
    f'[services.{language}]\nname = "{text}"\nsteps = ["{text}"]\ndocuments = "none"\nhours = "{text}"\n'
    f'complaints = "{text}"\nchannel = "none"\n'
    for language, text in (("th", "ก"), ("en", "a"), ("my", "က"))
)


def lines_of(captured: str) -> list[str]:
    return captured.splitlines()


def test_without_out_it_says_what_it_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--preview"]) == 0
    said = lines_of(capsys.readouterr().out)
    assert [line.split(":")[0] for line in said] == ["58 mm paper", "80 mm paper"]
    assert all("services in 3 languages can be printed" in line for line in said)


def test_the_picture_is_the_very_bitmap_on_its_paper(tmp_path: Path) -> None:
    out = tmp_path / "one.png"
    arguments = ["--preview", "--paper", "58", "--service", "move-in", "--language", "my", "--out", str(out)]
    assert kiosk_main(["ticket", *arguments]) == 0
    dots = ticket_image(Paper(width=PAPERS[58]).draw(lay_out(TICKET)))
    table = on_the_table(58, dots)
    assert table.width == 58 * DOTS_PER_MM + 2 * 28
    edge, top = 28 + (58 * DOTS_PER_MM - 384) // 2, 28 + 40
    inner = (
        table.convert("L").point(lambda grey: 255 if grey > 128 else 0).crop((edge, top, edge + 384, top + dots.height))
    )
    assert ImageChops.difference(inner, dots.convert("L")).getbbox() is None
    with Image.open(out) as picture:
        assert picture.width == table.width


def test_a_folder_gets_one_picture_for_each_language_and_paper(tmp_path: Path) -> None:
    visit = ["--service", "move-in", "waste-fee", "--copy", "--priority"]
    assert main([*visit, "--out", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"ticket-{paper_mm}-{language}-move-in+waste-fee-copy-priority.png"
        for paper_mm in (58, 80)
        for language in ("en", "my", "th")
    ]


def test_all_services_make_one_sheet_a_paper(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_text(SMALL, encoding="utf-8")
    arguments = ["--catalogue", str(tmp_path / "catalogue.toml"), "--all"]
    assert main([*arguments, "--out", str(tmp_path / "all.png")]) == 0
    assert main([*arguments, "--paper", "80", "--out", str(tmp_path / "folder")]) == 0
    assert (tmp_path / "all-58.png").exists()
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["ticket-80-all.png"]


def test_a_layout_that_would_clip_is_refused_with_the_list_of_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layout = tmp_path / "ticket.toml"
    layout.write_text(
        'blocks = ["number", "moment", "services", "proof", "office"]\n[header]\nth = "ก"\nen = "漢"\nmy = "က"\n',
        encoding="utf-8",
    )
    assert main(["--layout", str(layout), "--out", str(tmp_path / "x.png")]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "58 mm paper: refused" in told.err
    assert 'en, block "office": "漢" cannot be printed' in told.err
    assert not list(tmp_path.glob("*.png"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--layout", "missing.toml"], "missing.toml cannot be read"),
        (["--config", "missing.toml"], "missing.toml"),
        (["--service", "move-inn"], 'no service "move-inn"\nDid you mean "move-in"?'),
        (["--catalogue", str(EXAMPLE / "kiosk.toml")], f"{EXAMPLE / 'kiosk.toml'}: refused\n"),
        (["--config", str(EXAMPLE / "ticket.toml")], f"{EXAMPLE / 'ticket.toml'}: refused\nline "),
        (["--service", *["move-in"] * 6], "6 services"),
    ],
)
def test_what_cannot_be_found_is_told(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main([*arguments, "--out", str(tmp_path)]) == 1
    assert told in capsys.readouterr().err


def test_a_picture_of_another_kind_is_refused_before_anything_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path / "visit.jpg")])
    assert "pictures are PNG" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_kiosk_s_own_settings_are_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (EXAMPLE / "kiosk.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(("paper_mm", "ticket"))]
    (tmp_path / "kiosk.toml").write_text('paper_mm = 58\nticket = "own.toml"\n' + "\n".join(lines), encoding="utf-8")
    (tmp_path / "catalogue.toml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "own.toml").write_text('blocks = ["proof"]', encoding="utf-8")
    assert main(["--config", str(tmp_path / "kiosk.toml")]) == 1
    told = lines_of(capsys.readouterr().err)
    assert told[0] == "58 mm paper: refused"
    assert '`blocks` lacks "number"' in told[1]
