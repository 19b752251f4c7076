"""What a report says of the machine it was made on: what makes one faster than another, and nothing that names it."""

import os
import platform
import re
from pathlib import Path

_MEBIBYTE = 1024 * 1024


def machine() -> dict[str, str | int]:
    """Return processor, cores, memory, kernel and Python."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": pages * size // _MEBIBYTE,
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    told = path.read_text(encoding="utf-8") if path.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return found[1] if found else platform.machine()
