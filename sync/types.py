"""Units and plain names that every machine agrees on.

A number without a unit is a bug waiting for its day, so times and positions are distinct types here.
"""

from typing import NewType

UtcMs = NewType("UtcMs", int)
"""Milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored (POSIX time x 1000)."""

BootMs = NewType("BootMs", int)
"""Milliseconds of CLOCK_BOOTTIME: since this boot began, counting suspend; comparable within one boot only."""

BootId = NewType("BootId", str)
"""The kernel's random id of one boot, 32 lower-case hex digits (/proc/sys/kernel/random/boot_id without hyphens)."""

JournalId = NewType("JournalId", str)
"""The random id of one journal, 32 lower-case hex digits."""

Seq = NewType("Seq", int)
"""Position of a fact in its journal, counted from 1 without gaps. 0 stands for "before the first"."""

Chain = NewType("Chain", bytes)
"""A running SHA-256 over the leaves of a journal, 32 bytes. The chain before the first fact is 32 zero bytes."""

Level = NewType("Level", int)
"""A satisfaction score: 5 most satisfied ... 1 least satisfied."""
