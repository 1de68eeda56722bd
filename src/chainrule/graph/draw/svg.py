"""A picture as SVG: placed, coloured, with everything that is known about a box or an arrow as its tooltip.

Nothing in it refers to anything outside it or by an id, so several fit on one page. Its own white ground makes it as
readable on a dark page as on a light one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from .colours import EDGE, FILLS, GRADIENT, INK, MUTED, STRONG, VALUE
from .columns import columns_of
from .layout import Arrangement, arrange
from .picture import Box, Link, Picture, Span
from .rows import Point, Route, Turn

__all__ = ["svg_of", "text_width"]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
SIZES = {"name": 14.0, "text": 13.0, "muted": 12.0, "value": 12.5, "gradient": 12.5, "label": 12.0, "title": 15.0}
COLOURS = {
    "name": INK, "text": INK, "title": INK, "muted": MUTED, "value": VALUE, "gradient": GRADIENT, "label": GRADIENT,
}  # fmt: skip
PALE = ' opacity="0.45"'
BOLD = ' font-weight="600"'
LINE, PADDING, MARGIN, HEAD, ARROW, NARROWEST = 18.0, 10.0, 18.0, 32.0, 7.0, 260.0
PORT = 5.0  # the least between two arrows that arrive
CROWD = 12  # boxes of a column from which on they have one line each
ROUND = 5  # radius of the corners of a link that leads to the next row
BEHIND = 4.0  # how far a group's second sheet looks out

Rectangle = tuple[float, float, float, float]  # left, top, right, bottom


def text_width(text: str, size: float, bold: bool = False) -> float:
    """About the width of a text in pixels; rather too much, for the reader's font is not known."""
    units = sum(_WIDTHS.get(sign, 0.69 if sign.isupper() else 0.60) for sign in text)
    return units * size * (1.08 if bold else 1.0)


_WIDTHS = (
    dict.fromkeys("il|.,:;'!", 0.34) | dict.fromkeys("fjrt()[]/ I", 0.41) | dict.fromkeys("mwMW@", 0.95)
    | dict.fromkeys("0123456789", 0.64) | dict.fromkeys("+−×÷=<>≥≤≠⊙□…∂Σ", 0.84)
    | dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵢⱼₖ", 0.44) | dict.fromkeys("·", 0.34)
)  # fmt: skip


def svg_of(picture: Picture) -> str:
    """Return the picture as the text of an SVG file."""
    columns = columns_of(picture)
    crowd = Counter(columns)
    boxes = [_flat(box) if crowd[column] > CROWD else box for box, column in zip(picture.boxes, columns, strict=True)]
    arriving = Counter(link.target for link in picture.links)
    sizes = [_size(box, arriving[i]) for i, box in enumerate(boxes)]
    pairs = [(link.source, link.target) for link in picture.links]
    labels = [text_width(link.label, SIZES["label"]) if link.label else 0.0 for link in picture.links]
    placed = arrange(sizes, columns, pairs, labels, (MARGIN, MARGIN + HEAD))
    inner = max(placed.width, text_width(picture.title, SIZES["title"], bold=True), NARROWEST)
    below = MARGIN + HEAD + placed.height + 26.0
    legend, legend_height = _legend(picture.legend, inner, below)
    width, height = _n(inner + 2 * MARGIN), _n(below + legend_height + MARGIN - 8)
    rectangles = [_around(centre, size) for centre, size in zip(placed.centres, sizes, strict=True)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" aria-label={quoteattr(_spoken(picture))} '
            f'font-family="{FONT}">',
            f'<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>',
            _text(MARGIN, MARGIN + 14, [Span(picture.title, "title")]),
            *_arrows(picture.links, placed),
            *(_box(box, rectangle) for box, rectangle in zip(boxes, rectangles, strict=True)),
            *_labels(picture.links, labels, placed, rectangles),
            *legend,
            "</svg>",
        ]
    )


