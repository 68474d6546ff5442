"""Notebooks run at speed, each in a process of its own."""
