"""Reports: the right words for one and many, lines that fit, and messages that nothing obeys."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.exercises.mistakes import MISTAKES
from chainrule.exercises.report import Finding, Report
from chainrule.writing.text import WIDTH

ANY = st.text(alphabet=st.characters())
RIGHT = Finding("u_grad_2", True, 1e-16)
WRONG = Finding(
    "w_grad_2", False, 11.0, "missing-mean", "The sum is not divided by n. " * 5, "line 12: w_grad_2 = delta_2 @ h.T"
)
ODD = Finding("delta_1", False, 1.5, None, "Wrong, and the cause is not recognised.")
ENDED = Finding("", False, None, "timeout", "It did not end within 10 seconds.", "line 3: while True:")
BLANK = Finding("", False, None, "unfinished", "Write the lines that end in # answer.")


OURS = {"html", "head", "meta", "title", "style", "body", "header", "main", "h1", "section", "p", "b", "ul", "li"} | {
    *("span", "code", "pre", "div")
}


def report(*findings, notes=()):
    return Report("recitation-matrix", "The recitation in matrices", findings, notes)


class Tags(HTMLParser):
    """The tags of a text, and whether they are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize(
    ("findings", "verdict", "score"),
    [
        ([WRONG, RIGHT], "1 of 2 right", 0.5),
        ([WRONG, ODD], "none of 2 right", 0.0),
        ([RIGHT, RIGHT, RIGHT], "all 3 right", 1.0),
        ([RIGHT], "right", 1.0),
        ([WRONG], "not right yet", 0.0),
        ([ENDED], "could not be judged", 0.0),
        ([BLANK], "there is nothing to judge yet", 0.0),
        ([ENDED, RIGHT], "wrong as a whole", 0.0),
        ([], "could not be judged", 0.0),
    ],
)
def test_verdict_and_score(findings, verdict, score):
    told = report(*findings)
    assert told.verdict == verdict
    assert str(told).splitlines()[0] == f"recitation-matrix: {verdict}"
    assert told.score == score
    assert told.passed == (score == 1)


def test_the_text_has_every_part_in_order():
    words = str(report(WRONG, RIGHT, ODD, notes=["It printed “hello”."]))
    assert "✗ w_grad_2  error 1100 % of the largest entry  [missing-mean]\n  The sum is" in words
    assert "\n  line 12: w_grad_2 = delta_2 @ h.T\n✓ u_grad_2\n✗ delta_1   error 150 % of" in words
    assert words.endswith("\n\nnote: It printed “hello”.")
    assert max(map(len, words.splitlines())) <= WIDTH


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (1.1, "error 110 % of the largest entry"),
        (1.0, "error 100 % of the largest entry"),
        (0.996, "error 100 % of the largest entry"),
        (0.0947, "error 9.5 % of the largest entry"),
        (0.0996, "error 10 % of the largest entry"),
        (0.000811, "error 0.081 % of the largest entry"),
        (1.04e-6, "error 0.00010 % of the largest entry"),
        (1e-9, "error below 0.0001 % of the largest entry"),
        (99.6, "error 10000 % of the largest entry"),
        (101.0, "error far larger than any entry"),
        (float("inf"), "error far larger than any entry"),
    ],
)
def test_an_error_is_told_as_a_share(error, said):
    told = report(ODD._replace(error=error))
    assert f"✗ delta_1  {said}\n" in str(told)
    assert f" · {said}\n" in told.markdown()
    assert f">{said}</span>" in told.html()
    assert said not in str(report(ODD._replace(error=0.42)))


@pytest.mark.parametrize("error", [None, float("nan")])
def test_without_an_error_nothing_is_told_of_it(error):
    told = report(ODD._replace(error=error))
    assert all("error" not in text for text in (str(told), told.markdown(), told.html()))


def test_another_headline():
    shown = report(WRONG).html("<b>half</b>")
    assert "<b>&lt;b&gt;half&lt;/b&gt;</b>" in shown
    assert "not right yet" not in shown


def test_a_wrong_mark_would_be_seen():
    swapped = report(WRONG._replace(passed=True), RIGHT)
    assert str(swapped) != str(report(WRONG, RIGHT))
    assert "✓ w_grad_2" in str(swapped)
    assert swapped.passed


