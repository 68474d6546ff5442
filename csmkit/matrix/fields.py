"""Takes texts, lists and mappings out of YAML nodes, each fault with its line and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from csmkit.matrix.faults import Remark, error, nearest

_CORE = "tag:yaml.org,2002:"
_PLAIN_TAGS = ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of the file: where it stands, and whether a ``#`` cut it short."""

    line: int
    competency: str
    field: str
    text: str
    end: int
    """The last line of the text."""


class Fields:
    """Reads fields out of nodes; collects faults, and every text with its line."""

    def __init__(self, faults: list[Remark]) -> None:
        self.faults = faults
        self.passages: list[Passage] = []
        self.competency = ""
        self.inside = ""
        self._seen: set[int] = set()

    def fault(self, node: Node, message: str, remedy: str, *, key: str = "") -> None:
        """Write down what is wrong with a node."""
        line = node.start_mark.line + 1
        field = " ".join(filter(None, (self.inside, key)))
        self.faults.append(error(line, message, remedy, competency=self.competency, field=field))

    def mapping(self, node: Node, allowed: Sequence[str], *, key: str = "") -> dict[str, Node]:
        """The fields of a mapping by name; unknown and repeated ones are faults."""
        if not self._usable(node, key):
            return {}
        if not isinstance(node, MappingNode):
            keys = ", ".join(f"`{name}:`" for name in allowed)
            self.fault(
                node, f"There is {_kind(node)} where fields belong.", f"Write {keys}.", key=key
            )
            return {}
        fields: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for name_node, value in node.value:
            name = name_node.value if isinstance(name_node, ScalarNode) else _kind(name_node)
            if name in lines:
                self.fault(
                    name_node,
                    f"{name!r} stands here a second time; the first is in line {lines[name]}.",
                    "Keep one of the two.",
                    key=key,
                )
            elif name not in allowed:
                near = nearest(str(name), allowed)
                self.fault(
                    name_node,
                    f"{name!r} is not known here. {near}".strip(),
                    f"Allowed: {', '.join(allowed)}.",
                    key=key,
                )
            elif not _is_null(value):
                fields[name] = value
            lines.setdefault(name, name_node.start_mark.line + 1)
        return fields

    def items(self, node: Node, key: str) -> list[Node]:
        """The items of a list."""
        if not self._usable(node, key):
            return []
        if isinstance(node, SequenceNode):
            return list(node.value)
        self.fault(
            node,
            f"There is {_kind(node)} where a list belongs.",
            "Begin each item with `- `.",
            key=key,
        )
        return []

    def text(self, tree: Mapping[str, Node], key: str) -> str:
        """One text; empty if it is not there."""
        return self._text(tree[key], key) if key in tree else ""

    def texts(self, tree: Mapping[str, Node], key: str) -> tuple[str, ...]:
        """A list of texts; empty if it is not there."""
        if key not in tree:
            return ()
        read = (self._text(one, key) for one in self.items(tree[key], key))
        return tuple(text for text in read if text)

    def choice(self, tree: Mapping[str, Node], key: str, allowed: Sequence[str]) -> str:
        """One of the allowed words; empty if it is not there or not allowed."""
        given = self.text(tree, key)
        if not given or given in allowed:
            return given
        near = nearest(given, allowed)
        listed = ", ".join(allowed)
        self.fault(
            tree[key],
            f"{given!r} is not allowed. {near}".strip(),
            f"Write one of: {listed}.",
            key=key,
        )
        return ""

    def _text(self, node: Node, key: str) -> str:
        if not self._usable(node, key):
            return ""
        if isinstance(node, MappingNode):
            self.fault(
                node,
                "A colon followed by a space makes fields of this text.",
                "Put the text in quotes.",
                key=key,
            )
            return ""
        if not isinstance(node, ScalarNode):
            self.fault(node, "There is a list where a text belongs.", "Write one text.", key=key)
            return ""
        text = " ".join(node.value.split())
        if not text or _is_null(node):
            self.fault(node, "The text is empty.", "Write it, or take the line out.", key=key)
            return ""
        field = " ".join(filter(None, (self.inside, key)))
        start, end = node.start_mark.line + 1, node.end_mark.line + 1
        self.passages.append(Passage(start, self.competency, field, text, end))
        return text

    def _usable(self, node: Node, key: str) -> bool:
        """Whether a node stands here as it is written, and nowhere else too."""
        told = str(node.tag or "")
        if told and told.removeprefix(_CORE) not in _PLAIN_TAGS:
            self.fault(
                node, f"The tag {told} is not read.", "Take it out, and write the text.", key=key
            )
            return False
        if node.anchor or id(node) in self._seen:
            self.fault(
                node, "Anchors (&) and aliases (*) are not read.", "Write the text out.", key=key
            )
            return False
        self._seen.add(id(node))
        return True


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == f"{_CORE}null"


def _kind(node: Node) -> str:
    if isinstance(node, MappingNode):
        return "a set of fields"
    return "a list" if isinstance(node, SequenceNode) else f"the text {str(node.value)[:40]!r}"