def _spoken(picture: Picture) -> str:
    """The picture in one sentence, for those who cannot see it."""
    named = [box.texts[0] for box in picture.boxes if box.kind in ("input", "output")]
    return f"Computational graph of {picture.title}, {len(picture.boxes)} boxes; inputs and outputs: {', '.join(named)}"


# --- boxes ---


def _flat(box: Box) -> Box:
    """The box with all it says on one line."""
    line = [span for i, line in enumerate(box.lines) for span in ([Span("  ", "text"), *line] if i else line)]
    return Box(box.kind, [line], box.tooltip, box.strong, box.pale)


def _size(box: Box, arriving: int) -> Point:
    """The width and height of a box: room for its text, and for the arrows that arrive."""
    widths = [sum(text_width(s.text, SIZES[s.role], s.role == "name") for s in line) for line in box.lines]
    behind = BEHIND if box.kind == "group" else 0.0
    height = max(LINE * len(box.lines) + 12.0, PORT * arriving)
    return max([*widths, 20.0]) + 2 * PADDING + behind, height + behind


def _around(centre: Point, size: Point) -> Rectangle:
    return centre[0] - size[0] / 2, centre[1] - size[1] / 2, centre[0] + size[0] / 2, centre[1] + size[1] / 2


def _box(box: Box, rectangle: Rectangle) -> str:
    left, top, right, bottom = rectangle
    fill, stroke = FILLS[box.kind]
    sheets = []
    if box.kind == "group":
        sheets.append(_sheet((left + BEHIND, top + BEHIND, right, bottom), box, fill, stroke))
        right, bottom = right - BEHIND, bottom - BEHIND
    sheets.append(_sheet((left, top, right, bottom), box, fill, stroke))
    first = (top + bottom - LINE * len(box.lines)) / 2 + 13.0
    lines = [_text(left + PADDING, first + i * LINE, line) for i, line in enumerate(box.lines)]
    return f'<g class="box"{PALE if box.pale else ""}>{_tooltip(box.tooltip)}{"".join(sheets + lines)}</g>'


def _sheet(rectangle: Rectangle, box: Box, fill: str, stroke: str) -> str:
    left, top, right, bottom = rectangle
    width = 2.6 if box.strong else 1.8 if box.kind == "output" else 1.2
    radius = {"input": 14, "constant": 2}.get(box.kind, 6)
    dashes = ' stroke-dasharray="4 3"' if box.kind == "constant" else ""
    return (
        f'<rect class="{box.kind}" x="{_n(left)}" y="{_n(top)}" width="{_n(right - left)}" height="{_n(bottom - top)}" '
        f'rx="{radius}" fill="{fill}" stroke="{STRONG if box.strong else stroke}" stroke-width="{width}"{dashes}/>'
    )


def _text(x: float, y: float, line: Sequence[Span]) -> str:
    spans = "".join(
        f'<tspan fill="{COLOURS[s.role]}" font-size="{SIZES[s.role]}"{BOLD if s.role in ("name", "title") else ""}>'
        f"{escape(s.text)}</tspan>"
        for s in line
    )
    return f'<text x="{_n(x)}" y="{_n(y)}" xml:space="preserve">{spans}</text>'


