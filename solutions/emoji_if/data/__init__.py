"""What the embedded model is trained on: emoji artwork, scenes composed of it, styles, captions."""
