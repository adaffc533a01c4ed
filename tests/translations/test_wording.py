"""Nobody is addressed by rank, sex or age, and Burmese is Unicode; ordinary words are left alone."""

import pytest

from translations.wording import wording_faults


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Your number is"),
        ("en", "Please wait, Sir"),
        ("th", "กรุณารอสักครู่ครับ"),
        ("th", "ขอบคุณค่ะ"),
        ("th", "หมายเลขของคุณ"),
        ("th", "เรียนท่านผู้ใช้บริการ"),
        ("my", "ကျေးဇူးတင်ပါတယ်ခင်ဗျာ"),
        ("my", "သင်၏ နံပါတ်"),
    ],
)
def test_pronouns_honorifics_and_particles_are_faults(language: str, text: str) -> None:
    assert len(wording_faults(text, language)) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Thank you"),
        ("en", "Hours, history, sheep, heritage, wearable"),
        ("th", "ขอบคุณ คุณภาพบริการ คุณสมบัติ"),
        ("th", "กรุณารอเรียกหมายเลข"),
        ("my", "အသင့်အတင့် ကျေနပ်သည်"),
        ("my", "သင်တန်း ရှင်းလင်း အင်္ဂလိပ် တက္ကသိုလ် ယောက်ျား ဝန်ဆောင်မှု"),
        ("shn", "လိၵ်ႈတႆး"),
    ],
)
def test_ordinary_words_are_not(language: str, text: str) -> None:
    assert wording_faults(text, language) == []


@pytest.mark.parametrize(
    "text",
    [
        "ေက်းဇူးတင္ပါသည္",
        "ျမန္မာ",
        "ေမးပါ",
        "႐ံုး",
        "အဂၤလိပ္",
    ],
)
def test_zawgyi_is_a_fault_in_burmese(text: str) -> None:
    assert any(fault.startswith("Zawgyi") for fault in wording_faults(text, "my"))
