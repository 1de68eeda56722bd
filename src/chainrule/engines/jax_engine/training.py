"""Training compiled: an epoch is one ``lax.scan`` over batches of data that lie on the device.

The texts are those that ``emit`` writes plainly: gradients, update, loss and metrics, outputs for the validation. Here
they are strung together into one function of the weights, the orders of the rows, the masks and the learning rate,
which JAX compiles once for given shapes. Members of an ensemble, if there are any, are the last axis of every array
that differs among them, and nothing here needs to know it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...graph.emit import Emission, emit
from ...graph.functions import is_entrywise
from ...graph.node import CONSTANT, INPUT, Node, topological
from ..graphs import StepGraph, UpdateGraph
from .cache import persistent_cache
from .refusals import check_runs
from .setup import load, numpy_rules
from .text import run_on_jax, with_numpy_dtypes

__all__ = ["CompiledEpochs", "Judged", "State", "Texts", "check_once", "gradients_text", "update_text"]

MOST_PROGRAMS = 32  # compiled programs kept in the process; the one used longest ago goes first


class State(NamedTuple):
    """What steps change.

    Attributes:
        weights: the trainable weights.
        slots: the optimizer's state: for each of its slots an array per weight.
        step: the number of steps done so far.
    """

    weights: list[Any]
    slots: list[list[Any]]
    step: Any


class Judged(NamedTuple):
    """A program that judges outputs.

    Attributes:
        program: scored values and labels in, numbers out; None if there is nothing to compute on the device.
        keep: whether the scored values themselves are wanted, too, for what only the host can compute.
    """

    program: Emission | None
    keep: bool


class Texts(NamedTuple):
    """The programs of which a training is made.

    Attributes:
        gradients: by number of rows: that of full batches, and that of the last one if it is shorter.
        returns_loss: whether ``gradients`` also returns a number to average over the batches.
        update: on each weight by itself, or on all as one vector.
        by_weight: which of the two.
        training: judges an epoch.
        forward, validation: make and judge the outputs for the validation data.
        penalty: what the trained weights add to the loss of the validation, or None.
    """

    gradients: dict[int, Emission]
    returns_loss: bool
    update: Emission
    by_weight: bool
    training: Judged
    forward: Emission | None
    validation: Judged
    penalty: Emission | None

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes two trainings the same program, given the same shapes."""
        judges = [self.training.program, self.forward, self.validation.program, self.penalty]
        emissions = [*self.gradients.values(), self.update, *judges]
        flags = (self.returns_loss, self.by_weight, self.training.keep, self.validation.keep)
        return (tuple(self.gradients), flags, *(_identity(emission) for emission in emissions))


def check_once(inputs: Sequence[Node], outputs: Sequence[Node]) -> None:
    """Raise EngineError if JAX cannot run a program, as ``check_runs`` does; what was found to run is remembered."""
    kinds = tuple((node.shape, node.dtype.str) for node in inputs)
    key = (_identity(emit("f", inputs, outputs, comments=False)), kinds)
    if key not in _checked:
        check_runs(inputs, outputs)
        _remember(_checked, key, True)


def gradients_text(step: StepGraph) -> Emission:
    """Write the plain program of a step: it returns the scored values, the gradients, and a number if there is one."""
    return emit("gradients", step.inputs, with_numpy_dtypes(step.results), comments=False)


def update_text(update: UpdateGraph) -> tuple[Emission, bool]:
    """Write the plain program of the update, and say whether it may be applied to each weight by itself."""
    nodes = [node for node in topological(update.new) if node.op not in (INPUT, CONSTANT)]
    text = emit("update", update.inputs, with_numpy_dtypes(update.new), comments=False)
    return text, all(is_entrywise(node.op) for node in nodes)


