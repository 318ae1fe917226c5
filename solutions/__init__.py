"""The answer key: what the stubs of `course` are made from."""
