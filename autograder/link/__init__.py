"""The link to student code: calls go out, data comes back, and nothing that comes back is trusted."""
