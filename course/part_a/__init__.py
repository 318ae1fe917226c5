"""Part A: the power of a pretrained diffusion model."""
