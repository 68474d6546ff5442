"""What words of a file probably stand for: proposed to whoever confirms them, never applied."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MEANINGS = (
    ("manager", r"team lead|head|director|vp|vice president|(cs|csm|team) manager|manager$"),
    ("cs_ops", r"(cs|customer success|success) (ops|operations)|(ops|operations)$"),
    ("onboarding", r"onboarding|implementation"),
    ("csm", r"csms?|kundenbetreuer"),
    ("red", r"(rot|at risk|poor|critical|schlecht|kritisch|mauvais|malo|cattivo|slecht|ruim)$"),
    ("yellow", r"(gelb|neutral|medium|mittel|moyen|medio|matig|médio)$"),
    ("green", r"(grün|gruen|healthy|good|gut|bon|bueno|buono|goed|bom)$"),
)
"""The meaning, and which whole words speak for it; the first hit wins."""
_CSM = re.compile(r"customer success (manager|specialist|associate|partner)s?$|^success manager$")


def meaning(word: str, allowed: Sequence[str]) -> str:
    """The one of ``allowed`` that a word of a file probably stands for; empty if none.

    Examples
    --------
    >>> meaning("Sr. CSM", ("csm", "manager")), meaning("Chief of joy", ("csm", "manager"))
    ('csm', '')
    """
    text = " ".join(re.findall(r"[^\W_]+", word.casefold()))
    if "csm" in allowed and _CSM.search(text):
        return "csm"
    for value, spelled in _MEANINGS:
        if value in allowed and re.search(rf"(^| )({spelled})( |$)", text):
            return value
    return ""
