"""The record of a calibration meeting as files: HTML to read, XLSX to keep, JSON to check."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.compute.people import with_names
from csmkit.cycle import Cycle
from csmkit.meeting.reproduce import Signed
from csmkit.render.html import record_page
from csmkit.render.private import make_folder, write_whole
from csmkit.tabular import write_xlsx
from csmkit.text import clean

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix

OTHER = "not-as-signed"
_ITEMS = {
    "decisions": ("what", "before", "after", "reason", "text", "authorised_by"),
    "parked": ("text",),
    "agreed": ("text",),
    "actions": ("text", "due"),
}


def render_record(signed: Signed, cycle: Cycle, *, matrix: Matrix, out: str | Path) -> list[Path]:
    """Write a meeting's record for its owner only: ``calibration-….html``, ``.xlsx``, ``.json``.

    Parameters
    ----------
    signed : Signed
        From `csmkit.meeting_record`.
    cycle : Cycle
        The team, for names.
    matrix : Matrix
        For the names of competencies.
    out : str or Path
        The folder; made if it is missing, files of those names are replaced. A record that is not
        what was signed has a name of its own, and leaves the signed one's files alone.

    Returns
    -------
    list of Path
        The three files. The JSON has ids alone, and what was signed of it is its digest; the others
        have names.

    Raises
    ------
    UsageError
        If they cannot be written.
    """
    folder = make_folder(Path(out))
    content = signed.record.content
    stem = f"calibration-{content['cycle'].replace(':', '-to-')}-{content['meeting']}"
    if signed.digest and not signed.holds:
        # What was signed stays as it was written.
        stem = f"{stem}-{OTHER}"
    tables = record_tables(signed, cycle, matrix)
    whole = {
        **content,
        "sha256": signed.record.digest,
        "signed": [
            {"by": one["by"], "at": f"{one['at']:%Y-%m-%dT%H:%M:%SZ}", "sha256": one["digest"]}
            for one in signed.meeting.signed
        ],
    }
    files = {
        ".html": _page(signed, cycle, tables).encode("utf-8"),
        ".xlsx": _workbook(tables),
        ".json": (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode("utf-8"),
    }
    for suffix, data in files.items():
        write_whole(folder / f"{stem}{suffix}", data)
    return [folder / f"{stem}{suffix}" for suffix in files]


def record_tables(signed: Signed, cycle: Cycle, matrix: Matrix) -> dict[str, pd.DataFrame]:
    """The record as tables that people read, names in the place of ids."""
    content = signed.record.content
    name = _names(cycle)
    competency = {one.id: one.name for one in matrix.competencies} | {"overall": "Overall level"}

    def rows(of: str) -> pd.DataFrame:
        columns = ["person", *_ITEMS[of], "at", "taken_back"]
        told = [
            {
                "person": name(item["person_id"]),
                "what": competency.get(item["competency"], item["competency"]),
                **{n: clean(item[n]) for n in ("before", "after", "reason", "text")},
                "due": item["after"],
                "authorised_by": name(item["authorised_by"]),
                "at": _minute(item["at"]),
                "taken_back": "yes" if item["undone"] else "",
            }
            for item in content[of]
        ]
        return pd.DataFrame(told, columns=columns).map(lambda v: str(v).replace("_", " "))

    plan = content["plan"]
    about = {
        "Period": content["period"],
        "Meeting": content["meeting"],
        "Begun": _minute(content["begun"]),
        "Facilitator": name(content["facilitator"]),
        "Agenda": {"all": "everybody", "outliers": "where something stands out"}[plan["rule"]],
        "Order drawn with seed": plan["seed"],
        "Minutes for each": plan["minutes"],
        "Matrix": f"{content['matrix']['label']} ({content['matrix']['digest'][:12]})",
        "csmkit": content["kit"],
        "SHA-256 of the record": signed.record.digest,
        **{
            f"Signed {at}": f"{name(one['by'])}, {one['at']:%Y-%m-%d %H:%M} UTC"
            for at, one in enumerate(signed.meeting.signed, 1)
        },
    }
    return {
        "Meeting": pd.DataFrame({"item": list(about), "value": [str(v) for v in about.values()]}),
        "Decisions": rows("decisions"),
        "Parked": rows("parked"),
        "As proposed": rows("agreed"),
        "Behaviour changes": rows("actions"),
        "Agenda": pd.DataFrame(
            [
                {
                    "position": one["position"],
                    "person": name(one["person_id"]),
                    "status": one["status"],
                    "minutes": round(one["seconds"] / 60, 1),
                    "clock": "" if one["whole"] else "interrupted",
                    "prevotes": "" if one["prevotes"] is None else one["prevotes"],
                    "no part in it": ", ".join(map(name, one["recused"])),
                }
                for one in content["agenda"]
            ]
        ),
        "Attendance": pd.DataFrame(
            [
                {
                    "person": name(one["person_id"]),
                    "there": "yes" if one["there"] else "no",
                    "joined later": _minute(one["joined"]),
                    "left": _minute(one["left"]),
                }
                for one in content["attendance"]
            ],
            columns=["person", "there", "joined later", "left"],
        ),
        "What it did": pd.DataFrame(
            [{"figure": one["label"], "in words": one["sentence"]} for one in content["effects"]],
            columns=["figure", "in words"],
        ),
        "Changed outside": pd.DataFrame(
            [
                {
                    "at": _minute(one["at"]),
                    "what": one["kind"],
                    "person": name(one["person_id"]),
                    "competency": competency.get(one["competency"], one["competency"]),
                    "before": one["old"],
                    "after": one["value"],
                }
                for one in content["notes"]
            ],
            columns=["at", "what", "person", "competency", "before", "after"],
        ),
        "Inputs": pd.DataFrame(content["inputs"], columns=["name", "sha256"]),
    }


def _names(cycle: Cycle) -> Any:
    people = cycle.table("people")[["person_id"]].drop_duplicates()
    named = with_names(cycle, people)
    known = dict(zip(named["person_id"].astype("str"), named["name"], strict=True))
    return lambda who: clean(known.get(who, who))


def _minute(at: str) -> str:
    return f"{at[:10]} {at[11:16]} UTC" if at else ""


def _workbook(tables: Mapping[str, pd.DataFrame]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write_xlsx(tables, Path(folder) / "record.xlsx").read_bytes()


def _page(signed: Signed, cycle: Cycle, tables: Mapping[str, pd.DataFrame]) -> str:
    return record_page(
        period=str(cycle.period),
        signed=bool(signed.digest),
        holds=signed.holds,
        tables=[
            {
                "title": title,
                "heads": list(of.columns),
                "rows": of.astype("str").to_numpy().tolist(),
            }
            for title, of in tables.items()
        ],
    )
