"""From canonical tables to tidy frames; imports no charts, widgets or notebooks."""
