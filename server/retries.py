"""How long until what a receiver outside did not take is tried again: ever more seldom. Pure."""

FIRST_WAIT_MS = 60_000
LONGEST_WAIT_MS = 3_600_000


def retry_ms(tries: int) -> int:
    """From the last of so many tries to the next one."""
    return min(FIRST_WAIT_MS << min(max(tries - 1, 0), 10), LONGEST_WAIT_MS)
