"""HTML that stands on its own: one look for all pages, figures inside the file, a file replaced whole or not at all."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from .files import replacing
from .text import visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["escaped", "figure", "page", "rich_table", "style", "table", "write"]

LOADS_NOTHING = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""For the browser: nothing runs, nothing is fetched, should anything slip through that is not ours."""


def page(title: str, body: str, lead: str = "") -> str:
    """A whole page.

    Args:
        title: text: its heading, and what its window is called.
        body: HTML: what follows.
        lead: text below the heading that says what the page is.
    """
    below = f'\n<p class="lead">{escaped(lead)}</p>' if lead else ""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{LOADS_NOTHING}">
<title>{escaped(title)}</title>
<style>
{style()}</style>
</head>
<body>
<header>
<h1>{escaped(title)}</h1>{below}
</header>
<main>
{body}
</main>
</body>
</html>
"""


def style() -> str:
    """The style sheet that all pages share."""
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8")


def escaped(text: str) -> str:
    """Text of anybody's as HTML: no tags, and no characters that cannot be seen or stored.

    >>> escaped("<script>alert('x')</script>")
    '&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;'
    """
    return escape(visible(text))


def figure(picture: Figure, title: str, caption: str, wide: bool = False) -> str:
    """A picture inside the page, as SVG on a transparent ground.

    Args:
        picture: what to show.
        title: what it is, in a few words, for those who cannot see it.
        caption: HTML: what it shows and what to look at.
        wide: whether a small screen shall show it at a readable size and let it be moved sideways.
    """
    buffer = BytesIO()
    picture.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    data = b64encode(buffer.getvalue()).decode("ascii")
    width, height = (round(96 * inches) for inches in picture.get_size_inches())
    return (
        f'<figure{" class=wide" if wide else ""}><div class="picture"><img src="data:image/svg+xml;base64,{data}" '
        f'alt="{escape(title)}" width="{width}" height="{height}"></div>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the first cell of each row is its heading. Cells are text and know their column, for small screens.

    >>> table(["way", "time"], [["by hand", "< 1 s"]]).count("<td data-label=")
    1
    """
    return rich_table(header, ([escape(cell) for cell in row] for row in rows))


def rich_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The same with cells of HTML: links, code, bars. The header is text."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    lines = []
    for first, *rest in rows:
        cells = [f'<td data-label="{escape(label)}">{cell}</td>' for label, cell in zip(header[1:], rest, strict=True)]
        lines.append(f'<tr><th scope="row">{first}</th>{"".join(cells)}</tr>')
    return f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def write(path: Path, content: str | bytes) -> None:
    """Write a file under another name and rename it, so that nobody ever meets half of it. Text becomes UTF-8.

    Raises:
        OSError: it cannot be written.
    """
    with replacing(path) as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
