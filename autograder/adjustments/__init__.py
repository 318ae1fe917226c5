"""What people decide beside the checks: points by hand, comments, deadlines, extensions."""
