"""Reads catalogue.toml key by key, so that one mistake does not hide the next. Pure."""

from collections.abc import Collection, Mapping
from typing import Any

from sync.catalogue_kinds import Said, Several, group_keys, service_keys, text_keys
from sync.config import LANGUAGES
from sync.errors import ConfigError
from sync.services import Group, Service, ServiceText
from sync.strict_toml import Document, Key, Kind, Problem
from sync.toml_lines import Path


class Reader:
    """One reading of one document. `problems`: in the order found.

    `accents` and `pictograms`: those that can be drawn; None: any.
    """

    def __init__(
        self,
        document: Document,
        languages: tuple[str, ...],
        accents: Collection[str] | None,
        pictograms: Collection[str] | None,
    ) -> None:
        self.document = document
        self.languages = languages
        self.problems: list[Problem] = []
        self.service_keys = service_keys(accents, pictograms)
        self.group_keys = group_keys(accents, pictograms)

    def told(self) -> list[str]:
        """The problems as lines of text, from the top of the file down."""
        from_the_top = sorted(self.problems, key=lambda problem: problem.line)
        return [f"line {each.line}: {each.text}" if each.line else each.text for each in from_the_top]

    def whole(self) -> tuple[tuple[Service, ...], tuple[Group, ...], Mapping[str, str] | None]:
        """Services, groups and notice; what could not be read is left out, and in `problems`."""
        for name in self.document.values:
            if name not in {"notice", "groups", "services"}:
                self.problem((name,), f"unknown key `{name}`")
        notice = self.notice()
        listed, services = self.sections("groups", "group"), self.sections("services", "service")
        groups = [self.group(value, ("groups", index)) for index, value in listed]
        accents = {group.id: group.accent for group in groups if group is not None}
        found = [self.service(value, ("services", index), accents) for index, value in services]
        for what, sections in (("groups", listed), ("services", services)):
            self.distinct(what, sections)
        self.grouped(listed, services)
        made = tuple(service for service in found if service is not None)
        return made, tuple(group for group in groups if group is not None), notice

    def sections(self, name: str, one: str) -> list[tuple[int, dict[str, Any]]]:
        """The sections of this name that are sections, with their places."""
        listed = self.document.values.get(name)
        if not isinstance(listed, list) or not listed:
            self.problem((), f"there is no {one}: each begins with [[{name}]]")
            return []
        for index, value in enumerate(listed):
            if not isinstance(value, dict):
                self.problem((name, index), f"a {one} is a section [[{name}]]")
        return [(index, value) for index, value in enumerate(listed) if isinstance(value, dict)]

    def notice(self) -> Mapping[str, str] | None:
        if "notice" not in self.document.values:
            return None
        value = self.document.values["notice"]
        keys = tuple(Key(language, Said(language), f"the notice in {language}") for language in self.languages)
        return self.table(_asked(value, self.languages), ("notice",), keys)

    def group(self, value: dict[str, Any], path: Path) -> Group | None:
        before = len(self.problems)
        names = tuple(Key(language, Said(language), f"its name in {language}") for language in self.languages)
        found = self.table(_asked(value, self.languages), path, (*self.group_keys, *names))
        if len(self.problems) > before:
            return None
        named = {language: found.pop(language) for language in self.languages}
        return Group(**found, names=named)

    def service(self, value: dict[str, Any], path: Path, accents: Mapping[str, str]) -> Service | None:
        before = len(self.problems)
        plain = {key: item for key, item in value.items() if key not in LANGUAGES}
        found = self.table(plain, path, self.service_keys)
        texts = {language: self.text(value, path, language, found.get("fee")) for language in self.languages}
        if len(self.problems) > before:
            return None
        accent = found.pop("accent") or accents.get(found["group"], "")
        given = {key: item for key, item in found.items() if item is not None}
        return Service(**given, accent=accent, texts={key: ServiceText(**text) for key, text in texts.items()})

    def text(self, value: dict[str, Any], path: Path, language: str, fee: object) -> dict[str, Any]:
        if language not in value:
            self.problem((*path, language), f"{self.of(path)}: no texts in {language}")
            return {}
        where = (*path, language)
        text = self.table(value[language], where, text_keys(language))
        if fee == "varies" and isinstance(value[language], dict) and "fee_note" not in value[language]:
            self.problem((*where, "fee_note"), f'{self.of(where)}: fee = "varies" needs a `fee_note`')
        return text

    def table(self, value: Any, path: Path, keys: tuple[Key, ...]) -> dict[str, Any]:
        """What could be read; each mistake is noted."""
        if not isinstance(value, dict):
            self.problem(path, f"{self.of(path)}: not a section")
            return {}
        found: dict[str, Any] = {}
        for name in value:
            if name not in {key.name for key in keys}:
                self.problem((*path, name), f"{self.of(path)}: unknown key `{name}`")
        for key in keys:
            if key.name not in value and key.default is None:
                found[key.name] = None
            elif key.name not in value:
                self.problem((*path, key.name), f"{self.of(path)}: `{key.name}` is missing ({key.help})")
            else:
                self.one(key.name, key.kind, value[key.name], path, found)
        return found

    def one(self, name: str, kind: Kind, value: Any, path: Path, found: dict[str, Any]) -> None:
        try:
            found[name] = kind.read(value, (*path, name), self.document)
        except ConfigError as error:
            for each in error.errors if isinstance(error, Several) else (error,):
                told = f"{self.of(path)}: {each}. {each.hint}".rstrip(". ")
                self.problems.append(Problem(each.path, each.line or 0, told))

    def of(self, path: Path) -> str:
        """How a problem names its place: the service's or group's id, and the language."""
        if len(path) < 2:
            return str(path[0])
        kind, index = path[0], path[1]
        value = self.document.values[str(kind)][index]
        name = value.get("id", f"number {int(index) + 1}") if isinstance(value, dict) else f"number {int(index) + 1}"
        return ", ".join([f"group {name}" if kind == "groups" else str(name), *map(str, path[2:3])])

    def distinct(self, what: str, sections: list[tuple[int, dict[str, Any]]]) -> None:
        seen: set[str] = set()
        for index, value in sections:
            name = value.get("id")
            if isinstance(name, str) and name in seen:
                self.problem((what, index, "id"), f'id = "{name}" stands for two {what}')
            seen.add(str(name))

    def grouped(self, groups: list[tuple[int, dict[str, Any]]], services: list[tuple[int, dict[str, Any]]]) -> None:
        """Each service is in a group that there is, each group has one, and a letter of numbers is of one group."""
        known = [group.get("id") for _, group in groups]
        letters: dict[object, object] = {}
        for index, service in services:
            path, group, series = ("services", index), service.get("group"), service.get("series")
            if isinstance(group, str) and group not in known:
                self.problem((*path, "group"), f'{self.of(path)}: there is no group "{group}"')
            if isinstance(series, str) and isinstance(group, str) and letters.setdefault(series, group) != group:
                told = f'series = "{series}" is that of group {letters[series]}; another group needs another letter'
                self.problem((*path, "series"), f"{self.of(path)}: {told}")
        used = {str(service.get("group")) for _, service in services}
        for index, group in groups:
            if services and str(group.get("id")) not in used:
                self.problem(("groups", index), f"{self.of(('groups', index))}: no service is in it")

    def problem(self, path: Path, text: str) -> None:
        """Note a problem at this key."""
        self.problems.append(Problem(path, self.document.lines.of(path) or 0, text))


def _asked(value: Any, languages: tuple[str, ...]) -> Any:
    """Without the names in languages that this machine does not show."""
    if not isinstance(value, dict):
        return value
    return {key: item for key, item in value.items() if key in languages or key not in LANGUAGES}
