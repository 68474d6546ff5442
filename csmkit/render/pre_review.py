"""The agenda of the pre-review talk as a file: Markdown to type into, HTML to print on a page."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.render.html_cells import Sections, sanitised
from csmkit.render.private import write_whole
from csmkit.text import clean
from csmkit.view.tables import table_rows
from csmkit.view.theme import FONT, PALETTE
from csmkit.words.pre_review import defining_moments
from csmkit.words.pre_review_agenda import pre_review_agenda
from csmkit.words.score_differences import score_differences
from csmkit.words.text_files import text_file

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix

SUFFIXES = (".md", ".html")


def render_pre_review(
    cycle: Cycle,
    matrix: Matrix | None = None,
    *,
    csm: str,
    out: str | Path,
    own: str = "",
    manager: str = "",
) -> Path:
    """Write the agenda of the pre-review talk, for its owner only.

    Parameters
    ----------
    cycle, matrix, csm, own, manager
        As `csmkit.words.pre_review_agenda.pre_review_agenda` takes them.
    out : str or Path
        The file: ``.md``, or ``.html``, which prints on one page of A4 and has, on the screen only,
        all moments and all scores of both sides below. One of that name stays, unless it
        is this very agenda: notes may be in it.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        If it is another kind of file, cannot be written, or another file is in the way; or as
        the agenda says.
    """
    path = Path(out)
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"An agenda cannot be written as {path.name}.",
            f"Name a file that ends in {' or '.join(SUFFIXES)}.",
        )
    text = pre_review_agenda(cycle, matrix, csm=csm, own=own, manager=manager)
    if path.suffix.lower() == ".html":
        moments = defining_moments(cycle, csm=csm, own=own, manager=manager, matrix=matrix)
        scores = score_differences(cycle, matrix, csm=csm)
        tables = {
            "moments": table_rows(moments, view="moments", caption=_said()["moments"]),
            "scores": table_rows(scores, view="score_differences", caption=_said()["scores"]),
        }
        title = text_file("pre_review")["agenda"]["title"]
        name = clean(cycle.person(csm)["name"])
        text = _page(text, title=title.format(name=name), tables=tables)
    data = text.encode("utf-8")
    if path.exists() and not (path.is_file() and path.read_bytes() == data):
        raise UsageError(
            f"There is a file {path} already, and somebody's notes may be in it.",
            "Name another with --out, or move it away.",
        )
    write_whole(path, data)
    return path


@cache
def _said() -> dict[str, str]:
    text = (files("csmkit.render") / "pre_review.toml").read_text(encoding="utf-8")
    said: dict[str, str] = tomllib.loads(text)
    return said


def _page(agenda: str, *, title: str, tables: dict[str, Any]) -> str:
    body = Sections()
    body.add(nbformat.v4.new_markdown_cell(agenda))
    static = files("csmkit.render") / "static"
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    css = (static / "page.css").read_text(encoding="utf-8")
    template = (static / "pre_review.html.j2").read_text(encoding="utf-8")
    shown = {
        name: Markup(sanitised(table._repr_html_()))  # noqa: S704 - escaped, and sanitised
        for name, table in tables.items()
    }
    return environment.from_string(template).render(
        title=title,
        colours=PALETTE,
        font=Markup(FONT),  # noqa: S704 - a constant of the kit
        css=Markup(css),  # noqa: S704 - a file of the kit
        body=Markup(body.html()),  # noqa: S704 - markup of people's text was taken out
        said=_said(),
        **shown,
    )
