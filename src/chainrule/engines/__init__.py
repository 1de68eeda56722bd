"""What runs a program: ``numpy_engine`` the text itself, line by line; ``jax_engine`` the same text, compiled.

``graphs`` what both run; ``jit`` any function, compiled.
"""
