"""Findings about tables that contradict themselves or each other."""
