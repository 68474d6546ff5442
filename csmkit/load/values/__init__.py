"""Text to typed values, by the evidence of a whole column."""
