"""The property of loading: the truth comes back, or a finding names what was lost.

``python -m tests.load.fuzz --examples 20000 --jobs 2`` looks for counterexamples at length.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, Phase, given, seed, settings

from csmkit.cycle import Period
from csmkit.errors import CsmkitError
from csmkit.load.assemble import Loaded, load
from csmkit.load.findings import ASIDE
from csmkit.load.maps.reader import parse_map
from csmkit.load.read import check_export, read_export
from csmkit.load.sources.files import open_export
from csmkit.schema import TABLES
from tests.load.exports import Export, Part, exports
from tests.load.truths import is_person

PERIOD = Period.parse("2024-01-01:2024-12-31")
LOSSES = frozenset(
    """unreadable_value missing_required ragged_row ambiguous_date ambiguous_decimal
    ambiguous_percent ambiguous_scale unknown_words blank_word unknown_account unknown_person
    ambiguous_person nobody_named duplicate_id open_ended no_date damaged_id blank_flags
    mixed_currencies other_currency decimal_assumed encoding_assumed quote_not_closed role_assumed
    header_looks_like_data totals_row note_row""".split()  # noqa: SIM905
)
"""Kinds of findings that say that a cell or a row is not what it was in the file."""
_DERIVED = {"people": {"person_id", "name", "email", "role"}, "ownership": {"source"},
            "health": {"raw"}}  # fmt: skip


def check(export: Export, folder: Path) -> Counter[str]:
    """Load an export and hold it against its truth.

    Returns
    -------
    Counter
        Kinds of findings, and how the export ended.

    Raises
    ------
    AssertionError
        If something was lost or invented without a finding.
    """
    for old in folder.iterdir():
        old.unlink()
    path = export.write(folder)
    seen: Counter[str] = Counter(f"file: {part.kind}" for part in export.parts)
    certain = all(part.written.certain for part in export.parts)
    given_map = parse_map(export.map_text())
    try:
        loaded = load(open_export(path), given_map, PERIOD)
    except CsmkitError as fault:
        refused = fault
    else:
        refused = None
    if refused is not None:
        assert not certain, f"refused although all is said: {refused}\n{export.map_text()}"
        seen[f"refused: {type(refused).__name__}"] += 1
        return seen
    findings = loaded.findings
    assert findings["message"].str.len().gt(0).all()
    seen.update("finding: " + findings["kind"])
    counts = {f.name: f for f in loaded.provenance.files}
    for part in export.parts:
        _check_counts(part, counts.get(part.name), findings)
    for table in export.truth.columns:
        parts = [part for part in export.parts if part.table == table]
        _check_table(table, parts, loaded)
    for table, frame in loaded.tables.items():
        assert table in export.truth.columns or not len(frame), f"{table} was invented"
    seen["loaded"] += 1
    return seen


def _aside(part: Part, findings: pd.DataFrame) -> set[int]:
    mine = findings[findings["file"].eq(part.name) & findings["row"].notna()]
    return set(mine.loc[mine["message"].str.contains(ASIDE, regex=False), "row"].astype(int))


def _filtered(part: Part, findings: pd.DataFrame) -> int:
    mine = findings[findings["file"].eq(part.name) & findings["kind"].eq("filtered_by_map")]
    if mine.empty:
        return 0
    return int(mine["message"].iloc[0].split("; ")[1].split(" ")[0].replace(",", ""))


def _check_counts(part: Part, counts: Any, findings: pd.DataFrame) -> None:
    """Rows in are rows kept and rows set aside, and each of those has its finding."""
    if counts is None:
        broken = findings["kind"].eq("unreadable_file") & findings["file"].eq(part.file)
        assert broken.any(), f"{part.name} is neither read nor told of"
        return
    told = len(_aside(part, findings)) + _filtered(part, findings)
    assert counts.rows == counts.kept + counts.set_aside
    lost = _column_lost(part, findings)
    assert counts.set_aside == told or lost, f"{part.name}: {counts}, told of {told}"


def _column_lost(part: Part, findings: pd.DataFrame) -> bool:
    mine = findings[findings["file"].eq(part.name)]
    return bool(mine["kind"].isin(["column_not_mapped", "no_rows"]).any())


def _check_table(table: str, parts: list[Part], loaded: Loaded) -> None:
    findings = loaded.findings
    unread = set(findings.loc[findings["kind"].eq("unreadable_file"), "file"])
    kept: list[tuple[Part, int]] = []
    for part in parts:
        if part.name in unread or part.file in unread:
            continue
        aside = _aside(part, findings)
        left = set(
            findings.loc[
                findings["file"].eq(part.name) & findings["kind"].isin(["totals_row", "note_row"]),
                "row",
            ].dropna()
        )
        sure = all(part.certain.values()) and part.written.certain
        known = _Known.of(loaded)
        for i, place in enumerate(part.written.places):
            if part.rows[i] is None:
                continue
            if place in aside or place in left:
                fine = not sure or not part.sound[i] or i in part.written.lossy
                fine |= not known.all_of(part, i)
                assert fine, f"{part.name} row {place} was lost:\n{_said(part, place, findings)}"
            else:
                kept.append((part, i))
    frame = loaded.tables.get(table)
    if frame is None:
        assert not kept, f"{table} is not there"
        return
    known = _Known.of(loaded)
    if table == "people" and known.made:
        return
    added = int(findings["kind"].eq("manager_added").sum()) if table == "people" else 0
    assert len(frame) == len(kept) + added, f"{table}: {len(frame)} rows, {len(kept)} expected"
    for column in TABLES[table].names:
        values = frame[column].tolist()
        for (part, i), value in zip(kept, values, strict=False):
            if known.tells(part, i, column):
                _check_cell(part, i, column, value, findings)


@dataclass(frozen=True)
class _Known:
    """People and accounts that were loaded: rows about others are lost with them."""

    people: frozenset[str]
    accounts: frozenset[str]
    made: bool
    """Whether people were made from owners, for want of a list: then their ids are others."""

    @classmethod
    def of(cls, loaded: Loaded) -> _Known:
        return cls(
            frozenset(loaded.tables["people"]["person_id"]),
            frozenset(loaded.tables["accounts"]["account_id"])
            if "accounts" in loaded.tables
            else frozenset(),
            bool(loaded.findings["kind"].eq("owners_are_bare_ids").any())
            or not len(loaded.tables["people"]),
        )

    def all_of(self, part: Part, i: int) -> bool:
        """Whether all that the row is about was loaded."""
        return all(self.tells(part, i, column) for column in part.headers)

    def tells(self, part: Part, i: int, column: str) -> bool:
        """Whether what the cell is about was loaded."""
        value = (part.rows[i] or {}).get(column)
        if column == "account_id" and part.table != "accounts":
            # Without any account nothing can be said of those that are named.
            return value in self.accounts if self.accounts and value else bool(self.accounts)
        spec = TABLES[part.table][column]
        if is_person(part.table, spec) or spec.name == "attendees":
            # An owner that the list of people would not know is one of those made from owners.
            return not self.made and (value is None or {*value.split(";")} <= self.people)
        return True


def _check_cell(part: Part, i: int, column: str, value: Any, findings: pd.DataFrame) -> None:
    row = part.rows[i]
    assert row is not None
    derived = column in _DERIVED.get(part.table, ())
    if derived and row.get(column) is None:
        return
    if column not in part.headers:
        assert derived or pd.isna(value), f"{part.table}.{column} {value!r} was invented"
        return
    wanted, place = row[column], part.written.places[i]
    if _same(wanted, value):
        return
    mine = findings[findings["kind"].isin(LOSSES) & findings["column"].isin([column, ""])]
    here = mine["file"].eq(part.name)
    mine = mine[here | (mine["file"].eq("") & mine["table"].eq(part.table))]
    if pd.notna(value):
        mine = mine[mine["severity"].ne("info")]
    assert len(mine), (
        f"{part.name} row {place} {column}: {wanted!r} became {value!r} in silence"
        f" (written {part.cells[column][i]!r}, {part.rules[column]})"
    )
    assert wanted is None or not (part.certain[column] and part.written.certain), (
        f"{part.name} row {place} {column}: {wanted!r} became {value!r} although all is said"
        f" (written {part.cells[column][i]!r}, {part.rules[column]})\n{mine['message'].tolist()}"
    )


def _same(wanted: Any, value: Any) -> bool:
    if wanted is None or pd.isna(value):
        return wanted is None and bool(pd.isna(value))
    if isinstance(value, pd.Timestamp):
        return value == pd.Timestamp(wanted)
    if isinstance(wanted, float | int) and not isinstance(wanted, bool):
        return abs(float(value) - wanted) <= 1e-9 * max(1.0, abs(wanted))
    return bool(value == wanted)


def _said(part: Part, place: int, findings: pd.DataFrame) -> str:
    mine = findings[findings["file"].eq(part.name) & findings["row"].eq(place)]
    return "\n".join(mine["kind"] + ": " + mine["message"])


def check_doors(export: Export, folder: Path) -> None:
    """`check_export` and `read_export` themselves: an error of ours, or none."""
    for old in folder.iterdir():
        old.unlink()
    path = export.write(folder)
    given_map = folder.parent / "map.toml"
    given_map.write_text(export.map_text(), encoding="utf-8")
    for door in (check_export, read_export):
        with contextlib.suppress(CsmkitError):
            door(path, map=given_map, period=PERIOD)


def run(number: int, examples: int, shrink: bool = False) -> tuple[Counter[str], list[str]]:
    """One piece of a long run: what was seen, and the failures.

    With ``shrink`` it ends at the first failure, whose export is made as small as it can be.
    """
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    (folder / "export").mkdir()
    seen: Counter[str] = Counter()
    failures: list[str] = []

    @seed(number)
    @settings(
        max_examples=examples, database=None, deadline=None, print_blob=False,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(exports())
    def one(export: Export) -> None:
        seen["examples"] += 1
        try:
            seen.update(check(export, folder / "export"))
            if seen["examples"] % 20 == 0:
                check_doors(export, folder / "export")
        except Exception as fault:
            if shrink:
                raise
            failures.append(_told(fault, number, seen["examples"]))

    try:
        one()
    except Exception as fault:
        failures.append(_told(fault, number, seen["examples"]))
        failures += getattr(fault, "__notes__", [])[:1]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return seen, failures


def _told(fault: Exception, number: int, example: int) -> str:
    place = traceback.extract_tb(fault.__traceback__)[-1]
    told = f"seed {number} example {example}: {type(fault).__name__} in {place.name}: {fault}"
    if isinstance(fault, AssertionError):
        return told[:1500]
    return told[:1500] + "\n" + "".join(traceback.format_tb(fault.__traceback__)[-4:])


def main() -> int:
    """Run pieces of some hundred examples until there are enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=int(datetime.now().timestamp()))
    parser.add_argument("--piece", type=int, default=250)
    parser.add_argument("--shrink", action="store_true", help="make a failing export small")
    asked = parser.parse_args()
    pieces = -(-asked.examples // asked.piece)
    seen: Counter[str] = Counter()
    failures: list[str] = []
    begun = time.monotonic()
    with ProcessPoolExecutor(asked.jobs) as pool:
        seeds = range(asked.seed, asked.seed + pieces)
        for more, some in pool.map(run, seeds, [asked.piece] * pieces, [asked.shrink] * pieces):
            seen += more
            failures += some
            print(f"{seen['examples']:,} examples, {len(failures)} failures", file=sys.stderr)
            for failure in some:
                print(failure, flush=True)
    for what, count in seen.most_common():
        print(f"{count:>9,}  {what}")
    print(f"{time.monotonic() - begun:,.0f} s, {len(failures)} failures in {pieces} pieces")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
