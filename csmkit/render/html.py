"""Pages: an executed notebook as one self-contained file, and the index of a pack.

One pass over the cells with a template of the kit's own: nothing is asked of the network, code is
never shown, and what came from the data can be read but never run.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup
from nbformat import NotebookNode

from csmkit.render.html_cells import Sections
from csmkit.text import clean, money
from csmkit.view.runtime import runtime
from csmkit.view.theme import FONT, PALETTE

_RUNTIME = "runtime"
_MAYBE = ("role", "manager", "opening_arr", "closing_arr")
_PATH = re.compile(r"[\w.-]+(/[\w.-]+)*", re.ASCII)
EDITIONS = {"committee": "Committee edition", "csm": "CSM edition"}


def packet_html(
    nb: NotebookNode,
    *,
    title: str,
    subtitle: str = "",
    edition: str = "committee",
    meta: Mapping[str, str] | None = None,
    assets: str | None = None,
) -> str:
    """An executed notebook as one page that opens with no network.

    The page's policy lets the kit's own scripts run and no others: those in the page by their
    hashes. A script beside the page cannot be let in by its hash, because browsers check none for
    files on disk; it is let in by a word that this page's one script element has, made of all that
    the page says, so that no text in the page can know it.

    Parameters
    ----------
    nb : NotebookNode
        The notebook with its outputs.
    title : str
        The person's name.
    subtitle : str, optional
        Role, level and tenure, in one line.
    edition : {"committee", "csm"}, optional
        Whose edition it is.
    meta : mapping of str to str, optional
        Shown below the title in this order, for example ``{"Period": "2026-01-01 to 2026-06-30"}``;
        ``version`` goes to the foot of the page instead.
    assets : str, optional
        The folder, seen from the page, that holds `shared_assets`, for example ``"../assets"``.
        The page is smaller by all of the script that draws charts, and needs it there.

    Returns
    -------
    str
        The whole file.

    Raises
    ------
    KeyError
        If there is no such edition.
    ValueError
        If ``assets`` is not a plain path from the page.
    """
    if assets is not None and not _PATH.fullmatch(assets):
        raise ValueError(f"{assets!r} is not a plain path from the page, such as '../assets'.")
    body = Sections()
    for cell in nb.cells:
        body.add(cell)
    facts = dict(meta or {})
    version = facts.pop("version", "")
    shared = f"{assets}/{_shared_name()}" if assets is not None and body.charts else ""
    inline = ("embed.js",) if shared else (_RUNTIME, "embed.js")
    return _page(
        "packet.html.j2",
        inline if body.charts else (),
        shared=shared,
        title=clean(title),
        subtitle=clean(subtitle),
        edition=EDITIONS[edition],
        facts={clean(k): clean(v) for k, v in facts.items()},
        version=version,
        contents=body.headings,
        body=Markup(body.html()),  # noqa: S704 - every part was escaped or sanitised
    )


def shared_assets() -> dict[str, bytes]:
    """The files that pages made with ``assets`` load, by name; a name tells its content."""
    return {_shared_name(): _script(_RUNTIME)[0].encode("utf-8")}


def index_html(
    packets: Sequence[Mapping[str, Any]],
    *,
    title: str,
    period: str,
    currency: str = "",
    findings_summary: str = "",
    notes: Sequence[str] = (),
    version: str = "",
) -> str:
    """The page that lists a pack's packets, to be searched and sorted.

    Parameters
    ----------
    packets : sequence of mapping
        Per packet ``name``, ``role``, ``level``, ``manager``, ``opening_arr``, ``closing_arr``,
        ``status``, ``href`` and ``pdf`` (relative; empty: no link) and ``error``; what is missing
        stays blank,
        and a column that nobody has anything in is left out.
    title, period : str
        What the pack is, and which days it is about.
    currency : str, optional
        ISO code or sign for money.
    findings_summary : str, optional
        What loading the export found, in a sentence.
    notes : sequence of str, optional
        Further sentences above the list.
    version : str, optional
        The kit's version.

    Returns
    -------
    str
        The whole file.
    """
    rows = [_listed(packet, currency) for packet in packets]
    return _page(
        "index.html.j2",
        ("index.js",),
        title=clean(title),
        period=clean(period),
        findings=clean(findings_summary),
        notes=[clean(n) for n in notes],
        version=version,
        rows=rows,
        has={key: any(row[key] for row in rows) for key in _MAYBE},
        failed=sum(row["status"] == "failed" for row in rows),
    )


def _listed(packet: Mapping[str, Any], currency: str) -> dict[str, Any]:
    texts = ("name", "role", "level", "manager", "status", "error")
    row: dict[str, Any] = {key: clean(packet.get(key)) for key in texts}
    for key in ("href", "pdf"):
        href = str(packet.get(key) or "")
        row[key] = "" if re.match(r"[a-z][a-z0-9+.-]*:|//", href, re.IGNORECASE) else href
    for key in ("opening_arr", "closing_arr"):
        value = packet.get(key)
        known = isinstance(value, (int, float)) and value == value
        row[key] = money(float(value or 0), currency=currency) if known else ""
        row[f"{key}_raw"] = repr(float(value or 0)) if known else ""
    return row


def record_page(*, period: str, signed: bool, holds: bool, tables: Sequence[Any]) -> str:
    """The record of a calibration meeting as a page of its own.

    Parameters
    ----------
    period : str
        The cycle's days.
    signed : bool
        Whether it was signed, and ``holds`` whether it is what was signed.
    tables : sequence of dict
        Each a title, heads, and rows of text.
    """
    return _page("record.html.j2", (), period=period, signed=signed, holds=holds, tables=tables)


def draft_page(**values: Any) -> str:
    """A draft as a page of its own; see `csmkit.render.draft_html` for what it is told."""
    return _page("draft.html.j2", (), **values)


def _page(template: str, scripts: Sequence[str], *, shared: str = "", **values: Any) -> str:
    code = [_script(name) for name in scripts]
    nonce = _word(template, shared, values) if shared else ""
    return _template(template).render(
        colours=PALETTE,
        font=Markup(FONT),  # noqa: S704 - a constant of the kit
        css=Markup(_static("page.css")),  # noqa: S704 - a file of the kit
        scripts=[Markup(text) for text, _ in code],  # noqa: S704 - files of the kit
        shared=shared,
        nonce=nonce,
        policy=_policy([digest for _, digest in code], nonce),
        **values,
    )


def _word(*said: Any) -> str:
    """A word for a page that nobody can know who wrote a part of it."""
    return sha256(repr(said).encode()).hexdigest()


def _policy(digests: Sequence[str], nonce: str = "") -> str:
    """Let the kit's own scripts run and nothing else; load nothing."""
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    if nonce:
        allowed += f" 'nonce-{nonce}'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "connect-src 'none'; form-action 'none'; base-uri 'none'"
    )


@cache
def _script(name: str) -> tuple[str, str]:
    text = runtime() if name == _RUNTIME else _static(name)
    return text, b64encode(sha256(text.encode()).digest()).decode()


@cache
def _shared_name() -> str:
    return f"charts-{sha256(_script(_RUNTIME)[0].encode()).hexdigest()[:16]}.js"


@cache
def _static(name: str) -> str:
    return (files("csmkit.render") / "static" / name).read_text(encoding="utf-8")


@cache
def _template(name: str) -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_static(name))
