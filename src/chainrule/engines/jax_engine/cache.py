"""Keep what was compiled for the next process, in the user's cache folder.

JAX has such a cache, switched on by global settings. They are set for the moment of compiling and put back, so that
what users compile themselves goes where they want it, or nowhere.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .setup import load

__all__ = ["cache_folder", "persistent_cache"]

VARIABLE = "CHAINRULE_CACHE_DIR"
LARGEST = 512 << 20  # bytes; a training step takes some ten thousand
# Everything is worth keeping: to load a program takes a fifth of the time to compile it, and less for large ones.
SETTINGS = {
    "jax_persistent_cache_min_compile_time_secs": 0.0,
    "jax_persistent_cache_min_entry_size_bytes": -1,
}
_one_at_a_time = threading.RLock()
_trimmed: set[Path] = set()


def cache_folder() -> Path | None:
    """Return the folder for compiled programs, or ``None`` if there shall be none.

    It is ``chainrule/jax`` in the user's cache folder: ``$XDG_CACHE_HOME`` or ``~/.cache`` on Linux,
    ``~/Library/Caches`` on macOS, ``%LOCALAPPDATA%`` on Windows. The environment variable ``CHAINRULE_CACHE_DIR`` names
    another; if it is empty, nothing is kept. What is loaded from there is run, so only you should be able to write
    there.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return Path(chosen).expanduser() if chosen else None
    try:
        home = Path.home()
    except RuntimeError:  # a process without a user
        return None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or home / ".cache"
    return Path(base) / "chainrule" / "jax"


@contextmanager
def persistent_cache() -> Iterator[None]:
    """Take what is compiled inside from the cache folder if it is there, and store it there if not.

    Does nothing if JAX has been given a cache folder already, or if the folder cannot be written. Threads wait for one
    another. What another thread compiles in the meantime on its own account may be kept, too.

    Raises:
        MissingExtraError: JAX is not installed.
    """
    jax = load()
    with _one_at_a_time:
        folder = None if jax.config.jax_compilation_cache_dir else cache_folder()
        if folder is None or not _is_usable(folder):
            yield
            return
        settings = {"jax_compilation_cache_dir": str(folder), **SETTINGS}
        before = {name: getattr(jax.config, name) for name in settings}
        try:
            _forget_folder()
            _change(jax, settings)
            yield
        finally:
            ours = {name: value for name, value in settings.items() if getattr(jax.config, name) == value}
            _change(jax, {name: before[name] for name in ours})  # what the user has set in the meantime stays
            _forget_folder()


def _change(jax: object, settings: dict[str, object]) -> None:
    for name, value in settings.items():
        jax.config.update(name, value)  # type: ignore[attr-defined]


def _forget_folder() -> None:
    """Make JAX look up its cache folder again; it holds on to the first one it has used."""
    importlib.import_module("jax.experimental.compilation_cache.compilation_cache").reset_cache()


def _is_usable(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder not in _trimmed:
            _trimmed.add(folder)
            _trim(folder)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _trim(folder: Path) -> None:
    """Remove the oldest programs of a folder that has grown too large."""
    found = sorted((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in os.scandir(folder))
    excess = sum(size for _, size, _ in found) - LARGEST
    for _, size, path in found:
        if excess <= 0:
            return
        if path.endswith("-cache"):
            Path(path).unlink(missing_ok=True)
            excess -= size
