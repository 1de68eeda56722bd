"""The examples in ``examples/graders`` run in the real tools: nbgrader, Otter-Grader and pytest.

Each in a folder of its own that also serves as home, so that nothing of the person's settings comes in and nothing is
left behind. A tool that is not installed is skipped.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from html import unescape
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent

import pytest

from chainrule import exercises

GRADERS = Path(__file__).parents[2] / "examples" / "graders"
PAGE = (Path(__file__).parents[2] / "docs" / "graders.md").read_text(encoding="utf-8")
NBGRADER = GRADERS / "nbgrader" / "source" / "gradients" / "gradients.ipynb"
QUANTITIES = [quantity.name for quantity in exercises.get("recitation-matrix").quantities]

SIGMOID_DERIVE = "a = 1 / (1 + np.exp(-z))\nreturn a * (1 - a)"
BACK = """\
delta_2 = (y_hat - y) / n
w_grad_2 = delta_2 @ h.T
u_grad_2 = delta_2.sum(axis=1, keepdims=True)
delta_1 = (w_2.T @ delta_2) * (z_1 > 0)
w_grad_1 = delta_1 @ x.T
u_grad_1 = delta_1.sum(axis=1, keepdims=True)"""
LOUD = 'import sys, warnings\nwarnings.warn("careful")\nprint("stderr", file=sys.stderr)\nnp.log(np.zeros(1))\n'

# What a learner writes in the two blanks.
RIGHT = (SIGMOID_DERIVE, BACK)
LOUDLY_RIGHT = (LOUD + SIGMOID_DERIVE, LOUD + BACK)
PARTLY = (SIGMOID_DERIVE, BACK.replace(" * (z_1 > 0)", ""))  # one quantity wrong; the two after it follow from it
WRONG = ("return 1 / (1 + np.exp(-z))", "return None")
ENDLESS = (SIGMOID_DERIVE, "while True:\n    pass")


def needs(*tools):
    """A test that starts these tools: slow, and skipped where one of them is not installed."""
    missing = [tool for tool in tools if find_spec(tool) is None]
    reason = f"not installed: {', '.join(missing)} (pip install '.[graders]')"
    return lambda test: pytest.mark.slow(pytest.mark.skipif(bool(missing), reason=reason)(test))


def start(folder, *arguments, **variables):
    """Run ``python -m …`` of this interpreter in a folder, with that folder as home, as in a terminal of one's own."""
    elsewhere = ("JUPYTER", "PYTEST", "CI", "BUILD_NUMBER", "COLUMNS")  # under CI pytest prints longer lines
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(elsewhere)}
    places = dict.fromkeys(("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"))
    home = folder / "home"
    home.mkdir(exist_ok=True)
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])  # nbgrader starts alembic by its name
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env={**inherited, **dict.fromkeys(places, str(home)), "TMPDIR": str(home), "PATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=300,
    )


