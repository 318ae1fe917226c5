"""How well the embedded model does what it is asked, as a classifier trained on the same artwork sees it."""
