"""Which notebook is presented, of which workspace, and what its page is called."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from csmkit.errors import UnreadableInput, UsageError

MEETING = "notebooks/05_calibration_meeting.ipynb"
"""The notebook of a workspace that is presented if none is named."""
_NO_TITLE = "csmkit"


@dataclass(frozen=True, slots=True)
class Target:
    """A notebook to present.

    Attributes
    ----------
    root : Path
        The workspace's folder, or the notebook's own where it is in none.
    notebook : Path
        The notebook, as a full path below `root`.
    title : str
        Its first heading: what the browser's tab says in place of a file name.
    """

    root: Path
    notebook: Path
    title: str


def target_of(given: Path) -> Target:
    """What to present: a notebook, or the calibration meeting of a workspace.

    Parameters
    ----------
    given : Path
        A notebook, or the folder of a workspace.

    Returns
    -------
    Target
        The notebook, where it is served from, and its title.

    Raises
    ------
    UsageError
        If there is no such notebook.
    UnreadableInput
        If the file is no notebook.
    """
    from csmkit.load.cache import workspace

    notebook = _notebook(given)
    folder = notebook.parent
    return Target(workspace(folder) or folder, notebook, _title(notebook))


def _notebook(given: Path) -> Path:
    if given.is_dir():
        notebook = given / MEETING
        if not notebook.is_file():
            raise UsageError(
                f"{_shown(given)} has no {MEETING}.",
                "Name a notebook or a workspace; `csmkit new DIR` makes one.",
            )
    elif not given.is_file():
        raise UsageError(f"There is no {given}.", "Name a notebook, or the folder of a workspace.")
    elif given.suffix != ".ipynb":
        raise UsageError(f"{given} is no notebook.", "Name a file that ends in .ipynb.")
    else:
        notebook = given
    return notebook.resolve()


def _shown(folder: Path) -> str:
    return "This folder" if folder == Path() else str(folder)


def _title(notebook: Path) -> str:
    """The notebook's first heading."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
    except (ValueError, KeyError, TypeError):
        raise UnreadableInput(
            f"{notebook.name} cannot be read as a notebook.",
            "Open it in JupyterLab and save it, or name another.",
        ) from None
    except OSError as error:
        raise UnreadableInput(
            f"{notebook.name} cannot be read ({error.strerror}).", "Name a file you may read."
        ) from None
    lines = [line for text in texts for line in text.splitlines()]
    return next((line[2:].strip() for line in lines if line.startswith("# ")), _NO_TITLE)
