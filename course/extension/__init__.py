"""Part X: beyond the assignment."""
