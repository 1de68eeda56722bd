"""What is written for people: lines that fit, text that a terminal or browser does not obey, files replaced whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.writing.pages import escaped, page, rich_table, table, write
from chainrule.writing.text import WIDTH, counted, folded, one_line, visible

ANY = st.text(alphabet=st.characters())  # surrogates and control characters among them


@given(ANY, st.sampled_from(["", "  do     ", "note: "]))
def test_no_line_is_too_long_and_no_word_is_lost(text, first):
    lines = folded(visible(text), first, "  ")
    assert all(len(line) <= WIDTH for line in lines)
    assert "".join("".join(lines)[len(first) :].split()) == "".join(visible(text).split())


@given(ANY)
def test_what_is_seen_is_all_there_is(text):
    assert visible(text).isprintable()
    assert len(visible(text)) == len(text)
    assert len(one_line(text, "  ")) <= WIDTH
    escaped(text).encode("utf-8")
    assert not set("<>\"'") & set(escaped(text))


def test_text_as_it_came_would_be_caught():
    with pytest.raises(UnicodeEncodeError):
        "\ud800".encode()
    assert not "\x1b[2J".isprintable()
    assert visible("a\x1b[2J\u202eb\ud800") == "a�[2J�b�"


def test_a_call_stays_on_one_line():
    words = "word " * 17
    lines = folded(f"{words}np.mean(x, axis=0) end")
    assert lines[1] == "  np.mean(x, axis=0) end"


@pytest.mark.parametrize(("number", "words"), [(0, "0 boxes"), (1, "1 box"), (2, "2 boxes")])
def test_one_and_many(number, words):
    assert counted(number, "box", "boxes") == words


def test_a_page_loads_nothing_and_runs_nothing():
    text = page("<b>", "<p>body</p>", "<i>")
    assert "<title>&lt;b&gt;</title>" in text
    assert "&lt;i&gt;" in text
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert "url(" not in text


def test_cells_are_text_or_html():
    assert '<td data-label="b">&lt;i&gt;</td>' in table(["a", "b"], [["x", "<i>"]])
    assert '<td data-label="b"><i></td>' in rich_table(["a", "b"], [["x", "<i>"]])


def test_an_error_names_the_file_and_not_its_draft(tmp_path):
    (tmp_path / "page.html").mkdir()
    for path in (tmp_path / "page.html", tmp_path / "nowhere" / "page.html"):
        with pytest.raises(OSError, match=r"page\.html'$") as raised:
            write(path, "x")
        assert raised.value.filename == str(path)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.parametrize("content", ["text ✓\n", b"\x89PNG"])
def test_files_are_replaced(tmp_path, content):
    path = tmp_path / "file"
    path.write_text("older and longer")
    write(path, content)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert list(tmp_path.iterdir()) == [path]
