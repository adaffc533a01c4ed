"""Papers as PDF: data into a template of typst, with the house's own faces and none of the machine's."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import typst

from fonts.errors import FontsError
from fonts.faces import DIRECTORY, check_printable
from server.errors import PaperFailed
from translations.breaks import ZERO_WIDTH_SPACE, break_opportunities

TEMPLATES = Path(__file__).parent / "templates"
PICTURE_PPI = 60


class Typesetter:
    """Holds the faces, so that many papers cost one look at them. `templates`: the folder that they are in."""

    def __init__(self, templates: Path = TEMPLATES) -> None:
        faces = typst.Fonts(False, False, [DIRECTORY])
        self._compilers: dict[str, typst.Compiler] = {}
        self._faces, self._templates = faces, templates

    def pdf(self, template: str, data: Mapping[str, Any], made: datetime) -> bytes:
        """The paper, dated `made`. The same data give the same bytes. Raises PaperFailed."""
        made_of = self._run(template, data, "pdf", timestamp=made.astimezone(UTC).replace(microsecond=0))
        assert isinstance(made_of, bytes)
        return made_of

    def pictures(self, template: str, data: Mapping[str, Any], ppi: float = PICTURE_PPI) -> list[bytes]:
        """Its pages as PNG."""
        made_of = self._run(template, data, "png", ppi=ppi)
        return [made_of] if isinstance(made_of, bytes) else list(made_of)

    def _run(self, template: str, data: Mapping[str, Any], form: Any, **options: Any) -> Any:
        try:
            check_printable(_texts(data))
        except FontsError as error:
            raise PaperFailed(f"this cannot be printed: {error}", hint=error.hint) from error
        inputs = {"data": json.dumps(_parted(data, str(data["language"])), ensure_ascii=False)}
        try:
            return self._compiler(template).compile(format=form, sys_inputs=inputs, **options)
        except typst.TypstError as error:
            raise PaperFailed(f"{template}: {error.message}", hint="Reinstall the package.") from error

    def _compiler(self, template: str) -> typst.Compiler:
        if template not in self._compilers:
            path = self._templates / template
            self._compilers[template] = typst.Compiler(path, root=self._templates, font_paths=self._faces)
        return self._compilers[template]


def parted(text: str, language: str) -> str:
    """`text` with a zero width space wherever a line may end: as on screens (translations.breaks), not as typst's own
    dictionary has it."""
    places = [0, *break_opportunities(text, language), len(text)] if text else []
    return ZERO_WIDTH_SPACE.join(text[a:b].strip(ZERO_WIDTH_SPACE) for a, b in pairwise(places))


def _parted(value: Any, language: str) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else parted(value, language)
    if isinstance(value, Mapping):
        return {key: _parted(each, language) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_parted(each, language) for each in value]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
