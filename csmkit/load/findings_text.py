"""Findings as text for a terminal: by kind, worst first, wrapped to its width."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

import pandas as pd

from csmkit.load.findings import SEVERITIES
from csmkit.text import clean

_INDENT = "    "
_NARROWEST, _WIDEST = 40, 100
_PLURAL = {"error": "errors", "warning": "warnings", "info": "notes"}
_SINGLE = {"error": "error", "warning": "warning", "info": "note"}


def findings_text(summary: pd.DataFrame, *, width: int = 88) -> str:
    """A summary of findings as lines of text.

    Parameters
    ----------
    summary : DataFrame
        From `csmkit.summarise_findings`.
    width : int
        The terminal's width in characters.

    Examples
    --------
    >>> from csmkit.load.findings import no_findings, summarise_findings
    >>> findings_text(summarise_findings(no_findings()))
    'Nothing to report.'
    """
    if summary.empty:
        return "Nothing to report."
    width = max(_NARROWEST, min(width, _WIDEST))
    blocks = ["\n".join(_lines(kind, width)) for kind in summary.to_dict("records")]
    by = summary.groupby("severity")["count"]
    counts, kinds = by.sum(), by.size()
    said = [_counted(s, int(counts[s]), int(kinds[s])) for s in SEVERITIES if s in counts]
    return "\n\n".join([*blocks, ", ".join(said) + "."])


def _counted(severity: str, count: int, kinds: int) -> str:
    """``2 warnings of 1 kind``: a kind is a block above, and says how often it was found."""
    noun = _SINGLE[severity] if count == 1 else _PLURAL[severity]
    return f"{count:,} {noun}" + (f" of {kinds} kind{'s' * (kinds > 1)}" if count > kinds else "")


def _lines(kind: dict[Any, Any], width: int) -> Iterator[str]:
    where = f" in {kind['table']}" if kind["table"] else ""
    n = kind["count"]
    yield f"{str(kind['severity']).upper()}  {clean(kind['title'])}{where}: {n:,}"
    for label, column in (
        ("", "message"),
        ("Effect: ", "effect"),
        ("What to do: ", "remedy"),
        ("For example: ", "examples"),
    ):
        first, *more = clean(kind[column]).split("\n")
        if first:
            yield from textwrap.wrap(
                label + first, width, initial_indent=_INDENT, subsequent_indent=_INDENT * 2
            )
        # Lines to paste stay whole.
        yield from (f"{_INDENT * 2}{line}" for line in more)
