"""`python -m tests.walks.manual.pages` (or `./prove pictures manual`) makes the manual's drawings and tables anew."""

from collections.abc import Mapping
from pathlib import Path

from tests.walks.manual import drawings, messages, wiring

ROOT = Path(__file__).parents[3]
PAGES: Mapping[str, Path] = {"en": ROOT / "docs" / "manual.md", "th": ROOT / "docs" / "manual-th.md"}
MESSAGES: Mapping[str, Path] = {
    "en": ROOT / "docs" / "manual-messages.md",
    "th": ROOT / "docs" / "manual-messages-th.md",
}


def put(page: str, made: Mapping[str, str]) -> str:
    """The page with these tables instead of its old ones. Raises ValueError where it has no place for one."""
    for name, text in made.items():
        begins, ends = f"<!-- {name}: made by ./prove pictures manual -->\n", f"<!-- end of {name} -->"
        head, found, rest = page.partition(begins)
        _, mark, tail = rest.partition(ends)
        if not found or not mark:
            raise ValueError(f"there is no {begins.strip()} … {ends}")
        page = f"{head}{begins}{text}\n{ends}{tail}"
    return page


def write() -> None:
    """All of it."""
    drawings.FOLDER.mkdir(exist_ok=True)
    for language in drawings.LANGUAGES:
        for name in drawings.DRAWINGS:
            drawings.path(name, language).write_bytes(drawings.drawn(name, language))
        page = PAGES[language]
        page.write_text(put(page.read_text(encoding="utf-8"), wiring.parts(language)), encoding="utf-8")
        MESSAGES[language].write_text(messages.page(language), encoding="utf-8")


if __name__ == "__main__":
    write()
