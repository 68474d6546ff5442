"""A draft as one HTML page: no script, nothing from the network, all text of people as text."""

from __future__ import annotations

from csmkit.render.draft_layout import Laid, says
from csmkit.render.html import draft_page


def draft_html(laid: Laid) -> str:
    """The whole page; each sentence leads to what it stands on, and that leads back."""
    return draft_page(draft=laid, says=says)
