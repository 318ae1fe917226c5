"""A hands-on introduction to diffusion models: exercises, given code and pictures."""
