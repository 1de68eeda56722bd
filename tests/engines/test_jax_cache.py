"""Compiled programs are found again by the next process, and nobody else's settings or programs are touched."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.engines.jax_engine import cache
from chainrule.engines.jax_engine.cache import cache_folder, persistent_cache

jax = pytest.importorskip("jax")

SETTINGS = ("jax_compilation_cache_dir", *cache.SETTINGS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The library's folder for a test. A user's own programs would be kept however small, if there were a folder."""
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", str(tmp_path / "programs"))
    before = settings()
    jax.config.update("jax_compilation_cache_dir", None)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    yield tmp_path / "programs"
    for name, value in before.items():
        jax.config.update(name, value)
    cache._forget_folder()


def settings() -> dict[str, Any]:
    return {name: getattr(jax.config, name) for name in SETTINGS}


def compile_one(number: float) -> None:
    """Compile a program that no other number has."""
    jax.jit(lambda x: x * number + 1).lower(np.ones(3, np.float32)).compile()


def kept(folder: Path) -> int:
    return len(list(folder.glob("*-cache"))) if folder.exists() else 0


# --- what it is for ---
SCRIPT = """
import numpy as np, jax
from chainrule.engines.jax_engine.cache import persistent_cache
seen = []
jax.monitoring.register_event_listener(lambda event, **kwargs: seen.append(event.split("/")[-1]))
with persistent_cache():
    jax.jit(lambda x: np.float32(2) * x + 1)(np.ones(3, np.float32)).block_until_ready()
print(seen.count("cache_hits"), seen.count("cache_misses"))
"""


def test_the_next_process_finds_what_this_one_compiled(tmp_path: Path) -> None:
    def run() -> tuple[int, int]:
        environment = {k: v for k, v in os.environ.items() if k != "JAX_COMPILATION_CACHE_DIR"}
        environment |= {"CHAINRULE_CACHE_DIR": str(tmp_path), "JAX_PLATFORMS": "cpu"}
        done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        hits, misses = map(int, done.stdout.split())
        return hits, misses

    assert run() == (0, 1)
    assert kept(tmp_path) == 1
    assert run() == (1, 0)
    assert kept(tmp_path) == 1


def test_small_programs_are_kept_in_a_new_folder(folder: Path) -> None:
    with persistent_cache():
        compile_one(1.25)
    assert kept(folder) == 1
    assert folder.stat().st_mode & 0o077 == 0 or sys.platform == "win32"  # what lies there is run


# --- users' own programs and settings ---
def check_own_programs_are_not_kept(folder: Path) -> None:
    compile_one(2.25)
    with persistent_cache():
        compile_one(2.5)
    compile_one(2.75)
    with persistent_cache():
        compile_one(3.25)
    compile_one(3.5)
    assert kept(folder) == 2


def test_own_programs_are_not_kept(folder: Path) -> None:
    check_own_programs_are_not_kept(folder)


def test_settings_are_as_before(folder: Path) -> None:
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 77)
    before = settings()
    with persistent_cache():
        assert jax.config.jax_compilation_cache_dir == str(folder)
    assert settings() == before
    with pytest.raises(ZeroDivisionError), persistent_cache():
        raise ZeroDivisionError
    assert settings() == before
    with pytest.raises(TypeError), persistent_cache():
        jax.jit(lambda x: x + "1")(1.0)
    assert settings() == before


def test_a_folder_of_ones_own_is_used_instead(folder: Path, tmp_path: Path) -> None:
    jax.config.update("jax_compilation_cache_dir", str(tmp_path / "own"))
    before = settings()
    with persistent_cache():
        compile_one(4.25)
        assert settings() == before
    compile_one(4.5)
    assert kept(tmp_path / "own") == 2
    assert kept(folder) == 0


def test_a_folder_of_ones_own_chosen_later_is_used(folder: Path, tmp_path: Path) -> None:
    with persistent_cache():
        compile_one(5.25)
    jax.config.update("jax_compilation_cache_dir", str(tmp_path / "own"))
    compile_one(5.5)
    assert (kept(folder), kept(tmp_path / "own")) == (1, 1)


def test_what_is_set_in_the_meantime_stays(folder: Path, tmp_path: Path) -> None:
    """As by another thread of the user's."""
    with persistent_cache():
        jax.config.update("jax_compilation_cache_dir", str(tmp_path / "own"))
    assert jax.config.jax_compilation_cache_dir == str(tmp_path / "own")


def test_within_one_another(folder: Path) -> None:
    with persistent_cache():
        with persistent_cache():
            compile_one(6.25)
        compile_one(6.5)
    assert kept(folder) == 2
    assert not jax.config.jax_compilation_cache_dir


def test_threads_wait_for_one_another(folder: Path) -> None:
    inside, most, failed = 0, 0, []

    def work(i: int) -> None:
        nonlocal inside, most
        try:
            with persistent_cache():
                inside += 1
                most = max(most, inside)
                compile_one(7 + i / 8)
                inside -= 1
        except Exception as error:
            failed.append(error)

    before = settings()
    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failed, most, kept(folder)) == ([], 1, 6)
    assert settings() == before


# --- where ---
@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, "home/.cache/chainrule/jax"),
        ("linux", {"XDG_CACHE_HOME": "cached"}, "cached/chainrule/jax"),
        ("linux", {"XDG_CACHE_HOME": ""}, "home/.cache/chainrule/jax"),
        ("darwin", {"XDG_CACHE_HOME": "cached"}, "home/Library/Caches/chainrule/jax"),
        ("win32", {"LOCALAPPDATA": "local"}, "local/chainrule/jax"),
        ("win32", {}, "home/AppData/Local/chainrule/jax"),
        ("linux", {"CHAINRULE_CACHE_DIR": "mine", "XDG_CACHE_HOME": "cached"}, "mine"),
        ("win32", {"CHAINRULE_CACHE_DIR": "~/mine"}, "home/mine"),
        ("linux", {"CHAINRULE_CACHE_DIR": ""}, None),
    ],
)
def test_the_folder(platform: str, variables: dict[str, str], expected: str | None, monkeypatch: Any) -> None:
    for name in ("CHAINRULE_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cache.sys, "platform", platform)
    monkeypatch.setattr(cache.Path, "home", lambda: Path("home"))
    monkeypatch.setattr(cache.Path, "expanduser", lambda self: Path(str(self).replace("~", "home")))
    assert cache_folder() == (None if expected is None else Path(expected))


@pytest.mark.parametrize("place", ["", "file/programs"])
def test_without_a_folder_nothing_is_kept(
    place: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    """Switched off, or not to be made: it compiles all the same, and says nothing."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CHAINRULE_CACHE_DIR", place and str(tmp_path / place))
    with persistent_cache():
        compile_one(8.25 + len(place))
        assert not jax.config.jax_compilation_cache_dir
    assert not list(recwarn)


def test_a_large_folder_loses_its_oldest_programs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir()
    for i, name in enumerate(["b-cache", "a-cache", "notes", "c-cache"]):
        (folder / name).write_bytes(bytes(100))
        os.utime(folder / name, (1000 + i, 1000 + i))
    monkeypatch.setattr(cache, "LARGEST", 250)
    with persistent_cache():
        pass
    assert sorted(entry.name for entry in folder.iterdir()) == ["c-cache", "notes"]


# --- the checks can fail ---
def test_a_folder_that_jax_holds_on_to_is_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting the folder back is not enough: JAX goes on writing where it has written once."""
    with monkeypatch.context() as patched:
        patched.setattr(cache, "_forget_folder", lambda: None)
        with pytest.raises(AssertionError):
            check_own_programs_are_not_kept(folder)
