"""``python -m benchmarks [NAME ...]``: measure, side by side, and print tables with the targets beside the figures."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from . import deep, figure, grading, growth, imports, lecture, many, memory, nodes, process, recitation
from .peers import PEERS
from .report import Table
from .running import FailedProcessError, Settings, choose_device
from .versions import versions

BENCHMARKS = {
    "recitation": recitation.run,
    "process": process.run,
    "lecture": lecture.run,
    "mnist": deep.run_mnist,
    "table": deep.run_table,
    "many": many.run,
    "growth": growth.run,
    "import": imports.run,
    "memory": memory.run,
    "nodes": nodes.run,
    "grading": grading.run,
}
ROUNDS = 5
FORMATS = (".png", ".svg")


def main(arguments: list[str] | None = None) -> list[Table]:
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        device = choose_device(asked.device)
    except FailedProcessError as error:
        parser.exit(2, f"{parser.prog}: JAX finds no GPU, so nothing was measured: {error.last_line}\n")
    chosen = [peer for peer in PEERS if asked.peers is None or peer.key in asked.peers]
    rounds = asked.repeats or (1 if asked.quick else ROUNDS)
    described = versions(device)
    print("\n".join(f"{name}: {value}" for name, value in described.items()), flush=True)
    tables: list[Table] = []
    with tempfile.TemporaryDirectory(prefix="chainrule-benchmarks-") as folder:
        os.environ["CHAINRULE_CACHE_DIR"] = str(Path(folder) / "compiled")  # nothing that an earlier run has kept
        settings = Settings(rounds, asked.quick, chosen, Path(folder))
        for name in asked.names or BENCHMARKS:
            for table in BENCHMARKS[name](settings):
                tables.append(table)
                print(f"\n{table.text(asked.quick)}", flush=True)
                if asked.json:  # after each table: a long run that is broken off has stored what it has
                    _store(asked.json, tables, {"versions": described, "repeats": rounds, "quick": asked.quick})
    if asked.figure:
        figure.draw(tables, described, asked.figure)
    return tables


def _store(path: Path, tables: list[Table], about: dict[str, Any]) -> None:
    path.write_text(json.dumps({**about, "tables": [table.data() for table in tables]}, indent=1) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Time and memory beside other libraries.")
    parser.add_argument(
        "names", nargs="*", type=_name, metavar="NAME", help=f"what to measure (all): {', '.join(BENCHMARKS)}"
    )
    parser.add_argument("--repeats", type=_positive, metavar="N", help=f"rounds of processes per table ({ROUNDS})")
    parser.add_argument("--quick", action="store_true", help="cut sizes down, to see that everything runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="store all figures in a file")
    parser.add_argument("--figure", type=_picture, metavar="FILE", help="draw them, as .svg or .png (none)")
    parser.add_argument("--device", choices=("cpu", "gpu"), default="cpu", help="what libraries may use (cpu)")
    parser.add_argument(
        "--peers", metavar="PEERS", type=_peers, help=f"measure beside these only: none, or {_peer_names()} with commas"
    )
    return parser


def _name(text: str) -> str:
    if text not in BENCHMARKS:
        raise argparse.ArgumentTypeError(f"expected some of {', '.join(BENCHMARKS)}. Received: {text}")
    return text


def _peer_names() -> str:
    return ", ".join(peer.key for peer in PEERS)


def _peers(text: str) -> list[str]:
    keys = [] if text == "none" else text.split(",")
    unknown = sorted(set(keys) - {peer.key for peer in PEERS})
    if unknown:
        raise argparse.ArgumentTypeError(f"expected none or some of {_peer_names()}. Received: {', '.join(unknown)}")
    return keys


def _picture(text: str) -> Path:
    if Path(text).suffix not in FORMATS:
        raise argparse.ArgumentTypeError(f"expected a file that ends in {' or '.join(FORMATS)}. Received: {text}")
    return Path(text)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1. Received: {text}")
    return int(text)


if __name__ == "__main__":
    main()
