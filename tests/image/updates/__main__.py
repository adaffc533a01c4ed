"""`./prove image [IMAGE] [--out DIR] [--only PART]`: the card that was made, in QEMU, at length.

`bundles`: a thousand bundles that something befell, each refused. `updates`: a card that is updated, and one that goes
back; the plug pulled at two hundred places of an installation. `boot`: `image/boot-test --long`. It makes the image
first where none is named.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from image.making import CACHE, KEYS, build
from image.signing import kept
from image.tools import Tools, newest_tools
from kiosk.box.bundle import examined
from kiosk.box.errors import UpdateError
from tests.image.boot.__main__ import LONG, ended, walked
from tests.image.boot.told import told
from tests.image.updates.variants import Variants
from tests.image.updates.walk import Updates
from tests.kiosk.box.bundles import Befallen, bundle, settings, signer

MUTATED = 1000


def main(arguments: Sequence[str]) -> int:
    """Prove; the exit status: 1 something did not hold."""
    parser = argparse.ArgumentParser(prog="./prove image", description=__doc__)
    parser.add_argument("image", nargs="?", type=Path, help="the uncompressed image (default: it is made)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where image/build keeps its parts")
    parser.add_argument("--out", type=Path, default=Path("out/prove-image"), help="where logs and pictures go")
    parser.add_argument("--only", choices=("bundles", "updates", "boot"), help="a part of it")
    given = parser.parse_args(arguments)
    parts = [given.only] if given.only else ["bundles", "updates", "boot"]
    signal.signal(signal.SIGTERM, ended)
    held = "bundles" not in parts or refused(MUTATED)
    if parts == ["bundles"]:
        return int(not held)
    out = given.out.resolve()
    image = given.image or build(given.cache.resolve(), out.parent, raw=True)
    tools = newest_tools(given.cache.resolve())
    if "updates" in parts:
        held = updated(image, tools, out / "updates") and held
    if "boot" in parts:
        held = walked(tools, out / "boot", image, LONG) and held
    return int(not held)


def refused(count: int) -> bool:
    """Whether every one of so many bundles that something befell is refused, and the good one taken."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        by = signer(folder / "keys")
        good, config = bundle(folder, by, "2.0.0"), settings(folder, by)
        assert examined(good, config).release == "2.0.0"
        taken, reasons = [], dict[str, int]()
        for what, content in Befallen(good.read_bytes(), random.Random(11)).every(count):
            path = folder / "befallen.raucb"
            path.write_bytes(content)
            try:
                examined(path, config)
                taken.append(what)
            except UpdateError as error:
                reason = str(error).partition(":")[0]
                reasons[reason] = reasons.get(reason, 0) + 1
    for reason, times in sorted(reasons.items(), key=lambda each: -each[1]):
        print(f"{times:8d}  {reason}", flush=True)
    told = (
        f"{count - len(taken)} of {count} mutated bundles refused, the good one taken, {time.monotonic() - began:.0f} s"
    )
    print("\n".join([*(f"          taken: {each}" for each in taken), told]), flush=True)
    return not taken


def updated(image: Path, tools: Tools, out: Path) -> bool:
    """Whether every step held; the figures come last."""
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    walk = Updates(tools, out, image, Variants(out / "variants", tools, image, kept(KEYS.resolve())))
    try:
        return told({"updates": walk.steps()}, lambda: walk.figures)
    finally:
        walk.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
