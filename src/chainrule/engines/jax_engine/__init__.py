"""The JAX engine: the plain text of a program with ``jax.numpy`` in the place of NumPy, compiled.

``setup`` finds JAX, its devices, and makes it compute as NumPy does; ``text`` runs a program's text on it; ``refusals``
finds out, before anything is computed, what it cannot run; ``cache`` keeps what was compiled for the next process;
``training`` compiles whole epochs. JAX is an extra and is loaded when first needed. No global setting of JAX is left
changed.
"""
