"""What a page of a tour is made of: code with colours, sessions, drawings; the rest is any page's."""

from __future__ import annotations

import os
import re
from html import escape
from pathlib import Path

__all__ = ["MARK", "check_writable", "code", "drawing", "session"]

MARK = '<meta name="generator" content="chainrule tour">'
"""Every page of a tour has this line; a file without it is somebody else's and is left alone."""

TOKENS = re.compile(
    r"(?P<comment>#[^\n]*)"
    r"|(?P<string>\"[^\"\n]*\")"
    r"|(?P<keyword>\b(?:def|return|for|in|if|else|lambda)\b)"
    r"|(?P<number>(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?)"
)


def code(source: str) -> str:
    """Python source as HTML, with comments, strings, keywords and numbers marked.

    >>> code("return 2 * x")
    '<pre><code><span class="keyword">return</span> <span class="number">2</span> * x</code></pre>'
    """
    return f"<pre><code>{_marked(source)}</code></pre>"


def session(calls: str, answer: str) -> str:
    """Lines typed at Python's prompt, and the answer as it is printed there.

    >>> session("print(a)", "1 < 2")
    '<pre class="session"><code><span class="prompt">&gt;&gt;&gt; </span>print(a)\\n1 &lt; 2</code></pre>'
    """
    prompt = '<span class="prompt">&gt;&gt;&gt; </span>'
    typed = "\n".join(f"{prompt}{_marked(line)}" for line in calls.splitlines())
    return f'<pre class="session"><code>{typed}\n{escape(answer, quote=False)}</code></pre>'


def _marked(source: str) -> str:
    pieces, end = [], 0
    for token in TOKENS.finditer(source):
        pieces += [
            escape(source[end : token.start()], quote=False),
            f'<span class="{token.lastgroup}">{escape(token[0], quote=False)}</span>',
        ]
        end = token.end()
    return "".join(pieces) + escape(source[end:], quote=False)


def drawing(svg: str, caption: str) -> str:
    """A drawing of the library's own as a part of the page, so that what it says on hovering is there, too.

    Args:
        svg: the drawing, an ``<svg>`` element that says itself what it is.
        caption: HTML: what it shows and what to look at.
    """
    return f'<figure><div class="picture">{svg}</div><figcaption>{caption}</figcaption></figure>'


def check_writable(folder: Path) -> Path:
    """Return the path of the page in a folder, which is made if need be.

    Raises:
        OSError: the folder cannot be made or written, or there already is an ``index.html`` that is not a tour's.
    """
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file. Give a folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"cannot write into {folder}. Give another folder with --out")
    path = folder / "index.html"
    if path.exists() and MARK not in path.read_text(encoding="utf-8", errors="replace"):
        raise FileExistsError(f"{path} was not written by a tour and is left as it is. Give another folder with --out")
    return path
