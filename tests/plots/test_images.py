"""The grid of samples."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex

from chainrule import plots
from chainrule.errors import DataError, ShapeError
from chainrule.plots.style import RED

# Image i is filled with i, so that an image tells its number.
IMAGES = np.broadcast_to(np.arange(30)[:, None, None], (30, 4, 4))
LABELS = np.arange(30)


def numbers(figure):
    return [int(ax.images[0].get_array()[0, 0]) for ax in figure.axes]


def titles(figure):
    return [ax.get_title() for ax in figure.axes]


def test_every_image_stands_under_its_own_label():
    figure = plots.samples(IMAGES, LABELS, rows=2, columns=5)
    assert len(figure.axes) == 10
    assert titles(figure) == [str(number) for number in numbers(figure)]
    assert titles(plots.samples(IMAGES, LABELS + 1)) != [str(n) for n in numbers(plots.samples(IMAGES, LABELS))]


def test_no_image_comes_twice_and_the_seed_decides():
    first, again, other = (numbers(plots.samples(IMAGES, LABELS, seed=seed)) for seed in (1, 1, 2))
    assert len(set(first)) == len(first) == 24
    assert first == again
    assert first != other


def test_fewer_images_than_places_are_all_drawn():
    assert sorted(numbers(plots.samples(IMAGES[:5], LABELS[:5]))) == [0, 1, 2, 3, 4]


def test_wrong_answers_are_framed_and_named_and_right_ones_are_not():
    answers = np.where(LABELS % 2, LABELS, 99)
    for ax in plots.samples(IMAGES, LABELS, answers, rows=5, columns=6).axes:
        label, _, answer = ax.get_title().partition(", not ")
        wrong = int(label) % 2 == 0
        assert answer == ("99" if wrong else "")
        frame = ax.spines["left"]
        assert frame.get_visible() == wrong
        assert not wrong or to_hex(frame.get_edgecolor()).upper() == RED


def test_names_take_the_place_of_numbers():
    figure = plots.samples(IMAGES[:2], [0, 1], [[1], [1]], names=["seven", "one"])
    assert sorted(titles(figure)) == ["one", "seven,\nnot one"]


@pytest.mark.parametrize("shape", [(3, 28, 28), (3, 784), (3, 28, 28, 1), (3, 20, 30)])
def test_forms_of_grey_images(shape):
    figure = plots.samples(np.random.default_rng(0).random(shape), [0, 1, 2])
    assert figure.axes[0].images[0].get_array().shape == (shape[1:3] if len(shape) > 2 else (28, 28))


def test_colours_stay():
    figure = plots.samples(np.zeros((2, 5, 5, 3)), [0, 1])
    assert figure.axes[0].images[0].get_array().shape == (5, 5, 3)


def test_all_images_share_one_scale_of_grey_from_paper_to_ink():
    for ax in plots.samples(IMAGES, LABELS).axes:
        assert ax.images[0].get_clim() == (0, 29)
    assert ax.images[0].cmap(1.0)[:3] == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((np.zeros((3, 5)), [0, 1, 2]), {}, ShapeError, r"images must be.*Received: \(3, 5\)"),
        ((np.zeros((0, 4, 4)), []), {}, DataError, "no images"),
        ((np.full((1, 2, 2), "ink"), [0]), {}, DataError, "hold numbers"),
        ((IMAGES, LABELS[:4]), {}, ShapeError, "each of the 30 images. Received: 4"),
        ((IMAGES, LABELS, LABELS[:4]), {}, ShapeError, "equally long"),
        ((IMAGES, LABELS, np.full(30, 0.3)), {}, DataError, "predictions must hold classes"),
        ((IMAGES, LABELS), {"rows": 0}, DataError, "at least one row"),
        ((IMAGES, LABELS), {"names": ["zero"]}, DataError, "has none"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, options, error, message):
    with pytest.raises(error, match=message):
        plots.samples(*arguments, **options)
