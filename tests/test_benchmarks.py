"""The benchmark runs, prints its tables and notices work that is not the same. No time is judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))


def benchmark(module):
    return import_module(f"benchmarks.{module}")


def run(*arguments):
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.fixture
def job():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((12, 3))
    weights = [rng.standard_normal(shape) for shape in [(3, 2), (2,), (2, 1), (1,)]]
    return benchmark("jobs").Job(x, (x[:, 0] > 0).astype(float), weights, "relu", 0.1, 5, 4)


# --- the command ---


def test_every_benchmark_gives_its_tables(tmp_path):
    stored = tmp_path / "figures.json"
    done = run("--quick", "--peers", "none", "--json", str(stored))
    assert done.returncode == 0, done.stderr
    for title in (
        "Lecture, one epoch",
        "Recitation, one training",
        "whole process",
        "Import",
        "Lecture, memory",
        "by number of nodes",
        "a class graded",
    ):
        assert title in done.stdout
    assert "OTHER WORK" not in done.stdout
    assert "target: at most 1.15" in done.stdout

    found = json.loads(stored.read_text())
    assert found["versions"]["numpy"].startswith(np.__version__)
    assert len(found["tables"]) == 9
    for table in found["tables"]:
        assert all(value > 0 for row in table["rows"] for value in row["values"])
        assert all(row["values"] for row in table["rows"])
    assert [target["limit"] for table in found["tables"] for target in table["targets"]] == [
        1.15, 1.0, 1.0, 1.5, 1.5, 1.0, 1.0, 1.15, 20, 120,
    ]  # fmt: skip


def test_peers_do_the_same_work():
    pytest.importorskip("sklearn")
    done = run("--quick", "--peers", "sklearn", "lecture")
    assert done.returncode == 0, done.stderr
    assert "scikit-learn" in done.stdout
    assert "OTHER WORK" not in done.stdout
    assert "failed" not in done.stdout


@pytest.mark.parametrize("arguments", [("lektion",), ("--peers", "numpy"), ("--repeats", "0")])
def test_a_wrong_argument_is_refused(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert f"Received: {arguments[-1]}" in done.stderr


# --- peers that go wrong ---

SCRIPT = """
def trainer(job):
    def train(epochs, tick):
        {body}
    return train
"""


@pytest.mark.parametrize(
    ("body", "package", "remark"),
    [
        ("return [0.7] * epochs", "numpy", ""),
        ("return [0.8] * epochs", "numpy", "OTHER WORK"),
        ("return [float('nan')] * epochs", "numpy", "OTHER WORK"),
        ("raise RuntimeError('out of order')", "numpy", "failed: RuntimeError: out of order"),
        ("", "no-such-distribution", "not installed"),
    ],
)
def test_wrong_peers_are_marked(tmp_path, job, body, package, remark):
    peers, report, running = (benchmark(name) for name in ("peers", "report", "running"))
    script = tmp_path / "with_fault.py"
    script.write_text(SCRIPT.format(body=body))
    peer = peers.Peer("fault", "Fault", script, (package,), {})
    settings = running.Settings(1, True, [peer], tmp_path)
    ours = report.Row("chainrule", [1.0], result=0.7)
    (row,) = benchmark("training").measure_peers(settings, job.save(tmp_path / "job.npz"), True, ours, 0.01)
    assert row.remark.startswith(remark)
    assert bool(row.remark) == bool(remark)


# --- the parts ---


def test_a_job_survives_its_file(tmp_path, job):
    again = benchmark("jobs").Job.load(job.save(tmp_path / "job.npz"))
    assert again._replace(x=0, y=0, weights=0) == job._replace(x=0, y=0, weights=0)
    for stored, given in zip([again.x, again.y, *again.weights], [job.x, job.y, *job.weights], strict=True):
        np.testing.assert_array_equal(stored, given)
        assert stored.dtype == given.dtype


@pytest.mark.parametrize("ticks", [True, False], ids=["with ticks", "without"])
def test_setup_is_no_part_of_an_epoch(monkeypatch, job, ticks):
    worker, now = benchmark("worker"), [0.0]

    def train(epochs, tick):
        now[0] += 100  # setup
        for _ in range(epochs):
            now[0] += 2
            if ticks:
                tick()
        return [0.5] * epochs

    monkeypatch.setattr(worker, "perf_counter", lambda: now[0])
    found = worker.measure(train, job, repeats=3, per_epoch=True, beside=[])
    assert set(found["seconds"]) == {2.0}
    assert found["setup"] == 100.0
    assert worker.measure(train, job, repeats=3, per_epoch=False, beside=[])["seconds"] == [108.0] * 3


@pytest.mark.parametrize(
    ("value", "sense", "limit", "met"),
    [
        (1.0, "at most", 1.0, True),
        (1.01, "at most", 1.0, False),
        (1.0, "below", 1.0, False),
        (5.0, "at least", 5.0, True),
        (4.9, "at least", 5.0, False),
        (float("nan"), "at most", 1.0, False),
        (float("nan"), "at least", 1.0, False),
    ],
)
def test_targets(value, sense, limit, met):
    report = benchmark("report")
    table = report.Table("title", "about", [], [report.Target("text", value, sense, limit)])
    assert table.targets[0].met is met
    assert ("MISSED" in table.text()) is not met
    assert "too small to tell" in table.text(quick=True)


def test_a_ratio_is_that_of_medians_and_needs_both_rows():
    report = benchmark("report")
    rows = [
        report.Row("a", [1.0, 2.0, 99.0]),
        report.Row("b", [4.0, 4.0, 0.1]),
        report.Row("c", remark="not installed"),
    ]
    table = report.Table("title", "about", rows, [])
    table.add_ratio("a", "b", "at most", 1.0)
    table.add_ratio("a", "c", "at most", 1.0)
    assert [target.value for target in table.targets] == [0.5]
    assert "not installed" in table.text()


def test_the_hand_written_form_is_compared_where_its_own_loss_is_nan():
    jobs = benchmark("jobs")
    job = jobs.recitation("float32", quick=True)
    sure = job._replace(x=job.x * 8)  # answers that float32 rounds to 1
    _, loss = benchmark("references").by_hand(sure)()
    ours = benchmark("worker").load_trainer(benchmark("peers").CHAINRULE.script, sure)(sure.epochs, lambda: None)
    assert loss == pytest.approx(ours[-1], rel=1e-3)


def test_the_products_are_those_of_the_epoch(job):
    seconds, _ = benchmark("references").products(job)()
    assert len(seconds) == job.epochs
