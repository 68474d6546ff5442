"""What a packet's process is asked, what may be asked of the machine, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook to run.

    Attributes
    ----------
    folder : Path
        Where it runs: an existing folder that holds all it may read. The run leaves its journal
        and what it said on the side there.
    template : Path
        The notebook to run.
    result : Path
        Where the executed notebook goes, whole or not at all.
    parameters : mapping of str to value
        For the template's ``parameters`` cell; what JSON can carry.
    """

    folder: Path
    template: Path
    result: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def as_message(self) -> dict[str, Any]:
        """The job as JSON can carry it, with paths that hold from any folder."""
        paths = {name: str(getattr(self, name).absolute()) for name in _PATHS}
        return {**paths, "parameters": dict(self.parameters)}

    @classmethod
    def of_message(cls, message: Mapping[str, Any]) -> Job:
        """The job that `as_message` wrote."""
        paths = {name: Path(message[name]) for name in _PATHS}
        return cls(**paths, parameters=message["parameters"])


_PATHS = ("folder", "template", "result")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one packet may take; None is no limit.

    Attributes
    ----------
    cell_seconds, packet_seconds : float or None
        Per cell, and for the packet as a whole, on the clock.
    memory_mb : int or None
        What a packet may take beyond what its process starts with (Linux).
    """

    cell_seconds: float | None = None
    packet_seconds: float | None = None
    memory_mb: int | None = None

    def as_message(self) -> dict[str, Any]:
        """The limits as JSON can carry them."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job.

    Attributes
    ----------
    job : Job
        Which.
    status : {"done", "failed"}
        Failed is also a packet that was stopped, or whose process died.
    why : str
        Empty if done.
    seconds : float
        From its process's start to its end.
    notebook : Path or None
        The job's ``result``: if it failed, with the finished cells and the failing one marked.
        None if no notebook could be written.
    """

    job: Job
    status: Literal["done", "failed"]
    why: str
    seconds: float
    notebook: Path | None


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that ended: for which job, why it failed (empty: done), and how long it took."""

    key: int
    why: str
    seconds: float


def unfinished(result: Path) -> Path:
    """The name a result has until it is whole; papermill wants the ending kept."""
    return result.with_name(f".unfinished-{result.name}")
