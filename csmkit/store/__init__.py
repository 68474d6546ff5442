"""Scores, evidence and what was said, kept for good: an SQLite file, or PostgreSQL for several."""
