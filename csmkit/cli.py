"""The command line: exit 0 done, 1 errors found, packets or checks failed, 2 wrong usage."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import textwrap
from pathlib import Path
from threading import Timer, main_thread
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from csmkit.cli_capture import capture
from csmkit.cli_csm import feedback_app, import_prevotes, import_self, self_assessment
from csmkit.cli_cycle import calendar, inventory, qbr_draw, self_check
from csmkit.cli_deck import deck_app
from csmkit.cli_draft import draft
from csmkit.cli_follow_up import follow_up
from csmkit.cli_guide import guide
from csmkit.cli_meeting import meeting_record
from csmkit.cli_plan import next_level, onboarding_plan, one_to_one, plan
from csmkit.cli_pre_review import pre_review
from csmkit.cli_present import present
from csmkit.cli_render import demo, render, scan
from csmkit.cli_shared import Export, MapFile, PeriodText, setting, tell
from csmkit.cli_team import changes, cycles, gaps
from csmkit.cli_words import lint
from csmkit.errors import CsmkitError, UnreadableInput, UsageError
from csmkit.store.cli import app as store_app
from csmkit.store.cli_phases import app as phases_app
from csmkit.store.cli_retention import app as retention_app

if TYPE_CHECKING:
    from csmkit.load.assistant.draft import Draft

_TEMPLATE = "notebooks/csm_packet.ipynb"

app = typer.Typer(
    name="csmkit",
    help="Calibration packets for customer success teams, from your own export.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


_CTRL_C = 130
_stopped_by = [int(signal.SIGINT)]


def main() -> None:
    """Run the command line; every error is one message, never a traceback."""
    _stop_as_ctrl_c_does()
    try:
        # Without standalone mode the exit code of a command is what the app gives back.
        code = app(standalone_mode=False)
        if code == _CTRL_C:
            _stop("Stopped.", 128 + _stopped_by[-1])
    except CsmkitError as error:
        _stop(str(error), error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        _stop("Stopped.", 128 + _stopped_by[-1])
    except BrokenPipeError:
        # The reader of our output, such as `head`, has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if hasattr(error, "show") and hasattr(error, "exit_code"):
            error.show()
            sys.exit(error.exit_code)
        if os.environ.get("CSMKIT_DEBUG"):
            raise
        _stop(
            f"csmkit stopped on something it does not know ({type(error).__name__}: {error})."
            " Nothing half written is left. Set CSMKIT_DEBUG=1 to see where, and report it.",
            2,
        )
    sys.exit(code or 0)


def _stop_as_ctrl_c_does() -> None:
    """A scheduler's signal, or a terminal that is closed, leaves no slice behind either."""

    def stop(number: int, _: object) -> NoReturn:
        _stopped_by.append(number)
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)

    def again(lost: Any) -> None:
        # It came while something was being cleared away, where nobody is told: once more.
        if isinstance(lost.exc_value, KeyboardInterrupt):
            Timer(0.1, _send, [_stopped_by[-1]]).start()
        else:
            sys.__unraisablehook__(lost)

    sys.unraisablehook = again


def _send(number: int) -> None:
    """Send a signal to the main thread, which may be waiting for something."""
    if sys.platform == "win32":
        signal.raise_signal(number)
    else:
        signal.pthread_kill(main_thread().ident or 0, number)


