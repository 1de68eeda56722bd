"""The chain rule shown at work on a graph.

=============== ====================================================================================
``paths``        every path from an input to the output; the derivative is the sum of their products
``factors``      the local derivatives on a path (``local``: that of one operation, simplified)
``path_text``    products as text; ``path_table``: tables of paths
``derivation``   the derivative step by step, as numbered lines (``retelling``: from what ``derive`` did)
``rule_words``   the rule of each operation in words
=============== ====================================================================================
"""
