"""From a cycle to files: slices, packets, the pack and its index."""

from csmkit import quick_jsonschema  # noqa: F401 - before anything that imports nbformat
