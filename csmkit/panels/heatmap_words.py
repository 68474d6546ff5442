"""The words of the heatmap, from its text file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from csmkit.errors import UsageError


@cache
def words() -> dict[str, Any]:
    """Everything of ``heatmap_texts.toml``."""
    text = (files("csmkit.panels") / "heatmap_texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def refusal(name: str, /, **fill: Any) -> UsageError:
    """Why something is not done, and what to do, from the section ``refused``."""
    said = words()["refused"]
    return UsageError(said[name].format(**fill), said[f"{name}_remedy"])
