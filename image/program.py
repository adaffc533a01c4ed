"""Our program with all that it needs, for the card's processor: wheels by their hashes, and lgpio compiled across."""

import shutil
import sys
from pathlib import Path

from image.tools import WORK, Tools
from image.workshop import Workshop, digest, remove

REPOSITORY = Path(__file__).parents[1]
PYTHON = "3.13"
SITE = f"/opt/scorecard/lib/python{PYTHON}/site-packages"
LOCK = "requirements.txt"
PI_LOCK = "image/requirements-pi.txt"
PLATFORMS = ("manylinux_2_17_aarch64", "manylinux2014_aarch64", "manylinux_2_28_aarch64", "manylinux_2_34_aarch64")
SHIPPED = (
    "fonts",
    "hardware",
    "kiosk",
    "server",
    "sync",
    "translations",
    "setup.cfg",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)
UNUSED = (
    "pip*",
    "setuptools*",
    "pkg_resources",
    "_distutils_hack",
    "distutils-precedence.pth",
    "bin",
    "pygame/docs",
    "pygame/examples",
    "pygame/tests",
)
"""What comes along and is never imported on the card."""


def make_packages(workshop: Workshop, tools: Tools, headers: Path) -> Path:
    """A folder of packages, without our own: they change seldom, ours daily."""

    def make(folder: Path) -> None:
        log = folder / "log"
        abis = [word for abi in (f"cp{PYTHON.replace('.', '')}", "abi3", "none") for word in ("--abi", abi)]
        platforms = [word for name in PLATFORMS for word in ("--platform", name)]
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir"]
        foreign = ["--only-binary=:all:", "--python-version", PYTHON, "--implementation", "cp", *abis, *platforms]
        lock = ["--require-hashes", "--no-deps", "-r", str(REPOSITORY / LOCK)]
        target = folder / "site-packages"
        workshop.run([*pip, "install", "-q", "--target", target, "--no-compile", *foreign, *lock], log)
        source = folder / "lgpio-source"
        fetch = [
            "--no-binary=:all:",
            "--no-deps",
            "--require-hashes",
            "--no-build-isolation",
            "-r",
            str(REPOSITORY / PI_LOCK),
        ]
        workshop.run([*pip, "download", "-q", "-d", source, *fetch], log)
        _compile_lgpio(workshop, tools, folder, headers, log)
        for pattern in UNUSED:
            for path in target.glob(pattern):
                remove(path)
        for path in list(target.rglob("tests")):
            remove(path)
        workshop.run(tools.compiled(target, SITE, "."), log)

    ours = (REPOSITORY / LOCK, REPOSITORY / PI_LOCK, Path(__file__))
    key = digest(*ours, workshop.making(headers))
    return workshop.part("packages", key, make) / "site-packages"


def _compile_lgpio(workshop: Workshop, tools: Tools, folder: Path, headers: Path, log: Path) -> None:
    """What its setup.py does, with the other processor's compiler: no wheel of it exists for this Python."""
    source = folder / "lgpio-source"
    [archive] = source.glob("lgpio-*.tar.gz")
    workshop.run(["tar", "-xzf", archive, "-C", source, "--strip-components=1"], log)
    shutil.copytree(headers / "usr/include", folder / "include")
    script = (
        f"cd {WORK}/lgpio-source && "
        "aarch64-linux-gnu-gcc -O2 -shared -fPIC -Wl,-s -o _lgpio.so "
        f"-I {WORK}/include/python{PYTHON} -I {WORK}/include -I src lgpio_wrap.c src/*.c -lpthread"
    )
    if not (source / "lgpio_wrap.c").exists():
        script = f"cd {WORK}/lgpio-source && swig -python lgpio.i && " + script
    workshop.run(tools.command(folder, "sh", "-c", script), log)
    target = folder / "site-packages"
    shutil.copy(source / "lgpio.py", target)
    shutil.copy(source / "_lgpio.so", target / f"_lgpio.cpython-{PYTHON.replace('.', '')}-aarch64-linux-gnu.so")
    info = target / f"{archive.name.removesuffix('.tar.gz')}.dist-info"
    info.mkdir()
    shutil.copy(source / "PKG-INFO", info / "METADATA")
    shutil.rmtree(folder / "include")


def make_wheel(workshop: Workshop, tools: Tools) -> Path:
    """Our own packages, as a wheel has them."""

    def make(folder: Path) -> None:
        for name in SHIPPED:
            path = REPOSITORY / name
            if path.is_dir():
                shutil.copytree(path, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(path, folder / "source" / name)
        pip: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
        wheel: list[str | Path] = ["wheel", "-w", folder / "wheel", folder / "source"]
        offline = ["-q", "--no-deps", "--no-build-isolation"]
        workshop.run(["env", "SOURCE_DATE_EPOCH=0", *pip, *wheel, *offline], folder / "log")
        [made] = (folder / "wheel").glob("*.whl")
        install: list[str | Path] = ["install", "--target", folder / "site-packages", made]
        workshop.run([*pip, *install, "-q", "--no-deps", "--no-compile"], folder / "log")
        workshop.run(tools.compiled(folder / "site-packages", SITE, "."), folder / "log")
        shutil.rmtree(folder / "source")

    key = digest(*(REPOSITORY / name for name in SHIPPED), Path(__file__))
    return workshop.part("program", key, make) / "site-packages"
