"""Charts, tables and notices: what a frame looks like. Gets frames only, never files."""
