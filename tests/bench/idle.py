"""`idle`: what every process of a waiting office costs, the kiosk in a real window on a virtual screen."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.row import Row
from tests.walks.stage import Stage

CPU_BAR_PERCENT = 0.5
WAKEUPS_BAR = 10.0
"""A second, of all threads of a process together; a loop that polls each millisecond shows some 900."""
MEMORY_BAR_MB = 1024 / 4
"""A quarter of the smallest Pi for one process."""
SETTLE_S = 8.0
WATCH_S = 30.0


def rows() -> list[Row]:
    """CPU, context switches and memory of each process over half a minute in which nobody comes."""
    with TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        time.sleep(SETTLE_S)
        pids = {name: part.pid for name, part in stage.demo.parts.items() if part.pid is not None}
        before = {name: (_cpu_ns(pid), _switches(pid)) for name, pid in pids.items()}
        time.sleep(WATCH_S)
        after = {name: (_cpu_ns(pid), _switches(pid)) for name, pid in pids.items()}
        memory = {name: _resident_mb(pid) for name, pid in pids.items()}
    found = []
    for name in pids:
        cpu = (after[name][0] - before[name][0]) / (WATCH_S * 1e9) * 100
        wakeups = (after[name][1] - before[name][1]) / WATCH_S
        found += [
            Row(f"idle {name} CPU", cpu, "%", f"{CPU_BAR_PERCENT} %", cpu / CPU_BAR_PERCENT, 1.0),
            Row(f"idle {name} wake-ups", wakeups, "/s", f"{WAKEUPS_BAR:.0f} /s", wakeups / WAKEUPS_BAR, 1.0),
            Row(f"idle {name} memory", memory[name], "MB", "a quarter of 1 GB", memory[name] / MEMORY_BAR_MB, 1.0),
        ]
    return found


def _cpu_ns(pid: int) -> int:
    """CPU time of all threads, in ns (proc(5), schedstat)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def _switches(pid: int) -> int:
    return sum(_field(task / "status", "voluntary_ctxt_switches") for task in Path(f"/proc/{pid}/task").iterdir())


def _resident_mb(pid: int) -> float:
    return _field(Path(f"/proc/{pid}/status"), "VmRSS") / 1024


def _field(path: Path, name: str) -> int:
    line = next(line for line in path.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1])
