"""What is on the card, as lists: one for people, one for machines (CycloneDX 1.6, the OWASP's form of a bill of
materials). Pure but for reading the packages' own metadata."""

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from urllib.parse import quote

from image.disk import SIGNATURE

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, f"scorecard-smart-box-{SIGNATURE:08x}")


@dataclass(frozen=True, order=True, slots=True)
class Part:
    """One package: `source` is "deb" or "pypi"."""

    source: str
    name: str
    version: str

    @property
    def purl(self) -> str:
        """Its address among all packages (github.com/package-url/purl-spec)."""
        name, version = quote(self.name), quote(self.version, safe="")
        if self.source == "deb":
            return f"pkg:deb/debian/{name}@{version}?arch=arm64&distro=trixie"
        return f"pkg:pypi/{re.sub('[-_.]+', '-', name).lower()}@{version}"


def debian_parts(versions: Mapping[str, str]) -> list[Part]:
    """Debian's packages."""
    return [Part("deb", name, version) for name, version in versions.items()]


def python_parts(site_packages: Iterable[Path]) -> list[Part]:
    """The Python packages in these folders, by their own word."""
    found = []
    for folder in site_packages:
        for path in sorted(folder.glob("*.dist-info/METADATA")):
            fields = HeaderParser().parsestr(path.read_text(errors="replace"))
            found.append(Part("pypi", fields["Name"], fields["Version"]))
    return found


def listing(parts: Iterable[Part]) -> str:
    """A line for each."""
    return "".join(f"{part.source} {part.name} {part.version}\n" for part in sorted(set(parts)))


def bill_of_materials(parts: Iterable[Part], release: str) -> str:
    """The same parts make the same text: its serial number is made of them."""
    known = sorted(set(parts))
    components = [
        {"type": "library", "bom-ref": part.purl, "name": part.name, "version": part.version, "purl": part.purl}
        for part in known
    ]
    product = {"type": "firmware", "bom-ref": "card", "name": "Scorecard Smart Box", "version": release}
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, release + listing(known))}",
        "version": 1,
        "metadata": {"component": product},
        "components": components,
        "dependencies": [{"ref": "card", "dependsOn": [part.purl for part in known]}],
    }
    return json.dumps(bill, indent=1) + "\n"
