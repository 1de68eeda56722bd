"""Networks as Keras users know them.

What computes is plain NumPy and is traced into programs: ``activations``, ``losses``, ``optimizers``, and what a layer
does in ``call``. What holds it together: ``layers`` and ``symbolic`` (how layers are connected), ``model`` and
``sequential``. From a model to its programs: ``tracing`` (running it on traced values), ``steps`` (a training step),
``forward`` (use, and scores). Training: ``fitting`` (the loop), ``training`` (compile, fit, evaluate, predict),
``callbacks``. ``data`` checks whatever comes from outside.
"""
