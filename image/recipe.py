"""image/recipe.toml and image/pinned.txt, read. Pure."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from image.errors import ImageError


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is on the card: see recipe.toml, which says what each is for."""

    suite: str
    mirror: str
    security: str
    components: tuple[str, ...]
    installed: tuple[str, ...]
    unpacked: tuple[str, ...]
    early: tuple[str, ...]
    modules: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The lines for apt."""
        components = " ".join(self.components)
        return (
            f"deb {self.mirror} {self.suite} {components}",
            f"deb {self.mirror} {self.suite}-updates {components}",
            f"deb {self.security} {self.suite}-security {components}",
        )


def parse_recipe(text: str) -> Recipe:
    """Raises ImageError."""
    try:
        found = tomllib.loads(text)
        debian, packages, kernel = found["debian"], found["packages"], found["kernel"]
        return Recipe(
            str(debian["suite"]),
            str(debian["mirror"]),
            str(debian["security"]),
            tuple(debian["components"]),
            tuple(packages["installed"]),
            tuple(packages["unpacked"]),
            tuple(kernel["early"]),
            tuple(kernel["modules"]),
            tuple(found["drop"]["paths"]),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ImageError(f"recipe.toml: {error}", hint="compare it with the one in the repository") from error


def parse_pinned(text: str) -> dict[str, str]:
    """The version of each package: lines of a name and a version; lines that begin with # are remarks."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            words = re.fullmatch(r"(\S+) (\S+)", line)
            if words is None:
                raise ImageError(f"pinned.txt, line {number}: {line}", hint="write it anew: image/build --pin")
            found[words[1]] = words[2]
    return found


def pinned_text(versions: Mapping[str, str]) -> str:
    """As parse_pinned reads it."""
    head = "# The packages of the image: `image/build --pin` writes this, and a build that comes to others fails.\n"
    return head + "".join(f"{name} {version}\n" for name, version in sorted(versions.items()))


def differences(pinned: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """What came out other than it is pinned, a line each."""
    lines = [f"{name} {version} is not pinned" for name, version in found.items() if name not in pinned]
    lines += [f"{name} {version} is pinned and did not come" for name, version in pinned.items() if name not in found]
    other = ((name, pinned[name], version) for name, version in found.items() if pinned.get(name, version) != version)
    return sorted(lines + [f"{name} is {version} instead of {wanted}" for name, wanted, version in other])


def preferences(pinned: Mapping[str, str], names: Iterable[str] = ()) -> str:
    """For apt: these versions before newer ones."""
    wanted = set(names) or set(pinned)
    return "".join(
        f"Package: {name}\nPin: version {version}\nPin-Priority: 1001\n\n"
        for name, version in sorted(pinned.items())
        if name in wanted
    )


def versions_of(status: str) -> dict[str, str]:
    """The packages of a dpkg status file that are installed."""
    found = {}
    for block in status.split("\n\n"):
        fields = dict(re.findall(r"(?m)^(Package|Version|Status): (.*)$", block))
        if fields.get("Status", "").endswith(" installed"):
            found[fields["Package"]] = fields["Version"]
    return found
