"""The operating indicators: eight files of one shape, their registry and the versioned scheme that weighs them."""
