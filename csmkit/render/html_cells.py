"""The cells of an executed notebook as the sections of a page; code is left out."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
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


@dataclass(frozen=True, slots=True)
class _Block:
    """Markdown as HTML: what stands before the first heading, or a heading with what is below it.

    ``section`` is the heading's text where it begins a section of the page.
    """

    section: str | None
    html: str


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
        for block in _blocks(source):
            if block.section is None:
                self._parts.append(block.html)
            else:
                self._section(block.section, block.html)

    def _section(self, text: str, html: str) -> None:
        taken = {heading.anchor for heading in self.headings}
        anchor = base = _anchor(text)
        number = 2
        while anchor in taken:
            anchor, number = f"{base}-{number}", number + 1
        self.headings.append(Heading(anchor, text))
        self._parts.append(f"{'</section>' if self._open else ''}<section>")
        self._parts.append(f'<h2 id="{anchor}">{html.removeprefix("<h2>")}')
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
    return _cleaner().clean(html)


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
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=set(), link_rel=None)


@cache
def _markdown() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": False}).enable("table")
    md.disable(["image", "autolink", "html_block", "html_inline"])
    # Links lead to places in the page; none leads out of it.
    md.validateLink = lambda url: url.startswith("#")  # type: ignore[method-assign]
    return md


@lru_cache(maxsize=512)
def _blocks(source: str) -> tuple[_Block, ...]:
    """The blocks of a Markdown cell. Packets of one template share them: they are made once."""
    md = _markdown()
    return tuple(_block(md, tokens) for tokens in _sections(md.parse(clean_lines(source))))


def _block(md: MarkdownIt, tokens: list[Token]) -> _Block:
    section = None
    if tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        # The page has a title of its own.
        tokens = tokens[3:]
    elif tokens[0].type == "heading_open" and tokens[0].tag == "h2":
        section = _text_of(tokens[1])
    _mark_lead(tokens)
    return _Block(section, str(md.renderer.render(tokens, md.options, {})))


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
