"""The manifest of a pack: what it was made from, and what may be added to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from csmkit import __version__
from csmkit.compute.arr import company_totals
from csmkit.compute.results import RULES
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.places import shown
from csmkit.render.storage import storage_of

MANIFEST = "manifest.json"
SAME = {
    "inputs": "another export",
    "map": "another map",
    "period": "another period",
    "version": "another version of the kit",
}
"""What two packets of one pack must share, and what a pack that differs is called."""
_OF_ENTRY = ("person_id", "slug", "status")


def read_manifest(out: str | Path) -> dict[str, Any]:
    """The manifest of a pack, in a folder or at a URL; empty if there is none.

    Raises
    ------
    UsageError
        If there is one that cannot be read, or that this kit did not write.
    """
    written = storage_of(out).read(MANIFEST)
    if written is None:
        return {}
    try:
        manifest = json.loads(written)
    except (ValueError, RecursionError):
        manifest = None
    if not _written_here(manifest):
        raise UsageError(
            f"The folder {shown(out)} has a {MANIFEST} that this kit did not write.",
            "Choose another folder for the pack.",
        )
    return dict(manifest)


def _written_here(manifest: object) -> bool:
    """Whether what a file held is a manifest, as far as anything here relies on it."""
    if not isinstance(manifest, dict) or not {"edition", "packets", *SAME} <= set(manifest):
        return False
    lists = manifest["period"], manifest["packets"]
    if not all(isinstance(one, list) for one in lists) or len(manifest["period"]) != 2:
        return False
    texts = [manifest["edition"], *manifest["period"]]
    for entry in manifest["packets"]:
        if not isinstance(entry, dict) or not isinstance(entry.get("files", {}), dict):
            return False
        texts += [entry.get(key) for key in _OF_ENTRY]
    return all(isinstance(text, str) for text in texts)


def earlier_entries(
    out: str | Path,
    cycle: Cycle,
    edition: str,
    *,
    all_anew: bool,
    encrypted: bool = False,
    manifest: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Entries of an earlier run that stay: none if everybody is rendered, else the others'.

    ``manifest`` is the pack's; it is read if not given.
    """
    if manifest is None:
        manifest = read_manifest(out)
    if not manifest:
        return []
    held = manifest["edition"]
    if held != edition:
        raise UsageError(
            f"The folder {shown(out)} holds a pack of the {held} edition.",
            f"Choose another folder for the {edition} edition, so that nobody gets the wrong one.",
        )
    if all_anew:
        return []
    now = origin_of(cycle)
    changed = [word for key, word in SAME.items() if manifest[key] != now[key]]
    if manifest.get("encrypted", False) != encrypted:
        changed.append("plain packets" if encrypted else "encrypted packets")
    if changed:
        raise UsageError(
            f"The folder {shown(out)} holds a pack of {' and '.join(changed)}, and packets of two"
            " kinds do not belong in one pack.",
            "Leave --only out to render everybody again, or choose another folder.",
        )
    return list(manifest["packets"])


def origin_of(cycle: Cycle) -> dict[str, Any]:
    """What a pack was made from: files, map, period, version."""
    origin = cycle.provenance
    # A file that fills two tables is one input: "tickets.csv (surveys)" is tickets.csv.
    inputs = {re.sub(r" \(\w+\)$", "", f.name): f.sha256 for f in origin.files}
    return {
        "inputs": [{"path": name, "sha256": sha256} for name, sha256 in inputs.items()],
        "map": {"path": origin.map_name, "sha256": origin.map_sha256},
        "period": [f"{cycle.period.start:%Y-%m-%d}", f"{cycle.period.end:%Y-%m-%d}"],
        "version": __version__,
    }


def manifest_of(
    cycle: Cycle,
    edition: str,
    entries: list[dict[str, Any]],
    *,
    left_out: tuple[str, ...],
    failed_checks: tuple[str, ...],
) -> dict[str, Any]:
    """What ``manifest.json`` holds.

    ``left_out`` are names that are looked for only where nothing but a name can stand (see
    docs/privacy.md), ``failed_checks`` checks of the team that stopped on an error of the kit, with
    that error.
    """
    return {
        **origin_of(cycle),
        "attribution": RULES["outcome"],
        "edition": edition,
        "totals": company_totals(cycle),
        "scan": {"left_out": list(left_out)},
        "failed_checks": list(failed_checks),
        "packets": entries,
    }
