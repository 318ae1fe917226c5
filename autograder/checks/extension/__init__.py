"""Checks of the extension."""
