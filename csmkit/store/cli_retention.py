"""`csmkit store`: who may see what, how long it is kept, and what is handed out or removed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csmkit.errors import UsageError

if TYPE_CHECKING:
    from csmkit.cycle import Cycle

app = typer.Typer(no_args_is_help=True, add_completion=False)

Where = Annotated[
    str, typer.Argument(metavar="STORE", help="The score file, or the URL of a database.")
]
Who = Annotated[str, typer.Option("--who", help="Your id or mail: who does it. It is logged.")]
CycleText = Annotated[
    str, typer.Option("--cycle", metavar="START:END", help="The cycle's first and last day.")
]
AnyCycle = Annotated[
    str | None, typer.Option("--cycle", metavar="START:END", help="One cycle; all if not given.")
]
Person = Annotated[str, typer.Option("--person", metavar="ID", help="One person only.")]
People = Annotated[
    Path | None,
    typer.Option(
        "--people",
        metavar="CSV",
        help="A people table (person_id, name, email, aliases), to find names in texts.",
    ),
]


def _tell(text: str) -> None:
    # A console or file that knows fewer letters than the store shows a ? for them.
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(text.encode(encoding, "replace").decode(encoding))


@app.command()
def members(
    where: Where,
    cycle: AnyCycle = None,
    add: Annotated[
        list[str] | None,
        typer.Option(
            "--add", metavar="LOGIN=PERSON:ROLE", help="Roles: rater, facilitator, csm, owner."
        ),
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="LOGIN", help="Take all roles away.")
    ] = None,
    who: Annotated[str, typer.Option("--who", help="Your id or mail, with --add, --remove.")] = "",
) -> None:
    """Show who has which role on a server; give roles and take them away."""
    from csmkit.store.open import open_store
    from csmkit.store.roles import add_member, remove_member
    from csmkit.store.roles import members as listed

    wanted = [_member(text) for text in add or ()]
    if (wanted or remove) and cycle is None:
        raise UsageError("Nothing says for which cycle.", "Give it: --cycle START:END.")
    with open_store(where, create=False) as store:
        for login in remove or ():
            remove_member(store, login=login, cycle=str(cycle), who=who)
        for login, person, role in wanted:
            add_member(store, login=login, person=person, role=role, cycle=str(cycle), who=who)
        for row in listed(store, cycle).itertuples(index=False):
            _tell(f"{row.cycle}  {row.login:<20} {row.person_id:<30} {row.role}")


def _member(text: str) -> tuple[str, str, str]:
    login, _, rest = text.partition("=")
    person, _, role = rest.rpartition(":")
    if not (login and person and role):
        raise UsageError(
            f"{text!r} is no member.",
            "Write LOGIN=PERSON:ROLE, for example ana=ana@example.com:rater.",
        )
    return login, person, role


@app.command("export-person")
def export_person_(
    where: Where,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="The person's id.")],
    out: Annotated[Path, typer.Option("--out", help="A new folder, or a new .zip file.")],
    who: Who,
    cycle: AnyCycle = None,
    people: People = None,
) -> None:
    """Write all that the store holds about one person, others unnamed; it is logged."""
    from csmkit.store.open import open_store
    from csmkit.store.subject import export_person

    names = _people(people)
    with open_store(where, create=False) as store:
        made = export_person(store, person, out, who=who, cycle=cycle, names=names)
    _tell(f"Written to {made}. Read it before you hand it out: its README says what was replaced.")


@app.command("keep-until")
def keep_until_(
    where: Where,
    day: Annotated[str, typer.Argument(metavar="DAY", help="The last day, as YYYY-MM-DD.")],
    cycle: CycleText,
    who: Who,
    person: Person = "",
) -> None:
    """Say until when a cycle is kept; from the day after it can be purged."""
    from csmkit.store.open import open_store
    from csmkit.store.retention import keep_until

    with open_store(where, create=False) as store:
        keep_until(store, cycle, day, who=who, person=person)
    _tell(f"{person or 'The cycle'} is kept until {day}.")


@app.command("hold")
def hold_(
    where: Where,
    reason: Annotated[str, typer.Option("--reason", help="Why, such as a case's number.")],
    who: Who,
    cycle: AnyCycle = None,
    person: Person = "",
) -> None:
    """Forbid any purge of a cycle or a person, until it is released."""
    from csmkit.store.open import open_store
    from csmkit.store.retention import hold

    with open_store(where, create=False) as store:
        held = hold(store, reason=reason, who=who, cycle=cycle, person=person)
    _tell(f"The hold {held} stands. To lift it: csmkit store release STORE {held}")


@app.command("release")
def release_(
    where: Where,
    held: Annotated[str, typer.Argument(metavar="HOLD", help="The hold's id.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it may be lifted.")],
    who: Who,
) -> None:
    """Lift one hold."""
    from csmkit.store.open import open_store
    from csmkit.store.retention import release

    with open_store(where, create=False) as store:
        release(store, held, reason=reason, who=who)
    _tell(f"The hold {held} is lifted.")


@app.command("purge")
def purge_(
    where: Where,
    cycle: CycleText,
    who: Who,
    person: Person = "",
    people: People = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a cycle, or one person from it, once the day it is kept until has passed."""
    from csmkit.store.open import open_store
    from csmkit.store.purge import purge

    names = _people(people)
    if not yes:
        typer.confirm(
            f"Remove {person or 'everybody'} in {cycle} from the store for good?", abort=True
        )
    with open_store(where, create=False) as store:
        done = purge(store, cycle, who=who, person=person, names=names)
    for row in done.itertuples(index=False):
        _tell(f"{row.table:<10} {row.removed:>9,} rows removed {row.changed:>7,} changed")
    if done.attrs["label"]:
        _tell(f"Where the person acted on others' rows they are now {done.attrs['label']}.")
    for line in done.attrs["told"]:
        _tell(line)


@app.command("removals")
def removals_(where: Where, cycle: AnyCycle = None) -> None:
    """Show until when cycles are kept, and every hold, release, export and purge."""
    from csmkit.store.open import open_store
    from csmkit.store.retention import removals, told

    with open_store(where, create=False) as store:
        for row in removals(store, cycle).to_dict("records"):
            of = " ".join(t for t in (row["cycle"] or "every cycle", row["person_id"]) if t)
            said = told({str(name): value for name, value in row.items()})
            _tell(f"{row['at']:%Y-%m-%d %H:%M} UTC  {row['who']}  {of}: {said}")


def _people(path: Path | None) -> Cycle | None:
    """A people table as the cycle that the store asks for names."""
    if path is None:
        return None
    import pandas as pd

    from csmkit.cycle import Cycle, Period
    from csmkit.errors import UnreadableInput
    from csmkit.schema import TABLES

    try:
        frame = pd.read_csv(path, dtype="str", encoding="utf-8-sig", keep_default_na=False)
    except (OSError, ValueError) as error:
        raise UnreadableInput(
            f"{path} cannot be read as a table of people ({error}).", "Save it as CSV UTF-8."
        ) from None
    if "person_id" not in frame or "name" not in frame:
        raise UnreadableInput(
            f"{path.name} has no columns person_id and name.", "Name the columns of its first row."
        )
    wanted = [c for c in ("person_id", "name", "email", "aliases") if c in frame]
    people = TABLES["people"].conform(frame[wanted].replace("", None))
    return Cycle({"people": people}, Period.of("2000-01-01", "2000-01-01"))
