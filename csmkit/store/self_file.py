"""The file that carries a person's own assessment from their machine to their leader's."""

from __future__ import annotations

from csmkit.store.forms import Form

SELF = Form(
    format="csmkit self-assessment",
    version=1,
    suffix=".self.json",
    noun="a self-assessment",
    again="whoever wrote it exports it anew from their notebook",
    texts=("cycle", "person_id", "made"),
    numbers=("private_items",),
    labels=("matrices",),
    lists={
        "scores": {
            **dict.fromkeys(("competency", "phase", "rater_id", "value", "note"), str),
            **dict.fromkeys(("at", "matrix"), str),
            "evidence_ids": list,
        },
        "evidence": {
            **dict.fromkeys(("evidence_id", "person_id", "date", "text", "account_id"), str),
            **dict.fromkeys(("kind", "before", "after", "source"), str),
            "competencies": list,
            "amount": float,
        },
        "comments": dict.fromkeys(("kind", "about", "text", "at"), str),
    },
)
