"""The two commands, `course` and `autograder`: parse, call, print, exit."""
