"""What a student reads first."""

from autograder.release.readme import table
from autograder.syllabus import Syllabus

TEXT = """\
# A hands-on course on diffusion models

You will write the forward process, the sampling loop, guidance, inpainting and visual illusions yourself, one
small function at a time, then build and train a diffusion model of your own, and see pictures come out of
it. It all runs on a laptop: a small model comes along.

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
course train time                train a network of Part B with your code
course gallery                   your results as a page of pictures
```

Open `course/part_a/s1_1_forward.py`, replace `raise NotImplementedError(…)` with your code, and run
`course check 1.1`. A number alone is Part A's; Part B's first section is `b1.1`, in
`course/part_b/s1_1_unet.py`. If you prefer notebooks, open one in `course/notebooks`: it holds the same
exercises and checks. What is in `course/toolkit` is given; reading it is allowed and useful.

Part B trains on MNIST: `course train time --data mnist --download`. Without `--data` it takes the small
digits of scikit-learn, and `--hidden 16 --epochs 2` is enough for a first look without a GPU.

## The sections

{table}
"""


def student_readme(syllabus: Syllabus) -> str:
    """Return the student edition's README: how to install it, the first commands, the table of sections."""
    return TEXT.format(table=table(syllabus))
