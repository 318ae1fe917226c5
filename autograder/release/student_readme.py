"""What a student reads first."""

from autograder.release.readme import table
from autograder.syllabus import Syllabus

TEXT = """\
# A hands-on course on diffusion models

You will write the forward process, the sampling loop, guidance, inpainting and visual illusions yourself, one
small function at a time, and see pictures come out of it. It all runs on a laptop: a small model comes along.

## Set up

Python 3.11 or newer. In this folder:

```
python -m venv .venv
source .venv/bin/activate        # Windows: .venv\\Scripts\\activate
pip install -e .
```

## Work

```
course list                      what there is to do, and how far you are
course next                      the exercise that comes next
course check 1.1                 check a section; without a number, everything
course watch 1.1                 the same, and again whenever you save
course hint forward              a hint for an exercise, then the next one
course reset 1.1                 the stub again; your file stays beside it
course gallery                   your results as a page of pictures
```

Open `course/part_a/s1_1_forward.py`, replace `raise NotImplementedError(…)` with your code, and run
`course check 1.1`. If you prefer notebooks, open `course/notebooks/part_a.ipynb`: it holds the same exercises
and checks. What is in `course/toolkit` is given; reading it is allowed and useful.

## The sections

{table}
"""


def student_readme(syllabus: Syllabus) -> str:
    """Return the student edition's README: how to install it, the first commands, the table of sections."""
    return TEXT.format(table=table(syllabus))
