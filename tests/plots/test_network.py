"""The network as neurons and weighted edges."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import to_rgb

import chainrule as cr
from chainrule import Input, Model, Sequential, layers, plots
from chainrule.errors import DataError, NotCompiledError, ShapeError
from chainrule.layers import Activation, Add, Concatenate, Dense, Dropout, Flatten
from chainrule.plots.columns import Columns
from chainrule.plots.layout import Layout
from chainrule.plots.style import BLUE, RED, new_figure

W1 = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -4.0]])
B1 = np.array([0.5, -1.0, 0.0])
W2 = np.array([[2.0], [-1.0], [0.5]])


@pytest.fixture
def small():
    model = Sequential([Input((2,), dtype="float64"), Dense(3, "tanh"), Dense(1, "sigmoid")], name="small")
    model.set_weights([W1, B1, W2, np.array([0.25])])
    model.compile(loss="binary_crossentropy")
    return model


def drawing(*args, **options):
    return plots.network(*args, **options).axes[0]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def circles(axes):
    return [c for c in axes.collections if isinstance(c, PatchCollection)]


def lines(axes):
    return [c for c in axes.collections if isinstance(c, LineCollection)]


# --- which neurons, which lines ---


def test_a_small_network_is_drawn_whole(small):
    axes = drawing(small)
    assert [len(c.get_paths()) for c in circles(axes)] == [2, 3, 1]
    assert [len(c.get_segments()) for c in lines(axes)] == [6, 3]
    assert axes.get_title() == "small"
    assert "⋮" not in texts(axes)


def test_layers_units_and_activations_are_named(small):
    words = "\n".join(texts(drawing(small)))
    for part in ("input", "2 features", small.layers[0].name, "3 units, tanh", "1 unit, sigmoid", "weights up to 4"):
        assert part in words


def test_lines_have_the_sign_and_size_of_their_weights(small):
    first = lines(drawing(small))[0]
    # The strongest is drawn last, so that it lies on top.
    weights = sorted(W1.ravel(), key=abs)
    for weight, colour, width in zip(weights, first.get_colors(), first.get_linewidths(), strict=True):
        assert tuple(colour[:3]) == to_rgb(BLUE if weight > 0 else RED)
        assert width == pytest.approx(0.3 + 1.9 * abs(weight) / 4)


def test_swapped_signs_would_be_noticed(small):
    before = [tuple(colour[:3]) for colour in lines(drawing(small))[0].get_colors()]
    small.set_weights([-W1, B1, W2, np.array([0.25])])
    assert [tuple(colour[:3]) for colour in lines(drawing(small))[0].get_colors()] != before


def test_each_line_joins_the_neurons_of_its_weight(small):
    layout = Layout(Columns(small))
    link = layout.found.links[0]
    inputs, hidden, _ = layout.found.columns
    for i, j, (start, end) in layout.lines(link):
        assert start == layout.places[inputs.neurons[i]]
        assert end == layout.places[hidden.neurons[j]]
    assert [(i, j) for i, j, _ in layout.lines(link)] == [(i, j) for i in range(2) for j in range(3)]


def test_where_there_is_room_weights_and_biases_are_written(small):
    words = texts(drawing(small))
    assert {"1", "−2", "0.5", "0.25", "3", "−4", "2", "−1"} <= set(words)
    assert [word for word in words if word.startswith("b = ")] == ["b = 0.5", "b = −1", "b = 0", "b = 0.25"]


def test_wide_layers_are_summarised():
    model = Sequential([Input((784,)), Dense(256, "tanh"), Dense(1, "sigmoid")])
    axes = drawing(model)
    assert [len(c.get_paths()) for c in circles(axes)] == [12, 12, 1]
    assert [len(c.get_segments()) for c in lines(axes)] == [144, 12]
    assert texts(axes).count("⋮") == 2
    assert any("784 features" in word for word in texts(axes))


def test_thirty_inputs_are_drawn_whole():
    model = Sequential([Input((30,)), Dense(10, "relu"), Dense(1, "sigmoid")])
    assert [len(c.get_paths()) for c in circles(drawing(model))] == [30, 10, 1]


def test_neurons_do_not_overlap():
    model = Sequential([Input((784,)), Dense(32), Dense(33), Dense(5)])
    layout = Layout(Columns(model))
    for column in layout.found.columns:
        ys = sorted(layout.places[n][1] for n in column.neurons.tolist() if n in layout.places)
        assert min(np.diff(ys)) > 2 * layout.radius[column]


# --- a sample ---


def test_neurons_show_the_activations_of_a_sample(small):
    x = np.array([[0.5, -1.0], [1.0, 2.0]])
    axes = drawing(small, x, sample=1)
    hidden = np.tanh(x[1] @ W1 + B1)
    output = small.predict(x)[1, 0]
    words = texts(axes)
    for value in (*hidden, output):
        assert f"{value:.2g}".replace("-", "−") in words
    assert axes.get_title() == "small, sample 1"
    signs = [bool(colour[2] > colour[0]) for colour in circles(axes)[1].get_facecolors()]
    assert signs == list(hidden > 0)


def test_one_sample_needs_no_axis_of_rows(small):
    alone, batch = drawing(small, [0.5, -1.0]), drawing(small, [[0.5, -1.0]])
    assert texts(alone) == texts(batch)


def test_with_labels_the_lines_are_the_derivatives_of_the_samples_loss(small):
    x, y = np.array([[0.5, -1.0], [1.0, 2.0]]), np.array([1, 0])
    columns = Columns(small, small.look(x[1:], y[1:]))
    a = np.tanh(x[1] @ W1 + B1)
    p = 1 / (1 + np.exp(-(a @ W2 + 0.25)))
    dz1 = (p - 0) * W2[:, 0] * (1 - a**2)
    first, second = columns.links
    np.testing.assert_allclose(first.gradients, np.outer(x[1], dz1))
    np.testing.assert_allclose(first.bias_gradients, dz1)
    np.testing.assert_allclose(second.gradients, np.outer(a, p))
    axes = drawing(small, x, y, sample=1)
    assert f"gradients up to {np.abs(first.gradients).max():.2g}" in "\n".join(texts(axes))
    assert axes.get_title() == f"small, sample 1: loss {-np.log(1 - p[0]):.3g}"
    mean = small.look(x, y)["dW1"]
    assert not np.allclose(first.gradients, mean)  # of the sample alone, not the mean over the batch


def test_a_layer_that_is_not_trained_has_no_gradients(small):
    small.layers[0].trainable = False
    assert any("not trained" in word for word in texts(drawing(small, [1.0, 2.0], 1)))


def test_a_model_that_is_not_built_is_built_by_the_data():
    model = Sequential([Dense(3), Dense(1)])
    assert [len(c.get_paths()) for c in circles(drawing(model, np.ones((4, 2))))] == [2, 3, 1]


# --- other structures ---


def test_lines_start_where_numbers_are_made_past_layers_that_pass_them_on():
    x = Input((2, 2))
    flat = Flatten()(x)
    hidden = Dropout(0.5)(Dense(3, "relu")(flat))
    joined = Concatenate()([hidden, flat])
    model = Model(x, Dense(1)(joined))
    found = Columns(model)
    assert [column.units for column in found.columns] == [4, 3, 1]
    assert found.columns[1].words[1].startswith("then dropout")
    np.testing.assert_array_equal(found.links[1].sources, [4, 5, 6, 0, 1, 2, 3])


def test_a_sum_is_a_column_fed_one_to_one():
    x = Input((3,))
    h = Dense(3, "relu")(x)
    model = Model(x, Add()([h, x]))
    added = Columns(model, model.look(np.ones((1, 3)))).columns[2]
    links = [link for link in Columns(model).links if link.column.words == ["3 units, Add"]]
    assert [(link.kind, link.sources.tolist()) for link in links] == [("copies", [3, 4, 5]), ("copies", [0, 1, 2])]
    np.testing.assert_allclose(added.values, model.predict(np.ones((1, 3)))[0], rtol=1e-6)


def test_lines_past_a_column_bow_over_it():
    x = Input((3,))
    model = Model(x, Add()([Dense(3)(Dense(9)(x)), x]))
    layout = Layout(Columns(model))
    skip = next(link for link in layout.found.links if link.kind == "copies" and link.depth == 0)
    highest = max(place[1] for place in layout.places.values())
    for *_, way in layout.lines(skip):
        assert max(y for _, y in way) > highest
        assert max(y for _, y in way) < layout.window[3]


def test_an_activation_layer_joins_the_sums_before_it():
    model = Sequential([Input((2,)), Dense(3), Activation("relu"), Dense(1)])
    found = Columns(model, model.look([[1.0, -1.0]]))
    assert [column.units for column in found.columns] == [2, 3, 1]
    assert found.columns[1].words == ["3 units, relu"]
    assert found.columns[1].values.min() >= 0


def test_an_activation_of_values_that_are_used_elsewhere_too_stands_alone():
    x = Input((2,))
    z = Dense(2)(x)
    model = Model(x, Add()([z, Activation("tanh")(z)]))
    assert [column.words[0] for column in Columns(model).columns] == [
        "2 features", "2 units", "2 units, tanh", "2 units, Add",
    ]  # fmt: skip


def test_softmax_as_a_layer_of_its_own_mixes_all():
    model = Sequential([Input((2,)), Activation("softmax")])
    assert [link.kind for link in Columns(model).links] == ["any"]


def test_custom_layers_are_drawn_by_their_matrix_or_as_a_band():
    class Own(cr.Layer):
        def build(self, input_shape):
            self.w = self.add_weight((input_shape[-1], 3))

        def call(self, inputs):
            return np.tanh(inputs @ self.w)

    class Square(cr.Layer):
        def call(self, inputs):
            return inputs**2

    own = Own()
    model = Sequential([Input((2,)), own, Square()])
    found = Columns(model)
    assert [link.kind for link in found.links] == ["weights", "any"]
    assert found.links[0].weights is own.w
    assert drawing(model).patches


def test_dense_along_the_last_of_several_axes_is_a_band():
    model = Sequential([Input((3, 4)), Dense(2, "relu")])
    found = Columns(model)
    assert [column.units for column in found.columns] == [12, 6]
    assert found.links[0].kind == "any"


def test_models_inside_are_opened_each_time_they_are_used():
    inner = Sequential([Input((2,)), Dense(4), Activation("tanh"), Dense(2)])
    x = Input((2,))
    model = Model(x, inner(inner(x)))
    seen = model.look(np.ones((1, 2)))
    found = Columns(model, seen)
    assert [column.words[0] for column in found.columns[1:]] == ["4 units, tanh", "2 units"] * 2
    np.testing.assert_allclose(found.columns[2].values, inner.predict(np.ones((1, 2)))[0], rtol=1e-6)
    np.testing.assert_allclose(found.columns[4].values, model.predict(np.ones((1, 2)))[0], rtol=1e-6)


def test_several_inputs_are_named_and_stacked():
    a, b = Input((3,), name="left"), Input((2,), name="right")
    model = Model([a, b], Dense(1)(Concatenate()([Dense(4)(a), Dense(40)(b)])))
    model.compile(loss="mse")
    x = [np.ones((5, 3)), np.arange(10.0).reshape(5, 2)]
    axes = drawing(model, x, np.ones(5), sample=3)
    assert {"left", "right"} <= set(texts(axes))
    assert {"6", "7"} <= set(texts(axes))
    by_name = drawing(model, {"right": x[1], "left": x[0]}, np.ones(5), sample=3)
    assert texts(by_name) == texts(axes)


# --- where it is drawn, and what is refused ---


def test_given_axes_are_drawn_on_and_letters_shrink_with_them(small):
    axes = new_figure(3, 3).subplots(2, 2)[0, 0]
    assert plots.network(small, ax=axes) is axes
    assert max(text.get_fontsize() for text in axes.texts) < 9


def test_the_picture_can_be_saved(small, tmp_path):
    small.draw([0.5, -1.0], [1]).savefig(tmp_path / "network.png")
    assert (tmp_path / "network.png").stat().st_size > 5000


def test_weights_that_are_no_numbers_are_drawn_and_counted(small, tmp_path):
    small.layers[0].kernel[:, 0] = np.nan, np.inf
    figure = plots.network(small, [0.5, -1.0])
    figure.savefig(tmp_path / "network.png")
    assert any("2 of" in text.get_text() and "not finite" in text.get_text() for text in figure.axes[0].texts)


def test_what_has_no_known_structure_is_refused():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.inside = layers.Dense(1)

        def call(self, inputs):
            return self.inside(inputs)

    model = Own()
    model.build((None, 2))
    with pytest.raises(DataError, match=r"not known.*Model\(inputs, outputs\)"):
        plots.network(model)


def test_what_cannot_be_drawn_is_refused(small):
    with pytest.raises(DataError, match=r"no neurons yet.*Input"):
        plots.network(Sequential([Dense(3)]))
    with pytest.raises(DataError, match=r"draws a model.*Received: str"):
        plots.network("model")
    with pytest.raises(DataError, match=r"42 columns.*up to 40"):
        plots.network(Sequential([Input((1,)), *(Dense(1) for _ in range(41))]))


def test_bad_samples_are_refused(small):
    x = np.ones((4, 2))
    with pytest.raises(DataError, match=r"sample must be a row of x, 0 to 3. Received: 4"):
        plots.network(small, x, sample=4)
    with pytest.raises(DataError, match=r"a whole number, a row of x. Received: 1.5"):
        plots.network(small, x, sample=1.5)
    with pytest.raises(DataError, match=r"0 to 0. Received: 1"):
        plots.network(small, x[0], sample=1)
    with pytest.raises(DataError, match="needs x"):
        plots.network(small, y=[1])
    with pytest.raises(ShapeError, match=r"each of the 4 samples.*Received: shape \(3,\)"):
        plots.network(small, x, [1, 0, 1])
    with pytest.raises(ShapeError):
        plots.network(small, np.ones((4, 5)))
    with pytest.raises(NotCompiledError):
        plots.network(Sequential([Input((2,)), Dense(1)]), x, [1, 0, 1, 0])
