"""Reads one competency of a matrix file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node

from csmkit.matrix.fields import Fields
from csmkit.matrix.matrix import (
    BOOKS,
    COLOURS,
    LEVELS,
    NOT_OBSERVED,
    Competency,
    Expectation,
    Proof,
)
from csmkit.schema import PACKET_ROLES, TABLES

_COACHING = ("ask", "practice", "progress")
_VARIED = ("name", "about", "strong", *COLOURS, "coaching", "evidence", "expected")
_FIELDS = ("id", "pillar", "book", *_VARIED, "variants")
_VARIANT = (*_VARIED, "not_expected", "reason")
_NEEDED = ("id", "pillar", "name", "about", *COLOURS)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
RESERVED = "overall"
"""What ratings call the level over all competencies."""


class CompetencyReader:
    """Builds a `Competency` from a YAML node."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields

    def read(self, node: Node, number: int) -> Competency | None:
        """The competency; None if the node holds no fields. Faults are in ``fields``."""
        fields = self.fields
        fields.competency, fields.inside = _called(node) or f"competency {number}", ""
        tree = fields.mapping(node, _FIELDS)
        if not tree:
            fields.competency = ""
            return None
        ident = self._id(tree)
        for key in _NEEDED:
            if key not in tree:
                fields.fault(node, f"{key} is missing.", f"Write `{key}:` in this competency.")
        blank: dict[str, Any] = {"name": "", "about": "", "red": (), "yellow": (), "green": ()}
        found = Competency(
            **blank | self._varied(tree),
            id=ident,
            pillar=fields.text(tree, "pillar"),
            book=fields.choice(tree, "book", BOOKS) or "mixed",
            variants=self._variants(tree),
        )
        fields.competency = fields.inside = ""
        return found

    def _id(self, tree: Mapping[str, Node]) -> str:
        fields, given = self.fields, self.fields.text(tree, "id")
        if given.casefold() == RESERVED:
            fields.fault(
                tree["id"],
                f"The id {given!r} is what ratings call the level over all competencies.",
                "Choose another id.",
                key="id",
            )
        elif given and not _ID.fullmatch(given):
            fields.fault(
                tree["id"],
                f"{given!r} cannot be an id.",
                "Write letters without accents, digits, and _ . - between them, at most 60.",
                key="id",
            )
        return given

    def _varied(self, tree: Mapping[str, Node]) -> dict[str, Any]:
        """The fields that a role may vary; those that are there."""
        fields = self.fields
        found: dict[str, Any] = {
            key: fields.text(tree, key) for key in ("name", "about") if key in tree
        }
        for key in ("strong", *COLOURS):
            if key in tree:
                found[key] = fields.texts(tree, key)
                if key in COLOURS and tree[key].value == []:
                    fields.fault(
                        tree[key], f"{key} has no indicator.", "Write at least one.", key=key
                    )
        if "coaching" in tree:
            notes = fields.mapping(tree["coaching"], _COACHING, key="coaching")
            found |= {key: fields.text(notes, key) for key in notes}
        if "evidence" in tree:
            proofs = (self._proof(one) for one in fields.items(tree["evidence"], "evidence"))
            found["evidence"] = tuple(p for p in proofs if p)
        if "expected" in tree:
            found["expected"] = self._expected(tree["expected"])
        return found

    def _proof(self, node: Node) -> Proof | None:
        fields = self.fields
        tree = fields.mapping(node, ("what", "table"), key="evidence")
        for key in ("what", "table"):
            if tree and key not in tree:
                fields.fault(node, f"{key} is missing.", f"Write `{key}:` here.", key="evidence")
        what, table = fields.text(tree, "what"), fields.choice(tree, "table", tuple(TABLES))
        return Proof(what, table) if what and table else None

    def _expected(self, node: Node) -> Mapping[str, Expectation]:
        fields, outer = self.fields, self.fields.inside
        found = {}
        for level, one in fields.mapping(node, LEVELS, key="expected").items():
            fields.inside = " ".join(filter(None, (outer, "expected", level)))
            tree = fields.mapping(one, ("colour", "text"))
            for key in ("colour", "text"):
                if tree and key not in tree:
                    fields.fault(one, f"{key} is missing.", f"Write `{key}:` here.")
            colour = fields.choice(tree, "colour", (*COLOURS, NOT_OBSERVED))
            found[level] = Expectation(colour, fields.text(tree, "text"))
        fields.inside = outer
        return MappingProxyType(found)

    def _variants(self, tree: Mapping[str, Node]) -> Mapping[str, Mapping[str, Any]]:
        fields = self.fields
        if "variants" not in tree:
            return MappingProxyType({})
        found = {}
        for role, node in fields.mapping(tree["variants"], PACKET_ROLES, key="variants").items():
            fields.inside = f"variants {role}"
            found[role] = MappingProxyType(self._variant(node))
        fields.inside = ""
        return MappingProxyType(found)

    def _variant(self, node: Node) -> dict[str, Any]:
        fields = self.fields
        tree = fields.mapping(node, _VARIANT)
        changed = self._varied(tree)
        said = fields.choice(tree, "not_expected", ("true", "false"))
        reason, absent = fields.text(tree, "reason"), said == "true"
        if absent and not reason:
            fields.fault(node, "not_expected has no reason.", "Write `reason:` and why.")
        if absent and changed:
            fields.fault(
                node,
                f"not_expected is true, and {', '.join(changed)} would be scored.",
                "Keep one of the two.",
            )
        if reason and (said == "false" or "not_expected" not in tree):
            fields.fault(node, "reason stands without not_expected.", "Write `not_expected: true`.")
        return changed | ({"not_expected": reason} if absent else {})


def _called(node: Node) -> str:
    """The id of a competency before its fields are looked at, so that their faults can name it."""
    if not isinstance(node, MappingNode):
        return ""
    return next((str(v.value) for k, v in node.value if k.value == "id" and v.id == "scalar"), "")
