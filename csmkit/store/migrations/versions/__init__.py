"""How the store's tables came to be, one version at a time."""
