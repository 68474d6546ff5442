"""The map: what it says, read from TOML, and whether it fits an export."""
