"""The words of the scoring panel, from its text file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from csmkit.errors import UsageError


@cache
def words() -> dict[str, Any]:
    """Everything of ``scoring_texts.toml``."""
    text = (files("csmkit.panels") / "scoring_texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def refusal(why: str, /, **fill: Any) -> UsageError:
    """Why a change is not taken, and what to do, from the section ``refused``."""
    said = words()["refused"]
    return UsageError(said[why].format(**fill), said[f"{why}_remedy"])
