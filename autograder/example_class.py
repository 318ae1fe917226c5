"""The bundled class of `autograder demo`: the reference, the stubs, and five students with real trouble.

Nobody's files are kept: each submission is made from the reference or the stubs by the edits listed here.
"""

from collections.abc import Mapping
from pathlib import Path

from autograder import syllabus
from autograder.submissions import Submission

ROOT = Path(__file__).parents[1]

Edits = Mapping[str, tuple[str, str]]

STUDENTS: Mapping[str, Edits] = {
    "bayes-mixed-weights": {
        "s1_1_forward.py": ("(1 - alpha_bar_t).sqrt() * eps", "(1 - alpha_bar_t) * eps"),
        "s1_6_guidance.py": ("predicted_variance.chunk(2)[1]", "predicted_variance.chunk(2)[0]"),
    },
    "fourier-exchanged-passes": {
        "s1_8_anagrams.py": ("image.flip(-2, -1)", "image.flip(-2)"),
        "s1_9_hybrids.py": (
            "return low_pass(eps_far,",
            "eps_far, eps_close = eps_close, eps_far\n    return low_pass(eps_far,",
        ),
    },
    "gauss-hasty-steps": {
        "s1_4_iterative.py": (
            "stage_1.add_variance(mean, predicted_variance, t, t_prime, generator)",
            "mean",
        ),
        "s1_7_sdedit.py": ("forward(x_0, timesteps[i_start],", "forward(x_0, i_start,"),
        "s1_7_2_inpainting.py": ("mask * new + (1 - mask) * kept", "(1 - mask) * new + mask * kept"),
    },
    "turing-never-ends": {
        "s1_4_iterative.py": ("list(range(0, num_timesteps, stride))", "list(iter(lambda: stride, None))"),
    },
    "zuse-crashes": {
        "s1_3_one_step.py": ("    output = unet(", "    __import__('os')._exit(1)\n    output = unet("),
    },
}


def submissions(root: Path = ROOT) -> list[Submission]:
    """Return the class, seven submissions; raises ValueError when an edit no longer fits the reference."""
    reference, stubs = _files(root / "solutions"), _files(root / "course")
    made = {student: _edited(reference, edits) for student, edits in STUDENTS.items()}
    everybody = {"ada-reference": reference, "blank-stubs": stubs, **made}
    return [Submission(student, files) for student, files in sorted(everybody.items())]


def _files(package: Path) -> dict[str, bytes]:
    folders = [part.folder for part in syllabus.load().parts]
    paths = [path for folder in folders for path in sorted((package / folder).glob("s*.py"))]
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in paths}


def _edited(files: Mapping[str, bytes], edits: Edits) -> dict[str, bytes]:
    edited = dict(files)
    for name, (old, new) in edits.items():
        text = files[f"part_a/{name}"].decode()
        if text.count(old) != 1:
            raise ValueError(
                f"{name} holds {old!r} {text.count(old)} times, not once; mend the example class"
            )
        edited[f"part_a/{name}"] = text.replace(old, new).encode()
    return edited
