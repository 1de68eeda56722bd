"""A class graded: every row right, nothing lost to one bad answer, files whole, names harmless."""

from __future__ import annotations

import csv
import re
import threading
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule import exercises
from chainrule.errors import DataError, UnknownNameError
from chainrule.exercises import checking
from chainrule.exercises.grading import Grades, Row, grade, marking, pages, table
from chainrule.exercises.mistakes import MISTAKES
from chainrule.exercises.report import UNRECOGNISED, Finding, Report

MARK = "# chainrule exercise: paths\n"
NAMES = [quantity.name for quantity in exercises.get("paths").quantities]


def judged(exercise, path, timeout=10):
    """Stands in for ``check``: the file's second line says what comes of it."""
    fate = Path(path).read_text(encoding="utf-8").splitlines()[1]
    if fate == "fault":
        raise ZeroDivisionError("a fault of ours")
    if fate == "exit":
        raise SystemExit(3)
    if fate == "timeout":
        return Report(exercise.name, exercise.title, [Finding("", False, None, "timeout", "It did not end.")])
    wrong = fate.split() if fate != "right" else []
    found = [
        Finding(one.name, one.name not in wrong, 0.5, "sign" if one.name in wrong else None)
        for one in exercise.quantities
    ]
    return Report(exercise.name, exercise.title, found)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(checking, "check", judged)
    place = tmp_path / "class"
    place.mkdir()
    return place


def hand_in(folder, **fates):
    for name, fate in fates.items():
        (folder / f"{name}.py").write_text(f"{MARK}{fate}\n", encoding="utf-8")


