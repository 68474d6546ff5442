"""The pack: one packet per person, an index and a manifest; one failure does not stop the rest."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode
from tqdm import tqdm

from csmkit import __version__
from csmkit.bias.context import failures, team_context
from csmkit.compute.arr import arr_source
from csmkit.compute.results import account_results
from csmkit.compute.sentences import money, notices
from csmkit.cycle import Cycle
from csmkit.errors import CsmkitError, DataError, UsageError
from csmkit.matrix.matrix import Matrix
from csmkit.names import packet_slug
from csmkit.render.html import index_html
from csmkit.render.manifest import MANIFEST, earlier_entries, manifest_of, read_manifest
from csmkit.render.packet import PacketError, render_packet, template
from csmkit.render.scan import Scanner
from csmkit.render.slices import EDITIONS, book_of

KIT_TEXTS = (
    ("compute", "metrics.toml"),
    ("compute", "notices.toml"),
    ("matrix", "competencies.yaml"),
    ("view", "columns.toml"),
    ("render/static", "packet.html.j2"),
)


@dataclass(frozen=True)
class Pack:
    """What `render_pack` wrote.

    Attributes
    ----------
    index : Path
        The page that lists the packets.
    manifest : dict
        What ``manifest.json`` holds: inputs, map, period, attribution, edition, version, totals,
        scan, failed_checks, packets.
    failed : int
        How many packets failed.
    failed_checks : tuple of str
        Checks of the team that stopped on an error of the kit. Packets say so, and are done.
    """

    index: Path
    manifest: dict[str, Any]
    failed: int
    failed_checks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        done = len(self.manifest["packets"]) - self.failed
        checks = "".join(f"\nA check of the team failed. {told}" for told in self.failed_checks)
        return f"{done} packets done, {self.failed} failed: {self.index}{checks}"


def render_pack(
    cycle: Cycle,
    *,
    out: str | Path,
    edition: str = "committee",
    only: str | Iterable[str] = (),
    jobs: int | None = None,
    notebook: str | Path | None = None,
    progress: bool = True,
    matrix: Matrix | None = None,
) -> Pack:
    """Render one packet per person with a packet's role, then the index and the manifest.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    out : str or Path
        The pack's folder; made if it is not there.
    edition : str
        ``committee`` or ``csm``.
    only : str or iterable of str
        Ids or mails; everybody if empty. The others' packets of an earlier run stay.
    jobs : int, optional
        Packets at a time; as many as the machine has processors, at most 4, if not given.
    notebook : str or Path, optional
        Another template.
    progress : bool
        Whether to show a progress bar.
    matrix : Matrix, optional
        What the team is scored by, from `csmkit.read_matrix`; the kit's own if not given.

    Returns
    -------
    Pack
        Where the index is, and what became of each packet.

    Raises
    ------
    UsageError
        If the edition, a person of ``only`` or the template is not there, or the folder holds a
        pack of the other edition.
    DataError
        If nobody has a role that gets a packet.
    """
    if edition not in EDITIONS:
        raise UsageError(
            f"There is no edition {edition!r}.", f"The editions are: {', '.join(EDITIONS)}."
        )
    people = _chosen(cycle, only)
    plan = template(Path(notebook) if notebook else None)
    out = Path(out)
    earlier = earlier_entries(out, cycle, edition, all_anew=len(people) == len(cycle.subjects))
    _make(out / "packets")
    maker = _Maker(cycle, plan, out / "packets", edition, matrix)
    jobs = jobs or min(4, os.cpu_count() or 1)
    entries: dict[str, dict[str, Any]] = {e["person_id"]: e for e in earlier}
    with (
        tempfile.TemporaryDirectory(prefix="csmkit-") as work,
        _workers(jobs) as pool,
    ):
        waiting = [pool.submit(maker.make, who, Path(work)) for who in people["person_id"]]
        bar = tqdm(
            as_completed(waiting),
            total=len(waiting),
            desc="packets",
            unit="packet",
            disable=not progress,
        )
        for done in bar:
            entry = done.result()
            entries[entry["person_id"]] = entry
    order = [p for p in cycle.subjects["person_id"] if p in entries]
    manifest = manifest_of(
        cycle,
        edition,
        [entries[p] for p in order],
        left_out=maker.scanner.left_out,
        failed_checks=maker.failed_checks,
    )
    _clear(out / "packets", keep={entry["slug"] for entry in manifest["packets"]})
    _write(out / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
    index = out / "index.html"
    _write(index, _index(cycle, manifest))
    failed = sum(entry["status"] != "done" for entry in manifest["packets"])
    return Pack(index, manifest, failed, maker.failed_checks)


def _chosen(cycle: Cycle, only: str | Iterable[str]) -> pd.DataFrame:
    people = cycle.subjects
    if people.empty:
        raise DataError(
            "Nobody in this export has a role that gets a packet (csm, onboarding, cs_ops).",
            "Give people a role in the map, or an owner to each account.",
        )
    wanted = [only] if isinstance(only, str) else list(only)
    if not wanted:
        return people
    ids = [cycle.person(who)["person_id"] for who in wanted]
    without = [who for who in ids if who not in set(people["person_id"])]
    if without:
        raise UsageError(
            f"{without[0]!r} is a manager, and managers get no packet.",
            "Name somebody with the role csm, onboarding or cs_ops.",
        )
    return people[people["person_id"].isin(ids)]


def _clear(folder: Path, *, keep: set[str]) -> None:
    """Remove packets of people who are not in the pack any more; other files are left alone."""
    for path in folder.iterdir():
        slug = path.name.split(".")[0]
        if slug not in keep and re.search(r"-[0-9a-f]{6}$", slug):
            with suppress(OSError):
                path.unlink()


class _Maker:
    """Makes one packet after the other; shared by the threads of a pack, changes nothing."""

    def __init__(
        self,
        cycle: Cycle,
        plan: NotebookNode,
        folder: Path,
        edition: str,
        matrix: Matrix | None,
    ) -> None:
        self.cycle, self.plan, self.folder, self.edition = cycle, plan, folder, edition
        self.context = team_context(cycle, matrix)
        self.failed_checks = tuple(failures(cycle, matrix))
        words = own_text(plan) + (matrix.text if matrix else "")
        self.scanner = Scanner(cycle, ordinary=words)
        money = account_results(cycle).groupby("person_id")[["calendar_opening", "closing"]]
        sums = money.sum(min_count=1)
        self.sums = sums.reindex(cycle.subjects["person_id"], fill_value=0.0)
        self.names = cycle.subjects.set_index("person_id")["name"]

    def make(self, who: str, work: Path) -> dict[str, Any]:
        """One packet, whole or not at all; what became of it."""
        slug = packet_slug(self.names[who], who)
        entry: dict[str, Any] = {
            "person_id": who,
            "slug": slug,
            "status": "done",
            "seconds": None,
            "error": "",
            "opening_arr": _known(self.sums["calendar_opening"][who]),
            "closing_arr": _known(self.sums["closing"][who]),
        }
        folder = work / slug
        try:
            folder.mkdir()
            self._render(who, slug, folder, entry)
        except PacketError as error:
            entry |= {"status": "failed", "error": error.what}
        except CsmkitError as error:
            entry |= {"status": "failed", "error": str(error)}
        except Exception as error:  # one packet's fault, whatever it is, never stops the others
            what = f"The packet of {self.names[who]} failed: {type(error).__name__}: {error}"
            entry |= {"status": "failed", "error": what}
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if entry["status"] == "failed":
            self._remove(slug, but=f"{slug}.failed.ipynb")
        return entry

    def _render(self, who: str, slug: str, folder: Path, entry: dict[str, Any]) -> None:
        book = book_of(self.cycle, who, edition=self.edition, context=self.context)
        try:
            with _own_event_loop():
                rendered = render_packet(book, self.plan, folder=folder)
        except PacketError as error:
            self._remove(slug)
            self._place({f"{slug}.failed.ipynb": nbformat.writes(error.notebook)}, folder, who)
            raise
        entry["seconds"] = round(rendered.seconds, 2)
        texts = {"ipynb": nbformat.writes(rendered.notebook), "html": rendered.html}
        self._place({f"{slug}.{kind}": text for kind, text in texts.items()}, folder, who)
        self._remove(slug, but=f"{slug}.ipynb", also=f"{slug}.html")

    def _remove(self, slug: str, *, but: str = "", also: str = "") -> None:
        """Remove what an earlier run left under a packet's name."""
        for old in self.folder.glob(f"{slug}.*"):
            # A file somebody has open cannot be removed on Windows; the manifest says what holds.
            with suppress(OSError):
                if old.name not in (but, also):
                    old.unlink()

    def _place(self, files: dict[str, str], folder: Path, who: str) -> None:
        """Scan the files of a packet where nobody looks, then move them to where they belong."""
        for name, text in files.items():
            path = folder / name
            path.write_text(text, encoding="utf-8")
            if leaks := self.scanner.scan(path, who):
                raise DataError(
                    f"The packet of {self.names[who]} was not written: it would show what belongs"
                    f" to somebody else ({', '.join(leaks[:3])}).",
                    "Look for that name in the export's free text, or rename the account there.",
                )
        for name in files:
            _move(folder / name, self.folder / name)


