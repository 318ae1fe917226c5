"""The one error of releasing."""


class ReleaseError(ValueError):
    """Something cannot be generated or written; the message names the place, the rule and the remedy."""
