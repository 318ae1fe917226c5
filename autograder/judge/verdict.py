"""The verdict on one candidate's samples, and the two files it is written to."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from autograder.judge.candidates import Candidate
from autograder.judge.judge import Judge
from autograder.judge.scores import DIGITS, Scores, repeats
from autograder.link.failures import Failure
from course.toolkit import seeds
from course.toolkit.frechet import of_so_many

VERSION = 1
SCALE, EDGE = 3, 2
BLACK, RED = (0, 0, 0), (230, 80, 60)


@dataclass(frozen=True)
class Findings:
    """What the judge finds in samples (N, 1, 28, 28); told (N,): the digits seen, -1 for none.

    distance: Fréchet's, to MNIST's test set.  beside: that which so few perfect samples would have.
    repeated: samples that are an earlier one again.
    """

    samples: Tensor
    told: Tensor
    scores: Scores
    distance: float
    beside: float
    repeated: int


@dataclass(frozen=True)
class Verdict:
    """What is said of one candidate: the findings, None where there were no samples, and remarks.

    labels: (N,), the digits asked for.  seconds: that sampling and judging took.
    """

    name: str
    labels: Tensor
    findings: Findings | None
    remarks: tuple[str, ...]
    seconds: float

    @property
    def share(self) -> float:
        """The share of samples that are the digit asked for; 0 where there are none."""
        return self.findings.scores.share if self.findings else 0.0


def find(samples: Tensor, labels: Tensor, judge: Judge) -> Findings:
    """Return what the judge finds in samples; raises ValueError where they are not what they should be."""
    return Findings(
        samples=samples,
        told=judge.told(samples),
        scores=judge.scores(samples, labels),
        distance=judge.frechet_distance(samples),
        beside=of_so_many(judge.reference, len(samples), seeds.generator(0)),
        repeated=repeats(samples),
    )


def reach(
    candidate: Candidate,
    labels: Tensor,
    judge: Judge,
    watch: Callable[[Iterable[Tensor]], Iterable[Tensor]] = iter,
) -> Verdict:
    """Return the verdict on a candidate's samples for the labels (N,); watch: sees every part on its way.

    What keeps samples from being judged, a ValueError or a Failure, becomes a remark.
    """
    begun = time.monotonic()
    remarks, findings = [*candidate.remarks], None
    try:
        findings = find(torch.cat(list(watch(candidate.samples()))), labels, judge)
    except (ValueError, Failure) as error:
        remarks.append(str(error))
    if findings and findings.repeated:
        remarks.append(f"{findings.repeated} of the {len(labels)} samples are an earlier one again")
    return Verdict(candidate.name, labels, findings, tuple(remarks), round(time.monotonic() - begun, 1))


def write(verdict: Verdict, folder: Path) -> None:
    """Write `judged.json` and, where there are samples, `samples.png` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    record = {"version": VERSION, "name": verdict.name, "remarks": list(verdict.remarks)}
    record |= _record(verdict.findings) if verdict.findings else {}
    record["seconds"] = verdict.seconds
    (folder / "judged.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    if verdict.findings:
        right = verdict.findings.told == verdict.labels
        picture(verdict.findings.samples, right).save(folder / "samples.png")


def picture(samples: Tensor, right: Tensor) -> Image.Image:
    """Return samples (N, 1, H, W) in [0, 1] as a sheet, ten a row; a red frame where right (N,) is False."""
    grey = samples.mul(255).round().byte().repeat_interleave(SCALE, 2).repeat_interleave(SCALE, 3)
    height, width = (side + 2 * EDGE for side in grey.shape[2:])
    sheet = Image.new("RGB", (DIGITS * width, -(-len(grey) // DIGITS) * height))
    for number, (image, fine) in enumerate(zip(grey, right.tolist(), strict=True)):
        cell = Image.new("RGB", (width, height), BLACK if fine else RED)
        cell.paste(Image.fromarray(image[0].numpy()), (EDGE, EDGE))
        sheet.paste(cell, (number % DIGITS * width, number // DIGITS * height))
    return sheet


def _record(findings: Findings) -> dict[str, object]:
    scores = findings.scores
    return {
        "asked": list(scores.asked),
        "right": list(scores.right),
        "share": round(scores.share, 4),
        "frechet_distance": round(findings.distance, 4),
        "frechet_distance_of_so_many_perfect": round(findings.beside, 4),
        "repeated": findings.repeated,
    }