def _known(amount: float) -> float | None:
    """An amount for the manifest; None where it is not known."""
    return None if pd.isna(amount) else round(float(amount), 2)


@contextmanager
def _workers(jobs: int) -> Iterator[ThreadPoolExecutor]:
    """A pool that, stopped at whatever moment, begins nothing more and ends what it began."""
    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _own_event_loop() -> Iterator[None]:
    """An event loop for this thread that is closed in the end; Jupyter's client leaves its own."""
    loop = ensure_event_loop()
    try:
        yield
    finally:
        loop.close()


def own_text(plan: NotebookNode) -> str:
    """The words a packet has of the kit: the template's, and those of labels and sentences."""
    said = [cell.source for cell in plan.cells if cell.cell_type == "markdown"]
    root = files("csmkit")
    for folder, name in KIT_TEXTS:
        said.append((root / folder / name).read_text(encoding="utf-8"))
    said += [f"{pd.Timestamp(2026, month, 1):%B %b}" for month in range(1, 13)]
    return "\n".join(said)


def _index(cycle: Cycle, manifest: dict[str, Any]) -> str:
    people = cycle.table("people").set_index("person_id")
    names, has_arr = people["name"], bool(arr_source(cycle))
    rows = []
    for entry in manifest["packets"]:
        person = people.loc[entry["person_id"]]
        done = entry["status"] == "done"
        has_book = has_arr and person["role"] != "cs_ops"
        rows.append(
            {
                **entry,
                "name": person["name"],
                "role": notices()[f"role_{person['role']}"],
                "level": person["level"],
                "manager": names.get(person["manager_id"], ""),
                "opening_arr": entry["opening_arr"] if has_book else None,
                "closing_arr": entry["closing_arr"] if has_book else None,
                "href": f"packets/{entry['slug']}.html" if done else "",
            }
        )
    unassigned = manifest["totals"]["unassigned_opening_arr"]
    notes = (
        [f"ARR at the opening that nobody owned: {money(unassigned, cycle.currency)}."]
        if has_arr and unassigned is not None
        else []
    )
    return index_html(
        rows,
        title="Calibration packets",
        period=str(cycle.period),
        currency=cycle.currency,
        findings_summary=_findings_line(cycle),
        notes=notes,
        version=__version__,
    )


