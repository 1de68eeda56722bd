"""The tour from the command line: a short one, and the page it writes."""

from __future__ import annotations

import re
from base64 import b64decode
from html import unescape
from html.parser import HTMLParser

import pytest

from chainrule.cli import main
from chainrule.cli.page import MARK
from chainrule.cli.tour import QUICK, Length, tour

VOID = {"meta", "img", "br", "link", "input", "hr"}
REFERENCES = {"src", "href", "srcset", "poster", "data", "action"}


class Page(HTMLParser):
    """Collects what a page refers to, and whether its tags are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.faults, self.references, self.ids, self.images = [], [], [], [], []
        self.feed(text)
        self.faults += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "img":
            self.images.append(values)
        self.ids += [values["id"]] if "id" in values else []
        self.references += [(tag, values[name]) for name in REFERENCES & set(values)]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing, at {self.getpos()}")


def loaded(page):
    """What a browser would fetch to show the page: everything but links and what is inside."""
    return [(tag, value) for tag, value in page.references if tag != "a" and not value.startswith(("data:", "#"))]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("tour") / "deep" / "page"


@pytest.fixture(scope="module")
def printed(out):
    import contextlib
    import io

    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        assert main(["tour", "--epochs", "2", "--out", str(out)]) == 0
    return stdout.getvalue(), stderr.getvalue()


@pytest.fixture(scope="module")
def text(printed, out):
    return (out / "index.html").read_text(encoding="utf-8")


def test_prints_results_and_where_the_page_is(printed, out):
    words, progress = printed
    assert "test: loss" in words
    assert words.count("ROC-AUC") == 2
    assert words.rstrip().endswith(str(out / "index.html"))
    assert "recitation: 100%" in progress
    assert "mnist_17: 100%" in progress
    assert "units_32: 100%" in progress
    assert "check_grad 321 gradients against central differences: all agree" in words
    assert words.count("   diagnose ") == 2
    words.encode("ascii")  # any terminal can show it


def test_differences_between_the_three_ways_are_tiny(printed):
    differences = re.findall(r"largest difference (\S+)", printed[0])
    assert len(differences) == 2
    assert all(float(number) < 1e-10 for number in differences)


def test_only_the_page_is_written(printed, out):
    assert [path.name for path in out.iterdir()] == ["index.html"]


def test_page_is_whole_and_loads_nothing(text):
    page = Page(text)
    assert page.faults == []
    assert loaded(page) == []
    assert len(page.images) == 13
    assert all(image["alt"] and image["width"] and image["height"] for image in page.images)
    assert "$" not in re.sub(r"base64,[^\"]*", "", text)
    assert "url(" not in text
    assert "@import" not in text
    assert {value[1:] for tag, value in page.references if value.startswith("#")} <= set(page.ids)


def test_figures_load_nothing_either(text):
    figures = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", text)
    for figure in figures:
        svg = b64decode(figure).decode("utf-8")
        assert re.findall(r"xlink:href=\"(?!#|data:)", svg) == []
        assert "<svg" in svg


def test_page_shows_the_programs_that_ran(text):
    plain = re.sub(r"<[^>]+>", "", text)
    assert "def df_dx(x):\n    return " in plain
    assert "def gradients_matrix(" in plain
    assert "def dloss(x, y, w_1, u_1, w_2, u_2):" in plain
    assert plain.count("def gradients(") == 2
    assert plain.count("def update(") == 2
    assert "np.tanh(" in plain


def test_page_looks_inside_in_this_order(text):
    plain = unescape(re.sub(r"<[^>]+>", "", text[text.index('id="inside"') :]))
    marks = (
        "f(x) = x² + 5x³",
        'print(graph.paths("x"))\n2 paths from x to f',
        "df/dx = 1·1·2x + 1·5·3x²",
        "dx  = 15x² + 2x",
        "print(model.look(x, y))\nrecitation: 8 samples, loss",
        "∂loss/∂a2 · ∂a2/∂z2 · ∂z2/∂a1[",
        "/bias: agrees, relative error",
        "recitation, 455 rows",
        "The same units minus that noise",
        "mnist_17, 2000 of 13007 rows",
        'approximation.run("steps", units=(1, 2, 4, 8, 16, 32), epochs=2)',
        "hidden units   largest error",
    )
    found = [plain.find(mark) for mark in marks]
    assert min(found) >= 0, marks[found.index(min(found))]
    assert found == sorted(found)


def test_a_page_that_loads_something_is_caught(text):
    spoiled = text.replace("</body>", '<script src="https://example.org/x.js"></script></p></body>')
    page = Page(spoiled)
    assert loaded(page) == [("script", "https://example.org/x.js")]
    assert page.faults


def test_a_second_tour_replaces_only_its_page(printed, out):
    other = out / "notes.txt"
    other.write_text("mine")
    (out / "index.html").write_text(f"{MARK} old")
    tour(out, Length(1, 1, 1, (4,)))
    assert other.read_text() == "mine"
    assert "A tour of chainrule" in (out / "index.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in out.iterdir()) == ["index.html", "notes.txt"]


def test_quick_and_open(tmp_path, monkeypatch, capsys):
    lengths, opened = [], []

    def remembered(out, length):
        lengths.append(length)
        return out / "index.html"

    monkeypatch.setattr("chainrule.cli.tour.tour", remembered)
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert main(["tour", "--out", str(tmp_path)]) == 0
    assert opened == []
    assert main(["tour", "--quick", "--open", "--out", str(tmp_path)]) == 0
    assert lengths == [Length(), QUICK]
    assert lengths[0][:2] == (80, 500)
    assert lengths[1].lecture == 100
    assert QUICK.units == lengths[0].units[: len(QUICK.units)]
    assert opened == [(tmp_path / "index.html").as_uri()]
