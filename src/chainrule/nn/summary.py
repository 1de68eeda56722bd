"""The table that ``model.summary()`` prints, in Keras's form."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .symbolic import Call, each, listed

if TYPE_CHECKING:
    from .layers import Layer
    from .model import Model

__all__ = ["summary_text"]

COLUMNS = ("Layer (type)", "Output Shape", "Param #", "Connected to", "Trainable")
SHARES = (45, 35, 20, 35, 12)  # of the width
SHARES_WITH_CONNECTIONS = (30, 26, 18, 26, 12)
SMALLEST_COLUMN = 5


def summary_text(
    model: Model,
    line_length: int | None = None,
    *,
    expand_nested: bool = False,
    show_trainable: bool = False,
) -> str:
    """Return the table: a row for each layer, then the numbers of parameters and their memory.

    Args:
        model: the model; one that is not built yet shows ``?`` for shapes.
        line_length: the width in characters; by default that of the terminal, at most 88 (108 with connections).
        expand_nested: whether to list the layers inside models inside.
        show_trainable: whether to say which layers are trained.
    """
    connected = _is_branched(model)
    keep = [True, True, True, connected, show_trainable]
    shares = [s for s, kept in zip(SHARES_WITH_CONNECTIONS if connected else SHARES, keep, strict=True) if kept]
    if line_length is None:
        line_length = min(108 if connected else 88, shutil.get_terminal_size().columns - 4)
    rows = [
        [cell for cell, kept in zip(row, keep, strict=True) if kept]
        for row in (COLUMNS, *_rows(model, "", _calls(model), expand_nested))
    ]
    widths = _widths(shares, [max(map(len, column)) for column in zip(*rows, strict=True)], line_length)
    return "\n".join([f'Model: "{model.name}"', *_table(rows, widths), *_totals(model)])


# --- what is in it ---


def _calls(model: Model) -> dict[Layer, list[Call]]:
    """The calls of each layer that belong to the model."""
    calls: dict[Layer, list[Call]] = {}
    for call in model.calls_inside():
        calls.setdefault(call.layer, []).append(call)
    return calls


def _is_branched(model: Model) -> bool:
    """Whether a list of layers is not enough to know how they are connected."""
    calls = model.calls_inside()
    met = [id(tensor) for call in calls for tensor in listed(call.inputs)]
    shared = len({call.layer for call in calls}) < len(calls)
    return shared or len(set(met)) < len(met) or any(len(listed(call.inputs)) > 1 for call in calls)


def _rows(model: Model, indent: str, calls: dict[Layer, list[Call]], expand_nested: bool) -> Iterator[list[str]]:
    for layer in model.layers:
        own_calls = calls.get(layer, [])
        name = f"{indent}{layer.name} ({type(layer).__name__})"
        params = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
        trained = "-" if not layer.weights else "Y" if layer.trainable else "N"
        yield [name, _output_shape(layer, own_calls), params, _connections(own_calls), trained]
        if expand_nested and layer.inner_layers():
            inside: Any = layer
            yield from _rows(inside, indent.replace("└", " ") + "   └ ", {}, expand_nested)


def _output_shape(layer: Layer, calls: Sequence[Call]) -> str:
    if calls:
        shapes = each(lambda tensor: tensor.shape, calls[0].outputs)
    elif layer.built:
        shapes = layer.compute_output_shape(layer.build_shape)
    else:
        return "?"
    return ", ".join(map(str, listed(shapes)))


def _connections(calls: Sequence[Call]) -> str:
    sources = [tensor for call in calls for tensor in listed(call.inputs)]
    return ", ".join(f"{t.name}[{t.call.index}][{listed(t.call.outputs).index(t)}]" for t in sources) or "-"


def _totals(model: Model) -> Iterator[str]:
    for what, weights in (
        ("Total", model.weights),
        ("Trainable", model.trainable_weights),
        ("Non-trainable", model.non_trainable_weights),
    ):
        size = _readable(sum(weight.nbytes for weight in weights))
        yield f" {what} params: {sum(weight.size for weight in weights):,} ({size})"


def _readable(size: float) -> str:
    """Spell a number of bytes.

    >>> _readable(804868)
    '786.00 KB'
    """
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} TB"


# --- how it is drawn ---


def _widths(shares: Sequence[int], needs: Sequence[int], line_length: int) -> list[int]:
    """Divide the line, less its borders, among the columns; what one can spare goes to those that need it.

    >>> _widths([50, 50], needs=[5, 20], line_length=37)
    [10, 20]
    """
    room = line_length - 3 * len(shares) - 1
    widths = [max(SMALLEST_COLUMN, room * share // sum(shares)) for share in shares]
    widths[0] += max(0, room - sum(widths))
    while True:
        spare = [width - need for width, need in zip(widths, needs, strict=True)]
        if max(spare) <= 0 or min(spare) >= 0:
            return widths
        widths[spare.index(max(spare))] -= 1
        widths[spare.index(min(spare))] += 1


def _table(rows: list[list[str]], widths: list[int]) -> Iterator[str]:
    def line(left: str, dash: str, middle: str, right: str) -> str:
        return left + middle.join(dash * (width + 2) for width in widths) + right

    yield line("┏", "━", "┳", "┓")
    yield from _cells(rows[0], widths, "┃")
    yield line("┡", "━", "╇", "┩")
    for i, row in enumerate(rows[1:]):
        if i:
            yield line("├", "─", "┼", "┤")
        yield from _cells(row, widths, "│")
    yield line("└", "─", "┴", "┘")


def _cells(row: list[str], widths: list[int], border: str) -> Iterator[str]:
    """A row of the table, as many lines as its longest cell needs. Numbers stand at the right."""
    wrapped = [_wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    for i in range(max(map(len, wrapped))):
        parts = [lines[i] if i < len(lines) else "" for lines in wrapped]
        aligned = [f"{part:{'>' if column == 2 else '<'}{widths[column]}}" for column, part in enumerate(parts)]
        yield f"{border} " + f" {border} ".join(aligned) + f" {border}"


def _wrap(text: str, width: int) -> list[str]:
    """Break a text at spaces, and what is still too long wherever the width ends.

    >>> _wrap("concatenate (Concatenate)", 12)
    ['concatenate', '(Concatenate', ')']
    """
    indent = text[: len(text) - len(text.lstrip())]
    lines: list[str] = []
    line = indent
    for word in text.split():
        if line.strip() and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = indent
        line = f"{line} {word}" if line.strip() else line + word
        while len(line) > width:
            lines.append(line[:width])
            line = indent + line[width:]
    return [*lines, line]
