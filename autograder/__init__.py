"""The autograder: checks, the process line between grader and student code, reports and releases."""
