"""What whoever looks into a fault from afar gets, as one text: nothing of a person in it, nothing secret. Pure.

Everything goes through `redacted`, whatever part wrote it: a log line of tomorrow is not known today.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

REMOVED = "[removed]"
MOST_BYTES = 2_000_000
"""Of the whole text: a stick of any age and a mail take that."""
MOST_LOG = 1_200_000
LEAST_SECRET = 4
"""A shorter secret would take half of the text with it; none is as short as that."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was gathered. `parts`: texts by their titles, in order; `log` the newest line last. `secrets`: what this
    machine keeps to itself, the very words."""

    release: str
    made: str
    parts: Mapping[str, str] = field(repr=False)
    log: str = field(repr=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


_CODE = r"[0-9A-HJKMNP-TV-Z]"
_NAMED = r"passphrase|password|passwd|secret|token|pin|psk|code"
_VALUE = r"\"[^\"\n]*\"|'[^'\n]*'|[^\s,}]+"
_MIXED = r"(?=[\w+-]*[0-9])(?=[\w+-]*[A-Z])"
_PATTERNS = (
    # A pairing code, and the console's one-time codes, as people write them.
    (re.compile(rf"\b{_CODE}{{4}}(?:-{_CODE}{{4}}){{5}}-{_CODE}{{2}}\b", re.IGNORECASE), REMOVED),
    (re.compile(rf"\b{_CODE}{{4}}(?:-{_CODE}{{4}}){{2,4}}\b"), REMOVED),
    # The page of a ticket or a place: its address has a token.
    (re.compile(r"/([tp])/[\w-]{8,}"), rf"/\1/{REMOVED}"),
    # Keys, hashes and tokens keep their beginning, by which two of them are told apart.
    (re.compile(r"\b([0-9a-f]{6})[0-9a-f]{10,}\b", re.IGNORECASE), r"\1…"),
    (re.compile(rf"(?<![\w/.+-])([\w+-]{{6}}){_MIXED}[\w+-]{{16,}}={{0,2}}", re.ASCII), r"\1…"),
    # Telephone and identity numbers, which nobody is asked for and somebody may have typed somewhere.
    (re.compile(r"(?<![\w.:-])(?:(?:\+?66|0)\d{8,9}|0\d{1,2}[ -]\d{3}[ -]\d{3,4})(?![\w.:-])"), REMOVED),
    (re.compile(r"(?<![\w.:-])(?:\d{13}|\d-\d{4}-\d{5}-\d{2}-\d)(?![\w.:-])"), REMOVED),
    # What stands behind such a name in whatever file.
    (re.compile(rf"(?i)\b({_NAMED})(\"?\s*[=:]\s*)({_VALUE})"), rf"\1\2{REMOVED}"),
)


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """The same without what is secret or of a person. `secrets`: words that are taken out wherever they stand."""
    for secret in sorted({each for each in secrets if len(each) >= LEAST_SECRET}, key=len, reverse=True):
        text = text.replace(secret, REMOVED)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def composed(gathered: Gathered) -> str:
    """The whole text; of a log that is too long the newest part."""
    log = gathered.log if len(gathered.log) <= MOST_LOG else "…\n" + gathered.log[-MOST_LOG:].split("\n", 1)[-1]
    head = f"Scorecard Smart Box, release {gathered.release}, diagnosis made {gathered.made}\n"
    head += "Nothing secret is in it and nothing of a person: codes, keys, numbers of people are taken out.\n"
    sections = [head, *(_section(title, text) for title, text in gathered.parts.items()), _section("log", log)]
    return redacted("\n".join(sections), gathered.secrets)


def _section(title: str, text: str) -> str:
    return f"== {title} ==\n{text.rstrip() or 'nothing'}\n"
