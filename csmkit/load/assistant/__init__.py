"""Maps proposed, and made together with a person."""
