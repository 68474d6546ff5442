"""The command that writes a calibration meeting's record anew, and says whether it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from csmkit.cli_shared import Export, MapFile, MatrixFile, PeriodText, Scores, setting, tell
from csmkit.settings import Settings, settings_of


def meeting_record(
    export: Export = None,
    out: Annotated[
        Path, typer.Option("--out", help="The folder the record is written into.")
    ] = Path("calibration-records"),
    meeting: Annotated[
        str, typer.Option("--meeting", help="The meeting's id; the one planned last without it.")
    ] = "",
    scores: Scores = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    matrix: MatrixFile = None,
) -> None:
    """Work a meeting's record out of the store again; exit 1 if it is not what was signed.

    What was signed is not replaced then: the other record has a name of its own.
    """
    from csmkit.load.read import read_export
    from csmkit.matrix.read import read_matrix
    from csmkit.meeting.reproduce import meeting_record as reproduced
    from csmkit.render.record import render_record
    from csmkit.store.open import open_store

    where = setting("export", export)
    cycle = read_export(
        where,
        map=setting("map", map_file, of=export, required=False),
        period=setting("period", period, of=export),
    )
    own = read_matrix(setting("matrix", matrix, of=export, required=False))
    kept = scores or settings_of(where, Settings.at(Path())).store or setting("scores", None)
    with open_store(kept, create=False) as store:
        signed = reproduced(cycle, own, store=store, meeting=meeting)
        files = render_record(signed, cycle, matrix=own, out=out)
    tell("\n".join(map(str, files)))
    if not signed.digest:
        tell("Not signed yet: a draft.")
    elif signed.holds:
        tell(f"It is what was signed: {signed.digest}")
    else:
        tell("csmkit: this is not what was signed.", err=True)
        tell("The store, the export or csmkit is another than at the signing.", err=True)
        raise typer.Exit(1)
