"""The cells of an executed notebook as the sections of a page; code is left out."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from nbformat import NotebookNode

from csmkit.text import clean
from csmkit.view.theme import MIME

_TAGS = {
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("div", "p", "br", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd"),
    *("span", "strong", "em", "b", "i", "code", "sub", "sup", "small", "abbr", "bdi"),
}
_ATTRIBUTES = {
    "*": {"class", "dir", "lang", "title", "aria-hidden", "aria-label"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan", "data-label"},
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the page: its anchor and its text."""

    anchor: str
    text: str


class Sections:
    """The sections of a page, gathered cell by cell."""

    def __init__(self) -> None:
        self.headings: list[Heading] = []
        self.charts = 0
        self._parts: list[str] = []
        self._open = False

    def html(self) -> str:
        """All sections, as HTML in which nothing runs."""
        return "".join(self._parts) + ("</section>" if self._open else "")

    def add(self, cell: NotebookNode) -> None:
        """Take in the next cell of the notebook."""
        if cell.cell_type == "markdown":
            self._markdown(cell.source)
        elif cell.cell_type == "code":
            for output in cell.outputs:
                self._parts.extend(self._output(output))

    def _markdown(self, source: str) -> None:
        md = _markdown()
        tokens = md.parse(clean_lines(source))
        for block in _sections(tokens):
            if block[0].type == "heading_open" and block[0].tag == "h1":
                # The page has a title of its own.
                block = block[3:]
            elif block[0].type == "heading_open" and block[0].tag == "h2":
                self._section(block)
            _mark_lead(block)
            self._parts.append(str(md.renderer.render(block, md.options, {})))

    def _section(self, block: list[Token]) -> None:
        text = _text_of(block[1])
        taken = {heading.anchor for heading in self.headings}
        anchor = base = _anchor(text)
        number = 2
        while anchor in taken:
            anchor, number = f"{base}-{number}", number + 1
        self.headings.append(Heading(anchor, text))
        block[0].attrSet("id", anchor)
        self._parts.append(f"{'</section>' if self._open else ''}<section>")
        self._open = True

    def _output(self, output: NotebookNode) -> Iterator[str]:
        if output.output_type == "error":
            said = clean(f"{output.get('ename', 'Error')}: {output.get('evalue', '')}")
            yield (
                '<div class="failed" role="alert"><strong>This part could not be made.</strong>'
                f"<p>{escape(said)}</p></div>"
            )
        elif output.output_type == "stream":
            if output.get("name") == "stderr":
                yield f'<pre class="stderr">{escape(clean_lines(_joined(output.text)))}</pre>'
        else:
            yield self._shown(output.get("data", {}))

    def _shown(self, data: Mapping[str, Any]) -> str:
        if MIME in data:
            if (data[MIME].get("usermeta") or {}).get("empty"):
                return f'<p class="nothing">{escape(clean(data[MIME].get("description")))}</p>'
            self.charts += 1
            return _chart(data[MIME], _joined(data.get("text/plain", "")))
        if "text/html" in data:
            return f'<div class="shown">{sanitised(_joined(data["text/html"]))}</div>'
        if "text/markdown" in data:
            return str(_markdown().render(clean_lines(_joined(data["text/markdown"]))))
        plain = clean_lines(_joined(data.get("text/plain", "")))
        return f"<pre>{escape(plain)}</pre>" if plain else ""


def sanitised(html: str) -> str:
    """HTML with tables and text kept, and nothing that runs or loads."""
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=set(), link_rel=None)


def clean_lines(text: str) -> str:
    """Clean text line by line: the line breaks stay."""
    return "\n".join(clean(line) for line in text.split("\n"))


def _chart(spec: Any, description: str) -> str:
    said = escape(clean(description or spec.get("description") or "A chart."))
    # In a script element only "<" can end it or open a comment.
    drawn = json.dumps(_without_address(spec), ensure_ascii=False, separators=(",", ":"))
    drawn = drawn.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return (
        f'<figure class="chart"><div class="canvas" role="img" aria-label="{said}"></div>'
        f'<script type="application/json">{drawn}</script>'
        f'<figcaption class="described">{said}</figcaption></figure>'
    )


def _without_address(spec: Any) -> dict[str, Any]:
    return {key: value for key, value in spec.items() if key != "$schema"}


def _joined(text: Any) -> str:
    return "".join(text) if isinstance(text, list) else str(text)


@cache
def _markdown() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False}).enable("table")
    md.disable(["image", "autolink", "html_block", "html_inline"])
    # Links lead to places in the page; none leads out of it.
    md.validateLink = lambda url: url.startswith("#")  # type: ignore[method-assign]
    return md


def _sections(tokens: list[Token]) -> Iterator[list[Token]]:
    block: list[Token] = []
    for token in tokens:
        if token.type == "heading_open" and token.tag in {"h1", "h2"} and block:
            yield block
            block = []
        block.append(token)
    if block:
        yield block


def _mark_lead(block: list[Token]) -> None:
    """Mark the emphasised paragraph right below a heading: what to look at."""
    if len(block) < 6 or block[0].type != "heading_open" or block[3].type != "paragraph_open":
        return
    children = [c for c in block[4].children or [] if c.type != "text" or c.content]
    if children and children[0].type == "em_open" and children[-1].type == "em_close":
        block[3].attrSet("class", "lead")


def _text_of(inline: Token) -> str:
    return "".join(c.content for c in inline.children or [] if c.type in {"text", "code_inline"})


def _anchor(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"
