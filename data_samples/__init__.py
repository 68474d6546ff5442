"""The sample team: a seeded generator, the planted people as literal data, and the files made."""