def _findings_line(cycle: Cycle) -> str:
    if cycle.findings.empty:
        return "Loading the export found nothing to report."
    counts = cycle.findings["severity"].value_counts()
    found = ", ".join(
        f"{counts[s]:,} {s}{'' if counts[s] == 1 else 's'}"
        for s in ("error", "warning")
        if s in counts
    )
    notes = f"{counts['info']:,} notes" if "info" in counts else ""
    listed = " and ".join(part for part in (found, notes) if part)
    named = cycle.provenance.map_name
    map_file = f" --map {named}" if named.endswith(".toml") else ""
    period = f"{cycle.period.start:%Y-%m-%d}:{cycle.period.end:%Y-%m-%d}"
    return (
        f"Loading the export found {listed}. To list them: csmkit check EXPORT{map_file} --period"
        f" {period}, with your export’s folder or file for EXPORT; in a workspace, csmkit check."
    )


def _make(folder: Path) -> None:
    for part in (folder, *folder.parents):
        if part.is_file():
            raise UsageError(
                f"{part} is a file, and a pack needs a folder.", "Name another folder with --out."
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The folder {folder} cannot be made ({error.strerror}).",
            "Choose a folder you may write to.",
        ) from None


def _write(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def _move(source: Path, target: Path) -> None:
    """Move across file systems so that the target is there whole or not at all."""
    beside = target.parent.parent / f".{target.name}.unfinished"
    shutil.copyfile(source, beside)
    beside.replace(target)


def scan_pack(cycle: Cycle, folder: str | Path) -> dict[str, list[str]]:
    """Look through a finished pack for what belongs to somebody else.

    Parameters
    ----------
    cycle : Cycle
        The team the pack was made from.
    folder : str or Path
        The pack's folder.

    Returns
    -------
    dict of str to list of str
        Per file with a leak, what was found; empty when the pack is clean.
    """
    folder = Path(folder)
    scanner = Scanner(cycle, ordinary=own_text(template()))
    owner = {entry["slug"]: entry["person_id"] for entry in read_manifest(folder)["packets"]}
    found = {}
    for path in sorted((folder / "packets").iterdir()):
        slug = path.name.split(".")[0]
        if slug not in owner:
            found[path.name] = ["a file that is in no manifest: whose it is cannot be told"]
        elif leaks := scanner.scan(path, owner[slug]):
            found[path.name] = leaks
    return found
