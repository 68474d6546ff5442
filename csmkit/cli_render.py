"""Commands that make packets, and look through them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from csmkit.cli_shared import (
    Export,
    MapFile,
    MatrixFile,
    Only,
    PeriodText,
    export_of,
    said_of,
    setting,
    tell,
)
from csmkit.errors import CsmkitError, UsageError
from csmkit.settings import FILE

if TYPE_CHECKING:
    from csmkit.cycle import Cycle
    from csmkit.matrix.matrix import Matrix
    from csmkit.render.pack import Pack
    from csmkit.render.runs import Runs
    from csmkit.watched import Watched

Edition = Annotated[str | None, typer.Option("--edition", help="committee (the default) or csm.")]
_RUN = "How it runs"
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", min=1, help="Packets at a time.", rich_help_panel=_RUN),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--recipients", help="A file of passphrases for encrypted packets, by person."),
]
TemplateFile = Annotated[
    Path | None,
    typer.Option("--template", help="Your own packet notebook."),
]

_LIMITS = {
    "cell_seconds": ("A cell took longer", "--cell-seconds gives more time."),
    "packet_seconds": ("The packet took longer", "--packet-seconds gives more time."),
    "memory_mb": ("MemoryError", "--memory-mb gives more memory."),
}
"""By limit, what is said of a packet that met it, and which option raises it."""


def demo(
    out: Annotated[Path, typer.Option("--out", help="Where the pack goes.")] = Path("demo"),
    edition: Edition = None,
    only: Only = None,
    jobs: Jobs = None,
) -> None:
    """Render the sample team, start to finish."""
    from csmkit.samples import sample_team

    how: dict[str, Any] = {"edition": edition or "committee", "only": only or (), "jobs": jobs}
    if not _made(sample_team(), None, out=out, **how):
        raise typer.Exit(1)


def render(
    export: Export = None,
    out: Annotated[
        str | None, typer.Option("--out", help="Where the pack goes: a folder, or a URL.")
    ] = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    edition: Edition = None,
    only: Only = None,
    scores: Annotated[
        str | None,
        typer.Option(
            "--scores", help="The score file, or the URL of a database; scores.db if it is there."
        ),
    ] = None,
    matrix_file: MatrixFile = None,
    template: TemplateFile = None,
    private: Annotated[
        bool, typer.Option(help="Whether only you may open the files of the pack.")
    ] = True,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Each packet opens with a passphrase of its own.")
    ] = False,
    recipients: PassphraseFile = None,
    shared: Annotated[
        bool,
        typer.Option("--shared-assets", help="Pages share the script that draws their charts."),
    ] = False,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Each packet also as a PDF of two to four pages.")
    ] = False,
    paper: Annotated[
        str, typer.Option("--paper", help="What PDFs are for: a4 or us-letter.")
    ] = "a4",
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Also packets that nothing has changed for.", rich_help_panel=_RUN
        ),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="Stay, and render again whenever something changes.",
            rich_help_panel=_RUN,
        ),
    ] = False,
    progress: Annotated[
        str,
        typer.Option(
            "--progress", help="auto, bar, json (a line an event) or none.", rich_help_panel=_RUN
        ),
    ] = "auto",
    jobs: Jobs = None,
    cell_seconds: Annotated[
        float | None,
        typer.Option(
            "--cell-seconds", min=1, help="Seconds a cell may take: 600.", rich_help_panel=_RUN
        ),
    ] = None,
    packet_seconds: Annotated[
        float | None,
        typer.Option(
            "--packet-seconds", min=1, help="Seconds a packet may take.", rich_help_panel=_RUN
        ),
    ] = None,
    memory_mb: Annotated[
        int | None,
        typer.Option(
            "--memory-mb", min=16, help="Memory a packet may take (Linux).", rich_help_panel=_RUN
        ),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option("--dask", help="The address of a Dask scheduler.", rich_help_panel=_RUN),
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            "--storage",
            help="A folder or URL through which a cluster gets slices.",
            rich_help_panel=_RUN,
        ),
    ] = None,
) -> None:
    """Render one packet per CSM, an index and a manifest; only what changed is made again."""
    from csmkit.render.pack import CELL_SECONDS, refuse_together

    refuse_together(encrypted=encrypt or recipients is not None, shared=shared)
    how: dict[str, Any] = {
        "only": only or (),
        "private": private,
        "encrypt": encrypt,
        "recipients": recipients,
        "shared": shared,
        "force": force,
        "pdf": pdf,
        "paper": paper,
        "progress": progress,
    }
    limits = {
        "cell_seconds": cell_seconds or CELL_SECONDS,
        "packet_seconds": packet_seconds,
        "memory_mb": memory_mb,
    }

    def ask() -> _Asked:
        said = {"map": map_file, "period": period, "scores": scores, "matrix": matrix_file}
        return _Asked.of(export, out=out, edition=edition, template=template, **said)

    asked = ask()
    with _runs(jobs, dask, storage, limits) as runs:
        if watch:
            _keep_making(asked, ask, lambda now: now.make(runs=runs, limits=limits, **how))
        if not asked.make(runs=runs, limits=limits, **how):
            raise typer.Exit(1)


def scan(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="A finished pack: its folder, or URL.")
    ],
    export: Export = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    recipients: PassphraseFile = None,
    template: TemplateFile = None,
    matrix_file: MatrixFile = None,
) -> None:
    """Look through finished packets for what belongs to somebody else."""
    from csmkit.load.read import read_export
    from csmkit.matrix.read import read_matrix
    from csmkit.render.rescan import known_manifest, scan_pack
    from csmkit.text import count_of

    manifest = known_manifest(folder)
    cycle = read_export(
        export_of(export),
        map=setting("map", map_file, of=export, required=False),
        period=period or ":".join(manifest["period"]),
    )
    own = setting("template", template, of=export, required=False)
    matrix = setting("matrix", matrix_file, of=export, required=False)
    leaks = scan_pack(
        cycle,
        folder,
        recipients=recipients,
        notebook=own,
        matrix=read_matrix(matrix) if matrix else None,
    )
    for name, found in leaks.items():
        tell(f"{name}: {', '.join(found)}")
    files = "1 file holds" if len(leaks) == 1 else f"{len(leaks)} files hold"
    looked = count_of(len(manifest["packets"]), "packet")
    opened = ", each archive opened with its passphrase" if manifest.get("encrypted") else ""
    tell(f"Looked through {looked}{opened}: {files} something that belongs to somebody else.")
    if leaks:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Asked:
    """What a pack is to be made from, and where it goes, as it is said now."""

    export: str
    out: str
    edition: str
    map: Any
    period: str
    scores: str | None
    store: str | None
    matrix: Any
    template: Path | None
    home: Path | None

    @classmethod
    def of(cls, export: str | None, **given: Any) -> _Asked:
        """What was given, else what cycle.toml says of the export."""
        said = said_of(export)

        def maybe(name: str) -> Any:
            return setting(name, given[name], of=export, required=False)

        own = maybe("template")
        return cls(
            export=export_of(export),
            out=str(setting("out", given["out"], of=export)),
            edition=maybe("edition") or "committee",
            map=maybe("map"),
            period=setting("period", given["period"], of=export),
            scores=maybe("scores") or said.scores,
            store=said.store,
            matrix=maybe("matrix"),
            template=Path(own) if own else None,
            home=said.home,
        )

    def make(self, **how: Any) -> bool:
        """Make the pack and say what came of it; whether all is well."""
        from csmkit.load.read import read_export
        from csmkit.load.sources.database_urls import mask
        from csmkit.matrix.read import read_matrix

        if how["progress"] not in ("json", "none"):
            tell(f"Reading {mask(self.export)}.", err=True)
        cycle = read_export(self.export, map=self.map, period=self.period)
        matrix = read_matrix(self.matrix) if self.matrix else None
        logged = how["progress"] == "json"
        if self.scores:
            cycle = _with_scores(cycle, self.scores, matrix, logged=logged)
        where: dict[str, Any] = {
            "out": self.out,
            "edition": self.edition,
            "notebook": self.template,
        }
        return _made(cycle, matrix, logged=logged, **where, **how)

    def watched(self) -> Watched:
        """What to look at for a change; from now on."""
        from csmkit.places import located
        from csmkit.watched import Watched

        named = (self.export, self.map, self.matrix, self.template)
        paths = [Path(str(one)) for one in named if one and "://" not in str(one)]
        if self.home:
            paths.append(self.home / FILE)
        if self.store and not self.scores:
            # A file that may come; of one that is there its store is asked.
            paths.append(Path(self.store))
        out = located(self.out)
        return Watched(paths, without=out if isinstance(out, Path) else None, ask=self._stored)

    def _stored(self) -> Any:
        from csmkit.store.open import open_store

        if not self.scores:
            return None
        try:
            with open_store(self.scores, create=False) as store:
                return store.state()
        except CsmkitError as error:
            # It may be back the next time; if it is not, making the pack says so.
            return str(error)


def _with_scores(cycle: Cycle, where: str, matrix: Matrix | None, *, logged: bool) -> Cycle:
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
        tell(f"csmkit: {line}", err=not logged)
    return laid


def _runs(
    jobs: int | None, dask: str | None, storage: str | None, limits: dict[str, Any]
) -> AbstractContextManager[Runs]:
    """What runs the packets, for as long as the command lasts."""
    if dask is not None:
        from csmkit.runner.cluster import Cluster

        return Cluster(dask, jobs, storage, **limits)
    if storage is not None:
        raise UsageError(
            "Packets go through --storage to a cluster only.", "Name the cluster with --dask."
        )
    from csmkit.render.pack import at_once
    from csmkit.runner.runner import Runner

    return Runner(jobs or at_once(), **limits)


def _keep_making(
    asked: _Asked, ask: Callable[[], _Asked], make: Callable[[_Asked], object]
) -> NoReturn:
    """Make the pack, and again after every change, until somebody stops it."""
    watched = asked.watched()
    make(asked)
    while True:
        tell("Waiting for a change. Ctrl-C ends.")
        watched.wait()
        try:
            asked = ask()
            watched = asked.watched()
            make(asked)
        except CsmkitError as error:
            # What is being edited may be wrong for a while.
            tell(f"csmkit: {error}", err=True)


def _made(
    cycle: Cycle,
    matrix: Matrix | None,
    *,
    logged: bool = False,
    limits: Mapping[str, Any] | None = None,
    **how: Any,
) -> bool:
    """Make a pack and say what came of it; whether nothing failed and the export has no error."""
    from csmkit.render.pack import render_pack
    from csmkit.text import count_of

    pack = render_pack(cycle, matrix=matrix, **how)
    if not logged:
        _tell_failed(pack, limits or {})
    everybody = pack.manifest["packets"]
    asked = {cycle.person(who)["person_id"] for who in how["only"]}
    now = [entry for entry in everybody if not asked or entry["person_id"] in asked]
    whole = f" In the pack: {_became(everybody)}." if len(now) < len(everybody) else ""
    tell(f"{_became(now, kept=pack.kept)}.{whole} Open {_whole(pack.index)}")
    if pack.passphrases:
        tell(f"Passphrases: {pack.passphrases.resolve()}")
    errors = int(cycle.findings["severity"].eq("error").sum()) if len(cycle.findings) else 0
    if errors:
        tell(
            f"The export has {count_of(errors, 'error')} that can change figures. The same command"
            " with check in place of render lists them."
        )
    return not (pack.failed or pack.without_pdf or pack.failed_checks or errors)


def _became(entries: Iterable[Mapping[str, Any]], *, kept: int = 0) -> str:
    """What became of packets: ``23 packets done (5 unchanged), 1 failed``."""
    from csmkit.text import count_of

    told = list(entries)
    counts = Counter(entry["status"] for entry in told)
    unchanged = f" ({kept:,} unchanged)" if kept else ""
    waiting = f", {counts['waiting']:,} waiting" if counts["waiting"] else ""
    done = count_of(counts["done"], "packet")
    lacking = sum(bool(entry.get("pdf_error")) for entry in told)
    without = f", {lacking:,} without a PDF" if lacking else ""
    return f"{done} done{unchanged}, {counts['failed']:,} failed{without}{waiting}"


def _tell_failed(pack: Pack, limits: Mapping[str, Any]) -> None:
    failed = [e["error"] for e in pack.manifest["packets"] if e["status"] == "failed"]
    for error in failed:
        tell(f"csmkit: {error}", err=True)
    for entry in pack.manifest["packets"]:
        if entry.get("pdf_error"):
            tell(f"csmkit: {entry['pdf_error']}", err=True)
    for limit, (met, option) in _LIMITS.items():
        if limits.get(limit) and any(met in error for error in failed):
            tell(f"csmkit: {option}", err=True)
    for told in pack.failed_checks:
        tell(f"csmkit: A check of the team failed. {told}", err=True)


def _whole(place: str | Path) -> str:
    return str(place.resolve() if isinstance(place, Path) else place)