def ran(folder, *arguments):
    """As ``start``, for what has to succeed; what it printed."""
    done = start(folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def filled(notebook, blank, texts):
    """A notebook whose blanks, in order, hold these texts."""
    remaining = iter(texts)

    def fill(match):
        return "".join(f"{match[1]}{line}\n" for line in next(remaining).splitlines())

    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            source = re.sub(blank, fill, "".join(cell["source"]) + "\n", flags=re.M)
            cell["source"] = source.removesuffix("\n").splitlines(keepends=True)
    assert next(remaining, None) is None
    return notebook


def blocks(kind, page=PAGE):
    """The blocks of one kind in the documentation, without their indentation."""
    return [dedent(text) for text in re.findall(rf"^ *```{kind}\n(.*?)^ *```", page, flags=re.M | re.S)]


def says(printed, block):
    """Whether every line of a block of the documentation was printed, in this order; seconds and ``...`` aside."""
    shown = [re.sub(r" in [\d.]+s =+", " in", line).strip() for line in block.splitlines() if line.strip("\n .")]
    lines = iter(printed.splitlines())
    return all(any(part in line for line in lines) for part in shown)


def misquoted(page):
    """The blocks of Python in the documentation that stand in no example."""
    texts = [path.read_text(encoding="utf-8") for path in GRADERS.rglob("*.py")]
    notebooks = [json.loads(path.read_text(encoding="utf-8")) for path in GRADERS.rglob("*.ipynb")]
    texts += ["".join(cell["source"]) for notebook in notebooks for cell in notebook["cells"]]
    return [block for block in blocks("python", page) if not any(block.strip() in text for text in texts)]


def test_the_documentation_shows_the_examples():
    assert len(blocks("python")) == 4
    assert misquoted(PAGE) == []
    assert len(misquoted(PAGE.replace("out_of=6", "out_of=5"))) == 1


# --- nbgrader ---

STUB = r"^( +)# YOUR CODE HERE\n +raise NotImplementedError\(\)\n"
READ_GRADEBOOK = """
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps({s.student.id: {g.cell.name: g.auto_score for n in s.notebooks for g in n.grades}
                      for s in book.assignment_submissions("gradients")}))
"""


def course(folder, change=lambda source: source):
    """A copy of the example's course folder, its source notebook changed."""
    shutil.copytree(GRADERS / "nbgrader", folder, dirs_exist_ok=True)
    path = folder / NBGRADER.relative_to(GRADERS / "nbgrader")
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return path


def graded_by_nbgrader(folder, **answers):
    """The points of each cell by learner: the example's course, released, filled in and graded."""
    ran(folder, "-m", "nbgrader", "generate_assignment", "gradients")
    released = (folder / "release" / "gradients" / "gradients.ipynb").read_text(encoding="utf-8")
    assert "SOLUTION" not in released
    for learner, texts in answers.items():
        handed_in = folder / "submitted" / learner / "gradients"
        handed_in.mkdir(parents=True)
        notebook = filled(json.loads(released), STUB, texts)
        (handed_in / "gradients.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    ran(folder, "-m", "nbgrader", "autograde", "gradients")
    return json.loads(ran(folder, "-c", READ_GRADEBOOK).splitlines()[-1])


@needs("nbgrader", "ipykernel")
def test_nbgrader_gives_each_answer_its_points(tmp_path):
    course(tmp_path, lambda source: source.replace("out_of=6)", "out_of=6, timeout=3)"))  # for the endless one
    points = graded_by_nbgrader(tmp_path, right=RIGHT, loud=LOUDLY_RIGHT, partly=PARTLY, wrong=WRONG, endless=ENDLESS)
    assert points == {
        "right": {"sigmoid-derive-points": 1, "gradients-points": 6},
        "loud": {"sigmoid-derive-points": 1, "gradients-points": 6},
        "partly": {"sigmoid-derive-points": 1, "gradients-points": 5},
        "wrong": {"sigmoid-derive-points": 0, "gradients-points": 0},
        "endless": {"sigmoid-derive-points": 1, "gradients-points": 0},
    }
    ran(tmp_path, "-m", "nbgrader", "generate_feedback", "gradients", "--student=partly")
    feedback = (tmp_path / "feedback" / "partly" / "gradients" / "gradients.html").read_text(encoding="utf-8")
    assert says(unescape(feedback), blocks("text")[0])


@needs("nbgrader", "ipykernel")
def test_nbgrader_validates_the_source(tmp_path):
    path = course(tmp_path)
    assert "Success!" in ran(tmp_path, "-m", "nbgrader", "validate", path)


@needs("nbgrader", "ipykernel")
def test_a_broken_cell_is_caught_in_nbgrader(tmp_path):
    """A cell that ends without a value gives every point to everyone."""
    course(tmp_path, lambda source: source.replace('"exercises.points(', '"score = exercises.points('))
    assert graded_by_nbgrader(tmp_path, wrong=WRONG)["wrong"]["gradients-points"] == 6


def lost_points(notebook):
    """The ids of the graded cells that do not end in ``exercises.points`` with the points of the cell."""
    lost = []
    for cell in notebook["cells"]:
        settings = cell["metadata"]["nbgrader"]
        if not settings["grade"]:
            continue
        source = "".join(cell["source"])
        end = ast.parse(source).body[-1]
        call = ast.unparse(end.value) if isinstance(end, ast.Expr) and not source.rstrip().endswith(";") else ""
        if not (call.startswith("exercises.points(") and call.endswith(f"out_of={settings['points']})")):
            lost.append(settings["grade_id"])
    return lost


def test_the_cells_of_the_nbgrader_example_end_in_their_points():
    source = NBGRADER.read_text(encoding="utf-8")
    assert lost_points(json.loads(source)) == []
    for right, broken in [("exercises.points(", "score = exercises.points("), ("=6)", "=6);"), ("=6)", "=7)")]:
        assert "gradients-points" in lost_points(json.loads(source.replace(right, broken)))


@needs("nbgrader")
@pytest.mark.parametrize(("shown", "expected"), [("2.5", 2.5), ("0.0", 0), ("np.float64(2.5)", 6), (None, 6)])
def test_why_points_returns_a_plain_float(shown, expected):
    """What is no number to nbgrader gives every point."""
    from nbformat.v4 import new_code_cell, new_output
    from nbgrader.utils import determine_grade

    outputs = [] if shown is None else [new_output("execute_result", {"text/plain": shown})]
    cell = new_code_cell(outputs=outputs, metadata={"nbgrader": {"grade": True, "points": 6, "locked": True}})
    assert determine_grade(cell) == (expected, 6)


# --- Otter-Grader ---

BLANKS = r"(?:^( +)(?:return|\w+ =) \.\.\.  # answer\n)+"
RUN_CASES = """
import json
from otter.test_files.exception_test import ExceptionTestFile
file = ExceptionTestFile.from_file("tests/gradients.py")
for names in {"gradients": lambda *arguments: None}, {}:
    file.run(names)
    print(json.dumps([[case.test_case.name, case.passed, case.message] for case in file.test_case_results]))
"""


def graded_by_otter(folder, name, texts):
    """The points by question and what the learner reads: the example's notebook, filled in and graded."""
    notebook = json.loads((folder / "gradients.ipynb").read_text(encoding="utf-8"))
    (folder / f"{name}.ipynb").write_text(json.dumps(filled(notebook, BLANKS, texts)), encoding="utf-8")
    printed = ran(folder, "-m", "otter", "run", f"{name}.ipynb", "-a", "autograder.zip", "--no-logo")
    tests = json.loads((folder / "results.json").read_text(encoding="utf-8"))["tests"]
    points = {test["name"]: test["score"] for test in tests if "score" in test}
    return points, "\n".join([test["output"] for test in tests] + [printed])


@needs("otter", "ipykernel")
def test_otter_gives_each_answer_its_points(tmp_path):
    shutil.copytree(GRADERS / "otter", tmp_path, dirs_exist_ok=True)
    ran(tmp_path, "-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip")
    assert graded_by_otter(tmp_path, "right", RIGHT)[0] == {"sigmoid_derive": 1, "gradients": 6}
    assert graded_by_otter(tmp_path, "wrong", WRONG)[0] == {"sigmoid_derive": 0, "gradients": 0}
    points, said = graded_by_otter(tmp_path, "partly", PARTLY)
    assert points == {"sigmoid_derive": 1, "gradients": 5}
    assert says(said, blocks("text")[1] + blocks("text")[2])


def otter_cases(folder, change=lambda source: source):
    """Name, outcome and message of each case of the example: for a function that returns None, and for no function."""
    shutil.copytree(GRADERS / "otter", folder, dirs_exist_ok=True)
    path = folder / "tests" / "gradients.py"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    return [json.loads(line) for line in ran(folder, "-c", RUN_CASES).splitlines()[-2:]]


@needs("otter")
def test_otter_has_a_failing_case_for_each_quantity(tmp_path):
    returning_none, missing = otter_cases(tmp_path)
    for cases in returning_none, missing:
        assert [name for name, _, _ in cases] == QUANTITIES
        assert not any(passed for _, passed, _ in cases)
    assert all("AssertionError: ✗ the answer" in message for _, _, message in returning_none)


@needs("otter")
def test_a_broken_test_file_is_caught_in_otter(tmp_path):
    """A case that asks for the report and asserts nothing passes, whatever the answer."""
    returning_none, _ = otter_cases(tmp_path, lambda source: source.replace("exercises.assert_right(", "("))
    assert all(passed for _, passed, _ in returning_none)


# --- pytest ---


def outcomes(folder, submission, change=lambda source: source):
    """What the example says of each quantity of a submission, and all that it prints."""
    shutil.copytree(GRADERS / "pytest", folder, dirs_exist_ok=True)
    test = folder / "test_submission.py"
    test.write_text(change(test.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "submission.py").write_text(submission, encoding="utf-8")
    command = ("-m", "pytest", "-v", "-p", "no:cacheprovider", "test_submission.py")
    done = start(folder, *command, SUBMISSION="submission.py")
    return dict(re.findall(r"::test_quantity\[(\w+)\] (\w+)", done.stdout.partition("= FAILURES =")[0])), done.stdout


@pytest.fixture
def submission():
    """The example's own submission, in which relu's derivative is left out."""
    return (GRADERS / "pytest" / "submission.py").read_text(encoding="utf-8")


def test_pytest_names_the_one_quantity_that_is_wrong(tmp_path, submission):
    found, printed = outcomes(tmp_path, submission)
    assert found == {name: "FAILED" if name == "delta_1" else "PASSED" for name in QUANTITIES}
    assert says(printed, blocks("text")[3])
    assert not says(printed, blocks("text")[3].replace("delta_1", "delta_2"))


def test_pytest_passes_what_is_right(tmp_path, submission):
    found, _ = outcomes(tmp_path, submission.replace("w_2.T @ delta_2", "(w_2.T @ delta_2) * (z_1 > 0)"))
    assert found == dict.fromkeys(QUANTITIES, "PASSED")


@pytest.mark.parametrize("broken", ["n = y.shape(1", "raise OSError"], ids=["syntax", "exception"])
def test_pytest_fails_what_does_not_run(tmp_path, submission, broken):
    found, printed = outcomes(tmp_path, submission.replace("n = y.shape[1]", broken))
    assert found == dict.fromkeys(QUANTITIES, "FAILED")
    assert "✗ the answer" in printed


def test_a_broken_test_is_caught_in_pytest(tmp_path, submission):
    """A test that asserts nothing passes everything: the outcomes above tell it from the example."""
    found, _ = outcomes(tmp_path, submission, lambda source: source.replace("exercises.assert_right(", "("))
    assert "FAILED" not in found.values()
