"""What a diagnosis says: findings with evidence and a remedy, and the report that lists them worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...errors import UnknownNameError
from ...writing.text import folded

__all__ = ["HINT", "SERIOUS", "WARNING", "Finding", "Report"]

SERIOUS = "serious"  # the network cannot learn what it should
WARNING = "warning"  # it learns worse, or less, than it could
HINT = "hint"  # true and worth knowing; nothing may need to be done
RANKS = {SERIOUS: 3, WARNING: 2, HINT: 1}


class Finding:
    """One thing that is wrong with a network or its data.

    Attributes:
        identifier: what it is, always the same word: ``"dead-units"``.
        severity: ``"serious"``, ``"warning"`` or ``"hint"``.
        rank: the severity as a number, 3, 2 or 1.
        where: the layers, features or arrays concerned.
        title: one line that says it.
        evidence: what was seen, in numbers, a line each.
        why: what it does to training, in a sentence.
        remedy: what to write instead.
        details: the numbers behind the evidence, by name; which, is said at each check.
    """

    def __init__(
        self,
        identifier: str,
        severity: str,
        title: str,
        *,
        where: str,
        evidence: Sequence[str],
        why: str,
        remedy: str,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self.identifier, self.severity, self.rank = identifier, severity, RANKS[severity]
        self.title, self.where, self.evidence = title, where, tuple(evidence)
        self.why, self.remedy, self.details = why, remedy, dict(details or {})

    def __str__(self) -> str:
        lines = [f"{self.severity.upper():8} {self.title}  [{self.identifier}]", *_wrapped("where", self.where)]
        for number, line in enumerate(self.evidence):
            lines += _wrapped("" if number else "seen", line)
        return "\n".join([*lines, *_wrapped("why", self.why), *_wrapped("do", self.remedy)])

    def __repr__(self) -> str:
        return f"<Finding {self.identifier}: {self.title}>"

    def _repr_markdown_(self) -> str:
        seen = "".join(f"\n- {line}" for line in self.evidence)
        title = f"**{self.severity}: {self.title}** (`{self.identifier}`, {self.where})"
        return f"{title}\n{seen}\n\n{self.why}\n\n**Do:** {self.remedy}"


def _wrapped(label: str, text: str) -> list[str]:
    """A labelled paragraph."""
    return folded(text, f"  {label:7}", " " * 9)


class Report:
    """What ``diagnose`` found. Print it, go through it with ``for``, or ask for one finding by its identifier.

    Attributes:
        findings: a tuple of ``Finding``, worst first; of two that are equally bad, the likelier cause first.
        checked: what was looked at.
        skipped: what was not looked at, and what it would take.
        note: whose health it is, and how many rows were looked at.

    >>> bad = Finding("dead-units", "serious", "Most units are dead", where="dense", evidence=[], why="", remedy="")
    >>> report = Report([bad], ["dead relu units"], {}, "classifier, 100 rows")
    >>> "dead-units" in report, report["dead-units"].where, report.healthy
    (True, 'dense', False)
    """

    def __init__(
        self, findings: Sequence[Finding], checked: Sequence[str], skipped: Mapping[str, str], note: str
    ) -> None:
        self.findings = tuple(sorted(findings, key=lambda finding: -finding.rank))
        self.checked, self.skipped, self.note = tuple(checked), dict(skipped), note

    @property
    def healthy(self) -> bool:
        """Whether there is nothing worse than hints."""
        return all(finding.severity == HINT for finding in self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __contains__(self, identifier: object) -> bool:
        return any(finding.identifier == identifier for finding in self.findings)

    def __getitem__(self, identifier: str) -> Finding:
        """Return the finding with this identifier.

        Raises:
            UnknownNameError: there is none; the message lists those there are.
        """
        for finding in self.findings:
            if finding.identifier == identifier:
                return finding
        raise UnknownNameError("finding", identifier, [finding.identifier for finding in self.findings])

    @property
    def verdict(self) -> str:
        """How many findings there are of each severity, in a few words."""
        if not self.findings:
            return "nothing found"
        counts = {severity: sum(finding.severity == severity for finding in self.findings) for severity in RANKS}
        counted = [f"{count} {name}{'s' * (count > 1 and name != SERIOUS)}" for name, count in counts.items() if count]
        return ("healthy, with " if self.healthy else "") + ", ".join(counted)

    def __str__(self) -> str:
        below = [line for sentence in self._looked_at() for line in folded(sentence)]
        return "\n\n".join([f"{self.note}: {self.verdict}", *map(str, self.findings), "\n".join(below)])

    def _looked_at(self) -> list[str]:
        """What was looked at and what was not; what takes the same advice is said together."""
        told: dict[str, list[str]] = {}
        for what, advice in self.skipped.items():
            told.setdefault(advice, []).append(what)
        return [
            f"Looked at: {', '.join(self.checked)}.",
            *(f"Not looked at: {', '.join(what)}. {advice}" for advice, what in told.items()),
        ]

    def __repr__(self) -> str:
        return f"<Report: {self.verdict}>"

    def _repr_markdown_(self) -> str:
        items = [finding._repr_markdown_() for finding in self.findings]
        return "\n\n".join([f"**{self.note}: {self.verdict}**", *items, *self._looked_at()])
