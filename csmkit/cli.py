"""The command line: exit 0 done, 1 errors found, packets or checks failed, 2 wrong usage."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from csmkit.cli_csm import feedback_app, import_self, self_assessment
from csmkit.errors import CsmkitError, UnreadableInput, UsageError
from csmkit.settings import Settings, settings_of
from csmkit.store.cli import app as store_app
from csmkit.store.cli_phases import app as phases_app
from csmkit.store.cli_retention import app as retention_app

if TYPE_CHECKING:
    from csmkit.cycle import Cycle
    from csmkit.load.assistant.draft import Draft
    from csmkit.matrix.matrix import Matrix

app = typer.Typer(
    name="csmkit",
    help="Calibration packets for customer success teams, from your own export.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Export = Annotated[
    str | None,
    typer.Argument(metavar="EXPORT", help="A folder, a file, a zip, or the URL of a database."),
]
MapFile = Annotated[
    Path | None, typer.Option("--map", help="The column map; map.toml in the export if not given.")
]
PeriodText = Annotated[
    str | None, typer.Option("--period", help="START:END, for example 2026-01-01:2026-06-30.")
]
Edition = Annotated[str | None, typer.Option("--edition", help="committee (the default) or csm.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Packets at a time.")]

PassphraseFile = Annotated[
    Path | None,
    typer.Option("--recipients", help="A file of passphrases for encrypted packets, by person."),
]


def main() -> None:
    """Run the command line; every error is one message, never a traceback."""
    try:
        # Without standalone mode the exit code of a command is what the app gives back.
        code = app(standalone_mode=False)
    except CsmkitError as error:
        _stop(str(error), error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        _stop("Stopped.", 130)
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


def _stop(message: str, code: int) -> None:
    _tell(f"csmkit: {message}", err=True)
    sys.exit(code)


def _tell(text: str, *, nl: bool = True, err: bool = False) -> None:
    """All that is printed for people goes this way."""
    # A console or file that knows fewer letters than the export shows a ? for them.
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    typer.echo(text.encode(encoding, "replace").decode(encoding), nl=nl, err=err)


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the pack goes.")] = Path("demo"),
    edition: Edition = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="One person: id or mail.")
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Render the sample team, start to finish."""
    from csmkit.samples import sample_team

    _render(sample_team(), out=out, edition=edition or "committee", only=only, jobs=jobs)


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
        text = f'export = "export"\nout = "packets"\n{text}'
        (folder / "cycle.toml").write_text(text, encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise UsageError(
            f"The workspace {folder} cannot be made ({error.strerror}).",
            "Choose a folder you may write to.",
        ) from None
    _tell(f"Made {folder}. Next:\n  cd {folder}\n  csmkit render\n  jupyter lab notebooks")


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

    given = _setting("export", export)
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
        _tell(
            f"{out}: nothing is sure, so it uses no file yet. Answer the questions about it with:"
            f" csmkit map {shown} --review{_out_option(out)}"
        )
        return
    _tell(
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
        _tell(f"Going on with {out}.")
    _tell_unread(draft)
    decided, asking = review(draft, ask=_typed, tell=_tell)
    text = decided.text()
    if file.exists and text == draft.text():
        _tell(f"Nothing was changed; {out} is as it was.")
        return
    if file.exists and file.changed:
        changed = f"{out} was changed by somebody else meanwhile. Replace it?"
        if not (asking and _agreed(changed)):
            file = MapFile(free_name(out))
    old = file.write(text)
    _tell(f"Saved {file.path}." + (f" What it was before is in {old}." if old else ""))
    if not decided.kept_sources and not any(map(decided.in_force, decided.parts)):
        _tell("Nothing is mapped yet: it uses no file, so there is nothing to check so far.")
    open_still = [standing.text for standing in decided.status() if standing.level != "note"]
    for line in open_still:
        _tell(f"  - {line}")
    shown = _typeable(_without_password(export))
    _tell(
        f"To go on: csmkit map {shown} --review{_out_option(file.path)}"
        if open_still
        else f"Then run: csmkit check {shown} --map {_typeable(file.path)}"
    )
    if shown != _typeable(export):
        _tell(
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
        _tell(f"Could not be read:\n{listed}")


def _without_password(export: str) -> str:
    from csmkit.load.sources.database_urls import mask

    return mask(export).replace(":***@", "@")


def _typeable(text: str | Path) -> str:
    """The text as it is typed in a command."""
    return f'"{text}"' if set(str(text)) & set(" &?()") else str(text)


def _typed(prompt: str) -> str:
    _tell(prompt, nl=False)
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
        _setting("export", export),
        map=_setting("map", map_file, of=export, required=False),
        period=_setting("period", period, of=export, required=False),
    )
    if out is not None:
        write_findings(findings, out=out)
    if as_json:
        # JSON is UTF-8 whatever the console or file it goes to is set to.
        typer.echo(findings_json(findings).encode("utf-8", "replace"))
    else:
        width = shutil.get_terminal_size((88, 24)).columns
        _tell(findings_text(summarise_findings(findings), width=width))
        if cycle is not None:
            _tell_missing(cycle, width)
        if out is not None:
            _tell(f"Written to {out}.")
    if findings["severity"].eq("error").any():
        raise typer.Exit(1)


def _tell_missing(cycle: Any, width: int) -> None:
    """Figures that this export cannot give, and what would give them."""
    from csmkit.compute.limits import cannot_tell
    from csmkit.view.needs import plain_needs

    missing = cannot_tell(cycle)
    if len(missing):
        _tell("NOT COMPUTABLE from this export")
    for row in missing.itertuples(index=False):
        text = f"{row.what}: needs {plain_needs(row.needs)}"
        _tell(textwrap.fill(text, width, initial_indent="  ", subsequent_indent="    "))


@app.command()
def render(
    export: Export = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where the pack goes.")] = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    edition: Edition = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="One person: id or mail.")
    ] = None,
    jobs: Jobs = None,
    scores: Annotated[
        str | None,
        typer.Option(
            "--scores", help="The score file, or the URL of a database; scores.db if it is there."
        ),
    ] = None,
    matrix_file: Annotated[
        Path | None, typer.Option("--matrix", help="Your own matrix; the kit's if not given.")
    ] = None,
    private: Annotated[
        bool, typer.Option(help="Whether only you may open the files of the pack.")
    ] = True,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Each packet opens with a passphrase of its own.")
    ] = False,
    recipients: PassphraseFile = None,
) -> None:
    """Render one packet per CSM, an index and a manifest."""
    from csmkit.load.read import read_export
    from csmkit.matrix.read import read_matrix

    cycle = read_export(
        _setting("export", export),
        map=_setting("map", map_file, of=export, required=False),
        period=_setting("period", period, of=export),
    )
    own = _setting("matrix", matrix_file, of=export, required=False)
    matrix = read_matrix(own) if own else None
    where = _setting("scores", scores, of=export, required=False) or said_of(export).scores
    _render(
        _with_scores(cycle, where, matrix) if where else cycle,
        matrix=matrix,
        out=Path(_setting("out", out, of=export)),
        edition=_setting("edition", edition, of=export, required=False) or "committee",
        only=only,
        jobs=jobs,
        private=private,
        encrypt=encrypt,
        recipients=recipients,
    )


