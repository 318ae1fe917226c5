"""Part B: a diffusion model from scratch."""