def _tooltip(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


# --- links ---


def _arrows(links: Sequence[Link], placed: Arrangement) -> list[str]:
    """The arrows, those of the path above the others."""
    drawn = sorted(zip(links, placed.routes, strict=True), key=lambda pair: pair[0].strong)
    return [_arrow(link, route) for link, route in drawn]


def _arrow(link: Link, route: Route) -> str:
    colour, width, size = (STRONG, 2.6, ARROW + 2) if link.strong else (EDGE, 1.3, ARROW)
    (left, top), (x, y) = route.legs[0][0], route.legs[-1][-1]
    path = f"M{_n(left)} {_n(top)}{_leg(route.legs[0])}"
    for turn, leg in zip(route.turns, route.legs[1:], strict=True):
        path += _turned(turn, leg[0][1]) + _leg(leg)
    head = f"M{_n(x)} {_n(y)}l{_n(-size)} {_n(-size / 2)}v{_n(size)}z"
    return (
        f'<g class="link"{PALE if link.pale else ""}>{_tooltip(link.tooltip)}<path d="{path}H{_n(x - size + 1)}" '
        f'fill="none" stroke="{colour}" stroke-width="{width}"/><path d="{head}" fill="{colour}"/></g>'
    )


def _leg(points: list[Point]) -> str:
    """The way along a row, up to the last gap between columns."""
    path = ""
    for (x1, y1), (x2, y2) in zip(points[1::2], points[2::2], strict=False):
        middle = _n((x1 + x2) / 2)
        path += f"H{_n(x1)}C{middle} {_n(y1)} {middle} {_n(y2)} {_n(x2)} {_n(y2)}"
    return path


def _turned(turn: Turn, height: float) -> str:
    """On to a height in the next row, round the corners."""
    r = ROUND
    return (
        f"H{_n(turn.right - r)}q{r} 0 {r} {r}V{_n(turn.height - r)}q0 {r} {-r} {r}"
        f"H{_n(turn.left + r)}q{-r} 0 {-r} {r}V{_n(height - r)}q0 {r} {r} {r}"
    )


def _labels(
    links: Sequence[Link], widths: Sequence[float], placed: Arrangement, boxes: Sequence[Rectangle]
) -> Iterator[str]:
    """The labels of links, each where it covers least."""
    taken = list(boxes)
    curves = [_points(route) for route in placed.routes]
    for i, link in enumerate(links):
        if not link.label:
            continue
        others = [point for j, curve in enumerate(curves) if j != i for point in curve]
        spots = [_around(point, (widths[i] + 6, 17.0)) for point in curves[i]]
        best = min(spots, key=lambda spot: _covered(spot, taken, others))
        taken.append(best)
        left, top, right, bottom = best
        yield (
            f'<g class="label"><rect x="{_n(left)}" y="{_n(top)}" width="{_n(right - left)}" '
            f'height="{_n(bottom - top)}" rx="4" fill="#ffffff" fill-opacity="0.92"/>'
            f"{_text(left + 3, bottom - 4, [Span(link.label, 'label')])}</g>"
        )


def _points(route: Route) -> list[Point]:
    """Points on a link between columns and between rows, the middle of each part first."""
    points = []
    for t in (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.25, 0.75, 0.2, 0.8):
        along, across = 1.5 * t - 1.5 * t**2 + t**3, 3 * t**2 - 2 * t**3  # of the curve from start to end
        points += [(x + (end - x) * along, y + (low - y) * across) for (x, y), (end, low) in route.gaps]
        points += [(turn.left + (turn.right - turn.left) * t, turn.height) for turn in route.turns]
    return points


def _covered(spot: Rectangle, taken: Iterable[Rectangle], points: Iterable[Point]) -> float:
    left, top, right, bottom = spot
    area = 0.0
    for other in taken:
        wide, high = min(right, other[2]) - max(left, other[0]), min(bottom, other[3]) - max(top, other[1])
        area += wide * high if wide > 0 and high > 0 else 0.0
    return area + 5.0 * sum(left < x < right and top < y < bottom for x, y in points)


# --- the legend ---


def _legend(spans: Sequence[Span], width: float, top: float) -> tuple[list[str], float]:
    """Explanations side by side, in as many rows as they need; and the height of these."""
    lines, x, row = [], 0.0, 0
    for span in spans:
        wide = text_width(span.text, SIZES[span.role]) + 22.0
        if x and x + wide > width:
            x, row = 0.0, row + 1
        lines.append(_text(MARGIN + x, top + row * LINE, [span]))
        x += wide
    return lines, (row + 1) * LINE


def _n(number: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{number:.1f}".removesuffix(".0")
