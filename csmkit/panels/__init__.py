"""Widgets wired to what they change: for notebooks."""
