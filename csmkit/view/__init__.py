"""Charts, tables and notices: what a frame looks like. Gets frames only, never files."""

from csmkit import quick_jsonschema  # noqa: F401 - before anything that imports Altair
