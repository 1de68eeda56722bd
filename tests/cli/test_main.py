"""The command itself: help, version, and errors that say what to do; the pieces of a page."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

import chainrule
from chainrule.cli import main
from chainrule.cli.page import MARK, check_writable, code
from chainrule.writing.pages import table, write


def test_without_a_command_it_helps(capsys):
    assert main([]) == 0
    assert "chainrule tour" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], ["tour", "--help"]])
def test_help(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 0
    assert "tour" in capsys.readouterr().out


def test_version(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"chainrule {chainrule.__version__}\n"


@pytest.mark.parametrize("epochs", ["0", "-3", "many", "1.5", ""])
def test_epochs_must_be_positive(epochs, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["tour", f"--epochs={epochs}"])
    assert stop.value.code == 2
    assert "whole number of at least 1" in capsys.readouterr().err


def test_unknown_command(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["toor"])
    assert stop.value.code == 2
    assert re.search("toor.*choose from.*tour", capsys.readouterr().err)


def test_help_loads_neither_networks_nor_figures():
    script = (
        "import sys, chainrule.cli\n"
        "try: chainrule.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('matplotlib', 'tqdm', 'chainrule.nn', 'chainrule.course') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_somebody_elses_page_is_left_alone(tmp_path, capsys):
    page = tmp_path / "index.html"
    page.write_text("<h1>my home page</h1>")
    assert main(["tour", "--epochs", "1", "--out", str(tmp_path)]) == 1
    assert page.read_text() == "<h1>my home page</h1>"
    answer = capsys.readouterr()
    assert "--out" in answer.err
    assert "recitation" not in answer.out  # refused before the work, not after it


def test_a_file_in_place_of_the_folder(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert main(["tour", "--out", str(tmp_path / "file")]) == 1
    assert "is a file" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [["exercise", "list"], ["exercise", "show", "deep"], ["--help"], []])
def test_nobody_reads_on(words, unbuffered):
    """As after ``| head``: no word of it, and the status that other programs have."""
    reading, writing = os.pipe()
    os.close(reading)
    script = "import sys, chainrule.cli; sys.exit(chainrule.cli.main())"
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )
    os.close(writing)
    assert done.stderr == ""
    assert done.returncode == 141 or (unbuffered and "exercise" not in words)  # argparse itself says nothing then


def test_stopping_is_no_traceback(tmp_path, monkeypatch, capsys):
    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("chainrule.cli.tour.tour", stop)
    assert main(["tour", "--out", str(tmp_path)]) == 130
    assert "stopped" in capsys.readouterr().err


def test_an_unexpected_fault_is_not_hidden(tmp_path, monkeypatch):
    def fail(*arguments):
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr("chainrule.cli.tour.tour", fail)
    with pytest.raises(ZeroDivisionError):
        main(["tour", "--out", str(tmp_path)])


def test_a_write_that_fails_leaves_the_old_page(tmp_path):
    page = tmp_path / "index.html"
    write(page, f"{MARK} first")
    with pytest.raises(UnicodeEncodeError):
        write(page, "half \ud800")
    assert page.read_text() == f"{MARK} first"
    assert list(tmp_path.iterdir()) == [page]
    assert check_writable(tmp_path) == page


def test_code_is_escaped_and_marked():
    marked = code('a = "<b>"  # c > 1\nreturn a1 * 2.5 + x2')
    assert '<span class="string">"&lt;b&gt;"</span>' in marked
    assert '<span class="comment"># c &gt; 1</span>' in marked
    assert '<span class="keyword">return</span> a1 * <span class="number">2.5</span> + x2' in marked
    assert "<b>" not in marked


def test_tables_need_a_cell_for_every_column():
    assert table(["a", "b"], [["x", "1"]]).count("<td") == 1
    with pytest.raises(ValueError, match="zip"):
        table(["a", "b"], [["x", "1", "2"]])
