"""Findings written to a file that a colleague can open: XLSX, CSV or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from csmkit.errors import UsageError
from csmkit.load.findings import summarise_findings
from csmkit.tabular import write_csv, write_xlsx

KINDS_OF_FILE = (".xlsx", ".csv", ".json")


def write_findings(findings: pd.DataFrame, *, out: str | Path) -> Path:
    """Write findings to a file; one that is there is replaced, as it can be made again.

    Parameters
    ----------
    findings : DataFrame
        Findings, as `csmkit.check_export` gives them.
    out : str or Path
        ``.xlsx``: two sheets, Summary and Findings; ``.csv``: the findings; ``.json``: an object
        with ``summary`` and ``findings``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        If the ending is another, or the file cannot be written.

    Examples
    --------
    >>> import csmkit as ck
    >>> ck.write_findings(ck.sample_team().findings, out="findings.xlsx")  # doctest: +SKIP
    """
    file = Path(out)
    kind = file.suffix.lower()
    if kind not in KINDS_OF_FILE:
        raise UsageError(
            f"Findings are not written as {kind or 'a file without an ending'}.",
            f"End the name in {', '.join(KINDS_OF_FILE)}.",
        )
    if kind == ".csv":
        return write_csv(findings, file)
    if kind == ".xlsx":
        sheets = {"Summary": summarise_findings(findings), "Findings": findings}
        return write_xlsx({k: _headed(v) for k, v in sheets.items()}, file)
    try:
        file.write_text(findings_json(findings), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"The file {file} cannot be written ({error.strerror}).",
            "Choose a folder you may write to.",
        ) from None
    return file


def findings_json(findings: pd.DataFrame) -> str:
    """Findings as JSON: an object with ``summary`` and ``findings``, each a list of objects."""
    both = {"summary": summarise_findings(findings), "findings": findings}
    listed: dict[str, Any] = {
        name: json.loads(frame.to_json(orient="records", date_format="iso"))
        for name, frame in both.items()
    }
    return json.dumps(listed, ensure_ascii=False, indent=1)


def _headed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns=lambda name: str(name).capitalize())
