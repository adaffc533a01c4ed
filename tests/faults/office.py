"""`./prove office [--rounds N] [--seed S]`: a whole office at work, and everything befalls it that it has to stand.

Real processes on a network that reaches nothing else: the office's server, two kiosks with their printers, a board, a
page of the now-serving display. In each round the server is killed in the middle of a call and stopped for long, kiosks
are unplugged, cut off and cloned, the disk is exchanged for an older copy, the board loses its line. Then everything
that was recorded is held together: nothing lost or doubled, each number at one counter, no display showed a wrong one.
The controls are the same recordings with one thing made wrong: the judge has to see each.
"""

import argparse
import fcntl
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.faults.office_controls import CONTROLS
from tests.faults.office_judge import judge
from tests.faults.office_round import Round

INSIDE = "--inside"
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _UP = 0x8913, 0x8914, 0x1


def without_network(arguments: Sequence[str]) -> int | None:
    """Run all of it again in a network of its own, with nothing but the loopback; None where that is not allowed."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    command = [unshare, "--user", "--map-root-user", "--net"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        return None
    return subprocess.run(
        [*command, sys.executable, "-m", "tests.faults.office", *arguments, INSIDE], check=False
    ).returncode


def loopback_up() -> None:
    """A new network has its loopback switched off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack("16xh14x", fcntl.ioctl(line, _SIOCGIFFLAGS, request))
        fcntl.ioctl(line, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def main(arguments: Sequence[str]) -> int:
    """Exit 0 where the product holds and every control is caught."""
    parser = argparse.ArgumentParser(prog="./prove office", description="A whole office that everything befalls.")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep what each round leaves")
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if not given.inside:
        done = without_network(arguments)
        if done is not None:
            return done
        print("no network of its own could be made here (unshare): the Internet was NOT cut", flush=True)
        return prove(given.rounds, given.seed, given.keep, cut=False)
    loopback_up()
    names = [name for _, name in socket.if_nameindex()]
    assert names == ["lo"], names
    print("the Internet is cut: a network of its own, with nothing but the loopback", flush=True)
    return prove(given.rounds, given.seed, given.keep, cut=True)


def prove(rounds: int, seed: int, keep: Path | None, *, cut: bool) -> int:
    """So many rounds; the figure last."""
    sums, befallen, missed, faults, unmerged, again = Counter[str](), Counter[str](), Counter[str](), 0, 0, 0
    for number in range(1, rounds + 1):
        begun = time.monotonic()

        def say(what: str, number: int = number, begun: float = begun) -> None:
            print(
                f"  round {number} of {rounds}, {time.monotonic() - begun:4.0f} s: {what}", file=sys.stderr, flush=True
            )

        with tempfile.TemporaryDirectory(prefix="office-") as temporary:
            folder = keep / str(number) if keep is not None else Path(temporary) / "office"
            played = Round(folder, f"{seed} {number}", say)
            evidence = played.play()
        judged = judge(evidence)
        if keep is not None:
            (folder / "sights").write_text("\n".join(map(repr, evidence.sights)), "utf-8")
        for each in judged.all():
            print(f"FAULT round {number}: {each}", flush=True)
        for name, spoil in CONTROLS.items():
            about, spoilt = spoil(evidence)
            known = set(judged.faults.get(about, ()))
            missed[name] += not set(judge(spoilt).faults.get(about, ())) - known
        sums.update(asdict(judged.figures))
        befallen.update(played.done)
        faults += len(judged.all())
        unmerged += played.unmerged
        again += played.desk.again
        say(f"{len(judged.all())} faults; {asdict(judged.figures)}; refused {dict(played.desk.refused)}")
    print(", ".join(f"{count} × {kind}" for kind, count in befallen.items()))
    caught = ", ".join(f"{name}: {rounds - missed[name]} of {rounds}" for name in CONTROLS)
    print(f"controls caught: {caught}; a kiosk that never came back: {unmerged} tickets missing")
    print(
        f"restored from an old copy: {sums['unheard']} facts that no machine had heard of, {sums['gone']} of a machine "
        f"that was taken away, {sums['blind_ms'] / rounds / 1000:.1f} s on average until the record was back: in them "
        f"{sums['ignorant']} calls of numbers that the record had elsewhere, {sums['outlived']} sights of calls that it"
        " had ended"
    )
    print(
        f"{rounds} rounds, seed {seed}, Internet {'cut' if cut else 'NOT cut'}: {sums['tickets']} tickets, "
        f"{sums['papers']} on paper, {sums['calls']} calls, {again} requests sent again, {sums['sights']} sights of "
        f"displays ({sums['grey']} grey), {sums['twins']} numbers given twice by clones; {faults} faults"
    )
    return 1 if faults or missed.total() or not unmerged else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
