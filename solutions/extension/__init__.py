"""The extension: flow matching, and more ways to sample and to play."""
