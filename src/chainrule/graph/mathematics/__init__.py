"""Graphs written as mathematics.

=================== ====================================================================================
``notation``         nodes in textbook notation, as text or LaTeX: ``Xᵀ · dz1``, ``(a2 − y) / n``
``phrases``          how each operation is written (``array_phrases``: those on arrays; ``writer``: operands;
                     ``broadcasting``: where that must be seen)
``typeset``          terms put together: parentheses, signs, products, fractions (``latex``: the same in LaTeX)
``formula``          a whole graph as a SymPy expression, or as lines with shapes (``array_formula``)
``tables``           numbers and columns of text
=================== ====================================================================================
"""