def rows(out):
    with open(out, encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def graded(folder, **options):
    return grade(folder, folder.parent / "out" / "grades.csv", verbose=0, **options)


def table_of(folder):
    return rows(folder.parent / "out" / "grades.csv")


def test_every_row_is_right(folder):
    hand_in(folder, ada="right", bo="du_dx", cy="timeout")
    grades = graded(folder)
    written = table_of(folder)
    assert list(written) == ["ada", "bo", "cy"]
    assert list(written["ada"]) == [*table.FIRST, *NAMES, *table.LAST]
    assert [written[one]["score"] for one in written] == ["1", f"{5 / 6:.4f}", "0"]
    assert [written[one]["passed"] for one in written] == ["1", "0", "0"]
    assert [written[one]["mistakes"] for one in written] == ["", "sign", "timeout"]
    assert [written["bo"][name] for name in NAMES] == ["1"] * 5 + ["0"]
    assert [written["cy"][name] for name in NAMES] == ["0"] * 6
    assert grades.mistakes == Counter({"sign": 1})
    assert grades.problems == Counter({"timeout": 1})
    assert [row.passed for row in grades] == [True, False, False]
    assert len(grades) == 3


def test_a_fault_of_ours_costs_only_its_row(folder):
    hand_in(folder, ada="right", bo="fault", cy="exit", dee="right")
    grades = graded(folder)
    written = table_of(folder)
    assert written["bo"]["mistakes"] == written["cy"]["mistakes"] == "internal-error"
    assert {written[one][column] for one in ("bo", "cy") for column in ("score", "passed", *NAMES)} == {""}
    assert written["bo"]["exercise"] == "paths"
    assert "ZeroDivisionError: a fault of ours (test_grading.py, line" in written["bo"]["remark"]
    assert [written[one]["score"] for one in ("ada", "dee")] == ["1", "1"]
    assert [row.student for row in grades.faults] == ["bo", "cy"]
    assert grades.mistakes == Counter()
    assert "2 not graded" in str(grades)
    summary = (folder.parent / "out" / "summary.html").read_text(encoding="utf-8")
    assert "bo could not be graded through a fault of chainrule or of this machine: ZeroDivisionError" in summary
    assert "through a fault of the program" in (folder.parent / "out/feedback/bo.html").read_text(encoding="utf-8")


def test_a_long_name_leaves_the_tables_as_they_are(folder):
    hand_in(folder, ada="right", **{"x" * 200: "right"})
    grades = graded(folder)
    assert max(map(len, str(grades).splitlines())) < 80
    summary = (folder.parent / "out" / "summary.html").read_text(encoding="utf-8")
    assert ">" + "x" * 31 + "…<" in summary
    assert "x" * 200 in table_of(folder)


def test_the_same_fault_is_told_once(folder):
    hand_in(folder, **{f"s{number}": "fault" for number in range(8)})
    remarks = graded(folder).remarks()
    assert len(remarks) == 1
    assert remarks[0].startswith("s0, s1, s2, s3, s4 and 3 more could not be graded")


def test_a_folder_that_cannot_be_written_to_is_refused_before_the_work(folder, monkeypatch):
    hand_in(folder, ada="right")
    monkeypatch.setattr(checking, "check", lambda *_, **__: pytest.fail("checked before it was refused"))
    monkeypatch.setattr(pages.os, "access", lambda place, mode: place.name != "out")
    with pytest.raises(PermissionError, match="out"):
        graded(folder)


@pytest.mark.parametrize("broken", [None, 7, Report("paths", "Paths", [Finding("du_dx", False, "much")])])
def test_a_check_that_returns_rubbish_costs_only_its_row(folder, monkeypatch, broken):
    hand_in(folder, ada="right", bo="rubbish")
    monkeypatch.setattr(checking, "check", lambda e, path, timeout: broken if path.stem == "bo" else judged(e, path))
    assert [row.student for row in graded(folder).faults] == ["bo"]
    assert table_of(folder)["ada"]["passed"] == "1"


def test_a_submission_that_cannot_be_judged_has_a_row_with_0_and_a_reason(folder):
    hand_in(folder, ada="right")
    (folder / "empty").mkdir()
    (folder / "nameless.py").write_text("x = 1")
    (folder / "odd.py").write_text("# chainrule exercise: pahts\n")
    grades = graded(folder)
    written = table_of(folder)
    reasons = {"empty": "There is no .py", "nameless": "does not say which exercise", "odd": "Did you mean 'paths'"}
    for student, reason in reasons.items():
        assert written[student]["score"] == "0"
        assert reason in written[student]["remark"]
        page = (folder.parent / "out" / "feedback" / f"{student}.html").read_text(encoding="utf-8")
        assert reason.split("'")[0] in page
    assert grades.mistakes == Counter()
    assert grades.problems == Counter({"no-submission": 3})


def test_each_file_says_its_own_exercise_unless_one_is_given(folder):
    hand_in(folder, ada="right")
    (folder / "bo.py").write_text("# chainrule exercise: deep\nright\n")
    assert [row.exercise for row in graded(folder)] == ["paths", "deep"]
    assert table_of(folder)["ada"]["dW1"] == ""
    assert [row.exercise for row in graded(folder, exercise="forward")] == ["forward", "forward"]


def test_several_are_checked_at_once_and_all_are_in_their_place(folder, monkeypatch):
    hand_in(folder, **{f"s{number:02}": "right" if number % 3 else "da_dx" for number in range(40)})
    together = threading.Barrier(4, timeout=20)

    def meeting(exercise, path, timeout=10):
        together.wait()  # ends only if four are under way
        return judged(exercise, path)

    monkeypatch.setattr(checking, "check", meeting)
    grades = graded(folder, workers=4)
    assert [row.student for row in grades] == [f"s{number:02}" for number in range(40)]
    assert [row.passed for row in grades] == [bool(number % 3) for number in range(40)]


def test_the_time_limit_reaches_the_check(folder, monkeypatch):
    hand_in(folder, ada="right")
    seen = []
    monkeypatch.setattr(checking, "check", lambda e, path, timeout: seen.append(timeout) or judged(e, path))
    graded(folder, timeout=2.5)
    assert seen == [2.5]


def test_stopping_leaves_the_old_table(folder, monkeypatch):
    hand_in(folder, ada="right", bo="right")
    graded(folder)
    out = folder.parent / "out"
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}

    def stopped(futures):
        raise KeyboardInterrupt

    monkeypatch.setattr("chainrule.exercises.grading.marking.as_completed", stopped)
    hand_in(folder, cy="right")
    with pytest.raises(KeyboardInterrupt):
        graded(folder)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_second_grading_replaces_the_first_also_inside_the_folder(folder):
    hand_in(folder, ada="du_dx")
    out = folder / "grades.csv"
    assert not grade(folder, out, verbose=0).rows[0].passed
    hand_in(folder, ada="right")
    again = grade(folder, out, verbose=0)
    assert [row.student for row in again] == ["ada"]
    assert again.rows[0].passed
    assert again.passed_over == ()
    assert rows(out)["ada"]["score"] == "1"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {"ada.py", "grades.csv", "summary.html", "mistakes.png", "mistakes.svg", "feedback/ada.html"}


