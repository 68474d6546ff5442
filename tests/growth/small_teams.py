"""Small teams whose figures can be worked out by hand."""

from hashlib import sha256

import pandas as pd

from csmkit.cycle import Cycle, Period
from csmkit.matrix.matrix import Competency, Expectation, Matrix
from csmkit.schema import TABLES

NOW = Period.of("2026-01-01", "2026-06-30")
BEFORE = Period.of("2025-07-01", "2025-12-31")


def competency(ident, *, pillar="Craft", wanted=("yellow", "green", "green"), **more):
    expected = {
        level: Expectation(colour, "")
        for level, colour in zip(("ramping", "mid", "senior"), wanted, strict=True)
    }
    more = {"practice": f"Try {ident}.", **more}
    return Competency(
        ident, pillar, ident.title(), "", ("r",), ("y",), ("g",), expected=expected, **more
    )


def matrix(*competencies, version="1"):
    ones = competencies or (competency("plan"), competency("talk"))
    digest = sha256(repr(ones).encode()).hexdigest()[:12]
    return Matrix("Small", version, digest, tuple(ones))


MATRIX = matrix()


def cycle(people, *, period=NOW, phase="manager", label=None, **colours):
    """A team of `people` (id to level, or to level, manager and role), and colours by competency."""
    table = []
    for ident, of in people.items():
        level, manager, role = of if isinstance(of, tuple) else (of, "max", "csm")
        row = {"person_id": ident, "name": ident.upper(), "role": role}
        table.append(row | {"level": level, "manager_id": manager})
    bosses = sorted({row["manager_id"] for row in table if row["manager_id"]})
    table += [{"person_id": b, "name": f"Boss {b}", "role": "manager"} for b in bosses]
    managers = {row["person_id"]: row.get("manager_id") for row in table}
    ratings = [
        {"person_id": p, "competency": c, "value": value, "phase": phase, "matrix": label}
        | {"rater_id": p if phase == "self" else managers[p] or "max"}
        | {"at": period.end}
        for c, of in colours.items()
        for p, value in of.items()
        if value
    ]
    tables = {"people": TABLES["people"].conform(pd.DataFrame(table))}
    tables["ratings"] = TABLES["ratings"].conform(
        pd.DataFrame(ratings, columns=list(TABLES["ratings"].names))
    )
    return Cycle(tables, period)


def one(frame, **wanted):
    """The one row of a frame that has these values."""
    for name, value in wanted.items():
        frame = frame[frame[name].eq(value)]
    assert len(frame) == 1, frame
    return frame.iloc[0]


def halves(names, below, colour="red"):
    """The first `below` of some people below, the others green."""
    return {p: colour if at < below else "green" for at, p in enumerate(names)}
