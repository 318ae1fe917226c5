"""Wrong answers to the extension."""
