"""The index of a pack: who has a packet, what became of it, and what was found while loading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csmkit import __version__
from csmkit.compute.arr import arr_source
from csmkit.compute.sentences import money, notices
from csmkit.cycle import Cycle
from csmkit.render.encrypted import bare_entry
from csmkit.render.html import index_html
from csmkit.text import count_of


def pack_index(cycle: Cycle, manifest: Mapping[str, Any], *, ending: str, bare: bool) -> str:
    """The page that lists a pack's packets.

    Parameters
    ----------
    cycle : Cycle
        The team.
    manifest : mapping
        From `csmkit.render.manifest.manifest_of`.
    ending : str
        How the file of a packet ends that a name leads to.
    bare : bool
        Whether to say no more of anybody than an encrypted pack may.
    """
    if bare:
        return _bare_index(cycle, manifest, ending)
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
                "href": f"packets/{entry['slug']}{ending}" if done else "",
                "pdf": f"packets/{entry['slug']}.pdf" if done and _has_pdf(entry) else "",
                "error": _problem(entry),
            }
        )
    unassigned = manifest["totals"]["unassigned_opening_arr"]
    notes = _waiting(manifest)
    if has_arr and unassigned is not None:
        told = money(unassigned, cycle.currency)
        notes.append(f"ARR at the opening that nobody owned: {told}.")
    return index_html(
        rows,
        title="Calibration packets",
        period=str(cycle.period),
        currency=cycle.currency,
        findings_summary=_findings_line(cycle),
        notes=notes,
        version=__version__,
    )


def _bare_index(cycle: Cycle, manifest: Mapping[str, Any], ending: str) -> str:
    """The index of an encrypted pack: whose archive is which, and nothing else of anybody."""
    names = cycle.subjects.set_index("person_id")["name"]
    # Whoever hands archives out must tell namesakes apart.
    names = names.where(~names.duplicated(keep=False), names + " (" + names.index + ")")
    rows = []
    for entry in map(bare_entry, manifest["packets"]):
        done = entry["status"] == "done"
        href = f"packets/{entry['slug']}{ending}" if done else ""
        named = {"name": names[entry["person_id"]], "href": href, "error": _problem(entry)}
        rows.append({**entry, **named})
    note = "Each packet is an encrypted archive that opens with a passphrase of its own."
    return index_html(
        rows,
        title="Calibration packets",
        period=str(cycle.period),
        notes=[*_waiting(manifest), note],
        version=__version__,
    )


def _has_pdf(entry: Mapping[str, Any]) -> bool:
    """Whether a PDF lies beside a packet's page."""
    return f"{entry['slug']}.pdf" in entry.get("files", {})


def _problem(entry: Mapping[str, Any]) -> str:
    """Why there is no packet, or no PDF of it."""
    return str(entry["error"] or entry.get("pdf_error", ""))


def _waiting(manifest: Mapping[str, Any]) -> list[str]:
    """A sentence about a run that was stopped, if it was."""
    count = sum(entry["status"] == "waiting" for entry in manifest["packets"])
    if not count:
        return []
    packets = count_of(count, "packet")
    return [f"{packets} not rendered yet: the run was stopped. The same command goes on with them."]


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
