"""Decks: slides made of native text, tables and charts, in the kit's look or a company's own."""
