"""The look inside: pieces of the page, the weight chosen to explain, what training added, and faults it must show."""

from __future__ import annotations

import re
from html import unescape
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

from chainrule.cli import inside
from chainrule.cli.page import session
from chainrule.course import lecture, recitation


@pytest.fixture(scope="module")
def tumours():
    return recitation.run(epochs=10, verbose=0)


@pytest.fixture(scope="module")
def digits():
    return lecture.run(epochs=3, verbose=0)


@pytest.fixture(scope="module")
def found(tumours, digits):
    return inside.look_inside(tumours, digits, (1, 4), 20)


@pytest.fixture(scope="module")
def pieces(tumours, digits, found):
    return inside.pieces(tumours, digits, found)


def svg_of(piece):
    """The drawing in a piece of the page, parsed as a browser would not: strictly."""
    return ElementTree.fromstring(re.search(r"<svg.*</svg>", piece, re.DOTALL)[0])


def plain(piece):
    return unescape(re.sub(r"<[^>]+>", "", piece))


def test_summary_says_what_was_found(found):
    lines = str(found).splitlines()
    assert lines[0] == "check_grad 321 gradients against central differences: all agree"
    assert lines[1].startswith("diagnose recitation, 455 rows: ")
    assert lines[2].startswith("diagnose mnist_17, 2000 of 13007 rows: ")
    assert lines[-1].split()[0] == "4"
    str(found).encode("ascii")  # any terminal can show it


def test_drawing_is_well_formed_and_shows_one_path(pieces):
    root = svg_of(pieces["graph"])
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("viewBox")
    assert "f(x) = x² + 5x³" in root.get("aria-label")
    links = [group for group in root.iter() if group.get("class") == "link"]
    widths = [float(link[1].get("stroke-width")) for link in links]
    assert len(links) == 5
    assert sum(width == max(widths) for width in widths) == 3  # x → x³ → 5x³ → f
    assert "1 · 5 · 12" in pieces["graph"]
    assert "60 to the derivative" in pieces["graph"]


def test_a_spoiled_drawing_is_caught(pieces):
    spoiled = pieces["graph"].replace("</g>", "", 1)
    with pytest.raises(ElementTree.ParseError):
        svg_of(spoiled)


def test_what_is_printed_is_escaped():
    piece = session('print("<i>")\nprint(a < b)', "x > 0 & <script>alert(1)</script>")
    assert "<script" not in piece
    assert "<i>" not in piece
    assert plain(piece) == '>>> print("<i>")\n>>> print(a < b)\nx > 0 & <script>alert(1)</script>'


def test_pieces_of_networks_are_escaped(pieces):
    assert "[z1[" in pieces["explanation"]
    assert "&gt; 0]" in pieces["explanation"]


def test_paths_and_derivation_are_those_of_the_function(pieces):
    assert "64  = df/dx" in plain(pieces["paths"])
    assert "dx  = 15x² + 2x" in plain(pieces["derivation"])


def test_explained_weight_is_of_a_unit_active_for_most(tumours, pieces):
    x, y = tumours.data.x_test[: inside.SAMPLES], tumours.data.y_test[: inside.SAMPLES]
    seen = tumours.model.look(x, y)
    row, unit = inside.telling_weight(seen)
    active = np.mean(seen["a1"] > 0, axis=0)
    assert active[unit] > 0.5
    assert abs(seen["dW1"][row, unit]) == np.abs(seen["dW1"][:, unit]).max()
    assert f"kernel[{row}, {unit}]" in plain(pieces["explanation"])
    assert pieces["unit"] == str(unit)


@pytest.mark.parametrize(
    ("active", "chosen"),
    [([0, 8, 7], 2), ([8, 0, 4], 0), ([3, 6, 8], 1), ([8, 8, 8], 0)],  # of 8 samples
)
def test_a_unit_active_for_most_is_taken_before_one_active_for_all(active, chosen):
    a1 = (np.arange(8)[:, np.newaxis] < np.array(active)).astype(float)
    gradient = np.array([[0.1, 0.2, 0.3], [-5.0, -4.0, -3.0]])
    assert inside.telling_weight({"a1": a1, "dW1": gradient}) == (1, chosen)


def test_what_training_added_is_small_and_adds_up(digits):
    added = inside.training_added(digits.model).get_weights()
    started = lecture.build(seed=0).get_weights()
    for now, then, difference in zip(digits.model.get_weights(), started, added, strict=True):
        np.testing.assert_allclose(then + difference, now, atol=1e-7)
    assert 0 < np.abs(added[0]).max() < 0.01 * np.abs(started[0]).max()


def test_another_start_would_show_as_noise():
    other = lecture.build(seed=1)
    added = inside.training_added(other).get_weights()[0]
    assert np.abs(added).max() > np.abs(other.get_weights()[0]).max()


def test_a_wrong_gradient_is_said_to_be_wrong(tumours, digits, found):
    first, *rest = found.gradients.arguments
    wrong = SimpleNamespace(name=first.name, error=0.5, compared=first.compared, worst=((0, 0), 1.0, 2.0), kinks=[])
    gradients = type(found.gradients)([wrong, *rest], found.gradients.tolerance)
    spoiled = found._replace(gradients=gradients)
    assert str(spoiled).splitlines()[0].endswith("some DIFFER")
    assert f"{first.name}: DIFFERS" in inside.pieces(tumours, digits, spoiled)["gradients_checked"]
