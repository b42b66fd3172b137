"""What this machine has, and a process may use: cores and memory."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil


def physical_cores() -> int:
    """Cores that this process may use, without counting hyper-threads twice."""
    physical = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else physical
    return max(1, min(physical, allowed))


def memory_bytes() -> int:
    """The memory that a process can have here: the machine's, or less where a limit is set."""
    limits = [psutil.virtual_memory().total]
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            limits.append(int(Path(file).read_text()))
        except (OSError, ValueError):  # not limited, or not Linux
            continue
    if os.name == "posix":
        import resource  # noqa: PLC0415  there is no such module on Windows

        soft, _hard = resource.getrlimit(resource.RLIMIT_AS)
        limits += [soft] if soft != resource.RLIM_INFINITY else []
    return int(min(limits))


def peak_memory_bytes() -> int:
    """The most memory that this process has had in use so far; 0 where nobody can tell."""
    if os.name != "posix":
        return 0
    import resource  # noqa: PLC0415  there is no such module on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
