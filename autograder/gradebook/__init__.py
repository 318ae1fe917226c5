"""nbgrader's gradebook and commands on top of our grading: scores and comments in, no student code run."""
