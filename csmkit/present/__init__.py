"""A notebook behind a link, for a room without JupyterLab; the only importer of Voilà."""
