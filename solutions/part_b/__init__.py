"""Part B: a diffusion model from scratch, on handwritten digits."""
