"""Answers the screen over the socket that systemd holds, and ends where nobody asks for a while.

Started by the first question (scorecard-hand.socket), so that a box on which no technician stands has no such process.
"""

import os
import select
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

from kiosk.box.hand_words import LONGEST, MALFORMED, Asked, answered, asked_in

IDLE_S = 60.0
PATIENCE_S = 5.0
"""How long a line may take to come: one who opens the socket and says nothing holds nobody up for long."""
_FIRST = 3


def handed(environ: Mapping[str, str], process: int) -> socket.socket | None:
    """The socket that systemd handed to this process (man 3 sd_listen_fds); None: it has none."""
    if environ.get("LISTEN_PID") != str(process) or environ.get("LISTEN_FDS") != "1":
        return None
    os.set_inheritable(_FIRST, False)
    return socket.socket(fileno=_FIRST)


def serve(listening: socket.socket, answer: Callable[[Asked], str], idle_s: float = IDLE_S) -> int:
    """Answer one after another until nobody asked for so long; how many lines were answered."""
    listening.setblocking(False)
    count = 0
    while select.select([listening], [], [], idle_s)[0]:
        with suppress(OSError):
            line, _ = listening.accept()
            with line:
                line.settimeout(PATIENCE_S)
                asked = asked_in(_line(line))
                line.sendall(answered(MALFORMED if asked is None else answer(asked)))
                count += 1
    return count


def _line(line: socket.socket) -> bytes:
    """Up to the first line feed; a longer one is no line."""
    found = b""
    while b"\n" not in found and len(found) <= LONGEST:
        piece = line.recv(LONGEST)
        if not piece:
            break
        found += piece
    return found.split(b"\n", 1)[0] if len(found) <= LONGEST else b""
