"""Gradescope's autograder: the archive an instructor uploads, and what runs from it in the container."""
