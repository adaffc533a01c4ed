"""`image/build`: one command that makes the card's image from Debian's packages and this repository."""

import argparse
import hashlib
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from image.base import Archive, make_base, versions_in
from image.bundle import make_bundle, named
from image.card import make_card, make_slot
from image.configure_card import sparse_copy
from image.errors import ImageError
from image.inventory import bill_of_materials, debian_parts, listing, python_parts
from image.kernel import make_kernel
from image.program import PYTHON, make_packages, make_wheel
from image.recipe import parse_pinned, parse_recipe, pinned_text
from image.signing import Signer, given, kept
from image.system import Ingredients, Name, make_system
from image.tools import WORK, Tools, make_tools
from image.workshop import Workshop
from sync import RELEASE

FOLDER = Path(__file__).parent
PINNED = FOLDER / "pinned.txt"
CACHE, OUT, KEYS = Path("data/image"), Path("out"), Path("data/update-keys")
NAME = "scorecard"


def main(arguments: Sequence[str]) -> int:
    """Make it; the exit status: 2 it could not be."""
    parser = argparse.ArgumentParser(prog="image/build", description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help="where the image goes (default: out)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where its parts are kept (default: data/image)")
    parser.add_argument(
        "--pin", action="store_true", help="take Debian's newest versions, and write image/pinned.txt anew"
    )
    parser.add_argument("--raw", action="store_true", help="leave the image uncompressed, for image/boot-test")
    parser.add_argument("--release", default=RELEASE, help=f"what the system calls itself (default: {RELEASE})")
    parser.add_argument("--key", type=Path, help="signs the update (PEM); with --certificate and --authority")
    parser.add_argument("--certificate", type=Path, help="of the key, for signing code (PEM)")
    parser.add_argument("--authority", type=Path, help="that signed the certificate: what the cards trust (PEM)")
    said = parser.parse_args(arguments)
    try:
        signer = given(said.key, said.certificate, said.authority)
        build(said.cache.resolve(), said.out.resolve(), pin=said.pin, raw=said.raw, release=said.release, signer=signer)
    except ImageError as error:
        print(f"The image was not made: {error}\n{error.hint}", file=sys.stderr)
        return 2
    return 0


def build(
    cache: Path,
    out: Path,
    *,
    pin: bool = False,
    raw: bool = False,
    release: str = RELEASE,
    signer: Signer | None = None,
) -> Path:
    """The image's file, with the update's bundle beside it. `signer` None: this builder's own. Raises ImageError."""
    workshop = Workshop(cache)
    named(release)
    signer = signer or _own_signer(workshop)
    recipe = parse_recipe((FOLDER / "recipe.toml").read_text())
    pinned = parse_pinned(PINNED.read_text()) if PINNED.exists() and not pin else {}
    tools = make_tools(workshop, recipe.mirror, recipe.suite)
    archive = Archive(workshop, recipe)
    unpacked, loose = archive.unpacked("unpacked", recipe.unpacked, pinned)
    headers, theirs = archive.unpacked("headers", [f"libpython{PYTHON}-dev"], pinned)
    base = make_base(workshop, recipe, _without(pinned, loose, theirs))
    if pin:
        PINNED.write_text(pinned_text(versions_in(base) | loose | theirs))
    kernel = make_kernel(workshop, tools, recipe, unpacked)
    packages = make_packages(workshop, tools, headers)
    made = Ingredients(base, kernel, unpacked, packages, make_wheel(workshop, tools))
    squashfs = make_system(workshop, tools, recipe, made, Name(release, signer.keyring))
    slot = make_slot(workshop, tools, kernel, squashfs)
    card = make_card(workshop, tools, kernel, unpacked, slot)
    bundle = make_bundle(workshop, tools, slot, signer, release)
    out.mkdir(parents=True, exist_ok=True)
    image = out / f"{NAME}-{release}.img"
    shutil.copyfile(bundle, image.with_suffix(".raucb"))
    parts = [*debian_parts(versions_in(base) | loose), *python_parts([packages, made.program])]
    image.with_suffix(".packages.txt").write_text(listing(parts))
    image.with_suffix(".cdx.json").write_text(bill_of_materials(parts, release))
    if not raw:
        return _compressed(workshop, tools, card, image)
    sparse_copy(card, image)
    return image


def _own_signer(workshop: Workshop) -> Signer:
    signer = kept(KEYS.resolve())
    workshop.say(f"signed with this builder's own key ({KEYS}): these cards take updates from nobody else")
    return signer


def _without(pinned: Mapping[str, str], *others: Mapping[str, str]) -> dict[str, str]:
    apart = {name for each in others for name in each}
    return {name: version for name, version in pinned.items() if name not in apart}


def _compressed(workshop: Workshop, tools: Tools, card: Path, image: Path) -> Path:
    """The image as xz, with the map of what is in use (bmap) and the sums."""
    log = image.with_suffix(".log")
    target = image.with_name(f"{image.name}.xz")
    workshop.run(["sh", "-c", 'xz -T0 -3 -c "$1" > "$2"', "sh", card, target], log)
    bmap = tools.command(card.parent, "bmaptool", "create", "-o", f"{WORK}/card.bmap", f"{WORK}/card.img")
    workshop.run(bmap, log)
    shutil.move(card.with_suffix(".bmap"), image.with_suffix(".bmap"))
    names = (target, image.with_suffix(".bmap"), image.with_suffix(".raucb"))
    sums = "".join(f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in names)
    (image.parent / "SHA256SUMS").write_text(sums)
    workshop.say(f"{target} {target.stat().st_size / 1e6:.0f} MB")
    return target


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