def _with_scores(cycle: Cycle, where: str, matrix: Matrix | None) -> Cycle:
    """The cycle with a store's scores laid over it; what must be known of them is told."""
    from csmkit.matrix.versions import to_use_others
    from csmkit.store.open import open_store
    from csmkit.store.roles import refuse_part_of_packets

    with open_store(where, create=False) as store:
        refuse_part_of_packets(store, cycle)
        laid = store.overlay(cycle)
        kept = set(store.matrices()["digest"])
        told = to_use_others(laid, matrix, store=store.where, kept=kept)
    for line in filter(None, (*laid.notes, told)):
        _tell(f"csmkit: {line}", err=True)
    return laid


def _render(
    cycle: Cycle,
    *,
    only: list[str] | None = None,
    **how: Any,
) -> None:
    from csmkit.render.pack import render_pack
    from csmkit.text import count_of

    pack = render_pack(cycle, only=only or (), **how)
    for entry in pack.manifest["packets"]:
        if entry["status"] != "done":
            _tell(f"csmkit: {entry['error']}", err=True)
    for told in pack.failed_checks:
        _tell(f"csmkit: A check of the team failed. {told}", err=True)
    done = len(pack.manifest["packets"]) - pack.failed
    _tell(f"{count_of(done, 'packet')} done, {pack.failed} failed. Open {pack.index.resolve()}")
    if pack.passphrases:
        _tell(f"Passphrases: {pack.passphrases.resolve()}")
    errors = int(cycle.findings["severity"].eq("error").sum()) if len(cycle.findings) else 0
    if errors:
        _tell(
            f"The export has {count_of(errors, 'error')} that can change figures. The same command"
            " with check in place of render lists them."
        )
    if pack.failed or pack.failed_checks or errors:
        raise typer.Exit(1)


@app.command()
def scan(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A finished pack.")],
    export: Export = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    recipients: PassphraseFile = None,
) -> None:
    """Look through finished packets for what belongs to somebody else."""
    from csmkit.load.read import read_export
    from csmkit.render.manifest import read_manifest
    from csmkit.render.pack import scan_pack

    manifest = read_manifest(folder)
    if not manifest:
        raise UsageError(
            f"The folder {folder} holds no pack.", "Name the folder given to csmkit render --out."
        )
    period = period or ":".join(manifest["period"])
    cycle = read_export(
        _setting("export", export),
        map=_setting("map", map_file, of=export, required=False),
        period=period,
    )
    leaks = scan_pack(cycle, folder, recipients=recipients)
    for name, found in leaks.items():
        _tell(f"{name}: {', '.join(found)}")
    files = "1 file holds" if len(leaks) == 1 else f"{len(leaks)} files hold"
    _tell(f"{files} something that belongs to somebody else.")
    if leaks:
        raise typer.Exit(1)


def said_of(export: str | None) -> Settings:
    """What the current folder's cycle.toml says of an export, or one of the export's own."""
    return settings_of(export, Settings.at(Path()))


def _setting(name: str, given: Any, *, of: str | None = None, required: bool = True) -> Any:
    """An option, else what cycle.toml says of the export that was named."""
    if given is not None:
        return given
    said = said_of(of)
    value = said.text(name) if name in ("period", "edition") else said.path(name)
    if value is None and required:
        how = "as the first argument" if name == "export" else f"with --{name}"
        other = " The cycle.toml here is of another export." if _passed_over(said) else ""
        raise UsageError(
            f"Nothing says what the {name} is.{other}", f"Give it {how}, or in cycle.toml."
        )
    return value


def _passed_over(said: Settings) -> bool:
    return said.home is None and Settings.at(Path()).home is not None


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"The file {path} cannot be written ({error.strerror}).",
            "Choose a folder you may write to.",
        ) from None


# After the commands above, so that they are listed after them.
app.command("self-assessment")(self_assessment)
app.command("import-self")(import_self)
store_app.add_typer(phases_app)
store_app.add_typer(retention_app)
app.add_typer(store_app, name="store")
app.add_typer(feedback_app, name="feedback")

if __name__ == "__main__":
    main()
