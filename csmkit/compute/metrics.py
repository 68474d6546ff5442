"""The metric frame: one row per person and metric, with what it stands on or what it lacks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from csmkit.compute.readings import opening_lacks
from csmkit.cycle import Cycle

COLUMNS = (
    "person_id",
    "group",
    "metric",
    "label",
    "value",
    "unit",
    "numerator",
    "denominator",
    "n",
    "target",
    "needs",
    "note",
)
TARGETED = ("nrr", "grr", "expansion_arr", "time_to_value_days")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric as `metrics.toml` defines it."""

    name: str
    group: str
    label: str
    unit: str
    roles: tuple[str, ...]
    needs: tuple[str, ...]
    meaning: str
    case: str = "at least one case in the period"
    from_opening: bool = False

    def lacks(self, cycle: Cycle) -> str:
        """What of the needed tables and columns the export does not have, in words."""
        lacking = []
        for need in self.needs:
            alternatives = need.split(" | ")
            if all(cycle.missing(a) for a in alternatives):
                lacking.append(" or ".join(alternatives))
        if not lacking and self.from_opening:
            return opening_lacks(cycle)
        return ", ".join(lacking)


@cache
def metrics() -> Mapping[str, Metric]:
    """All metrics by name, in the order they are shown."""
    text = (Path(__file__).with_name("metrics.toml")).read_text(encoding="utf-8")
    found: dict[str, Metric] = {}
    for name, entry in tomllib.loads(text).items():
        fields: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()
        }
        found[name] = Metric(name, **fields)
    return MappingProxyType(found)


def tally(
    value: pd.Series | None = None,
    *,
    of: pd.Series | None = None,
    n: pd.Series | None = None,
    note: pd.Series | None = None,
) -> pd.DataFrame:
    """A metric's figures per person: ``value``, or ``value / of`` where ``of`` is given.

    A person whose ``of`` is 0 gets no value: nothing divided by nothing is unknown, not 0.
    """
    if of is None:
        frame = pd.DataFrame({"value": value})
    else:
        numerator = (value if value is not None else of * 0).reindex(of.index, fill_value=0.0)
        frame = pd.DataFrame({"numerator": numerator, "denominator": of})
        frame["value"] = frame["numerator"] / frame["denominator"].where(frame["denominator"] > 0)
    for name, series in (("n", n), ("note", note)):
        if series is not None:
            frame[name] = series.reindex(frame.index)
    return frame


def share_of(rows: pd.DataFrame, hit: pd.Series) -> pd.DataFrame:
    """How many of each person's rows hit, of all of them."""
    counted = rows.groupby("person_id").size().astype("float64")
    return tally(rows[hit].groupby("person_id").size().astype("float64"), of=counted)


def metric_frame(
    cycle: Cycle, groups: Iterable[str], figures: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Assemble the metric frame of some groups for everybody whose role shows them.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or a book.
    groups : iterable of str
        The groups of `metrics.toml` to show.
    figures : mapping of str to DataFrame
        Per metric a frame from `tally`, indexed by person_id. Who is not in it has nothing to
        count: 0 for counts and money, not computable for the rest.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`; value is blank where it cannot be computed and needs says why.
    """
    wanted = set(groups)
    people = cycle.subjects
    rows: list[dict[str, object]] = []
    targets = _targets(cycle)
    for metric in (m for m in metrics().values() if m.group in wanted):
        lacks = metric.lacks(cycle)
        known = _by_person(figures.get(metric.name))
        for person, role in zip(people["person_id"], people["role"], strict=True):
            if role not in metric.roles:
                continue
            row: dict[str, object] = {
                "person_id": person,
                "group": metric.group,
                "metric": metric.name,
                "label": metric.label,
                "unit": metric.unit,
                "target": targets.get((person, metric.name), float("nan")),
                "needs": lacks,
                "note": "",
            }
            if not lacks:
                row |= _figures(metric, known.get(person))
            rows.append(row)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = ["value", "numerator", "denominator", "n", "target"]
    table[numbers] = table[numbers].astype("float64")
    order = {p: i for i, p in enumerate(people["person_id"])}
    return (
        table.assign(_o=table["person_id"].map(order))
        .sort_values("_o", kind="stable")
        .drop(columns="_o")
        .reset_index(drop=True)
    )


def _by_person(frame: pd.DataFrame | None) -> dict[str, dict[str, Any]]:
    """A frame from `tally` as one dictionary a person."""
    if frame is None:
        return {}
    values = zip(*(frame[name].tolist() for name in frame.columns), strict=True)
    names = [str(name) for name in frame.columns]
    return {
        person: dict(zip(names, row, strict=True))
        for person, row in zip(frame.index, values, strict=True)
    }


def _figures(metric: Metric, known: Mapping[str, Any] | None) -> dict[str, object]:
    # Adding 0.0 turns the -0.0 of an empty loss into 0.
    row: dict[str, object] = {
        name: value if isinstance(value, str) else value + 0.0
        for name, value in (known or {}).items()
        if not pd.isna(value)
    }
    if "value" not in row:
        if metric.unit in ("count", "money") and known is None:
            row["value"] = 0.0
        else:
            row.setdefault("needs", metric.case)
    return row


def targets_in_period(cycle: Cycle) -> pd.DataFrame:
    """The targets that hold on some day of the period."""
    targets, period = cycle.table("targets"), cycle.period
    begun = targets["start"].isna() | (targets["start"] <= period.end)
    return targets[begun & (targets["end"].isna() | (targets["end"] >= period.start))]


def _targets(cycle: Cycle) -> dict[tuple[str, str], float]:
    """Each person's targets at the period's end: their own, else the team's.

    Targets of segments are not mixed into a person's: a book spans segments.
    """
    targets = targets_in_period(cycle)
    live = targets[targets["end"].isna() | (targets["end"] >= cycle.period.end)]
    of: dict[str, dict[str, float]] = {}
    for scope, metric, value in zip(live["scope"], live["metric"], live["value"], strict=True):
        if metric in TARGETED:
            of.setdefault(scope, {})[metric] = float(value)
    return {
        (person, metric): value
        for person in cycle.subjects["person_id"]
        for metric, value in (of.get("team", {}) | of.get(person, {})).items()
    }
