"""Reads a matrix from YAML and names every fault of it at once."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from functools import cache
from pathlib import Path

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from csmkit.matrix.competency import CompetencyReader
from csmkit.matrix.faults import MatrixError, Remark, error
from csmkit.matrix.fields import Fields, Passage
from csmkit.matrix.matrix import Competency, Matrix
from csmkit.matrix.nodes import composed, decoded, read_bytes

_TOP = ("name", "version", "rules", "competencies")


def read_matrix(path: str | Path | None = None) -> Matrix:
    """Read a matrix file, or the kit's own 20 competencies.

    Parameters
    ----------
    path : str or Path, optional
        A YAML file; docs/matrix.md says how one is written.

    Raises
    ------
    UnreadableInput
        If there is no such file, or it cannot be opened.
    MatrixError
        If it is not valid; the message lists every fault with its line.

    Examples
    --------
    >>> read_matrix()["renewal_foresight"].expected["mid"].colour
    'green'
    """
    if path is None:
        return _own()
    file = Path(path)
    return parse_matrix(read_bytes(file), name=file.name)


def parse_matrix(data: bytes | str, *, name: str = "matrix.yaml") -> Matrix:
    """Read a matrix from its text; see `read_matrix`."""
    matrix, _, faults = looked_through(data)
    if faults or matrix is None:
        raise MatrixError(name, faults)
    return matrix


def looked_through(data: bytes | str) -> tuple[Matrix | None, list[Passage], list[Remark]]:
    """A matrix, if its text holds one; the texts in it with their lines; and every fault."""
    faults: list[Remark] = []
    text = decoded(data, faults) if isinstance(data, bytes) else data
    root = None if faults else composed(text, faults)
    if root is None:
        if not faults:
            faults.append(error(0, "The file is empty.", "Begin it with a copy of the kit's own."))
        return None, [], faults
    reader = _Reader(faults)
    matrix = reader.matrix(root, text)
    return (None if faults else matrix), reader.fields.passages, faults


def own_file() -> Path:
    """The kit's own matrix file."""
    return Path(__file__).with_name("competencies.yaml")


@cache
def _own() -> Matrix:
    return parse_matrix(own_file().read_bytes(), name="competencies.yaml")


class _Reader:
    """Builds a `Matrix` from YAML nodes and collects every fault on the way."""

    def __init__(self, faults: list[Remark]) -> None:
        # An item taken out for its syntax is no reason to say that nothing is there.
        self.whole = not faults
        self.fields = Fields(faults)

    def matrix(self, root: Node, text: str) -> Matrix:
        fields = self.fields
        tree = fields.mapping(root, _TOP)
        name, version = fields.text(tree, "name"), fields.text(tree, "version")
        rules = fields.texts(tree, "rules")
        if not isinstance(root, MappingNode):
            competencies: tuple[Competency, ...] = ()
        elif "competencies" not in tree:
            if self.whole:
                remedy = "Write them in a list `competencies`."
                fields.fault(root, "There are no competencies.", remedy)
            competencies = ()
        else:
            competencies = self.competencies(tree["competencies"])
        # Texts are compared by content: an anchor used twice is refused above, so this ends.
        digest = "" if fields.faults else _digest(root)
        return Matrix(name, version, digest, competencies, rules, text)

    def competencies(self, node: Node) -> tuple[Competency, ...]:
        items = self.fields.items(node, "competencies")
        if node.value == []:
            self.fields.fault(node, "The list of competencies is empty.", "Write at least one.")
        found = []
        first: dict[str, int] = {}
        for number, item in enumerate(items, 1):
            one = CompetencyReader(self.fields).read(item, number)
            if one is None:
                continue
            found.append(one)
            line = item.start_mark.line + 1
            known = first.setdefault(one.id.casefold(), line)
            if one.id and known != line:
                self.fields.fault(
                    item,
                    f"The id {one.id!r} is taken by the competency in line {known}.",
                    "Give each its own id; ratings name it.",
                    key="id",
                )
        return tuple(found)


def _digest(root: Node) -> str:
    plain = json.dumps(_plain(root), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:12]


def _plain(node: Node) -> object:
    if isinstance(node, ScalarNode):
        return unicodedata.normalize("NFC", " ".join(node.value.split()))
    if isinstance(node, MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    return [_plain(one) for one in node.value]
