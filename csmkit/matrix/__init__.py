"""The competency matrix: a text file, and the frame it is read into."""
