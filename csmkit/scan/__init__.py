"""What a finished file holds of people and accounts it is not about."""