def test_options_that_cannot_be_are_refused_before_the_work(folder, monkeypatch):
    hand_in(folder, ada="right")
    monkeypatch.setattr(checking, "check", lambda *_, **__: pytest.fail("checked before it was refused"))
    for options in ({"timeout": 0}, {"timeout": float("nan")}, {"workers": 0}):
        with pytest.raises(DataError):
            graded(folder, **options)
    with pytest.raises(UnknownNameError, match="Did you mean 'paths'"):
        graded(folder, exercise="pahts")
    with pytest.raises(DataError, match=r"ends in \.csv"):
        grade(folder, folder / "ada.py", verbose=0)
    assert (folder / "ada.py").read_text() == f"{MARK}right\n"
    (folder.parent / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        grade(folder, folder.parent / "file" / "grades.csv", verbose=0)


def test_progress_is_shown_unless_silent(folder, capsys):
    hand_in(folder, ada="right", bo="right")
    graded(folder)
    assert capsys.readouterr().err == ""
    grade(folder, folder.parent / "out" / "grades.csv")
    assert "2/2" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "＝1", "\t=1", "|x"])
def test_no_cell_is_a_formula(name):
    row = Row(name, name, name, 0.1, Report(name, name, [Finding(name, False, 1.0, name)]), name)
    cells = next(csv.reader(table.text(Grades([row])).splitlines()[1:]))
    assert not any(cell.lstrip().startswith(table.FORMULA) for cell in cells)


def test_a_formula_would_be_noticed():
    assert "=1+1".startswith(table.FORMULA)
    assert table.text(Grades([Row("ada", "", "ada.py", 0, None)])).splitlines()[1].startswith("ada,")


@given(st.lists(st.text(alphabet=st.characters(), max_size=300), max_size=8))
def test_names_of_pages_are_safe_and_differ(students):
    names = pages.file_names(students)
    assert len({name.casefold() for name in names}) == len(students)
    for name in names:
        assert len(name.encode("utf-8")) < 200
        assert not set(name) & set('/\\:*?"<>|\0\n')
        assert not name.startswith(".")
        assert Path(name).name == name


@pytest.mark.parametrize(
    ("student", "name"), [("con", "_con.html"), ("..", "_.html"), ("", "_.html"), ("a/../b", "a_.._b.html")]
)
def test_names_that_systems_keep_for_themselves(student, name):
    assert pages.file_names([student]) == [name]


