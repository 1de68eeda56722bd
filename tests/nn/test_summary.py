"""The table of ``summary``: its text, its columns, and Keras's table beside it."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest

from chainrule.nn import names
from chainrule.nn.layers import Add, Concatenate, Dense, Dropout, Flatten, Input
from chainrule.nn.model import Model
from chainrule.nn.sequential import Sequential
from chainrule.nn.summary import summary_text


@pytest.fixture(autouse=True)
def fresh_names():
    names.clear_session()


def lecture() -> Sequential:
    layers = [Input((784,)), Dense(256, activation="tanh"), Dropout(0.5), Dense(1, activation="sigmoid")]
    return Sequential(layers, name="mnist_17")


def branched() -> Model:
    a, b = Input((30,)), Input((4,), name="side")
    total = Add()([Dense(10, activation="relu")(a), Dense(10)(b)])
    return Model([a, b], Dense(1)(Concatenate()([total, b])))


def test_the_table_of_the_lecture(capsys):
    lecture().summary(line_length=60)
    assert (
        capsys.readouterr().out
        == """\
Model: "mnist_17"
┏━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┓
┃ Layer (type)            ┃ Output Shape      ┃    Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━┩
│ dense (Dense)           │ (None, 256)       │    200,960 │
├─────────────────────────┼───────────────────┼────────────┤
│ dropout (Dropout)       │ (None, 256)       │          0 │
├─────────────────────────┼───────────────────┼────────────┤
│ dense_1 (Dense)         │ (None, 1)         │        257 │
└─────────────────────────┴───────────────────┴────────────┘
 Total params: 201,217 (786.00 KB)
 Trainable params: 201,217 (786.00 KB)
 Non-trainable params: 0 (0.00 B)
"""
    )


def cells(text: str) -> list[list[str]]:
    """The words of the table's rows, however wide the columns are and wherever the lines break."""
    rows: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith(("├", "┡", "┏")):
            rows.append([])
        elif line.startswith(("│", "┃")):
            parts = [part.strip() for part in re.split("[│┃]", line)[1:-1]]
            rows[-1] = [a + b for a, b in zip(rows[-1] or [""] * len(parts), parts, strict=True)]
    return [[re.sub(r"\s|_\d+", "", cell) for cell in row] for row in rows]


def keras_text(model) -> str:
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "200")  # Keras cuts lines at the terminal's end
        model.summary(line_length=120, print_fn=lines.append)
    return "\n".join(lines)


def test_the_rows_are_those_of_keras():
    k = keras.layers
    theirs = keras.Sequential([k.Input((8, 2)), k.Flatten(), k.Dense(4), k.Dropout(0.5), k.Dense(1)])
    ours = Sequential([Input((8, 2)), Flatten(), Dense(4), Dropout(0.5), Dense(1)])
    assert cells(summary_text(ours, 100)) == cells(keras_text(theirs))
    wrong = Sequential([Input((8, 2)), Flatten(), Dense(4), Dropout(0.5), Dense(2)])
    assert cells(summary_text(wrong, 100)) != cells(keras_text(theirs))


def test_a_branched_model_shows_its_connections_as_keras_does():
    k = keras.layers
    a, b = k.Input((30,)), k.Input((4,), name="side")
    total = k.Add()([k.Dense(10, activation="relu")(a), k.Dense(10)(b)])
    theirs = keras.Model([a, b], k.Dense(1)(k.Concatenate()([total, b])))
    ours = cells(summary_text(branched(), 100))
    assert ours == cells(keras_text(theirs))
    assert ours[0][3] == "Connectedto"


def test_a_shared_layer_shows_each_use():
    x = Input((5,))
    layer = Dense(5)
    text = summary_text(Model(x, layer(layer(x))), 100)
    assert "input_layer[0][0], dense[0][0]" in text
    assert "Total params: 30 " in text


def test_no_connections_where_layers_stand_in_a_row():
    x = Input((5,))
    text = summary_text(Model(x, Dense(2)(Dense(3)(x))), 80)
    assert "Connected" not in text
    assert "input_layer (InputLayer)" in text


@pytest.mark.parametrize("width", [40, 60, 77, 120])
@pytest.mark.parametrize("make", [lecture, branched])
def test_every_line_has_the_width_asked_for(make, width):
    lines = summary_text(make(), width).splitlines()[1:-3]
    assert {len(line) for line in lines} == {width}


def test_long_names_are_broken_not_cut():
    name = "a_very_long_name_for_a_layer_that_fits_in_no_column"
    text = summary_text(Sequential([Input((2,)), Dense(1, name=name)]), 50)
    assert name in "".join(row[0] for row in raw_cells(text))


def raw_cells(text: str) -> list[list[str]]:
    return [[part.strip() for part in line.split("│")[1:-1]] for line in text.splitlines() if line.startswith("│")]


def test_frozen_layers():
    model = lecture()
    model.layers[0].trainable = False
    text = summary_text(model, 80, show_trainable=True)
    assert [row[-1] for row in raw_cells(text)] == ["N", "-", "Y"]
    assert "Trainable params: 257 (1.00 KB)" in text
    assert "Non-trainable params: 200,960 (785.00 KB)" in text


def test_nested_models_can_be_opened():
    model = Sequential([Input((5,)), Sequential([Dense(3), Sequential([Dense(2)])]), Dense(1)])
    closed, opened = (raw_cells(summary_text(model, 90, expand_nested=flag)) for flag in (False, True))
    assert [row[0].split(" (")[0] for row in closed] == ["sequential_1", "dense_2"]
    assert [row[0].split(" (")[0] for row in opened] == [
        "sequential_1",
        "└ dense",
        "└ sequential",
        "└ dense_1",
        "dense_2",
    ]


def test_unbuilt_models_say_so():
    text = summary_text(Sequential([Dense(3)]), 60)
    assert re.search(r"dense \(Dense\) +│ \? +│ +0 \(unbuilt\)", text)
    assert "Total params: 0 (0.00 B)" in text
    assert "Layer (type)" in summary_text(Sequential(), 60)


def test_a_subclass_shows_its_layers():
    class Mine(Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = Dense(4), Dense(2)

        def call(self, inputs):
            return self.b(self.a(inputs))

    model = Mine()
    model(np.zeros((1, 3)))
    assert [row[1:] for row in raw_cells(summary_text(model, 80))] == [["(None, 4)", "16"], ["(None, 2)", "10"]]


def test_print_fn_gets_the_whole_text():
    texts: list[str] = []
    model = lecture()
    model.summary(50, print_fn=texts.append)
    assert texts == [summary_text(model, 50)]


def test_the_terminals_width_is_the_default(monkeypatch):
    for columns, width in ((80, 76), (300, 88)):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert len(summary_text(lecture()).splitlines()[1]) == width


def test_float64_weights_take_twice_the_room():
    assert "Total params: 6 (48.00 B)" in summary_text(Sequential([Input((2,), dtype="float64"), Dense(2)]), 60)
