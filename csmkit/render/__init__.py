"""From a cycle to files: slices, packets, the pack and its index."""
