"""Notebooks run at speed, each in a process of its own."""

from csmkit import quick_jsonschema  # noqa: F401 - before anything that imports nbformat
