"""The ``chainrule`` command. What a subcommand needs is loaded when it is called, so that ``--help`` is quick."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import __version__
from ..errors import ChainruleError
from . import exercise
from .options import Commands, positive, print_help

__all__ = ["main"]

TOUR = """\
Train both networks of the course on the real data inside the package and write a page about it.

1. The recitation: 30 measurements of a tumour, benign or malignant? By hand and with the library.
2. The lecture: is this handwritten digit a 1 or a 7?
3. Look inside: paths and derivations, activations, gradients, weights, health, and what a hidden layer can do.

The page, OUT/index.html, holds everything it shows: figures, results, and the NumPy programs that ran.
The whole takes about a minute. Nothing is fetched from the network."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: the words after ``chainrule``; by default those of the process.

    Returns:
        The exit status: 0 if all went well, 1 after an error that was explained, 130 after Ctrl-C, 141 if nobody reads
        what is printed; ``exercise check`` says more with it, see ``chainrule exercise check --help``.
    """
    try:
        try:
            return _run(arguments)
        finally:
            print(end="", flush=True)
    except BrokenPipeError:  # nobody reads on, as after `| head`: no news to anybody
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python complains when it flushes at its end
        return 141


def _run(arguments: Sequence[str] | None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        print("\nchainrule: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        raise
    except (ChainruleError, OSError) as error:
        print(f"chainrule: {error}", file=sys.stderr)
        return options.failed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chainrule",
        description="Neural networks as a glass box: any NumPy function becomes a graph, its derivative, and a "
        "readable program that trains.",
        epilog="Begin with: chainrule tour",
    )
    parser.set_defaults(run=lambda _: print_help(parser), failed=1)
    parser.add_argument("--version", action="version", version=f"chainrule {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_tour(commands)
    exercise.add_parser(commands)
    return parser


def _add_tour(commands: Commands) -> None:
    tour = commands.add_parser(
        "tour",
        help="train both networks of the course and write a page about it (about a minute)",
        description=TOUR,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    tour.add_argument(
        "--out", type=Path, default=Path("chainrule-tour"), help="folder for the page (default: %(default)s)"
    )
    length = tour.add_mutually_exclusive_group()
    length.add_argument(
        "--epochs", type=positive, metavar="N", help="epochs of all networks, instead of 80, 500 and 3000"
    )
    length.add_argument(
        "--quick", action="store_true", help="100 epochs of the lecture's network instead of 500, and shorter fits"
    )
    tour.add_argument("--open", action="store_true", help="open the page in the browser")
    tour.set_defaults(run=_tour)


def _tour(options: argparse.Namespace) -> int:
    from .tour import QUICK, Length, tour

    epochs = options.epochs
    length = QUICK if options.quick else Length(epochs, epochs, epochs) if epochs else Length()
    page = tour(options.out, length)
    print("\nNow derive the gradients yourself: chainrule exercise list")
    print(f"The page with figures and programs: {page}")
    if options.open:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
    return 0
