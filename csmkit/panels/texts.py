"""The words of the panels, from their text files."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from csmkit.errors import UsageError


@cache
def texts(panel: str) -> dict[str, Any]:
    """Everything of a panel's ``…_texts.toml``."""
    text = (files("csmkit.panels") / f"{panel}_texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def refused(panel: str, why: str, /, **fill: Any) -> UsageError:
    """Why something is not done, and what to do, from the section ``refused``."""
    said = texts(panel)["refused"]
    return UsageError(said[why].format(**fill), said[f"{why}_remedy"].format(**fill))