def _stop(message: str, code: int) -> None:
    tell(f"csmkit: {message}", err=True)
    sys.exit(code)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new workspace.")],
) -> None:
    """Make a workspace: cycle.toml, the notebooks, and the sample export to try them on."""
    from csmkit.resources import resource

    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            f"The folder {folder} is not empty.", "Name a new folder; nothing is overwritten."
        )
    leave = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__", "*.py", "cycle.toml")
    sample = resource("data_samples") / "clean"
    try:
        shutil.copytree(resource("notebooks"), folder / "notebooks", ignore=leave)
        shutil.copytree(sample, folder / "export", ignore=leave)
        text = (sample / "cycle.toml").read_text(encoding="utf-8")
        text = f'export = "export"\nout = "packets"\ntemplate = "{_TEMPLATE}"\n{text}'
        (folder / "cycle.toml").write_text(text, encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise UsageError(
            f"The workspace {folder} cannot be made ({error.strerror}).",
            "Choose a folder you may write to.",
        ) from None
    tell(f"Made {folder}. Next:\n  cd {folder}\n  csmkit render\n  jupyter lab notebooks")


@app.command("map")
def propose(
    export: Export = None,
    out: Annotated[Path, typer.Option("--out", help="Where the map goes.")] = Path("map.toml"),
    ask: Annotated[
        bool, typer.Option("--review", help="Ask about each column, and save the answers.")
    ] = False,
) -> None:
    """Propose a column map, with how sure it is of each column."""
    from csmkit.load.assistant.draft import open_draft
    from csmkit.load.assistant.propose import proposal_of

    given = setting("export", export)
    if ask:
        _review(given, out)
        return
    draft = open_draft(given)
    _tell_unread(draft)
    if out.exists():
        raise UsageError(
            f"There is a file {out} already, and a map may hold somebody's decisions.",
            "Name another with --out, move it away, or go on with it: add --review.",
        )
    proposal = proposal_of(draft)
    _save(out, proposal.text)
    sure = int(proposal.columns["active"].sum())
    shown = _typeable(_without_password(given))
    if not sure:
        tell(
            f"{out}: nothing is sure, so it uses no file yet. Answer the questions about it with:"
            f" csmkit map {shown} --review{_out_option(out)}"
        )
        return
    tell(
        f"{out}: {sure} columns are sure and used; {len(proposal.columns) - sure} are proposed as"
        " comments, and used only once you take the # away. Then run:"
        f" csmkit check {shown} --map {_typeable(out)}"
    )


def _review(export: str, out: Path) -> None:
    from csmkit.load.assistant.draft import open_draft
    from csmkit.load.assistant.review import review
    from csmkit.load.maps.map_file import MapFile, free_name

    file = MapFile.at(out)
    draft = open_draft(export, map=out)
    if draft.opened:
        tell(f"Going on with {out}.")
    _tell_unread(draft)
    decided, asking = review(draft, ask=_typed, tell=tell)
    text = decided.text()
    if file.exists and text == draft.text():
        tell(f"Nothing was changed; {out} is as it was.")
        return
    if file.exists and file.changed:
        changed = f"{out} was changed by somebody else meanwhile. Replace it?"
        if not (asking and _agreed(changed)):
            file = MapFile(free_name(out))
    old = file.write(text)
    tell(f"Saved {file.path}." + (f" What it was before is in {old}." if old else ""))
    if not decided.kept_sources and not any(map(decided.in_force, decided.parts)):
        tell("Nothing is mapped yet: it uses no file, so there is nothing to check so far.")
    open_still = [standing.text for standing in decided.status() if standing.level != "note"]
    for line in open_still:
        tell(f"  - {line}")
    shown = _typeable(_without_password(export))
    tell(
        f"To go on: csmkit map {shown} --review{_out_option(file.path)}"
        if open_still
        else f"Then run: csmkit check {shown} --map {_typeable(file.path)}"
    )
    if shown != _typeable(export):
        tell(
            "The password is left out here: set it as the environment variable PGPASSWORD, or"
            " write it into the address again."
        )


def _out_option(path: Path) -> str:
    return f" --out {_typeable(path)}" if str(path) != "map.toml" else ""


def _tell_unread(draft: Draft) -> None:
    """Say which files cannot be read, and why.

    Raises
    ------
    UnreadableInput
        If none can be.
    """
    from csmkit.text import clean

    faults = draft.facts.faults()
    listed = "\n".join(f"  - {clean(name)}: {clean(why)}" for name, why in faults.items())
    if faults and not draft.parts:
        raise UnreadableInput(
            f"Nothing in it could be read:\n{listed}\n", "Correct these files, or name others."
        )
    if faults:
        tell(f"Could not be read:\n{listed}")


def _without_password(export: str) -> str:
    from csmkit.load.sources.database_urls import mask

    return mask(export).replace(":***@", "@")


def _typeable(text: str | Path) -> str:
    """The text as it is typed in a command."""
    return f'"{text}"' if set(str(text)) & set(" &?()") else str(text)


def _typed(prompt: str) -> str:
    tell(prompt, nl=False)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def _agreed(question: str) -> bool:
    try:
        return _typed(f"{question} [y/N] > ").strip().casefold() in ("y", "yes")
    except EOFError:
        return False


@app.command()
def check(
    export: Export = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="As JSON: an object with summary and findings.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Also into this file: .xlsx, .csv or .json; replaced if there."),
    ] = None,
) -> None:
    """Say everything there is to say about an export, at once."""
    from csmkit.load.findings import summarise_findings
    from csmkit.load.findings_file import findings_json, write_findings
    from csmkit.load.findings_text import findings_text
    from csmkit.load.read import examine_export

    findings, cycle = examine_export(
        setting("export", export),
        map=setting("map", map_file, of=export, required=False),
        period=setting("period", period, of=export, required=False),
    )
    if out is not None:
        write_findings(findings, out=out)
    if as_json:
        # JSON is UTF-8 whatever the console or file it goes to is set to.
        typer.echo(findings_json(findings).encode("utf-8", "replace"))
    else:
        width = shutil.get_terminal_size((88, 24)).columns
        tell(findings_text(summarise_findings(findings), width=width))
        if cycle is not None:
            _tell_missing(cycle, width)
        if out is not None:
            tell(f"Written to {out}.")
    if findings["severity"].eq("error").any():
        raise typer.Exit(1)


def _tell_missing(cycle: Any, width: int) -> None:
    """Figures that this export cannot give, and what would give them."""
    from csmkit.compute.limits import cannot_tell
    from csmkit.view.needs import plain_needs

    missing = cannot_tell(cycle)
    if len(missing):
        tell("NOT COMPUTABLE from this export")
    for row in missing.itertuples(index=False):
        text = f"{row.what}: needs {plain_needs(row.needs)}"
        tell(textwrap.fill(text, width, initial_indent="  ", subsequent_indent="    "))


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"The file {path} cannot be written ({error.strerror}).",
            "Choose a folder you may write to.",
        ) from None


# After the commands above, so that they are listed after them.
app.command()(demo)
app.command()(render)
app.command()(scan)
app.command()(present)
app.command("self-assessment")(self_assessment)
app.command("import-self")(import_self)
app.command("import-prevotes")(import_prevotes)
app.command("meeting-record")(meeting_record)
app.command()(capture)
app.command()(inventory)
app.command("self-check")(self_check)
app.command("qbr-draw")(qbr_draw)
app.command("pre-review")(pre_review)
app.command()(draft)
app.command()(lint)
app.command("follow-up")(follow_up)
app.command()(plan)
app.command("next-level")(next_level)
app.command("one-to-one")(one_to_one)
app.command("onboarding-plan")(onboarding_plan)
app.command()(gaps)
app.command()(changes)
app.command()(cycles)
app.command()(guide)
app.command()(calendar)
store_app.add_typer(phases_app)
store_app.add_typer(retention_app)
app.add_typer(deck_app, name="deck")
app.add_typer(store_app, name="store")
app.add_typer(feedback_app, name="feedback")

if __name__ == "__main__":
    main()
