"""Checks of Part A."""
