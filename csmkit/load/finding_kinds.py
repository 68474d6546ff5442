"""What each kind of finding is called, and what it does to the figures (``finding_kinds.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_NOUNS = {"rows": ("row", "rows"), "accounts": ("account", "accounts")}
_MOST = 3


@cache
def finding_kinds() -> Mapping[str, Mapping[str, str]]:
    """Each kind with its ``title``, its ``effect``, and effects for single tables."""
    path = Path(__file__).with_name("finding_kinds.toml")
    kinds: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return kinds


def title_of(kind: str) -> str:
    """A kind in a few words."""
    return finding_kinds().get(kind, {}).get("title") or kind.replace("_", " ").capitalize()


def effect_of(kind: str, table: str, count: int, values: list[str]) -> str:
    """What findings of one kind and table do to the figures; empty if nothing is known of it.

    Parameters
    ----------
    kind, table : str
        As in the findings.
    count : int
        How many findings there are.
    values : list of str
        Their distinct values, the most frequent first.

    Examples
    --------
    >>> effect_of("churned_arr_unknown", "renewals", 19, ["0"])
    'GRR not computable for 19 accounts: ARR is 0 on churned rows.'
    """
    said = finding_kinds().get(kind, {})
    text = said.get(table) or said.get("effect", "")
    nouns = {n: f"{count:,} {one if count == 1 else many}" for n, (one, many) in _NOUNS.items()}
    return text.format(count=f"{count:,}", value=" or ".join(values[:_MOST]), **nouns)
