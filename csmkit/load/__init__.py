"""Any export a team has, read into the canonical tables: files, map, values, findings."""