def test_without_a_message_the_title_of_the_mistake_is_said():
    assert MISTAKES["sign"].title in str(report(Finding("dw", False, 2.0, "sign")))


def test_an_unknown_mistake_is_shown_by_its_identifier():
    told = report(Finding("", False, None, "flooded"))
    for text in (str(told), told.markdown(), told.html()):
        assert "flooded" in text


def test_the_answer_as_a_whole_reads_well():
    assert str(report(ENDED)).splitlines()[2:] == [
        "✗ the answer  [timeout]",
        "  It did not end within 10 seconds.",
        "  line 3: while True:",
    ]
    assert "took too long" in report(ENDED).html()


@given(st.lists(st.builds(Finding, ANY, st.booleans(), st.none() | st.floats(), st.none() | ANY, ANY, ANY)), ANY)
def test_hostile_text_stays_text(findings, note):
    told = Report(note, note, findings, [note])
    lines = str(told).split("\n")
    assert all(len(line) <= WIDTH and line.isprintable() for line in lines)
    page = told.page()
    page.encode("utf-8")
    told.markdown().encode("utf-8")
    tags = Tags(page)
    assert tags.open == []
    assert set(tags.seen) <= OURS


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</style></section><h1>"]
)
def test_tags_in_a_message_become_words(attack):
    wrong = Finding(attack, False, 1.0, attack, attack, attack)
    told = Report(attack, attack, [wrong], [attack])
    for text in (told.html(), told.page()):
        tags = Tags(text)
        assert {"script", "img"}.isdisjoint(tags.seen)
        assert sum(attack in word for word in tags.words) >= 5
    assert re.search(r"(?<!\\)<", re.sub(r"```.*?```", "", told.markdown(), flags=re.DOTALL)) is None


def test_a_report_that_does_not_escape_would_be_caught():
    assert "script" in Tags("<p><script>alert(1)</script></p>").seen


def test_code_in_a_message_is_shown_as_code():
    told = report(WRONG._replace(message="Is `*` meant for `@ <b>` or not ` at all?"))
    assert "Is <code>*</code> meant for <code>@ &lt;b&gt;</code> or not ` at all?" in told.html()
    assert "Is `*` meant for `@ <b>` or not \\` at all?" in told.markdown()


def test_what_is_said_of_right_ones_stands_beside_them():
    told = report(WRONG, RIGHT._replace(message="Right, given what came before."))
    assert "\n✓ u_grad_2  Right, given what came before." in str(told)
    assert "- ✓ **u\\_grad\\_2** · Right, given what came before.\n" in told.markdown()
    assert '<code>u_grad_2</code> · <span class="aside">Right, given' in told.html()


def test_a_line_cannot_end_its_block_in_markdown():
    text = report(WRONG._replace(line="line 1: x = '````'")).markdown()
    assert text.count("`````") == 2


def test_endless_messages_are_cut():
    told = report(WRONG._replace(message="word " * 100_000, line="x" * 100_000), notes=["y" * 100_000])
    for text in (str(told), told.markdown(), told.html()):
        assert len(text) < 20_000
        assert "…" in text


def test_two_mistakes_in_one_quantity_are_both_named():
    told = report(WRONG._replace(also=("sign",)), RIGHT)
    assert told.mistakes == ("missing-mean", "sign")
    assert "[missing-mean, sign]" in str(told)
    for text in (told.html(), told.markdown()):
        assert "not divided by the number of samples and the opposite sign" in text
        assert "missing-mean, sign" in text


def test_without_an_exercise_there_is_no_colon():
    told = Report("", "", [ENDED])
    assert str(told).startswith("could not be judged\n")
    assert "<b>could not be judged<" in told.html()
    assert told.markdown().startswith("**could not be judged**")


def test_shown_in_notebooks():
    told = report(WRONG, RIGHT)
    assert told._repr_html_() == told.html()
    assert told._repr_markdown_() == told.markdown()
    assert told.html().startswith('<section class="chainrule-report">')
    assert repr(told) == "<Report recitation-matrix: 1 of 2 right>"
    assert list(told) == [WRONG, RIGHT]
    assert told.mistakes == ("missing-mean",)
