"""Lets `python -m csmkit` run the command line."""

from csmkit.cli import main

main()
