"""Signs for the wall: all that the catalogue says, on one sheet, in every language, in letters as they should be."""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps, ImageStat

from fonts.faces import DIRECTORY
from fonts.tokens import load as load_tokens
from kiosk.preview import EXAMPLE, OFFICE, example_catalogue
from server.__main__ import main
from server.errors import PaperFailed
from server.signs import Setting, paper, signs
from server.typeset import Typesetter, parted
from sync.catalogue import to_body
from sync.services import Catalogue, DocumentNeeded, Service
from tests.server.audited import Worked
from tests.server.printed import Printed, follows, heights, low, picture, printed
from tests.server.running import CONFIG
from translations import LANGUAGES, load
from translations.breaks import ZERO_WIDTH_SPACE

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
SETTING = Setting(example_catalogue(), OFFICE, date(2026, 11, 29), load_tokens())
TYPE = Typesetter()


def said(value: Any) -> Iterator[str]:
    """Every text in a sign's data."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from said(each)


def told(service: Service, language: str) -> list[str]:
    """Every text of a service, as the catalogue has it."""
    text = service.text(language)
    documents = [part for each in text.documents for part in (each.text, each.when) if part]
    return [text.name, *text.steps, *documents, text.hours, text.complaints, *filter(None, [text.fee_note])]


@pytest.fixture(scope="module")
def whole() -> dict[str, Printed]:
    """All signs of the example by language."""
    found = {}
    for language in LANGUAGES:
        data = paper(signs(SETTING, language), SETTING, language)
        found[language] = printed(TYPE.pdf("sign.typ", data, NOW))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_service_and_group_has_a_sign_that_says_all_of_it(language: str) -> None:
    found = {each.name: each.data for each in signs(SETTING, language)}
    assert len(found) == len(SETTING.catalogue.services) + len(SETTING.catalogue.groups)
    for service in SETTING.catalogue.services:
        texts = "\n".join(said(found[service.id]))
        assert [each for each in told(service, language) if each not in texts] == []
        assert f"{service.minutes} " in texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_none_is_said_and_never_left_blank(language: str) -> None:
    service = SETTING.catalogue.services[0]
    text = replace(service.text(language), documents=(), channel="none", complaints="none")
    bare = replace(service, fee="none", texts={**service.texts, language: text})
    setting = replace(SETTING, catalogue=replace(SETTING.catalogue, services=(bare,)))
    sign = next(each for each in signs(setting, language) if each.name == bare.id).data
    words = load(language, "report")
    assert sign["facts"][1]["value"] == words.gettext("no fee")
    assert (sign["sections"][1]["items"], sign["sections"][1]["none"]) == ([], words.gettext("none"))
    assert [each["value"] for each in sign["foot"][1:]] == [words.gettext("none")] * 2
    assert "" not in [each["value"] for each in (*sign["foot"], *sign["facts"])]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sign_of_the_example_is_one_a4_sheet_in_the_house_s_own_faces(
    whole: Mapping[str, Printed], language: str
) -> None:
    found = whole[language]
    assert len(found.pages) == len(signs(SETTING, language))
    assert set(found.sizes) == {(210, 297)}
    both = {"Sarabun-Regular", "Sarabun-Bold", "NotoSansMyanmar-Regular", "NotoSansMyanmar-Bold"}
    assert found.fonts == (both if language == "my" else {"Sarabun-Regular", "Sarabun-Bold"})
    assert found.strange == frozenset()
    assert found.beyond == ()
    assert found.title == OFFICE[language]


def test_a_step_of_two_lines_keeps_its_distance_and_tiles_are_of_one_height() -> None:
    sheets = signs(SETTING, "en")
    pdf = TYPE.pdf("sign.typ", paper(sheets, SETTING, "en"), NOW)
    moving = next(at for at, each in enumerate(sheets) if each.data["name"] == "Register moving out")
    begins, first, second, third = (
        low(pdf, moving, each) for each in ("Hand in", "moving", "Staff check", "Check the")
    )
    assert first - begins > 5, "it goes on on a second line"
    assert second - first > 0.9 * (third - second)
    fee = next(at for at, each in enumerate(sheets) if each.data["name"] == "Pay the waste collection fee")
    (time,), (price,) = heights(pdf, fee, 72), heights(pdf, fee, 108)
    assert time == pytest.approx(price, abs=0.1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_a_sign_says_can_be_read_from_its_page(whole: Mapping[str, Printed], language: str) -> None:
    for sign, page in zip(signs(SETTING, language), whole[language].pages, strict=True):
        missing = [text for text in texts_shown(sign.data) if not follows(text, page)]
        assert missing == [], sign.name


def texts_shown(data: Mapping[str, Any]) -> Iterator[str]:
    for key in ("name", "group", "series", "facts", "columns", "rows", "foot"):
        yield from said(data[key])
    for part in data["sections"]:
        yield part["label"]
        yield from said(part["items"])
        if not part["items"]:
            yield part["none"]


def long(language: str) -> Catalogue:
    """A catalogue of one service that says as much as a catalogue may."""
    service = SETTING.catalogue.services[0]
    text = service.text(language)
    most = replace(
        text,
        steps=tuple(text.steps[n % len(text.steps)] + f" {'7' * 3} " + text.steps[0] for n in range(9)),
        documents=tuple(
            DocumentNeeded(f"{text.documents[0].text} {n} {text.documents[1].text}", f"{text.hours} {n}")
            for n in range(12)
        ),
    )
    return replace(SETTING.catalogue, services=(replace(service, texts={**service.texts, language: most}),))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_too_long_for_one_sheet_goes_on_on_another_and_nothing_is_cut(language: str) -> None:
    setting = replace(SETTING, catalogue=long(language), paper="a3")
    sign = next(each for each in signs(setting, language) if not each.name.startswith("group-"))
    found = printed(TYPE.pdf("sign.typ", paper([sign], setting, language), NOW))
    assert set(found.sizes) == {(297, 420)}
    assert len(found.pages) == 2
    assert found.beyond == ()
    assert [text for text in texts_shown(sign.data) if not follows(text, "".join(found.pages))] == []
    assert [f"{page}/2" in text for page, text in enumerate(found.pages, 1)] == [True, True]
    assert follows(sign.data["name"], found.pages[1][: 3 * len(sign.data["name"])])


LINES = {
    "th": ["ที่ปู่ญู้ น้ำผึ้ง กตัญญู", "ฎุฏู ฐิ ป๋ำ ชื่นใจ"],
    "my": ["ကြွှုံ့ ဂြိုဟ် ဋ္ဌာန", "တက္ကသိုလ် ယောက်ျား ကျွန်းမာရေး"],
}
FACE = {"th": "Sarabun-Regular.ttf", "my": "NotoSansMyanmar-Regular.ttf"}
FAMILY = {"th": "Sarabun", "my": "Noto Sans Myanmar"}
EM_PT = 40


def ink(image: Image.Image) -> Image.Image:
    """Black paper, white ink, without any edge."""
    turned = ImageOps.invert(image.convert("L"))
    return turned.crop(turned.getbbox())


def drawn(text: str, language: str, layout: ImageFont.Layout) -> Image.Image:
    """By Pillow, so large that no hint moves anything."""
    size = EM_PT * 8
    font = ImageFont.truetype(BytesIO((DIRECTORY / FACE[language]).read_bytes()), size, layout_engine=layout)
    image = Image.new("L", (size * len(text), size * 4), 255)
    ImageDraw.Draw(image).text((size // 2, size * 2), text, 0, font, anchor="ls")
    return ink(image)


def unlike(one: Image.Image, other: Image.Image) -> float:
    """Which share of the ink of both differs; 1 where they are not even of one shape."""
    if abs(one.width / one.height - other.width / other.height) > 0.03 * one.width / one.height:
        return 1.0
    other = other.resize(one.size, Image.Resampling.BOX)
    difference = ImageStat.Stat(ImageChops.difference(one, other)).sum[0]
    return float(difference / (ImageStat.Stat(one).sum[0] + ImageStat.Stat(other).sum[0]))


@pytest.mark.parametrize(("language", "text"), [(each, text) for each in LINES for text in LINES[each]])
def test_paper_has_the_letters_that_harfbuzz_chooses(language: str, text: str, tmp_path: Path) -> None:
    """typst's line, drawn by PDFium, against Pillow with Raqm; the control is Pillow without it."""
    template = f"""#let data = json(bytes(sys.inputs.data))
        #set page(width: auto, height: auto, margin: 60pt)
        #text(font: "{FAMILY[language]}", size: {EM_PT}pt, lang: "{language}", data.text)"""
    (tmp_path / "line.typ").write_text(template, encoding="utf-8")
    pdf = Typesetter(tmp_path).pdf("line.typ", {"text": text, "language": language}, NOW)
    on_paper = ink(picture(pdf, ppi=288))
    assert unlike(on_paper, drawn(text, language, ImageFont.Layout.RAQM)) < 0.08
    assert unlike(on_paper, drawn(text, language, ImageFont.Layout.BASIC)) > 0.25


