"""The scores of the review: self, own manager, and a second manager for most CSMs.

One truth is planted: Rafael Monteiro is kinder than colleagues to the same people, so the check of
severity has something to find. The others have nothing to find but chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import numpy as np

from csmkit.matrix.read import read_matrix
from data_samples.model import LAST, SEED, Row, mail

KINDER = {mail("rafael.monteiro"): 1.6}
SKILL = {"senior": 0.4, "mid": 0.0, "ramping": -0.7}
KNOWN = {
    mail("bohdan.kovalenko"): 0.9,
    mail("siobhan.oconnor"): 0.7,
    mail("mateo.nunez"): -0.6,
    mail("leila.benali"): 0.5,
}
PAIR_NOISE, ITEM_SKILL, ITEM_NOISE = 0.5, 0.9, 0.7
CUTS = (-1.2, 0.4)
SHARED = 6
CITED = 0.6
DAYS = {"self": 8, "manager": 4, "second": 2}


def scores(people: Sequence[Row], evidence: Sequence[Row], told: Iterable[Row]) -> list[Row]:
    """Ratings of everybody with a packet; what was written down by hand stays as it is."""
    matrix = read_matrix()
    names = list(matrix.ids)
    rng = np.random.default_rng([SEED, 0, 7])
    tagged = _tagged(evidence)
    written = {(r["person_id"], r["rater_id"], r["competency"], r["phase"]) for r in told}
    rows: list[Row] = []
    for person in (p for p in people if p["role"] != "manager"):
        who = person["person_id"]
        asked = {c.id for c in matrix.for_role(str(person["role"])) if not c.not_expected}
        skill = KNOWN.get(who, SKILL[person["level"]] + 0.5 * rng.normal())
        by_item = skill + ITEM_SKILL * rng.normal(size=len(names))
        for rater, phase in _raters(person, people):
            kind = KINDER.get(rater, 0.2 if phase == "self" else 0.0)
            level = by_item + kind + PAIR_NOISE * rng.normal()
            seen = level + ITEM_NOISE * rng.normal(size=len(names))
            cites = rng.random(size=len(names)) < CITED
            for name, value, cite in zip(names, seen, cites, strict=True):
                items = tagged.get((who, name), []) if cite and phase == "manager" else []
                row = {
                    "person_id": who,
                    "rater_id": rater,
                    "competency": name,
                    "phase": phase,
                    "value": _colour(value),
                    "evidence_ids": ";".join(items) or None,
                    "at": _day(person, rater, phase),
                    "matrix": f"{matrix.name} {matrix.version}",
                }
                if name in asked and (who, rater, name, phase) not in written:
                    rows.append(row)
    return rows


def _colour(value: float) -> str:
    return ("red", "yellow", "green")[int(value > CUTS[0]) + int(value > CUTS[1])]


def _day(person: Row, rater: str, phase: str) -> date:
    second = phase == "manager" and rater != person["manager_id"]
    return LAST - timedelta(days=DAYS["second" if second else phase])


def _raters(person: Row, people: Sequence[Row]) -> list[tuple[str, str]]:
    """Who scores a person: themself, the manager, and for some a second manager."""
    manager = str(person["manager_id"])
    raters = [(str(person["person_id"]), "self"), (manager, "manager")]
    peers = sorted({str(p["manager_id"]) for p in people if p["role"] == "csm"})
    if person["role"] == "csm":
        reports = sorted(
            str(p["person_id"])
            for p in people
            if p["manager_id"] == manager and p["role"] == "csm" and p["level"] != "ramping"
        )
        others = [name for name in peers if name != manager]
        if str(person["person_id"]) in reports[:SHARED]:
            place = reports.index(str(person["person_id"]))
            raters.append((others[place % len(others)], "manager"))
    return raters


def _tagged(evidence: Sequence[Row]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for item in evidence:
        if item.get("private"):
            continue
        for name in str(item.get("competencies") or "").split(";"):
            found.setdefault((item["person_id"], name.strip()), []).append(item["evidence_id"])
    return found
