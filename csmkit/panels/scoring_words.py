"""The words of the scoring panel."""

from __future__ import annotations

from typing import Any

from csmkit.errors import UsageError
from csmkit.panels.texts import refused, texts


def words() -> dict[str, Any]:
    """Everything of ``scoring_texts.toml``."""
    return texts("scoring")


def refusal(why: str, /, **fill: Any) -> UsageError:
    """Why something is not done, and what to do."""
    return refused("scoring", why, **fill)
