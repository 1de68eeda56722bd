"""What the figures depend on: versions, the machine, and how busy it is."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import numpy as np

from .peers import PEERS, installed_version


def versions(device: str) -> dict[str, str]:
    """Return what the figures depend on, by name. ``device`` is what the libraries may use."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    packages = sorted({"joblib", *(package for peer in PEERS for package in peer.packages)})
    return {
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}, {_processor()}, {_cores()} cores",
        "device": device,
        "load": _load(),
        "numpy": f"{np.__version__} ({blas['name']} {blas['version']})",
        "chainrule": installed_version("chainrule") or "not installed",
        **{package: installed_version(package) or "not installed" for package in packages},
    }


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _load() -> str:
    """How busy other programs keep the cores before anything is measured."""
    if not hasattr(os, "getloadavg"):
        return "unknown"
    load = os.getloadavg()[0]
    busy = load > 0.25 * _cores()
    return f"{load:.1f}" + (" – BUSY: do not trust these figures, threaded peers' least of all" if busy else "")


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    lines = listing.read_text().splitlines() if listing.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "processor unknown"
