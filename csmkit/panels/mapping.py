"""The mapping assistant as a widget: the kernel holds the draft, the browser shows it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from csmkit.errors import CsmkitError
from csmkit.load.assistant.draft import Draft, open_draft
from csmkit.load.maps.map_file import MapFile, map_beside
from csmkit.load.sources.files import Export, open_export
from csmkit.panels.assets import script, style
from csmkit.panels.mapping_state import nothing_to_ask, part_state, schema_state, whole_state


def map_panel(export: str | Path | Export, *, map: str | Path | None = None) -> MapPanel:
    """Say what the columns of an export mean, with the mouse or the keyboard, and save the map.

    Parameters
    ----------
    export : str, Path or Export
        The export: a folder, a workbook, a file, or an opened export.
    map : str or Path, optional
        The map to go on with and to save to. Without it ``map.toml`` in the export's folder,
        where `csmkit.read_export` and `csmkit.check_export` find it by themselves.

    Returns
    -------
    MapPanel
        A widget for JupyterLab. ``panel.draft`` is the map as it stands.

    Raises
    ------
    UnreadableInput
        If there is nothing to read.
    MapError
        If there is a map and it is not valid.

    Examples
    --------
    >>> ck.map_panel("exports/")  # doctest: +SKIP
    """
    opened = export if isinstance(export, Export) else open_export(export)
    file = MapFile.at(map_beside(opened) if map is None else Path(map))
    return MapPanel(open_draft(opened, map=file.path), file)


class MapPanel(anywidget.AnyWidget):
    """The widget of `map_panel`.

    The browser sends one small message for each thing a person does, numbered; the state that
    comes back carries that number, and only then counts as done.
    """

    _esm = script("map_panel")
    _css = style(".csmkit-map", "map_panel")
    schema: traitlets.List[Any] = traitlets.List().tag(sync=True)
    state: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)

    def __init__(self, draft: Draft, file: MapFile) -> None:
        self.draft = draft
        self.file = file
        self._lock = threading.RLock()
        self._shown = draft.parts[0].key if draft.parts else ""
        self._opened = draft
        self._at_open = draft.text()
        self._saved_text = self._at_open if file.exists else ""
        self._saved_at = ""
        super().__init__(schema=schema_state(), state=self._state(0))
        self.on_msg(self._take)

    def _take(self, _widget: Any, message: Mapping[str, Any], _buffers: Any) -> None:
        """One message of the browser; callbacks may come on another thread than the first did."""
        with self._lock:
            problem, ask = "", ""
            try:
                ask = self._do(message) or ""
            except CsmkitError as error:
                problem = str(error)
            self.state = self._state(int(message.get("id", 0)), problem, ask)

    def _do(self, message: Mapping[str, Any]) -> str | None:
        """What a message asks for; gives back what has to be asked first."""
        what = str(message.get("do"))
        text = {key: str(value) for key, value in message.items()}
        steps: dict[str, Callable[[], Draft]] = {
            "table": lambda: self.draft.choose_table(text["part"], text["table"]),
            "column": lambda: self.draft.choose_column(
                text["part"], text["header"], text["column"]
            ),
            "say": lambda: self.draft.say(
                text["part"],
                text["header"],
                text["rule"],
                text["answer"],
                about=text.get("about", ""),
            ),
            "always": lambda: self.draft.say_always(text["part"], text["column"], text["text"]),
            "again": lambda: self.draft.use_again(text["part"], text["column"], text["header"]),
            "currency": lambda: self.draft.set_currency(text["code"]),
        }
        if what in steps:
            self.draft = steps[what]()
        elif what == "add":
            before = {part.key for part in self.draft.parts}
            self.draft = self.draft.add_table(text["part"], text["table"])
            self._shown = next(p.key for p in self.draft.parts if p.key not in before)
        elif what == "show":
            self._shown = self.draft.part(text["part"]).key
        elif what == "save":
            return self._save(over=message.get("over") is True)
        return None

    def _save(self, *, over: bool) -> str:
        if self.file.changed and not over:
            return (
                f"{self.file.path.name} was changed by somebody else since it was opened here."
                " Replace it? What is there now is kept as"
                f" {self.file.path.name}.bak."
            )
        text = self.draft.text()
        self.file.write(text)
        self._saved_text = text
        self._saved_at = f"{datetime.now():%H:%M:%S}"
        return ""

    def _state(self, seen: int, problem: str = "", ask: str = "") -> dict[str, Any]:
        text = self.draft.text()
        plain = nothing_to_ask(self.draft) and text == self._at_open
        return {
            "seen": seen,
            "problem": problem,
            "ask": ask,
            "export": self.draft.export.path.name,
            "map": self.file.path.name,
            "plain": plain,
            "dirty": text != self._saved_text and not plain,
            "saved": self._saved_at,
            **whole_state(self.draft),
            "part": part_state(self.draft, self._shown, self._opened) if self._shown else None,
        }
