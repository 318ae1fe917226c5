"""Checks of Part B."""
