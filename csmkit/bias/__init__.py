"""Checks of a team's ratings and outcomes for what else may have moved them."""
