"""The benchmark runs, prints its tables and notices work that is not the same. No time is judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))


@pytest.fixture(autouse=True)
def _settings_put_back():
    """Peers' scripts change their libraries' settings, each in a process of its own; here all share one."""
    jax, keras = (import_module(name) if name in sys.modules else None for name in ("jax", "keras"))
    x64 = jax.config.jax_enable_x64 if jax else False
    floatx = keras.config.floatx() if keras else "float32"
    yield
    if "jax" in sys.modules:
        sys.modules["jax"].config.update("jax_enable_x64", x64)
    if "keras" in sys.modules:
        sys.modules["keras"].config.set_floatx(floatx)


def benchmark(module):
    return import_module(f"benchmarks.{module}")


def run(*arguments):
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def make_job(dtype="float64", hidden=(2,), classes=1, activation="relu", optimizer="sgd", batch_size=5, epochs=4):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((12, 3)).astype(dtype)
    y = (x[:, 0] > 0).astype(dtype) if classes == 1 else rng.integers(0, classes, 12)
    sizes = [3, *hidden, classes]
    shapes = [shape for inputs, outputs in pairwise(sizes) for shape in [(inputs, outputs), outputs]]
    weights = [rng.standard_normal(shape).astype(dtype) for shape in shapes]
    return benchmark("jobs").Job(x, y, weights, activation, optimizer, 0.1, batch_size, epochs)


@pytest.fixture
def job():
    return make_job()


# --- the command ---


@pytest.mark.slow
def test_every_benchmark_gives_its_tables(tmp_path):
    pytest.importorskip("jax")
    stored, drawn = tmp_path / "figures.json", tmp_path / "figures.svg"
    done = run("--quick", "--peers", "none", "--json", str(stored), "--figure", str(drawn))
    assert done.returncode == 0, done.stderr
    for title in (
        "Recitation, 3 epochs, warm",
        "Recitation, cold",
        "Lecture, one epoch",
        "MNIST, one epoch",
        "Table, one epoch",
        "3 networks, 3 epochs, warm",
        "Growth with batch size",
        "Import",
        "Lecture, memory",
        "by number of nodes",
        "a class graded",
    ):
        assert title in done.stdout
    assert "OTHER WORK" not in done.stdout
    assert "failed" not in done.stdout

    found = json.loads(stored.read_text())
    assert found["versions"]["numpy"].startswith(np.__version__)
    assert len(found["tables"]) == 16
    for table in found["tables"]:
        assert all(value > 0 for row in table["rows"] for value in row["values"])
        assert all(row["values"] for row in table["rows"])
    assert [target["limit"] for table in found["tables"] for target in table["targets"]] == [
        1.0, 1.0, 1.0, 1.15, 1.15, 2.15, 2.15, 1.15, 1.15, 0.15, 1.15, 1.5, 1.5, 1.0, 1.0, 1.15, 20, 120,
    ]  # fmt: skip
    assert "<svg" in drawn.read_text()


@pytest.mark.slow
def test_targets_against_peers():
    for library in ("jax", "sklearn", "joblib"):
        pytest.importorskip(library)
    done = run("--quick", "--peers", "sklearn,jax", "recitation", "many")
    assert done.returncode == 0, done.stderr
    assert "OTHER WORK" not in done.stdout
    assert "failed" not in done.stdout
    for target in (
        "scikit-learn / chainrule (NumPy) ",
        "chainrule (JAX) / JAX by hand ",
        "/ JAX by hand, vmap",
        "scikit-learn, joblib / chainrule",
        "target: at most 1.05",
        "target: at least 50",
    ):
        assert target in done.stdout


@pytest.mark.parametrize(
    "arguments", [("lektion",), ("--peers", "numpy"), ("--repeats", "0"), ("--figure", "bars.txt")]
)
def test_a_wrong_argument_is_refused(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert f"Received: {arguments[-1]}" in done.stderr


def test_without_a_gpu_nothing_is_measured():
    pytest.importorskip("jax")
    running = benchmark("running")
    if subprocess.run([sys.executable, "-c", running.FIND_GPU], capture_output=True).returncode == 0:
        pytest.skip("there is a GPU here")
    done = run("--device", "gpu", "--quick", "import")
    assert done.returncode == 2
    assert "no GPU" in done.stderr
    assert done.stdout == ""


# --- every peer does the same work ---

JOBS = {
    "lecture": {"dtype": "float32", "activation": "tanh", "batch_size": 12},
    "recitation": {"batch_size": 12},
    "classes": {"hidden": (4, 5), "classes": 3, "optimizer": "adam", "batch_size": 12},
    "table": {"dtype": "float32", "hidden": (4, 3, 5), "optimizer": "adam", "batch_size": 12},
}
SCRIPTS = {
    "chainrule on JAX": ("with_chainrule.py", "jax", {"engine": "jax"}),
    "JAX": ("with_jax.py", "jax", {}),
    "JAX, one call": ("with_jax.py", "jax", {"one_call": True}),
    "PyTorch": ("with_torch.py", "torch", {}),
    "scikit-learn": ("with_sklearn.py", "sklearn", {}),
}


def losses_of(script, job, options, epochs, tick=None):
    train = benchmark("worker").load_trainer(benchmark("peers").FOLDER / script, job, options)
    return train, train(epochs, tick)


@pytest.mark.parametrize("settings", JOBS.values(), ids=JOBS)
@pytest.mark.parametrize(("script", "library", "options"), SCRIPTS.values(), ids=SCRIPTS)
def test_peers_reach_the_same_losses(script, library, options, settings):
    """With one batch an epoch there is no order of rows, and the losses are the same numbers."""
    pytest.importorskip(library)
    job = make_job(**settings)
    _, expected = losses_of("with_chainrule.py", job, {"engine": "numpy"}, 6)
    train, losses = losses_of(script, job, options, 6)
    tolerance = 1e-5 if job.dtype == "float64" and job.optimizer == "sgd" else 1e-4
    np.testing.assert_allclose(losses, expected, rtol=tolerance)
    np.testing.assert_allclose(train(6, None), losses, rtol=1e-6)  # begins anew, the optimizer's memory too


@pytest.mark.slow
@pytest.mark.parametrize("settings", JOBS.values(), ids=JOBS)
def test_keras_reaches_the_same_losses(monkeypatch, settings):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    pytest.importorskip("jax")
    pytest.importorskip("keras")
    job = make_job(**settings)
    _, expected = losses_of("with_chainrule.py", job, {"engine": "numpy"}, 6)
    train, losses = losses_of("with_keras.py", job, {}, 6)
    np.testing.assert_allclose(losses, expected, rtol=1e-3)  # Keras keeps its answers 1e-7 away from 0 and 1
    np.testing.assert_allclose(train(6, None), losses, rtol=1e-6)


def test_another_learning_rate_is_noticed(job):
    whole = job._replace(batch_size=12)
    _, expected = losses_of("with_chainrule.py", whole, {"engine": "numpy"}, 6)
    _, losses = losses_of("with_chainrule.py", whole._replace(learning_rate=0.11), {"engine": "numpy"}, 6)
    assert not benchmark("training").same_work(losses[-1], expected[-1], 1e-4)


@pytest.mark.parametrize("options", [{}, {"one_call": True}], ids=["by epochs", "one call"])
def test_jax_by_hand_takes_rows_in_chainrules_order(job, options):
    """So that batches, the last of which is shorter, are compared number by number, too."""
    pytest.importorskip("jax")
    _, expected = losses_of("with_chainrule.py", job, {"engine": "numpy"}, 4)
    _, losses = losses_of("with_jax.py", job, options, 4)
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


@pytest.mark.parametrize("script", ["with_chainrule.py", "with_jax.py", "with_torch.py"])
def test_the_end_of_each_epoch_is_told(job, script):
    pytest.importorskip({"with_jax.py": "jax", "with_torch.py": "torch"}.get(script, "numpy"))
    ends = []
    options = {"engine": "numpy"} if script == "with_chainrule.py" else {}
    losses_of(script, job, options, 3, lambda: ends.append(1))
    assert len(ends) == 3


def test_many_by_vmap_are_what_one_alone_is():
    jax = pytest.importorskip("jax")
    by_hand, job = benchmark("peers.with_jax"), make_job("float32")
    rates = [0.01, 0.1]
    _, losses = losses_of("many_with_jax.py", job, {"seeds": 2, "rates": rates}, 3)
    keys = jax.random.split(jax.random.key(0), 2)
    for place, rate in enumerate(rates):
        alone = []
        for key in keys:
            weights = [np.asarray(one) for pair in by_hand.start(key, [3, 2, 1]) for one in pair]
            single = job._replace(weights=weights, learning_rate=rate)
            alone.append(losses_of("with_jax.py", single, {}, 3)[1])
        np.testing.assert_allclose([epoch[place] for epoch in losses], np.mean(alone, axis=0), rtol=1e-4)


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
    peers, running = benchmark("peers"), benchmark("running")

    def peer(name, body, package):
        script = tmp_path / f"with_{name}.py"
        script.write_text(SCRIPT.format(body=body))
        return peers.Peer(name, name, script, (package,))

    chosen = [peer("right", "return [0.7] * epochs", "numpy"), peer("fault", body, package)]
    settings = running.Settings(1, True, [], tmp_path)
    ours, row = benchmark("training").measure_trainings(
        settings, job.save(tmp_path / "job.npz"), chosen, per_epoch=True, tolerance=0.01
    )
    assert ours.remark == ""
    assert row.remark.startswith(remark)
    assert bool(row.remark) == bool(remark)
    assert row.counts is not bool(remark)


@pytest.mark.parametrize(
    ("loss", "remark"), [(0.07, "2 timed, scaled to 200"), (0.2, "OTHER WORK"), (float("nan"), "OTHER WORK")]
)
def test_few_networks_are_scaled_and_compared_at_their_learning_rates(loss, remark):
    many, peers, report = (benchmark(name) for name in ("many", "peers", "report"))
    first = peers.CHAINRULE._replace(options={"seeds": 100, "rates": [0.1, 0.2]})
    few = peers.SKLEARN._replace(options={"seeds": 2, "rates": [0.2]})
    row = report.Row(few.label, setup=1.0)
    row.add([3.0])
    losses = {first.label: {0.1: 0.5, 0.2: 0.08}, few.label: {0.2: loss}}
    many._finish(row, few, first, losses)
    assert row.values == row.rounds == [300.0]
    assert row.remark.startswith(remark)
    assert row.setup is None


def test_loops_that_go_wrong_are_not_timed(monkeypatch):
    from chainrule.course import recitation as course

    job = benchmark("jobs").recitation("float32", quick=True)
    seconds, _ = benchmark("references").loops(job)()
    assert seconds[0] > 0
    right = course.gradients_loops

    def wrong(*batch):
        found = right(*batch)
        return {**found, "w_grad_1": found["w_grad_1"] * 1.1}

    monkeypatch.setattr(course, "gradients_loops", wrong)
    with pytest.raises(ArithmeticError, match="matrix form"):
        benchmark("references").loops(job)()


# --- turns ---


def turns(monkeypatch, tmp_path, peers, seconds, rounds=4):
    """Let peers take turns with a clock that each of them moves on. Returns their rows and who came when."""
    running, now, order = benchmark("running"), [0.0], []
    monkeypatch.setattr(running, "perf_counter", lambda: now[0])

    def measure(peer, row):
        now[0] += seconds[peer.label]
        order.append(peer.label)
        row.add([seconds[peer.label]])

    settings = running.Settings(rounds, False, [], tmp_path)
    return running.take_turns(settings, "work", peers, measure), order


def test_rows_take_turns_and_slow_ones_sit_out(monkeypatch, tmp_path):
    peers = benchmark("peers")
    patience = benchmark("running").PATIENCE
    quick, slow, close = (peers.Peer(name, name, tmp_path, ("numpy",)) for name in ("quick", "slow", "close"))
    chosen = [quick, slow, close._replace(close=True)]
    seconds = {"quick": 1.0, "slow": patience * 0.7, "close": patience * 2}
    rows, order = turns(monkeypatch, tmp_path, chosen, seconds)
    assert order == ["quick", "slow", "close"] * 2 + ["quick", "close"] * 2
    assert {name: row.remark for name, row in rows.items()} == {"quick": "", "slow": "rounds: 2", "close": ""}


def test_ratios_are_taken_round_by_round():
    report = benchmark("report")
    ours, theirs = report.Row("ours"), report.Row("theirs")
    for slowness in (1.0, 1.0, 10.0, 10.0, 10.0):  # the machine became slow
        ours.add([slowness, slowness * 1.01])
        theirs.add([slowness * 2])
    late = report.Row("sat out", rounds=theirs.rounds[:2], values=theirs.values[:2])
    assert ours.over(theirs) == pytest.approx(0.5025)
    assert late.over(ours) == pytest.approx(2, rel=0.01)
    assert late.median / ours.median < 0.5  # what a ratio of medians would have made of it


@pytest.mark.parametrize("ticks", [True, False], ids=["with ticks", "without"])
def test_setup_is_no_part_of_an_epoch(monkeypatch, job, ticks):
    worker, now, first = benchmark("worker"), [0.0], [100.0]

    def train(epochs, tick):
        now[0] += first.pop() if first else 0.0  # setup
        for _ in range(epochs):
            now[0] += 2
            if ticks and tick:
                tick()
        return [0.5] * epochs

    monkeypatch.setattr(worker, "perf_counter", lambda: now[0])
    found = worker.measure(train, job, per_epoch=True, beside=[])
    assert found["seconds"] == ([2.0] * job.epochs if ticks else [2.0 + 100 / job.epochs])  # hence its first fit
    assert found["setup"] == (100.0 if ticks else 0.0)


def test_setup_is_no_part_of_a_training(monkeypatch, job):
    worker, now, first = benchmark("worker"), [0.0], [100.0]

    def train(epochs, tick):
        assert tick is None
        now[0] += epochs * 0.25 + (first.pop() if first else 0.0)
        return [0.5] * epochs

    monkeypatch.setattr(worker, "perf_counter", lambda: now[0])
    found = worker.measure(train, job, per_epoch=False, beside=[])
    assert found["seconds"] == [1.0, 1.0]  # then two seconds were enough
    assert found["setup"] == 100.0


# --- the parts ---


@pytest.mark.parametrize("settings", JOBS.values(), ids=JOBS)
def test_a_job_survives_its_file(tmp_path, settings):
    job = make_job(**settings)
    again = benchmark("jobs").Job.load(job.save(tmp_path / "job.npz"))
    assert again._replace(x=0, y=0, weights=0) == job._replace(x=0, y=0, weights=0)
    for stored, given in zip([again.x, again.y, *again.weights], [job.x, job.y, *job.weights], strict=True):
        np.testing.assert_array_equal(stored, given)
        assert stored.dtype == given.dtype


def test_a_job_describes_its_network():
    job = make_job("float32", hidden=(4, 5), classes=3, optimizer="adam")
    assert (job.inputs, job.hidden, job.classes, job.steps, job.shuffle) == (3, [4, 5], 3, 3, True)
    assert job.described() == "12×3 float32, 4 relu, 5 relu, 3 softmax, Adam 0.1, batches of 5"


@pytest.mark.parametrize("name", ["mnist", "table"])
def test_the_data_of_deep_networks(name):
    job = getattr(benchmark("jobs"), name)(quick=True)
    assert job.x.dtype == np.float32
    assert 1 < len(np.unique(job.y)) == max(job.classes, 2)
    assert abs(np.mean(job.y) - (4.5 if name == "mnist" else 0.5)) < 0.2


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
    assert ("reached" in table.text()) is met
    assert "too small to tell" in table.text(quick=True)


def test_a_ratio_is_that_of_medians_and_needs_rows_that_count():
    report = benchmark("report")
    rows = [
        report.Row("a", [1.0, 2.0, 99.0]),
        report.Row("b", [4.0, 4.0, 0.1]),
        report.Row("c", remark="not installed"),
        report.Row("d", [0.1], remark="OTHER WORK: the loss differs"),
    ]
    table = report.Table("title", "about", rows, ours=("a", "d"))
    for bottom in "bcd":
        table.add_ratio("a", bottom, "at most", 1.0)
    assert [target.value for target in table.targets] == [0.5]
    assert table.base is rows[0]
    assert "not installed" in table.text()


def test_the_fastest_of_ours_is_what_others_are_compared_with():
    report = benchmark("report")
    rows = [report.Row("slow", [4.0]), report.Row("quick", [2.0]), report.Row("peer", [1.0])]
    table = report.Table("title", "about", rows, ours=("slow", "quick", "missing"))
    assert table.base is rows[1]
    assert report.Table("title", "about", rows).base is rows[0]
    assert table.fastest(("missing", "lost")) == "missing"


def test_slopes():
    slope = benchmark("growth")._slope
    assert slope({1: 1.0, 10: 5.0, 100: 500.0}) == pytest.approx(2)
    assert slope({1: 9.0, 10: 9.0}) == 0


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_figure_shows_what_is_compared(tmp_path, ending):
    report, figure = benchmark("report"), benchmark("figure")
    rows = [
        report.Row("chainrule (NumPy)", [0.2]),
        report.Row("Peer", [3.0]),
        report.Row("Fault", [0.1], remark="OTHER WORK"),
        report.Row("Absent", remark="not installed"),
    ]
    tables = [report.Table(f"Work {i}: data", "about", rows, ours=("chainrule (NumPy)",)) for i in range(3)]
    tables.append(report.Table("Import", "about", [report.Row("import numpy", [0.1])]))
    path = tmp_path / f"bars.{ending}"
    figure.draw(tables, {"numpy": np.__version__}, path)
    assert path.stat().st_size > 10_000
    assert [row.name for row in figure._measured(tables[0])] == ["chainrule (NumPy)", "Peer"]


def test_no_figure_without_comparisons(tmp_path, capsys):
    benchmark("figure").draw([], {}, tmp_path / "bars.svg")
    assert "no figure" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_hand_written_form_is_compared_where_its_own_loss_is_nan():
    jobs = benchmark("jobs")
    job = jobs.recitation("float32", quick=True)
    sure = job._replace(x=job.x * 8)  # answers that float32 rounds to 1
    _, loss = benchmark("references").by_hand(sure)()
    _, ours = losses_of("with_chainrule.py", sure, {"engine": "numpy"}, sure.epochs)
    assert loss == pytest.approx(ours[-1], rel=1e-3)


def test_the_products_are_those_of_the_epoch(job):
    seconds, _ = benchmark("references").products(job)()
    assert len(seconds) == job.epochs


def test_the_processor_versions_of_a_library_count():
    peers = benchmark("peers")
    assert peers.installed_version("numpy") == np.__version__
    assert peers.installed_version("no-such-distribution") is None
    if find_spec("tensorflow"):
        assert peers.installed_version("tensorflow")
