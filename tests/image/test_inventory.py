"""The lists of what is on the card."""

import json
from pathlib import Path

from image.inventory import Part, bill_of_materials, debian_parts, listing, python_parts

PARTS = [
    Part("pypi", "python_escpos", "3.1"),
    *debian_parts({"libstdc++6": "14.2.0-19", "u-boot-rpi": "2025.01+dfsg-3~1"}),
]


def test_parts_are_named_as_the_whole_world_names_them() -> None:
    assert [part.purl for part in PARTS] == [
        "pkg:pypi/python-escpos@3.1",
        "pkg:deb/debian/libstdc%2B%2B6@14.2.0-19?arch=arm64&distro=trixie",
        "pkg:deb/debian/u-boot-rpi@2025.01%2Bdfsg-3~1?arch=arm64&distro=trixie",
    ]


def test_the_bill_names_each_part_once_and_says_what_it_is_of() -> None:
    bill = json.loads(bill_of_materials([*PARTS, PARTS[0]], "1.2.3"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["version"] == "1.2.3"
    refs = [each["bom-ref"] for each in bill["components"]]
    assert sorted(refs) == sorted({part.purl for part in PARTS})
    assert bill["dependencies"] == [{"ref": "card", "dependsOn": refs}]


def test_the_same_parts_make_the_same_bill_and_others_another() -> None:
    assert bill_of_materials(PARTS, "1") == bill_of_materials(reversed(PARTS), "1")
    assert (
        json.loads(bill_of_materials(PARTS, "1"))["serialNumber"]
        != json.loads(bill_of_materials(PARTS[1:], "1"))["serialNumber"]
    )


def test_python_packages_are_told_by_their_own_metadata(tmp_path: Path) -> None:
    info = tmp_path / "qrcode-8.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: qrcode\nVersion: 8.2\n\nVersion: of the text\n")
    assert listing(python_parts([tmp_path])) == "pypi qrcode 8.2\n"
