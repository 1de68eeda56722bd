"""Lets the rule tests share one oracle and one table: the modules ``rule_*`` beside this file."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
