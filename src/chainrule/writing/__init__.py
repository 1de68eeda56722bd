"""What everything shares that is written for people: ``text`` for the terminal, ``pages`` for the browser.

``files`` are there whole or not at all.
"""

from __future__ import annotations

from . import pages, text

__all__ = ["pages", "text"]
