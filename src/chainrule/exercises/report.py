"""What a check says: per quantity whether it is right, and the name of the mistake if it has one.

A report is read in a terminal, in a notebook, in a grader's table and as a page. Messages can quote what an answer
printed or raised, so each form makes them harmless: no tags, no Markdown, nothing that a terminal obeys.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ..writing.pages import escaped, page
from ..writing.text import folded, one_line, visible
from .mistakes import MISTAKES

__all__ = ["UNRECOGNISED", "Finding", "Report", "title_of"]

UNRECOGNISED = "Wrong, cause not recognised."  # how the message of a mistake without a name begins

RIGHT, WRONG = "✓", "✗"
WHOLE = "the answer"  # what a finding without a quantity is about
UNFINISHED = "unfinished"  # the mistake of an answer in which something is still to be written
LONGEST = 2000  # characters of a message: enough for any of ours, not for what a hostile answer raises
LEAST_PERCENT, MOST_PERCENT = 0.0001, 10_000  # errors beyond these are told in words
CODE = re.compile("`([^`]+)`")
MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~$&]|^[-+=])")


def title_of(mistake: str) -> str:
    """A mistake in a few words, by its identifier; the identifier itself if nobody knows it.

    >>> title_of("sign")
    'the opposite sign'
    """
    return MISTAKES[mistake].title if mistake in MISTAKES else mistake


class Finding(NamedTuple):
    """What was found out about one quantity of an answer, or about the answer as a whole.

    Attributes:
        quantity: the name of what the answer returned, such as ``"w_grad_1"``; empty for the answer as a whole.
        passed: whether it is right, or right given the earlier quantities of the same answer.
        error: the largest difference from what is right, as a share of the largest right entry; None where there is
            nothing to compare.
        mistake: the identifier of the mistake, one of ``MISTAKES``; None if there is none or it is not recognised.
        message: a sentence or two for the learner.
        line: the learner's own line that is concerned, if known.
        also: the identifiers of further mistakes in the same quantity.
    """

    quantity: str
    passed: bool
    error: float | None = None
    mistake: str | None = None
    message: str = ""
    line: str = ""
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The mistakes in a few words; empty if they are not recognised."""
        return " and ".join(map(title_of, self.mistakes))

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The identifiers of all its mistakes."""
        return (self.mistake, *self.also) if self.mistake else self.also

    @property
    def name(self) -> str:
        """What the finding is about: the quantity or the answer."""
        return self.quantity or WHOLE


class Report:
    """The findings about one answer. Print it; in a notebook it shows itself.

    Attributes:
        exercise: the exercise's name.
        title: the exercise's title.
        findings: a tuple of ``Finding``, one per quantity in the order of the chain rule; before them any about the
            answer as a whole.
        notes: remarks that cost no points: something was printed, an argument was changed.

    >>> wrong = Finding("dw", False, 11.0, "missing-mean", "Divide by n.", "line 3: dw = X.T @ r")
    >>> print(Report("linear-regression", "Linear regression", [wrong, Finding("db", True)]))
    linear-regression: 1 of 2 right
    <BLANKLINE>
    ✗ dw  error 1100 % of the largest entry  [missing-mean]
      Divide by n.
      line 3: dw = X.T @ r
    ✓ db
    """

    def __init__(self, exercise: str, title: str, findings: Sequence[Finding], notes: Sequence[str] = ()) -> None:
        self.exercise, self.title = exercise, title
        self.findings, self.notes = tuple(findings), tuple(notes)

    @property
    def passed(self) -> bool:
        """Whether everything is right."""
        return bool(self.findings) and all(finding.passed for finding in self.findings)

    @property
    def score(self) -> float:
        """The share of the quantities that are right, from 0 to 1; 0 if the answer as a whole failed."""
        if not self.findings or self._failed_as_a_whole:
            return 0.0
        judged = self._judged
        return sum(finding.passed for finding in judged) / len(judged) if judged else 1.0

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The identifiers of the mistakes, each once, in order."""
        return tuple(dict.fromkeys(mistake for finding in self.findings for mistake in finding.mistakes))

    @property
    def verdict(self) -> str:
        """How much is right, in a few words.

        >>> Report("relu_derive", "", [Finding("relu_derive", True)]).verdict
        'right'
        """
        judged = self._judged
        right = sum(finding.passed for finding in judged)
        if self._failed_as_a_whole or not self.findings:
            without = "there is nothing to judge yet" if UNFINISHED in self.mistakes else "could not be judged"
            return "wrong as a whole" if judged else without
        if len(judged) < 2:
            return "right" if self.passed else "not right yet"
        return f"all {right} right" if right == len(judged) else f"{right or 'none'} of {len(judged)} right"

    @property
    def headline(self) -> str:
        """The exercise and the verdict."""
        return f"{self.exercise}: {self.verdict}" if self.exercise else self.verdict

    @property
    def _judged(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.quantity]

    @property
    def _failed_as_a_whole(self) -> bool:
        return any(not finding.passed and not finding.quantity for finding in self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __repr__(self) -> str:
        return f"<Report {self.exercise}: {self.verdict}>"

    def __str__(self) -> str:
        width = max([len(visible(finding.name)) for finding in self.findings], default=0)
        lines = [line for finding in self.findings for line in _printed(finding, width)]
        notes = [line for note in self.notes for line in folded(_short(note), "note: ", "      ")]
        blocks = [[one_line(self.headline)], lines, notes]
        return "\n\n".join("\n".join(block) for block in blocks if block)

    def markdown(self) -> str:
        """The report as Markdown, in which whatever a message holds stays text."""
        items = [_item(finding) for finding in self.findings]
        notes = [f"*Note:* {_literal(note)}" for note in self.notes]
        return "\n\n".join([f"**{_literal(self.headline)}**", *items, *notes]) + "\n"

    def html(self, headline: str = "") -> str:
        """The report as a fragment of HTML with its own style, for a page or a notebook of any colour.

        Args:
            headline: what it begins with, if not with the exercise and the verdict.
        """
        style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
        items = "\n".join(_listed(finding) for finding in self.findings)
        notes = "".join(f"<p>Note: {_worded(note)}</p>" for note in self.notes)
        return (
            f'<section class="chainrule-report">\n<style>\n{style}</style>\n'
            f'<p class="verdict"><b>{escaped(headline or self.headline)}</b></p>\n<ul>\n{items}\n</ul>\n'
            + (f'<div class="notes">{notes}</div>\n' if notes else "")
            + "</section>"
        )

    def page(self) -> str:
        """The report as a whole page of HTML that stands on its own."""
        return page(self.title or self.exercise, self.html())

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def _repr_html_(self) -> str:
        return self.html()


def _short(message: str) -> str:
    """A message that can be shown: on one line, harmless, not endless."""
    text = " ".join(visible(message[: LONGEST + 1]).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _details(finding: Finding) -> str:
    """How far off a wrong quantity is, with two significant digits."""
    if finding.passed or finding.error is None or math.isnan(finding.error):
        return ""
    percent = 100 * finding.error
    if percent > MOST_PERCENT:
        return "error far larger than any entry"
    if percent < LEAST_PERCENT:
        return f"error below {LEAST_PERCENT} % of the largest entry"
    digits = 1 - int(f"{percent:.1e}".partition("e")[2])  # after the point; below 0 they are before it
    return f"error {round(percent, digits):.{max(digits, 0)}f} % of the largest entry"


def _printed(finding: Finding, width: int) -> list[str]:
    """A finding in lines for a terminal, its name padded to ``width``."""
    name = f"{visible(finding.name):{width}}"
    if finding.passed:
        return folded(f"{RIGHT} {name}  {_short(finding.message)}", others=" " * min(width + 4, 24))
    identifiers = f"[{', '.join(finding.mistakes)}]" if finding.mistakes else ""
    lines = [one_line("  ".join(filter(None, [f"{WRONG} {name}", _details(finding), identifiers])))]
    lines += folded(_short(finding.message or finding.title), "  ", "  ")
    return lines + ([one_line(finding.line, "  ")] if finding.line else [])


def _literal(text: str) -> str:
    """Text as Markdown that shows it as it is, but for `code`."""
    pieces = CODE.split(_short(text))  # every second one stood between backticks
    return "".join(f"`{piece}`" if i % 2 else MARKDOWN.sub(r"\\\1", piece) for i, piece in enumerate(pieces))


def _item(finding: Finding) -> str:
    """A finding as an item of a list in Markdown."""
    parts = [f"- {RIGHT if finding.passed else WRONG} **{_literal(finding.name)}**", _details(finding)]
    if finding.mistakes:
        parts.append(f"{_literal(finding.title)} ({_literal(', '.join(finding.mistakes))})")
    message = _literal(finding.message)
    if finding.passed:
        return " · ".join(filter(None, [*parts, message]))
    blocks = [" · ".join(filter(None, parts)), message]
    if finding.line:
        ticks = max(map(len, re.findall("`+", finding.line)), default=0)
        fence = "`" * max(3, ticks + 1)  # longer than any in the line, which would end the block
        blocks.append(f"{fence}\n  {_short(finding.line)}\n  {fence}")
    return "\n\n  ".join(filter(None, blocks))


def _listed(finding: Finding) -> str:
    """A finding as an item of a list in HTML."""
    kind, mark = ("right", RIGHT) if finding.passed else ("wrong", WRONG)
    name = f"<code>{escaped(finding.quantity)}</code>" if finding.quantity else f"<b>{WHOLE}</b>"
    parts = [f'<span class="mark" role="img" aria-label="{kind}">{mark}</span>{name}']
    if finding.mistakes:
        identifiers = f'<code class="aside">{escaped(", ".join(finding.mistakes))}</code>'
        parts.append(f'<span class="mistake">{escaped(finding.title)}</span> {identifiers}')
    if _details(finding):
        parts.append(f'<span class="aside">{_details(finding)}</span>')
    message = _worded(finding.message)
    if finding.passed and message:
        parts.append(f'<span class="aside">{message}</span>')
    paragraph = f"<p>{message}</p>" if message and not finding.passed else ""
    line = f"<pre><code>{escaped(finding.line[:LONGEST])}</code></pre>" if finding.line else ""
    return f'<li class="{kind}">{" · ".join(parts)}{paragraph}{line}</li>'


def _worded(text: str) -> str:
    """Text as HTML, with what stands between backticks as code."""
    return CODE.sub(r"<code>\1</code>", escaped(_short(text)))
