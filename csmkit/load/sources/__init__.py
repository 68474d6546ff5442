"""Files, workbooks and databases as named sheets of text."""
