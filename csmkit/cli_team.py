"""Commands about the team and its cycles: skill gaps, what changed, which cycles a store holds."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Annotated, Any

import typer

from csmkit.cli_shared import (
    EARLIER,
    BeforeExport,
    ExportOption,
    MapFile,
    MatrixFile,
    MinGroup,
    PeriodText,
    Reader,
    Scores,
    earlier_cycle,
    laid_cycle,
    matrix_given,
    one_or_all,
    said_of,
    store_of,
    tell,
)
from csmkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from csmkit.cycle import Cycle
    from csmkit.matrix.matrix import Matrix

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def gaps(
    by: Annotated[
        str, typer.Option("--by", help="Beside the team: level, manager or role.")
    ] = "team",
    first: Annotated[
        str, typer.Option("--first", help="What people are kept apart by first.")
    ] = "level",
    before: Annotated[
        list[str] | None, typer.Option("--before", metavar="PERIOD", help=EARLIER)
    ] = None,
    before_export: BeforeExport = "",
    min_group: MinGroup = 5,
    phase: Annotated[
        str, typer.Option("--phase", help="self, manager or final; the last with scores.")
    ] = "",
    reader: Reader = "",
    themes: Annotated[
        bool, typer.Option("--themes", help="Also what the team could train together.")
    ] = False,
    as_json: AsJson = False,
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    matrix: MatrixFile = None,
) -> None:
    """Where the team is below what is expected, and whether that changed; never of few people."""
    from csmkit.growth.team import team_gaps
    from csmkit.growth.themes import training_themes
    from csmkit.growth.trend import skill_trend
    from csmkit.matrix.versions import matrix_note
    from csmkit.view.gap_lines import gap_lines, theme_lines, trend_lines

    used = matrix_given(matrix, export)
    cycle = laid_cycle(export, map_file, period, scores)
    how: dict[str, Any] = {"first": first, "min_group": min_group, "phase": phase}
    how |= {"reader": reader}
    found = {"gap": team_gaps(cycle, used, by=by, **how)}
    by_another = filter(None, [matrix_note(cycle, used)])
    found["gap"].attrs["notes"] = [*by_another, *found["gap"].attrs["notes"]]
    told = [gap_lines(found["gap"], period=str(cycle.period), width=_width())]
    # One output speaks of one phase: figures of two would tell how single values were changed.
    how["phase"] = found["gap"].attrs["phase"]
    if before or before_export:
        asked = sorted(set(before or []))
        earlier = [*_earlier(asked, before_export, cycle, export, map_file, scores)]
        cycles = [*(one for one, _ in earlier), cycle]
        matrices = [*(own or used for _, own in earlier), used]
        found["trend"] = skill_trend(cycles, matrices, **how)
        told.append(trend_lines(found["trend"], width=_width()))
    if themes:
        found["theme"] = training_themes(cycle, used, **how)
        told.append(theme_lines(found["theme"], width=_width()))
    if not as_json:
        tell("\n\n".join(told))
        return
    for kind, frame in found.items():
        _tell_json(frame, kind)


def changes(
    csm: Annotated[str, typer.Option("--csm", help="One person: id, mail or name.")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="Everybody, one after the other.")] = (
        False
    ),
    before: Annotated[
        str,
        typer.Option("--before", metavar="PERIOD", help=f"{EARLIER} The last one if not given."),
    ] = "",
    before_export: BeforeExport = "",
    as_json: AsJson = False,
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    matrix: MatrixFile = None,
) -> None:
    """What changed for a person since the last cycle, and what became of what was agreed.

    It is for the person's manager and the committee: all phases' scores are in it.
    """
    from csmkit.growth.changes import cycle_changes
    from csmkit.growth.goals import goals_kept
    from csmkit.view.gap_lines import change_lines

    one_or_all(csm, everybody=everybody, what="changes")
    used = matrix_given(matrix, export)
    cycle = laid_cycle(export, map_file, period, scores)
    wanted = before if before or before_export else _last_before(cycle, scores, export)
    earlier, own = earlier_cycle(wanted, cycle, export, map_file, scores, before_export)
    found = cycle_changes(cycle, earlier, csm=csm, matrix=used, matrix_before=own or used)
    goals = goals_kept(cycle, earlier, csm=csm)
    if as_json:
        _tell_json(found, "change")
        _tell_json(goals, "goal")
        return
    people = cycle.subjects
    if csm:
        people = people[people["person_id"].eq(cycle.person(csm)["person_id"])]
    for row in people.to_dict("records"):
        mine = (of[of["person_id"].eq(row["person_id"])] for of in (found, goals))
        tell(change_lines(*mine, name=str(row["name"]), before=str(earlier.period)) + "\n")
    for note in found.attrs["notes"]:
        tell(note)


def cycles(
    as_json: AsJson = False,
    scores: Scores = None,
    export: ExportOption = None,
) -> None:
    """Which cycles the store holds, how many people are scored in each, and what is closed."""
    from csmkit.store.open import open_store
    from csmkit.view.gap_lines import cycle_lines

    where = store_of(scores, export)
    if scores is None and said_of(export).scores is None:
        tell(f"No cycle is on file yet: {where} is made with the first score.", err=as_json)
        return
    with open_store(where, create=False) as store:
        found = store.cycles()
    if as_json:
        _tell_json(found, "cycle")
        return
    tell(cycle_lines(found))


def _earlier(
    periods: list[str],
    then: str,
    cycle: Cycle,
    export: str | None,
    map_file: Path | None,
    scores: str | None,
) -> Iterator[tuple[Cycle, Matrix | None]]:
    """Earlier cycles and their matrices; one alone where it has an export of its own."""
    if then and len(periods) > 1:
        raise UsageError(
            f"--before names {len(periods)} cycles, and --before-export is of one.", "Name one."
        )
    for period in periods or [""]:
        yield earlier_cycle(period, cycle, export, map_file, scores, then)


def _last_before(cycle: Cycle, scores: str | None, export: str | None) -> str:
    """The last cycle of the store that began before this one."""
    from csmkit.store.open import open_store

    where = scores or said_of(export).scores
    if where is not None:
        with open_store(where, create=False) as store:
            known = store.cycles()
        earlier = known[known["first"] < cycle.period.start]
        if len(earlier):
            return str(earlier["cycle"].iloc[-1])
    one = cycle.period.previous
    raise UsageError(
        "No earlier cycle is on file.",
        f"Say which one it is, such as --before {one.start:%Y-%m-%d}:{one.end:%Y-%m-%d}.",
    )


def _tell_json(frame: pd.DataFrame, kind: str) -> None:
    if frame.attrs:
        about = {str(name): value for name, value in frame.attrs.items()}
        _tell_line({"kind": "about", "of": kind, **about})
    for row in frame.to_dict("records"):
        _tell_line({"kind": kind, **{str(name): _plain(value) for name, value in row.items()}})


def _tell_line(told: dict[str, Any]) -> None:
    # JSON is UTF-8 whatever the console or file it goes to is set to.
    typer.echo(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))


def _plain(value: Any) -> Any:
    import pandas as pd

    from csmkit.text import missing

    if missing(value):
        return None
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return value if isinstance(value, str | int | float | bool) else value.item()


def _width() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, 120)
