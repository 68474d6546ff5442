"""Nasty files, each with its bytes and with what opening it must give."""
