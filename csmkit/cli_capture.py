"""The command that captures moments: a sentence, a voice note, or many notes at once."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csmkit.cli_capture_many import import_notes, tell_captured
from csmkit.cli_shared import (
    ExportOption,
    MapFile,
    MatrixFile,
    PeriodText,
    Scores,
    read_cycle,
    setting,
    store_of,
    tell,
)
from csmkit.errors import UnreadableInput, UsageError

if TYPE_CHECKING:
    from csmkit.cycle import Cycle
    from csmkit.store.store import Store
    from csmkit.words.capture import Captured

_MOST = 2_000_000
_MOST_ASKED = 9


def capture(
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="What happened; - for standard input.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="Whose moment it is: id, mail or name.")] = "",
    account: Annotated[
        str | None, typer.Option("--account", help="The account: id or name; '' for none.")
    ] = None,
    date: Annotated[str | None, typer.Option("--date", help="The day, as YYYY-MM-DD.")] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help="What sort: win, save, miss, churn, qbr ...")
    ] = None,
    audio: Annotated[
        Path | None, typer.Option("--audio", help="A voice note (WAV) in place of TEXT.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="The folder of a model for faster-whisper.")
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", help="faster-whisper or pocketsphinx, for --audio.")
    ] = "",
    many: Annotated[
        Path | None,
        typer.Option("--import", help="Many notes: a CSV, a folder of mails, a journal (.md)."),
    ] = None,
    list_all: Annotated[
        bool, typer.Option("--list", help="Show what you captured in this cycle.")
    ] = False,
    submit: Annotated[
        list[str] | None,
        typer.Option("--submit", help="Hand in a private item, by its id; not taken back."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Take the text of a voice note as it is.")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Store it even if it looks like one on file.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an item.")] = False,
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    matrix: MatrixFile = None,
) -> None:
    """Capture a moment as evidence, private to its author until handed in.

    With --import, exit 1 if something was not taken or needs an account named.
    """
    from csmkit.store.open import open_store

    given = [text is not None, audio is not None, many is not None, list_all, bool(submit)]
    if sum(given) != 1:
        raise UsageError(
            "Nothing says what to capture." if not any(given) else "Too much is asked at once.",
            "Give one: a TEXT, --audio FILE, --import PATH, --list, or --submit ID.",
        )
    # What was said is known before the export is read: its reader may have to correct it.
    note, source = _note(text, audio, model, engine, yes=yes) if text or audio else ("", "")
    cycle = read_cycle(export, map_file, period)
    who = _author(cycle, by)
    with open_store(store_of(scores, export), create=not (list_all or submit)) as store:
        if list_all:
            tell_captured(store, cycle, who, as_json=as_json)
        elif submit:
            count = store.submit(cycle, submit, who=who)
            tell(f"{count} handed in, {len(set(submit)) - count} already were.")
        elif many is not None:
            ids = _of_own_matrix(matrix, export)
            import_notes(store, cycle, many, who, competencies=ids, as_json=as_json)
        else:
            chosen = {"account": account, "date": date, "kind": kind}
            read = _read(cycle, note, who, chosen, matrix, export)
            _keep(store, cycle, read, who, source, anyway=anyway, as_json=as_json)


def _note(
    text: str | None, audio: Path | None, model: Path | None, engine: str, *, yes: bool
) -> tuple[str, str]:
    """The text of a note, and where it came from."""
    if audio is None:
        return (_standard_input() if text == "-" else text or ""), "capture"
    from csmkit.words.speech import transcribe

    said = transcribe(audio, model=model, engine=engine)
    tell(f"Understood: {said}", err=True)
    return (said if yes else _corrected(said)), "voice note"


def _standard_input() -> str:
    from csmkit.words.notes_said import read_text

    data = sys.stdin.buffer.read(_MOST + 1)
    text = read_text(data) if len(data) <= _MOST else None
    if text is None:
        raise UnreadableInput(
            "What comes in is no text that a note could be.", "Give a sentence, or a pasted mail."
        )
    return text


def _corrected(said: str) -> str:
    """The text of a voice note as its speaker confirms or corrects it."""
    if sys.stdin.isatty():
        return str(typer.prompt("Enter to keep it, or the right text", default=said, err=True))
    line = sys.stdin.readline().strip()
    if not line:
        raise UsageError(
            "Nobody confirmed the text of the voice note, and nothing was stored.",
            "Take it as it is with --yes, or give the right text as TEXT.",
        )
    return line


def _author(cycle: Cycle, by: str) -> str:
    if by:
        return str(cycle.person(by)["person_id"])
    people = cycle.subjects["person_id"]
    if len(people) != 1:
        raise UsageError(
            f"The cycle has {len(people)} people, and nothing says whose moment it is.",
            "Give your id, mail or name with --by.",
        )
    return str(people.iloc[0])


def _read(
    cycle: Cycle,
    text: str,
    who: str,
    chosen: dict[str, str | None],
    matrix: Path | None,
    export: str | None,
) -> Captured:
    """The note as it is read, with what is given in place of what its words say."""
    from csmkit.panels.captured import account_id_of, given_day
    from csmkit.panels.captured_many import within
    from csmkit.schema import EVIDENCE_KINDS
    from csmkit.store.model import one_of
    from csmkit.words.capture import capture as read

    account, kind = chosen["account"], chosen["kind"]
    day = None if chosen["date"] is None else given_day(chosen["date"])
    if kind is not None:
        one_of("kind", kind, ("", *EVIDENCE_KINDS))
    if account is not None:
        account = account_id_of(cycle, account) if account.strip() else ""
    note = read(text, cycle=cycle, author=who, account=account, date=day)
    if note.accounts and note.account is None and sys.stdin.isatty():
        note = read(text, cycle=cycle, author=who, account=_asked(note), date=day)
    ids = _of_own_matrix(matrix, export)
    note = note if ids is None else within(note, ids)
    return note if kind is None else replace(note, kind=kind)


def _of_own_matrix(matrix: Path | None, export: str | None) -> frozenset[str] | None:
    """The competencies of the matrix that is given or set up; None for the kit's own."""
    own = setting("matrix", matrix, of=export, required=False)
    if own is None:
        return None
    from csmkit.matrix.read import read_matrix

    return frozenset(read_matrix(own).ids)


