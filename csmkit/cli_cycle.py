"""Commands that go through the review cycle: calendar, inventory, self-check, spot-check."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csmkit.cli_shared import (
    ExportOption,
    MapFile,
    PeriodText,
    Scores,
    laid_cycle,
    setting,
    tell,
)

if TYPE_CHECKING:
    import pandas as pd

    from csmkit.cycle import Cycle

Csm = Annotated[str, typer.Option("--csm", help="Whose: id, mail or name.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
All = Annotated[bool, typer.Option("--all", help="Each account on a line of its own.")]


def inventory(
    csm: Csm,
    as_json: AsJson = False,
    whole: All = False,
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
) -> None:
    """What happened in a book, what is on file of it, and what is still to be asked."""
    from csmkit.words.inventory import inventory as found_in

    cycle = laid_cycle(export, map_file, period, scores)
    found = found_in(cycle, csm=csm)
    if as_json:
        _tell_json(found)
        return
    tell(f"Inventory of {_name(cycle, csm)}, {cycle.period}\n")
    _tell_lines(found, whole=whole)


def self_check(
    csm: Annotated[
        str, typer.Option("--csm", help="Whose: id, mail or name; everybody's in short without.")
    ] = "",
    on: Annotated[
        str | None,
        typer.Option(
            "--on", help="The day, as YYYY-MM-DD; today, or the period's last day if earlier."
        ),
    ] = None,
    week: Annotated[
        int, typer.Option("--week", help="In which week of an account its use is first judged.")
    ] = 6,
    below: Annotated[
        float, typer.Option("--below", help="Percent below expected use that are a signal.")
    ] = 40,
    ahead: Annotated[
        int, typer.Option("--ahead", help="Days ahead in which renewals are looked at.")
    ] = 90,
    within: Annotated[
        int, typer.Option("--within", help="Days in which a signal is to be acted on.")
    ] = 7,
    as_json: AsJson = False,
    whole: All = False,
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
) -> None:
    """Business reviews not held, use nobody acted on, renewals ahead, open escalations."""
    from csmkit.compute.self_check import day_in
    from csmkit.compute.self_check import self_check as found_in
    from csmkit.text import day as told_day
    from csmkit.view.lines import topic_lines

    cycle = laid_cycle(export, map_file, period, scores)
    check_on = day_in(cycle.period, on)
    found = found_in(
        cycle, csm=csm, on=check_on, week=week, below=below / 100, ahead=ahead, within=within
    )
    if as_json:
        _tell_json(found)
        return
    who = f"of {_name(cycle, csm)}" if csm else "of everybody"
    tell(f"Self-check {who} on {told_day(check_on)}, period {cycle.period}\n")
    if csm:
        _tell_lines(found, whole=whole)
        return
    for person, rows in found.groupby("person_id", sort=False):
        first = rows.drop_duplicates("topic").assign(topic=_name(cycle, str(person)))
        tell(topic_lines(first, width=_width()) + "\n")
    tell("csmkit self-check --csm NAME lists the accounts, and says what was looked for.")


def qbr_draw(
    csm: Csm,
    seed: Annotated[
        int | None,
        typer.Option("--seed", help="Draws the same again; a new one if not given."),
    ] = None,
    number: Annotated[int, typer.Option("--number", help="How many.")] = 3,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A sheet to print (.html) or type into (.md); else shown."),
    ] = None,
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
) -> None:
    """Draw business reviews by lot, with what to look for in each deck."""
    from csmkit.compute.qbr_draw import new_seed
    from csmkit.compute.qbr_draw import qbr_draw as drawn_by
    from csmkit.render.qbr_sheet import render_qbr_sheet, sheet_markdown, sheet_of

    cycle = laid_cycle(export, map_file, period, scores)
    draw = drawn_by(cycle, csm=csm, seed=new_seed() if seed is None else seed, number=number)
    if draw.empty:
        tell(f"{draw.attrs['said']}.")
    elif out is None:
        tell(sheet_markdown(sheet_of(draw, cycle, csm=csm)), nl=False)
    else:
        path = render_qbr_sheet(draw, cycle, csm=csm, out=out)
        tell("\n".join([f"{path}:", *sheet_of(draw, cycle, csm=csm).lines[:-2]]))


def calendar(
    review_on: Annotated[
        str, typer.Option("--review-on", help="The day reviews are delivered, as YYYY-MM-DD.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The calendar's file.")] = Path("cycle.ics"),
    calibration_on: Annotated[
        str | None,
        typer.Option("--calibration-on", help="The meeting's day; a week before the review."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", help="The first day of week 1; the period's first day."),
    ] = None,
    team: Annotated[
        str, typer.Option("--team", help="A word before each title, if you keep several teams.")
    ] = "",
    period: PeriodText = None,
) -> None:
    """Write the days of the cycle as a file for Outlook, Google or Apple Calendar."""
    from csmkit.cycle import Period
    from csmkit.render.calendar_file import render_calendar
    from csmkit.text import day

    own = Period.parse(setting("period", period))
    made = render_calendar(
        own,
        review_on=review_on,
        out=out,
        start=start,
        calibration_on=calibration_on,
        team=team,
    )
    today = _today()
    tell(f"{made.path}, for the period {own}:")
    for step in made.steps:
        notes = [step.note, step.moved, "past" if step.day < today else ""]
        told = "; ".join(filter(None, notes))
        tell(f"  {step.day:%a} {day(step.day):>11}  {step.title} [{told}]")
    for line in made.left_out:
        tell(f"  - {line}")
    talk = next((step for step in made.steps if step.name == "talk"), None)
    review = next(step.day for step in made.steps if step.name == "review")
    if talk and talk.day < today <= review:
        tell(
            "  - The review is less than two weeks away: hold the pre-review talk now, or move it."
        )
    tell("Import it into your calendar. Holidays are not known: move what falls on one by hand.")


def _today() -> dt.date:
    return dt.date.today()


def _name(cycle: Cycle, csm: str) -> str:
    """Somebody's name, told apart from another person's who has the same."""
    import pandas as pd

    from csmkit.compute.people import with_names
    from csmkit.text import clean

    one = pd.DataFrame({"person_id": [cycle.person(csm)["person_id"]]})
    return clean(with_names(cycle, one)["name"].iloc[0])


def _tell_json(frame: pd.DataFrame) -> None:
    for row in frame.to_dict("records"):
        day = row["day"]
        row["day"] = "" if day != day else f"{day:%Y-%m-%d}"
        text = json.dumps({str(k): v for k, v in row.items()}, ensure_ascii=False)
        # JSON is UTF-8 whatever the console or file it goes to is set to.
        typer.echo(text.encode("utf-8", "replace"))


def _tell_lines(frame: pd.DataFrame, *, whole: bool) -> None:
    from csmkit.text import count_of
    from csmkit.view.lines import topic_lines

    tell(topic_lines(frame, width=_width(), whole=whole))
    if asked := int(frame["asks"].ne("").sum()):
        count = count_of(asked, "question")
        tell(f"\n{count} (→). None is a verdict: what is not on file may well have been done.")


def _width() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, 120)
