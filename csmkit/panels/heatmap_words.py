"""The words of the heatmap."""

from __future__ import annotations

from typing import Any

from csmkit.errors import UsageError
from csmkit.panels.texts import refused, texts


def words() -> dict[str, Any]:
    """Everything of ``heatmap_texts.toml``."""
    return texts("heatmap")


def refusal(why: str, /, **fill: Any) -> UsageError:
    """Why something is not done, and what to do."""
    return refused("heatmap", why, **fill)
