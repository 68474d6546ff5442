"""What is said of a team's gaps, themes and trend, from `team.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def team_words() -> dict[str, Any]:
    """All texts, by part."""
    return tomllib.loads(Path(__file__).with_name("team.toml").read_text(encoding="utf-8"))


def say(part: str, key: str, **figures: object) -> str:
    """One text with its figures filled in."""
    return str(team_words()[part][key]).format(**figures)
