"""What subcommands share: numbers that are checked, and help where nothing was asked for."""

from __future__ import annotations

import argparse
import math
from typing import TypeAlias

__all__ = ["Commands", "positive", "print_help", "seconds"]

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # what add_subparsers returns


def positive(text: str) -> int:
    """A whole number of at least 1.

    >>> positive("12")
    12
    """
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, got {text!r}")
    return int(text)


def seconds(text: str) -> float:
    """A time above 0.

    >>> seconds("0.5")
    0.5
    """
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise argparse.ArgumentTypeError(f"expected a number of seconds above 0, got {text!r}")
    return number


def print_help(parser: argparse.ArgumentParser) -> int:
    """Say what the command can do; the exit status is 0."""
    parser.print_help()
    return 0
