"""``chainrule exercise``: exercises listed, started, checked, hinted at, and a class graded."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DataError
from .options import Commands, positive, print_help, seconds

if TYPE_CHECKING:
    from ..exercises import Exercise

__all__ = ["add_parser"]

EXERCISES = """\
Derive by hand, and be told which mistake was made.

  chainrule exercise list                        what there is
  chainrule exercise start recitation-matrix     a file with blanks to fill in
  chainrule exercise check recitation_matrix.py  what is right, and what the first mistake is
  chainrule exercise hint recitation-matrix      a nudge

For teachers:

  chainrule exercise grade submissions           a class, graded safely"""

CHECK = """\
Run an answer in a process of its own and say what is right and which mistake was made.

The exit status is 0 if everything is right, 1 if not, and 2 if the answer could not be checked:
no such file, no such exercise."""

GRADE = """\
Grade a class: one file or notebook for each student, or one folder for each that holds it.

The name of the file or folder is the student's id. Each answer runs in a process of its own with limits on time,
memory and files; whatever it does costs nobody else anything. Written are, beside each other:

  grades.csv          a row for each student
  feedback/           a page for each student, to give back
  summary.html        the class: scores, mistakes, students
  mistakes.png, .svg  how many made each mistake

What an earlier grading wrote there is replaced. The exit status is 1 if some answer could not be graded through a
fault of chainrule or of the machine; the summary then says which."""

RAW = argparse.RawDescriptionHelpFormatter
STRONGEST = 3


def add_parser(commands: Commands) -> None:
    """Add the subcommand and its own subcommands."""
    parser = commands.add_parser(
        "exercise",
        help="exercises: derive by hand, and be told which mistake was made",
        description=EXERCISES,
        formatter_class=RAW,
    )
    parser.set_defaults(run=lambda _: print_help(parser))
    actions = parser.add_subparsers(metavar="ACTION", title="actions")
    actions.add_parser("list", help="list the exercises").set_defaults(run=_list)
    show = actions.add_parser("show", help="print what an exercise asks for")
    show.set_defaults(run=_show)
    start = actions.add_parser("start", help="write a file with blanks to fill in")
    start.set_defaults(run=_start)
    hint = actions.add_parser("hint", help="print a hint")
    hint.set_defaults(run=_hint)
    for parser_of_one in (show, start, hint):
        parser_of_one.add_argument(
            "name", metavar="NAME", help="an exercise, as in: chainrule exercise list; or a .py file that makes one"
        )
    start.add_argument("--out", type=Path, default=Path(), metavar="FOLDER", help="where to (default: here)")
    start.add_argument("--notebook", action="store_true", help="a Jupyter notebook instead of a marimo one")
    start.add_argument("--force", action="store_true", help="replace the file if it exists")
    hint.add_argument(
        "--strength", type=int, choices=range(1, STRONGEST + 1), default=1, help="1 is a nudge, 3 nearly all"
    )
    _add_check(actions)
    _add_grade(actions)


def _add_check(actions: Commands) -> None:
    check = actions.add_parser("check", help="check an answer", description=CHECK, formatter_class=RAW)
    check.add_argument("file", type=Path, metavar="FILE", help="a .py file or notebook")
    check.set_defaults(run=_check, failed=2)
    _add_limits(check)


def _add_grade(actions: Commands) -> None:
    grade = actions.add_parser("grade", help="grade a class", description=GRADE, formatter_class=RAW)
    grade.add_argument("folder", type=Path, metavar="FOLDER", help="the folder with the answers")
    grade.add_argument(
        "--out", type=Path, default=Path("grades.csv"), metavar="TABLE", help="the table (default: %(default)s)"
    )
    grade.add_argument("--workers", type=positive, metavar="N", help="how many at the same time (default: all cores)")
    grade.set_defaults(run=_grade)
    _add_limits(grade)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--exercise",
        metavar="NAME",
        help="the exercise, or a .py file of yours that makes one (default: the one that the file names)",
    )
    parser.add_argument(
        "--timeout", type=seconds, default=10.0, metavar="SECONDS", help="for one answer (default: %(default)g)"
    )


def _list(options: argparse.Namespace) -> int:
    from .. import exercises

    rows = [("exercise", "function", "title")]
    for one in map(exercises.get, exercises.names()):
        rows.append((one.name, "the same" if one.function == one.name else one.function, one.title))
    name, function, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    _print("\n".join(f"{row[0]:{name}}  {row[1]:{function}}  {row[2]}" for row in rows))
    return 0


def _show(options: argparse.Namespace) -> int:
    from .. import exercises
    from ..exercises import starters

    _print(starters.statement_of(exercises.get(options.name)).rstrip())
    return 0


def _start(options: argparse.Namespace) -> int:
    from .. import exercises
    from ..exercises import starters
    from ..writing.pages import write

    exercise = exercises.get(options.name)
    ending = ".ipynb" if options.notebook else ".py"
    path = options.out / f"{exercise.name.replace('-', '_')}{ending}"
    if path.exists() and not options.force:
        raise FileExistsError(f"{path} is there already and is left as it is. Give another --out, or --force")
    if options.out.exists() and not options.out.is_dir():
        raise DataError(f"expected a folder to write {path.name} to, got {str(options.out)!r}, which is a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    starter = starters.starter_notebook if options.notebook else starters.starter_py
    own = Path(options.name).name if options.name.endswith(".py") else ""
    write(path, starter(exercise, own))
    _print(_next_steps(exercise, path, options.name))
    return 0


def _next_steps(exercise: Exercise, path: Path, name: str) -> str:
    own = name.endswith(".py")
    beside = f"\n\nThe last cell needs {Path(name).name} beside this file: hand out both." if own else ""
    return (
        f"{path}: {exercise.title}\n\n"
        f"1. Open it in {_editor(path)}\n"
        f"2. Fill in the lines that end in # answer.\n"
        f"3. chainrule exercise check {path}{f' --exercise {name}' if own else ''}\n\n"
        f"Stuck? chainrule exercise hint {name}{beside}"
    )


def _editor(path: Path) -> str:
    """What opens a starter, and how to get it where it is not installed."""
    from importlib.util import find_spec

    if path.suffix == ".ipynb":
        command = "jupyter lab" if find_spec("jupyterlab") else "jupyter notebook"
        missing = "" if find_spec("jupyterlab") or find_spec("notebook") else " (after: pip install notebook)"
        return f"Jupyter: {command} {path}{missing}"
    return f"any editor, or: marimo edit {path}" + ("" if find_spec("marimo") else " (after: pip install marimo)")


def _hint(options: argparse.Namespace) -> int:
    from .. import exercises

    exercise = exercises.get(options.name)
    _print(exercise.hints[options.strength - 1].rstrip())
    if options.strength < STRONGEST:
        _print(f"\nStronger: chainrule exercise hint {options.name} --strength {options.strength + 1}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from .. import exercises
    from ..exercises.running import sources

    if not options.file.is_file():
        raise DataError(f"there is no file {str(options.file)!r}")
    name = options.exercise or sources.exercise_of(options.file)
    if name is None:
        raise DataError(f"{options.file} does not say which exercise it answers. Write --exercise NAME")
    report = exercises.check(name, options.file, timeout=options.timeout)
    _print(str(report))
    return 0 if report.passed else 1


def _grade(options: argparse.Namespace) -> int:
    from ..exercises.grading import grade
    from ..exercises.running import available

    protections = available()
    if not protections.complete:
        print(protections, file=sys.stderr)
    grades = grade(options.folder, options.out, options.exercise, options.timeout, options.workers)
    _print(f"{grades}\n\n{options.out}, and beside it feedback/, summary.html and mistakes.png")
    return 1 if grades.faults else 0


def _print(text: str) -> None:
    """Print, also where the terminal has no ✓."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.replace("✓", "+").replace("✗", "x").encode(encoding, "replace").decode(encoding)
    print(text)
