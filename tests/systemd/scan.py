"""Two machines on one cable, in network namespaces: one has the box's rules and listeners, the other scans it.

To be run by itself within a network namespace of its own (`unshare --net`), as root; prints what it found as JSON.
"""

import contextlib
import errno
import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

BOX, LAN = "10.77.0.1", "10.77.0.2"
PATIENCE_S = 1.5


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def there(pid: int, *command: str) -> None:
    """In the other machine's namespace."""
    run("nsenter", "-t", str(pid), "-n", *command)


def connect_cable() -> "subprocess.Popen[bytes]":
    """The other machine, a process that waits in its namespace, with a cable to this one."""
    other = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    ours = Path("/proc/self/ns/net").readlink()
    while Path(f"/proc/{other.pid}/ns/net").readlink() == ours:
        os.sched_yield()
    run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "lan0", "netns", str(other.pid))
    for command in (
        ("addr", "add", f"{BOX}/24", "dev", "eth0"),
        ("link", "set", "eth0", "up"),
        ("link", "set", "lo", "up"),
    ):
        run("ip", *command)
    there(other.pid, "ip", "addr", "add", f"{LAN}/24", "dev", "lan0")
    there(other.pid, "ip", "link", "set", "lan0", "up")
    there(other.pid, "ip", "link", "set", "lo", "up")
    return other


def listeners(ports: Iterable[int]) -> Iterator[socket.socket]:
    """Real ones on every address."""
    for port in ports:
        made = socket.create_server(("0.0.0.0", port))
        made.setblocking(False)
        yield made


def answering(host: str, ports: Sequence[int]) -> list[int]:
    """Which of these answer a connection, with a yes or a no, before patience ends."""
    waiting: dict[int, socket.socket] = {}
    found = []
    for port in ports:
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        line.connect_ex((host, port))
        waiting[port] = line
    until = time.monotonic() + PATIENCE_S
    poll = select.poll()
    by_number = {line.fileno(): port for port, line in waiting.items()}
    for number in by_number:
        poll.register(number, select.POLLOUT)
    while by_number and (left := until - time.monotonic()) > 0:
        for number, _ in poll.poll(left * 1000):
            poll.unregister(number)
            found.append(by_number.pop(number))
    for line in waiting.values():
        line.close()
    return sorted(found)


def may_reach(user: int, port: int) -> bool:
    """Whether this user's connection to the other machine is answered with a yes."""
    reads, writes = os.pipe()
    if (pid := os.fork()) == 0:
        with contextlib.suppress(BaseException):
            os.setuid(user)
            with socket.socket() as line:
                line.settimeout(PATIENCE_S)
                os.write(writes, b"y" if line.connect_ex((LAN, port)) in (0, errno.EISCONN) else b"n")
        os._exit(0)
    os.waitpid(pid, 0)
    os.close(writes)
    answer = os.read(reads, 1)
    os.close(reads)
    return answer == b"y"


def udp_arrives(other: int, port: int) -> bool:
    """Whether a datagram of ours comes to the other machine's port."""
    program = f"import socket; s = socket.socket(2, 2); s.bind(('{LAN}', {port})); print(flush=True)"
    program += f"; s.settimeout({PATIENCE_S}); s.recv(9)"
    hears = subprocess.Popen(
        ["nsenter", "-t", str(other), "-n", sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert hears.stdout is not None
    hears.stdout.readline()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out, contextlib.suppress(OSError):
        out.sendto(b"hello", (LAN, port))
    return hears.wait() == 0


def main(rules: str | None, inside: Sequence[int], outside: Sequence[int]) -> dict[str, object]:
    """Scan this box, which listens on the ports `inside`, with these rules; then let its users out to `outside`."""
    other = connect_cable()
    if rules is not None:
        run("nft", "-f", rules)
    held = list(listeners(inside))
    ports = sorted({*inside, *range(1, 512)})
    command = ["nsenter", "-t", str(other.pid), "-n", sys.executable, __file__, "scan", json.dumps(ports)]
    seen = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    remote = subprocess.Popen(
        ["nsenter", "-t", str(other.pid), "-n", sys.executable, __file__, "hold", json.dumps(list(outside))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert remote.stdout is not None
    remote.stdout.readline()
    found = {
        "answers": seen,
        "itself": answering(BOX, list(inside)),
        "out": {str(user): [port for port in outside if may_reach(user, port)] for user in (0, 801, 802, 803)},
        "udp": [port for port in (53, 123, 9999) if udp_arrives(other.pid, port)],
    }
    for each in held:
        each.close()
    for process in (remote, other):
        process.communicate()
    return found


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["scan", ports]:
            print(json.dumps(answering(BOX, json.loads(ports))))
        case ["hold", ports]:
            keeping = list(listeners(json.loads(ports)))
            print(flush=True)
            sys.stdin.read()
        case [rules, inside, outside]:
            print(json.dumps(main(rules or None, json.loads(inside), json.loads(outside))))
