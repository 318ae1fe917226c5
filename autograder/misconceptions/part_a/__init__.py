"""Wrong answers to Part A."""