class CompiledEpochs:
    """Runs epochs on a device.

    Args:
        texts: the programs.
        data: the features, each with one row per sample, and the labels; they move to the device once.
        batch: rows per step.
        validation: features and labels to validate with after each epoch, or None.
        together: the largest number of epochs that one call runs.
        shuffled: whether each epoch brings an order of the rows.
        members: whether the weights have members as their last axis.
        device: where to run.
    """

    def __init__(
        self,
        texts: Texts,
        data: Sequence[np.ndarray],
        batch: int,
        validation: Sequence[np.ndarray] | None,
        together: int,
        shuffled: bool,
        members: bool,
        device: Any,
    ) -> None:
        self._jax, self._device, self.together = load(), device, together
        self._program = _program(texts, (len(data[-1]), batch, together, shuffled, members))
        self._data, self._validation = self.put(list(data)), self.put(list(validation or []))

    def put(self, value: Any) -> Any:
        """Move arrays to the device, in whatever containers they are. It may go on using their memory."""
        with numpy_rules():
            return self._jax.device_put(value, self._device)

    def __call__(
        self,
        state: State,
        fixed: Sequence[Any],
        orders: np.ndarray | None,
        masks: Sequence[Sequence[np.ndarray]],
        settings: Sequence[Any],
        count: int,
    ) -> tuple[State, Any, Any]:
        """Run ``count`` epochs, at most ``together``.

        Args:
            state: on the device.
            fixed: the weights that are not trained, on the device.
            orders: (together, n) row numbers, int32, with members as a last axis where they differ; None for the order
                the rows have.
            masks: for each mask the parts for the full batches, (batches, rows, …), and for the last shorter one.
            settings: the learning rate and further numbers of the update.
            count: how many of ``orders`` to use.

        Returns:
            The new state; (epochs, numbers) or (epochs, numbers, members): what the steps returned on average, if they
            do, what judges the epoch, what judges the validation, and whether the weights are finite; and the scored
            values of the last epoch that are to be kept.
        """
        jax, given = self._jax, (self._data, list(fixed), self._validation)
        with numpy_rules(), jax.debug_nans(False), jax.debug_infs(False):  # fit says better where they come from
            return self._program(state, *given, orders, list(masks), list(settings), count)


def _identity(emission: Emission | None) -> Any:
    if emission is None:
        return None
    constants = {name: np.asarray(value) for name, value in emission.constants.items()}
    return emission.source, tuple((name, v.dtype.str, v.shape, v.tobytes()) for name, v in sorted(constants.items()))


_checked: OrderedDict[Any, bool] = OrderedDict()
_programs: OrderedDict[Any, _Program] = OrderedDict()


