"""What strangers hand in, taken in: listed, chosen and read within bounds, never unpacked to a disk.

The way of a submission: `archives` lists what is in a folder (`folders`), a zip (`zips`) or a tarball
(`tars`).  `places` says of a path what it is: a section file, a notebook, something to leave out.
`collecting` chooses among them and reads them; notebooks are read by `notebooks`, the code of a cell by
`cells`, and made section modules by `modules`, with names from `naming`.  `autograder.submissions` is the
door, also for notebooks that nbgrader collected.
"""
