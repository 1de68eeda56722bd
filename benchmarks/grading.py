"""What a class costs: submissions graded by the command, each in a process of its own; and single answers checked."""

from __future__ import annotations

import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

from .report import Row, Table, Target
from .running import ROOT, FailedProcessError, Settings, announce, environment

ANSWERS = ROOT / "tests" / "exercises" / "answers"
EXERCISES = ("recitation_matrix", "recitation_loops")
STUDENTS, FEW = 200, 6
AT_MOST = 2  # rounds: a class takes long
COMMAND = "from chainrule.cli import main; raise SystemExit(main())"
NAMED = ("--exercise", "recitation-matrix")
SINGLE = {
    "one right answer": "recitation_matrix/mean_in_delta.py",
    "one mistake that has a name": "recitation_matrix/mask_without_bias.py",
    "one mistake that has none": "recitation_matrix/clipped_to_unit_norm.py",
}
ABOUT = (
    "chainrule exercise grade on a folder of answers to the recitation as students write them, right and wrong, most "
    "of them different; and chainrule exercise check on one. From the start of the process to its end."
)


def run(settings: Settings) -> list[Table]:
    count = FEW if settings.quick else STUDENTS
    folder = _class(settings.folder / "class", count)
    rows = {f"{count} submissions": Row(f"{count} submissions", remark="of which a few never end")}
    rows |= {name: Row(name) for name in SINGLE}
    rounds = min(settings.rounds, AT_MOST)
    for number in range(rounds):
        announce(f"grading, round {number + 1} of {rounds}")
        out = settings.folder / "grades.csv"
        rows[f"{count} submissions"].values.append(_seconds("grade", str(folder), "--out", str(out)))
        for name, path in SINGLE.items():
            rows[name].values.append(_seconds("check", str(ANSWERS / path), *NAMED, statuses=(0, 1)))
    whole = Target(f"seconds for {count} submissions", next(iter(rows.values())).median, "at most", 120)
    return [Table("Exercises, a class graded", ABOUT, list(rows.values()), [whole])]


def _class(folder: Path, count: int) -> Path:
    """Make a folder with a file per student."""
    folder.mkdir()
    files = sorted(path for name in EXERCISES for path in (ANSWERS / name).glob("*.py"))
    for number, path in enumerate(islice(cycle(files), count)):
        text = path.read_text(encoding="utf-8").replace("# exercise:", "# chainrule exercise:")
        (folder / f"student_{number:03}.py").write_text(text, encoding="utf-8")
    return folder


def _seconds(*arguments: str, statuses: tuple[int, ...] = (0,)) -> float:
    command = [sys.executable, "-c", COMMAND, "exercise", *arguments]
    began = perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment({}), capture_output=True, text=True)
    if done.returncode not in statuses:
        raise FailedProcessError(done.stderr)
    return perf_counter() - began