def _asked(note: Captured) -> str:
    """The account that is chosen of those a note may be about; blank for none of them."""
    from csmkit.text import clean

    near = note.accounts[:_MOST_ASKED]
    tell("Which account is it?", err=True)
    for number, one in enumerate(near, 1):
        tell(f"  {number}  {clean(one.name)} ({clean(one.account_id)})", err=True)
    tell("  0  none of them", err=True)
    while True:
        answer = str(typer.prompt("Number", err=True)).strip()
        if answer.isdecimal() and int(answer) <= len(near):
            return near[int(answer) - 1].account_id if int(answer) else ""
        tell(f"Type a number from 0 to {len(near)}.", err=True)


def _keep(
    store: Store,
    cycle: Cycle,
    note: Captured,
    who: str,
    source: str,
    *,
    anyway: bool,
    as_json: bool,
) -> None:
    """Store a note unless it is there, and say what was read of it."""
    from csmkit import cli_capture_told as show
    from csmkit.panels.captured import AccountUnsure, account_of_note, keep_capture
    from csmkit.panels.on_file import OnFile

    try:
        about = account_of_note(cycle, note)
    except AccountUnsure as error:
        raise UsageError(
            error.what, "Name it with --account ID, or --account '' for none."
        ) from error
    same = None if anyway else OnFile.of(store, cycle, who).same(note, about)
    if same is not None:
        kept, new = same.evidence_id, False
    else:
        kept, new = keep_capture(store, cycle, note, by=who, account=about, source=source)
    if as_json:
        why = {"why": same.why} if same else {}
        tell(show.as_json(note, evidence_id=kept, new=new, **why))
        return
    tell(f"{show.told(note, currency=cycle.currency)}\n")
    if new:
        tell(f"Stored in {store.where} as {kept}, private to {who} until handed in.")
    elif same is not None:
        tell(
            f"It is on file already as {kept}: {same.why}. Nothing was stored;"
            " if it is another moment, add --anyway."
        )
    else:
        tell(f"It is on file already as {kept}. Nothing was stored.")
