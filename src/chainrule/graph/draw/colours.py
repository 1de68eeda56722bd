"""The colours of a picture: Okabe and Ito's (see ``plots/style.py``), darker where small text needs the contrast."""

from __future__ import annotations

__all__ = ["EDGE", "FILLS", "GRADIENT", "INK", "MUTED", "STRONG", "VALUE"]

INK, MUTED, EDGE = "#1f2933", "#5f6b76", "#8896a3"
VALUE, GRADIENT = "#00629b", "#a84300"
STRONG = "#d55e00"
"""Of the path that is shown."""

FILLS = {
    "input": ("#e5f2fa", "#0072b2"),
    "constant": ("#f3f4f6", "#767676"),
    "step": ("#ffffff", EDGE),
    "output": ("#e3f4ee", "#009e73"),
    "group": ("#f6f3fa", "#7a6a94"),
}
"""Of each kind of box: its ground and its frame."""
