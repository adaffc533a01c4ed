"""Make the static faces from the variable Noto fonts of the package `justmytype-intl-sea`, and take Sarabun as it is
from the package `fontpkg-sarabun`.

Development only (`python -m fonts make`): it needs fontTools and those packages, the appliance needs none of them.
The result is the same byte for byte each time: nothing of the clock enters it.
"""

import hashlib
import importlib.metadata
import io
from collections.abc import Callable
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from fonts.errors import FontFileError
from fonts.faces import PAPER_FILES, PAPER_LICENCE

SOURCE_PACKAGE = "justmytype-intl-sea"
SARABUN_PACKAGE = "fontpkg-sarabun"
FAMILIES = {"NotoSansThai": "notosansthai", "NotoSansMyanmar": "notosansmyanmar"}
WEIGHTS = {"Regular": 400, "Bold": 700}
# fontTools has no types here.
_instantiate: Callable[..., TTFont] = instancer.instantiateVariableFont
_HINT = f"install the development packages: pip install {SOURCE_PACKAGE} {SARABUN_PACKAGE}"


def source_directory() -> Path:
    """The folder of the installed package that holds one folder a family. FontFileError if it is not there."""
    return _beside(SOURCE_PACKAGE, "pack_manifest.json") / "ofl"


def _beside(package: str, name: str) -> Path:
    """The folder of this file of an installed package. FontFileError if it is not there."""
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise FontFileError(f"{package} is not installed", hint=_HINT) from error
    for file in files:
        if file.name == name:
            return Path(str(file.locate())).parent
    raise FontFileError(f"{package} holds no fonts", hint=_HINT)


def make_face(source: Path, family: str, style: str) -> bytes:
    """One static TrueType file: the given weight at normal width (wdth = 100)."""
    variable = source / FAMILIES[family] / f"{family}[wdth,wght].ttf"
    if not variable.is_file():
        raise FontFileError(f"{variable.name} is missing from {SOURCE_PACKAGE}", hint=_HINT)
    font = TTFont(variable, recalcTimestamp=False)
    static = _instantiate(font, {"wght": WEIGHTS[style], "wdth": 100}, inplace=True, updateFontNames=True)
    out = io.BytesIO()
    static.save(out)
    return out.getvalue()


def make_licence(source: Path) -> bytes:
    """The OFL text once, under the copyright line of each family."""
    notices: list[str] = []
    bodies: list[str] = []
    for folder in FAMILIES.values():
        notice, body = (source / folder / "OFL.txt").read_text("utf-8").split("\n", 1)
        notices.append(notice.strip())
        bodies.append(body.replace("\r\n", "\n"))
    if len(set(bodies)) != 1:
        raise FontFileError("the families carry different licences", hint="read them before going on")
    return ("\n".join(notices) + "\n" + bodies[0]).encode()


def sarabun() -> dict[str, bytes]:
    """The two weights of Sarabun and their licence, unchanged, by file name."""
    files = {name: _beside(SARABUN_PACKAGE, name) / name for name in PAPER_FILES.values()}
    licence = _beside(SARABUN_PACKAGE, PAPER_FILES["regular"]).parent / "LICENSE"
    return {name: path.read_bytes() for name, path in files.items()} | {PAPER_LICENCE: licence.read_bytes()}


def make(directory: Path) -> dict[str, str]:
    """Write the faces, their licences and SHA256SUMS into `directory`; return file name → SHA-256 in hex."""
    source = source_directory()
    files = {f"{family}-{style}.ttf": make_face(source, family, style) for family in FAMILIES for style in WEIGHTS}
    files["OFL.txt"] = make_licence(source)
    files |= sarabun()
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (directory / name).write_bytes(content)
    (directory / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in sums.items()))
    return sums
