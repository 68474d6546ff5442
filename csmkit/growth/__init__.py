"""How people and teams grow: plans, next levels, skill gaps, what changed between cycles."""
