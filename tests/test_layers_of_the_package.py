"""Imports go down the list of layers only, heavy libraries are imported where they are used, names are complete."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import chainrule

PACKAGE = Path(chainrule.__file__).parent
LAYERS = ["errors", "writing", "graph", "engines", "nn", "datasets", "plots", "insight", "course", "exercises", "cli"]
# What a model shows of itself is computed and drawn above it; this one module looks up, inside its methods.
LOOKING_UP = {("chainrule", "nn", "views"): {"insight", "plots"}}
# Libraries that one part of the graph stands on, each imported where it is used.
GRAPH_NEEDS = {"mathematics/formula.py": {"sympy"}, "draw/grid.py": {"igraph"}}
HEAVY = {"matplotlib", "jax", "sklearn", "keras", "torch", "sympy", "scipy", "tqdm", "threadpoolctl", "igraph"}


def _imports(tree: ast.AST, module: tuple[str, ...]):
    """Yield the absolute name of every module that is imported, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if not node.level:
                yield node.module or ""
                continue
            base = module[: len(module) - node.level]
            if node.module:
                yield ".".join([*base, node.module])
            else:
                yield from (".".join([*base, alias.name]) for alias in node.names)


def upward_imports(tree: ast.AST, module: tuple[str, ...]) -> list[str]:
    """Return the imports of a chainrule module that do not go down the list of layers."""
    own = module[1]
    found = []
    for name in _imports(tree, module):
        parts = name.split(".")
        other = parts[1] if parts[0] == "chainrule" and len(parts) > 1 and parts[1] in LAYERS else None
        if (
            other
            and other != own
            and LAYERS.index(other) >= LAYERS.index(own)
            and other not in LOOKING_UP.get(module, ())
        ):
            found.append(name)
    return found


def _modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        if len(relative.parts) > 1 or relative.stem in LAYERS:
            yield path, ("chainrule", *relative.with_suffix("").parts)


@pytest.mark.parametrize(("path", "module"), list(_modules()), ids=lambda value: str(value)[-40:])
def test_imports_go_down(path, module):
    assert upward_imports(ast.parse(path.read_text()), module) == []


def test_an_upward_import_is_caught():
    tree = ast.parse("def late():\n    from ..nn import losses\n    from . import node")
    assert upward_imports(tree, ("chainrule", "graph", "emit")) == ["chainrule.nn"]


def test_the_graph_needs_numpy_alone():
    for path in (PACKAGE / "graph").rglob("*.py"):
        part = path.relative_to(PACKAGE / "graph").as_posix()
        names = _imports(ast.parse(path.read_text()), ("chainrule", "graph", *part.removesuffix(".py").split("/")))
        outside = {name.split(".")[0] for name in names}
        assert outside <= {"chainrule", "numpy", *sys.stdlib_module_names, *GRAPH_NEEDS.get(part, ())}, part


def test_importing_chainrule_imports_nothing_heavy():
    code = "import sys, chainrule; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert HEAVY.isdisjoint(name.split(".")[0] for name in loaded)
    assert "chainrule.nn.model" not in loaded  # networks are loaded when they are first asked for


def test_every_public_name_is_there():
    for name in chainrule.__all__:
        assert getattr(chainrule, name) is not None
    assert set(chainrule.__all__) <= set(dir(chainrule))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Sequentiel'"):
        _ = chainrule.Sequentiel
