"""Ids of accounts and people made to agree over all tables."""
