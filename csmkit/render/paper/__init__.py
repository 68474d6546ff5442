"""Pages for paper: documents typeset as tagged PDF, from templates beside this file."""
