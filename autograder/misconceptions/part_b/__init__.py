"""Wrong answers to Part B."""
