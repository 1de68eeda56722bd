"""Networks as Keras users know them.

What computes is plain NumPy and is traced into programs: ``activations``, ``losses``, ``optimizers``, and what a layer
does in ``call``. What holds it together: ``layers`` and ``symbolic`` (how layers are connected), ``model`` and
``sequential``. From a model to its programs: ``tracing`` (running it on traced values), ``steps`` (a training step),
``penalty`` (what ``regularizers`` add to it), ``forward`` (use, and scores), ``judging`` (loss and metrics of many
rows). Training: ``fitting`` (the loop on either engine), ``training`` (compile, fit, evaluate, predict), ``callbacks``;
many networks at once: ``ensembles``; ``likeness`` tells whether two are the same but for their weights. ``data`` checks
whatever comes from outside.
"""