def _remember(memory: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    memory[key] = value
    while len(memory) > MOST_PROGRAMS:
        memory.popitem(last=False)


def _program(texts: Texts, sizes: tuple[int, int, int, bool, bool]) -> _Program:
    """Return the program of these texts, the same one whenever it is asked for again."""
    key = (texts.key, sizes)
    program = _programs.pop(key, None) or _Program(_Epochs(texts, *sizes))
    _remember(_programs, key, program)  # at the end, as the one used last
    return program


class _Program:
    """A function that is compiled for each new set of shapes, with the user's cache folder at hand."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._jax = load()
        self._function = self._jax.jit(function)
        self._shapes: set[Any] = set()

    def __call__(self, *given: Any) -> Any:
        leaves = self._jax.tree.leaves(given)
        shapes = tuple((np.shape(leaf), getattr(leaf, "dtype", None)) for leaf in leaves)
        if shapes in self._shapes:
            return self._function(*given)
        with persistent_cache():
            results = self._function(*given)
        self._shapes.add(shapes)
        return results


class _Epochs:
    """The function that JAX compiles. Everything it is called with is an array or a number on the device."""

    __name__ = "chainrule_epochs"  # its files in the cache folder bear it

    def __init__(self, texts: Texts, rows: int, batch: int, together: int, shuffled: bool, members: bool) -> None:
        self.rows, self.batch, self.together, self.shuffled, self.members = rows, batch, together, shuffled, members
        self.full = rows // batch * batch
        self.texts = texts
        self.gradients = {n: run_on_jax(emission, "gradients") for n, emission in texts.gradients.items()}
        self.update = run_on_jax(texts.update, "update")
        self.judge = _runnable(texts.training.program, "judge")
        self.forward = _runnable(texts.forward, "forward")
        self.judge_validation = _runnable(texts.validation.program, "judge")
        self.penalty = _runnable(texts.penalty, "penalty")

    def __call__(
        self, state: Any, data: Any, fixed: Any, validation: Any, orders: Any, masks: Any, settings: Any, count: Any
    ) -> Any:
        """Return the state after ``count`` epochs; the numbers of each, a row each; and the arrays to keep."""
        import jax
        from jax import lax
        from jax import numpy as jnp

        def epoch(state: Any, order: Any) -> Any:
            return self._epoch(state, data, fixed, validation, order, masks, settings)

        if self.together == 1:
            state, numbers, kept = epoch(state, orders[0] if self.shuffled else None)
            return state, numbers[None], kept

        def body(i: Any, carried: Any) -> Any:
            state, numbers = carried
            state, now, _ = epoch(state, orders[i] if self.shuffled else None)
            return state, numbers.at[i].set(now)

        _, like, _ = jax.eval_shape(epoch, state, orders[0] if self.shuffled else None)
        numbers = jnp.zeros((self.together, *like.shape), like.dtype)
        state, numbers = lax.fori_loop(0, count, body, (state, numbers))
        return state, numbers, []

    # --- an epoch ---

    def _epoch(self, state: Any, data: Any, fixed: Any, validation: Any, order: Any, masks: Any, settings: Any) -> Any:
        from jax import numpy as jnp

        state, scored, losses = self._steps(state, data, fixed, order, masks, settings)
        labels = data[-1] if order is None else _rows(data[-1], order)
        numbers = [losses / self.rows] if self.texts.returns_loss else []
        numbers += self._numbers(self.judge, scored, labels)
        kept = [scored] if self.texts.training.keep else []
        if self.forward is not None:
            outputs = self.forward(*validation[:-1], *state.weights, *fixed)
            loss, *others = self._numbers(self.judge_validation, outputs, validation[-1])
            penalty = 0.0 if self.penalty is None else self.penalty(*state.weights, *fixed)
            numbers += [loss + penalty, *others]
            kept += [outputs] if self.texts.validation.keep else []
        numbers.append(self._finite(state.weights))
        numbers = [jnp.asarray(number, jnp.float64) for number in numbers]
        return state, jnp.stack(jnp.broadcast_arrays(*numbers)), kept

    def _finite(self, weights: Any) -> Any:
        """Whether all weights are finite; with members, whether those of each are."""
        from jax import numpy as jnp

        axes = [tuple(range(weight.ndim - self.members)) for weight in weights]
        finite = [jnp.isfinite(weight).all(axis=axis) for weight, axis in zip(weights, axes, strict=True)]
        return jnp.stack(finite).all(axis=0) if finite else jnp.asarray(True)

    def _numbers(self, judge: Any, scored: Any, labels: Any) -> list[Any]:
        if judge is None:
            return []
        numbers = judge(scored, labels)
        return list(numbers) if isinstance(numbers, tuple) else [numbers]

    def _steps(self, state: Any, data: Any, fixed: Any, order: Any, masks: Any, settings: Any) -> Any:
        """Go through the batches; a last shorter one follows the scan with the same text.

        Returns:
            The state, the scored values in the order of the rows, and the sum over the rows of what the steps returned.
        """
        import jax
        from jax import lax
        from jax import numpy as jnp

        batches, rest = self.full // self.batch, self.rows - self.full
        where = self._batches(data, order)

        def step(state: Any, given: Any) -> Any:
            rows, masks = given
            taken = rows if order is None else [_rows(part, rows) for part in data]
            return self._step(state, [*taken, *masks], fixed, settings, self.batch)

        first = [mask[0] for mask in masks]
        if batches == 1:
            state, (scored, loss) = step(state, jax.tree.map(lambda part: part[0], (where, first)))
            total = loss * self.batch
        else:
            state, (scored, losses) = lax.scan(step, state, (where, first))
            scored, total = scored.reshape(-1, *scored.shape[2:]), losses.sum(axis=0) * self.batch
        if rest:
            taken = [part[self.full :] if order is None else _rows(part, order[self.full :]) for part in data]
            state, (last, loss) = self._step(state, [*taken, *(mask[1] for mask in masks)], fixed, settings, rest)
            scored, total = jnp.concatenate([scored, last]), total + loss * rest
        return state, scored, total

    def _batches(self, data: Any, order: Any) -> Any:
        """What the scan goes over: row numbers, or, if the rows keep their order, the rows themselves."""
        shape = (self.full // self.batch, self.batch)
        if order is not None:
            return order[: self.full].reshape(*shape, *order.shape[1:])
        return [part[: self.full].reshape(*shape, *part.shape[1:]) for part in data]

    # --- a step ---

    def _step(self, state: Any, data: Any, fixed: Any, settings: Any, rows: int) -> Any:
        from jax import numpy as jnp

        results = self.gradients[rows](*data, rows, *state.weights, *fixed)
        count = len(state.weights)
        results = results if count or self.texts.returns_loss else (results,)
        scored, gradients = results[0], list(results[1 : 1 + count])
        loss = results[1 + count] if self.texts.returns_loss else jnp.zeros(())
        step = state.step + 1
        if not count:
            return State(state.weights, state.slots, step), (scored, loss)
        number = step * 1.0  # a weak float, as Python's: it takes on the weights' dtype
        apply = self._on_each if self.texts.by_weight else self._on_all
        weights, slots = apply(state, gradients, [*settings[:1], number, *settings[1:]])
        return State(weights, slots, step), (scored, loss)

    def _on_each(self, state: Any, gradients: list[Any], settings: list[Any]) -> Any:
        weights, slots = [], []
        for i, (weight, gradient) in enumerate(zip(state.weights, gradients, strict=True)):
            now = [slot[i] for slot in state.slots]
            new = self._updated(weight, gradient, now, settings)
            weights.append(new[0])
            slots.append(new[1:])
        return weights, [list(slot) for slot in zip(*slots, strict=True)] if state.slots else []

    def _on_all(self, state: Any, gradients: list[Any], settings: list[Any]) -> Any:
        shapes = [weight.shape for weight in state.weights]
        slots = [_joined(slot) for slot in state.slots]
        new = self._updated(_joined(state.weights), _joined(gradients), slots, settings)
        weights, *slots = [_parted(vector, shapes) for vector in new]
        return weights, slots

    def _updated(self, weight: Any, gradient: Any, slots: list[Any], settings: list[Any]) -> list[Any]:
        from jax import numpy as jnp

        new = self.update(weight, gradient, *slots, *settings)
        values = list(new) if isinstance(new, tuple) else [new]
        return [jnp.broadcast_to(jnp.asarray(value, weight.dtype), weight.shape) for value in values]


def _runnable(emission: Emission | None, name: str) -> Any:
    return None if emission is None else run_on_jax(emission, name)


def _rows(part: Any, numbers: Any) -> Any:
    """Take rows. Numbers with a member axis, (rows, members), give every member rows of its own, on a last axis."""
    from jax import numpy as jnp

    taken = jnp.take(part, numbers, axis=0)
    return taken if numbers.ndim == 1 else jnp.moveaxis(taken, 1, -1)


def _joined(parts: Sequence[Any]) -> Any:
    from jax import numpy as jnp

    return jnp.concatenate([part.ravel() for part in parts])


def _parted(vector: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    return [vector[end - int(np.prod(shape)) : end].reshape(shape) for end, shape in zip(ends, shapes, strict=True)]