def test_pages_link_to_each_other_and_hold_no_code_of_students(folder):
    hand_in(folder, **{"<script>x<_script>": "du_dx", "a#b %41?": "right"})
    graded(folder)
    out = folder.parent / "out"
    summary = (out / "summary.html").read_text(encoding="utf-8")
    assert "<script" not in summary
    links = re.findall(r'<a href="([^"]+)"', summary)
    assert len(links) == 2
    from urllib.parse import unquote

    for link in links:
        page = (out / unquote(link)).read_text(encoding="utf-8")
        assert "Feedback for" in page
        assert "<script" not in page
    assert (out / "mistakes.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (out / "mistakes.svg").read_text(encoding="utf-8")


def test_two_submissions_of_one_student_have_pages_of_their_own(folder):
    hand_in(folder, ada="right")
    (folder / "ada").mkdir()
    (folder / "ada" / "hw.py").write_text(f"{MARK}du_dx\n")
    assert [row.student for row in graded(folder)] == ["ada (ada)", "ada (ada.py)"]
    assert len(list((folder.parent / "out" / "feedback").iterdir())) == 2
    assert {row["file"]: row["passed"] for row in table_of(folder).values()} == {"ada/hw.py": "0", "ada.py": "1"}


def test_the_printed_table_says_what_the_class_got_wrong(folder):
    hand_in(folder, ada="du_dx", bo="right", cy="du_db", **{"d" * 60: "right"})
    (folder / "notes.txt").write_text("")
    grades = graded(folder)
    words = str(grades)
    assert "       2  the opposite sign [sign]" in words
    assert "4 submissions, 2 passed, mean score 0.92" in words
    assert "Passed over, being neither Python nor a notebook: notes.txt." in words
    assert max(map(len, words.splitlines())) <= 96
    assert repr(grades) == "<Grades: 4 submissions, 2 passed, mean score 0.92>"
    shown = grades._repr_html_()
    assert "the opposite sign" in shown
    assert "<a " not in shown


def tables(page):
    """The header and the first column of each table of a page."""
    found = re.findall(r"<table><thead>(.*?)</thead><tbody>(.*?)</tbody>", page)
    return {re.findall(r">([^<]+)</th>", head)[0]: re.findall(r'"row">(.*?)</th>', rows) for head, rows in found}


def test_problems_of_handing_in_are_no_mistakes(folder):
    hand_in(folder, ada="du_dx", bo="timeout", cy="timeout", dee="du_db")
    (folder / "empty").mkdir()
    grades = graded(folder)
    summary = (folder.parent / "out" / "summary.html").read_text(encoding="utf-8")
    for shown in (tables(summary), tables(grades._repr_html_())):
        assert shown["mistake"] == [MISTAKES["sign"].title]
        assert shown[pages.PROBLEM] == [MISTAKES["timeout"].title, MISTAKES["no-submission"].title]
    words = str(grades)
    assert "\n\nstudents  mistake\n       2  the opposite sign [sign]\n\nstudents  problem of" in words
    assert "\n       2  took too long [timeout]\n       1  " in words
    axes = grades.figure().axes[0]
    assert [text.get_text() for text in axes.texts] == ["2", "2", "1"]
    assert len({bar.get_facecolor() for bar in axes.patches}) == 2


def test_a_class_with_problems_only(folder):
    hand_in(folder, ada="timeout")
    grades = graded(folder)
    assert "students  mistake" not in str(grades)
    summary = (folder.parent / "out" / "summary.html").read_text(encoding="utf-8")
    assert "None that has a name" not in summary
    assert tables(summary)[pages.PROBLEM] == ["took too long"]
    assert "mistake" not in tables(summary)


def test_feedback_says_score_title_and_day(folder, monkeypatch):
    class Day(date):
        @classmethod
        def today(cls):
            return cls(2024, 2, 29)

    monkeypatch.setattr(marking, "date", Day)
    hand_in(folder, ada="du_dx", bo="timeout", cy="fault")
    (folder / "dee").mkdir()
    graded(folder)
    page = {one: (folder.parent / f"out/feedback/{one}.html").read_text("utf-8") for one in ("ada", "bo", "cy", "dee")}
    title = exercises.get("paths").title
    assert f"<h1>{title}</h1>" in page["ada"]
    assert "Feedback for ada, on ada.py, graded on 2024-02-29<" in page["ada"]
    assert "<b>paths: 5 of 6 right · score 0.83</b>" in page["ada"]
    assert "<b>paths: could not be judged · score 0.00</b>" in page["bo"]
    assert "graded on" not in page["cy"]
    assert "score" not in page["cy"].partition("</style>")[2]
    assert "<h1>Your answer</h1>" in page["dee"]


def test_the_page_of_an_exercise_without_a_title_has_its_name():
    row = Row("ada", "own", "ada.py", 0.1, Report("own", "", [Finding("dw", True)]))
    page = pages.feedback(row, date(2024, 2, 29))
    assert "<h1>own</h1>" in page
    assert "own: right · score 1.00" in page
    assert page != pages.feedback(row, date(2024, 3, 1))


def test_what_has_no_name_is_counted():
    odd = Report("paths", "Paths", [Finding("du_dx", False, 1.0, None, UNRECOGNISED), Finding("du_db", False, 1.0)])
    assert Grades([Row("ada", "paths", "ada.py", 0, odd)]).remarks() == [
        "1 submission has something wrong whose cause was not recognised."
    ]
    assert Grades([]).verdict == "0 submissions, 0 passed"


def test_a_class_without_mistakes(folder):
    hand_in(folder, ada="right")
    grades = graded(folder)
    assert "mistake." not in str(grades)
    assert "None that has a name" in (folder.parent / "out" / "summary.html").read_text(encoding="utf-8")
    assert grades.figure().axes[0].texts[0].get_text() == "no mistakes"


def test_bars_of_scores_count_everybody():
    scores = [0.0, 0.1, 0.25, 0.5, 0.74, 0.75, 0.99, 1.0]

    def scored(score):
        right = round(100 * score)
        return Report("paths", "", [Finding(str(number), number < right) for number in range(100)])

    shown = pages.overview(Grades([Row(str(score), "paths", "", 0, scored(score)) for score in scores]))
    counts = [int(count) for count in re.findall(r"</span> (\d+)</span>", shown)]
    assert counts == [1, 1, 1, 2, 2, 1]
    assert tables(shown)["score"] == ["0", "below ¼", "¼ to ½", "½ to ¾", "¾ to 1", "1"]
    assert sum(counts) == len(scores)