def test_a_sign_that_no_face_has_is_refused_and_never_a_box() -> None:
    service = SETTING.catalogue.services[0]
    text = replace(service.text("en"), complaints="call ☎ 1567")
    odd = replace(service, texts={**service.texts, "en": text})
    setting = replace(SETTING, catalogue=replace(SETTING.catalogue, services=(odd,)))
    with pytest.raises(PaperFailed, match="U\\+260E") as caught:
        TYPE.pdf("sign.typ", paper(signs(setting, "en"), setting, "en"), NOW)
    assert "without it" in caught.value.hint


def test_lines_end_where_they_do_on_screens() -> None:
    assert parted("ค่าธรรมเนียม", "th").replace(ZERO_WIDTH_SPACE, "") == "ค่าธรรมเนียม"
    burmese = parted("စာရွက်စာတမ်းများ တင်ပြရန်", "my")
    assert ZERO_WIDTH_SPACE in burmese
    assert f"{ZERO_WIDTH_SPACE}ရန်" not in burmese


def test_the_same_catalogue_gives_the_same_bytes() -> None:
    sign = signs(SETTING, "th")[1]
    data = paper([sign], SETTING, "th")
    assert TYPE.pdf("sign.typ", data, NOW) == Typesetter().pdf("sign.typ", data, NOW)


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A server's folder that has not heard of any catalogue."""
    (tmp_path / "server.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "office").mkdir()
    return tmp_path


def run(folder: Path, *arguments: str) -> int:
    return main(["signs", "--config", str(folder / "server.toml"), "--out", str(folder / "signs"), *arguments])


def test_the_command_writes_what_the_office_s_kiosks_show(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(office) == 1
    assert "--catalogue" in capsys.readouterr().err
    with closing(Worked(office / "office").ledger):
        pass
    assert run(office) == 1
    worked = Worked(office / "office")
    kiosk = worked.pair(1)
    few = replace(SETTING.catalogue, services=SETTING.catalogue.services[:2], groups=SETTING.catalogue.groups[:1])
    kiosk.record(to_body(few))
    worked.hear(kiosk)
    worked.ledger.close()
    kiosk.journal.close()
    assert run(office, "--lang", "my", "--paper", "a3") == 0
    names = sorted(path.relative_to(office / "signs").as_posix() for path in (office / "signs").rglob("*.pdf"))
    wanted = ["group-registration", *(each.id for each in few.services)]
    assert names == sorted([*(f"my/{each}.pdf" for each in wanted), "signs-my.pdf"])
    found = printed((office / "signs" / "signs-my.pdf").read_bytes())
    assert (len(found.pages), found.sizes[0]) == (3, (297, 420))


def test_a_catalogue_can_be_named_and_what_is_wrong_with_it_is_said(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = office / "catalogue.toml"
    broken.write_text(EXAMPLE.read_text("utf-8").replace('fee = "none"\n', "", 1), encoding="utf-8")
    assert run(office, "--catalogue", str(broken)) == 1
    assert "`fee`" in capsys.readouterr().err
    assert run(office, "--catalogue", str(office / "nowhere.toml")) == 1
    with pytest.raises(SystemExit):
        run(office, "--lang", "th,xx")


def test_every_text_of_a_sign_goes_to_the_paper_as_data() -> None:
    """No text of a catalogue can be read as typst's markup."""
    service = SETTING.catalogue.services[0]
    text = replace(service.text("en"), name='#panic("x") *b* $1$ \\')
    odd = replace(service, texts={**service.texts, "en": text})
    setting = replace(SETTING, catalogue=replace(SETTING.catalogue, services=(odd,)))
    sign = next(each for each in signs(setting, "en") if each.name == odd.id)
    found = printed(TYPE.pdf("sign.typ", paper([sign], setting, "en"), NOW))
    assert '#panic("x")*b*$1$\\' in found.pages[0]
    assert json.dumps(sign.data)
