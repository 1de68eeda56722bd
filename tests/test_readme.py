"""The README says what is true: its Python runs, its sessions print what they say, its commands are the right ones."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import chainrule as cr

README = Path(__file__).parents[1] / "README.md"


@pytest.fixture(scope="module")
def blocks():
    """Kind and text of every code block."""
    return re.findall(r"^```(\w*)\n(.*?)^```", README.read_text(encoding="utf-8"), flags=re.M | re.S)


def sessions(blocks):
    """All interactive sessions as one doctest, so that later ones may use names of earlier ones."""
    text = "\n".join(block for kind, block in blocks if kind == "pycon")
    return doctest.DocTestParser().get_doctest(text, {}, "README", str(README), 0)


def test_it_opens_with_the_two_commands(blocks):
    assert [block for kind, block in blocks[:2] if kind == "sh"] == [
        "pip install . && chainrule tour\n",
        "pip install '.[test]' && pytest\n",
    ]


def test_the_python_block_runs(blocks, capsys):
    (source,) = [block for kind, block in blocks if kind == "python"]
    assert len([line for line in source.splitlines() if line]) <= 10
    names = {}
    exec(compile(source, "README", "exec"), names)
    printed = capsys.readouterr().out
    loss, accuracy = names["model"].evaluate(names["x_test"], names["y_test"], verbose=0)
    assert loss < 0.4
    assert accuracy > 0.9
    assert "dz2 = (a2 - y) / n" in printed
    assert printed.splitlines()[-1] == "64.0"


def test_the_program_shown_is_the_program_that_runs(blocks, capsys):
    (source,) = [block for kind, block in blocks if kind == "python"]
    (shown,) = [block for kind, block in blocks if block.startswith("def gradients")]
    exec(compile(source, "README", "exec"), {})
    assert shown.removesuffix("    ...\n") in capsys.readouterr().out


def test_the_sessions_print_what_they_say(blocks):
    assert doctest.DocTestRunner().run(sessions(blocks)).failed == 0


def test_the_picture_shown_is_the_picture_drawn(blocks):
    (shown,) = [block for kind, block in blocks if kind == "mermaid"]
    assert shown.strip() == cr.trace(lambda x: x**2 + 5 * x**3, x=2.0).draw().mermaid.strip()


def test_a_session_that_lies_is_caught(blocks, capsys):
    lie = [(kind, block.replace("62.0", "63.0")) for kind, block in blocks]
    assert doctest.DocTestRunner().run(sessions(lie)).failed == 1
