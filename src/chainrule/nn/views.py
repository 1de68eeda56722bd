"""What a model shows of itself: every value of a pass, one weight's gradient explained, a drawing.

How it is computed and drawn stands above the networks, in ``insight`` and ``plots``. The methods belong to the model
all the same, so this is the one module that looks up, inside its methods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..insight.explaining.explain import Explanation
    from ..insight.looking.passes import Pass

__all__ = ["Views"]


class Views:
    """The part of a model that is looked at."""

    def look(self, x: Any, y: Any = None, *, training: bool = False) -> Pass:
        """Run the model on some data and keep every value by name: ``z1``, ``a1``, the loss, ``dz1``, ``dW1`` …

        The numbers are those of the program that ``fit`` runs for the same batch. Print what is returned for a table;
        ``seen["z1"]`` is one value, ``seen.plot("z1", "dz1")`` draws some, ``seen.graph`` is the whole as a graph.

        Args:
            x: a batch as for ``fit``, or a single sample without the axis of rows.
            y: labels, one a sample; without them there is only the forward pass.
            training: whether layers behave as in training: dropout draws a mask, which is a value like the others.

        Returns:
            The values: see ``chainrule.insight.Pass``. A single sample is a batch of one row.

        Raises:
            NotCompiledError: there are labels, but the model has no loss yet.
            ShapeError: the data do not fit the model; the message says which layer expects what.
            DataError: they are not finite numbers, or there are labels for a model of several outputs.

        >>> import chainrule as cr
        >>> layer = cr.layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")
        >>> model = cr.Sequential([cr.Input((2,)), layer], name="tiny")
        >>> model.compile(loss="binary_crossentropy")
        >>> print(model.look([1.0, 2.0], 1))
        tiny: 1 sample, loss 0.693147
        <BLANKLINE>
                  shape     min    mean     max   zeros
        given
          x       1×2         1     1.5       2    0.0%
          y       1×1         1       1       1    0.0%
          W1      2×1         0       0       0  100.0%
          b1      1           0       0       0  100.0%
        forward
          z1      1×1         0       0       0  100.0%
          a1      1×1       0.5     0.5     0.5    0.0%
          losses  1      0.6931  0.6931  0.6931    0.0%
          loss                   0.6931
        backward
          da1     1×1        −2      −2      −2    0.0%
          dz1     1×1      −0.5    −0.5    −0.5    0.0%
          dW1     2×1        −1   −0.75    −0.5    0.0%
          db1     1        −0.5    −0.5    −0.5    0.0%
        """
        from ..insight import look

        return look(self, x, y, training=training)

    def explain(self, weight: str, x: Any, y: Any) -> Explanation:
        """Write one weight's gradient as a sum over paths of products of local derivatives, for some data.

        With one hidden layer and one output that is the recitation's ∂loss/∂a2 · ∂a2/∂z2 · ∂z2/∂a1 · ∂a1/∂z1 · ∂z1/∂W1.
        Print what is returned: symbols over numbers, by sample and as their mean.

        Args:
            weight: the layer's name as in ``summary``, the weight's, and the entry: ``"dense/kernel[3, 7]"`` leads from
                input 3 to unit 7. Its name in the program will do, too: ``"W1[3, 7]"``.
            x: a batch as for ``fit``, or a single sample without the axis of rows.
            y: labels, one a sample.

        Returns:
            The explanation: see ``chainrule.insight.Explanation``.

        Raises:
            UnknownNameError: the model has no such weight; the message lists those it has.
            ShapeError: the weight has no such entry, or the data do not fit the model.
            DataError: there are no labels, or the rows of a batch depend on each other in the network.
            NotCompiledError: the model has no loss yet.

        >>> import chainrule as cr
        >>> model = cr.Sequential([cr.Input((2,)), cr.layers.Dense(1, kernel_initializer="ones", name="out")])
        >>> model.compile(loss="mse")
        >>> print(model.explain("out/kernel[1, 0]", [[1.0, 2.0], [3.0, 4.0]], [1.0, 7.0]))
        out/kernel[1, 0], W1[1, 0] in the program: 1 path to the loss, 2 samples
        <BLANKLINE>
        ∂loss/∂W1[1, 0] = ∂loss/∂z1 · ∂z1/∂W1[1, 0]
        <BLANKLINE>
        sample  ∂loss/∂z1  ∂z1/∂W1[1, 0]  product
                2(z1 − y)           x[1]
        0               4              2        8
        1               0              4        0
        mean                                    4
        <BLANKLINE>
        The program's dW1[1, 0], the mean over the samples: 4
        """
        from ..insight import explain

        return explain(self, weight, x, y)

    def draw(self, x: Any = None, y: Any = None, **options: Any) -> Any:
        """Draw the model as neurons and weighted edges: small layers whole, the first and last units of wide ones.

        Args:
            x: a sample, or a batch of which ``sample`` is taken: its activations are shown on the neurons.
            y: its labels: the edges then show the derivatives of the loss by the weights.
            **options: ``sample``, ``ax``; see ``chainrule.plots.network``.

        Returns:
            A new Matplotlib figure, or the axes that were given.

        Raises:
            DataError, ShapeError: the data do not fit the model, or it has no columns of units to draw.

        >>> import chainrule as cr
        >>> model = cr.Sequential([cr.Input((2,)), cr.layers.Dense(3, "tanh"), cr.layers.Dense(1)], name="small")
        >>> model.draw([0.5, -1.0]).axes[0].get_title()
        'small, sample 0'
        """
        from .. import plots

        return plots.network(self, x, y, **options)
