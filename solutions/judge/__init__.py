"""How the judge of MNIST digits was made: its network, its training, its model card."""
