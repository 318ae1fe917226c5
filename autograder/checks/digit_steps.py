"""How the checks of B 2.3 and 2.6 follow a sampling loop step by step, whatever it draws and in which order.

From the images and from what the network estimated of them follows what every step should have added: the
noise √β_t z. The weights are those of Part A's reference, with a stride of one.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.checks import Right
from autograder.checks.chance import assert_noise
from autograder.checks.digit_scenes import DigitScene, joined, timesteps
from autograder.link.digit_oracle import Asked
from autograder.link.networks import Network

EXACT = 1e-3


@dataclass(frozen=True)
class Walk:
    """A sampling loop that has run: its scene, its calls of the network by step, and the images it gave."""

    scene: DigitScene
    steps: list[list[Asked]]
    images: list[Tensor]

    def start(self) -> Tensor:
        """Return the images (N, 1, H, W), float64, about which the network was asked first."""
        assert self.steps, "the network is never asked"
        return self.before(0)

    def before(self, number: int) -> Tensor:
        """Return the images, float64, that step `number` starts from: for N images those of its first N rows.

        Raises AssertionError unless all of its calls ask about these, and they are those of the step before.
        """
        rows, count = joined(self.steps[number]).x.double(), len(self.images[number])
        x_t = rows[:count]
        whole = len(rows) % count == 0
        same = whole and all(torch.allclose(part, x_t, atol=EXACT) for part in torch.split(rows, count))
        assert same, f"{self.at(number)} the network is not asked about the same {count} images in all calls"
        if number > 0:
            same = torch.allclose(x_t, self.images[number - 1], atol=EXACT)
            assert same, f"{self.at(number)} the network is asked about other images than were yielded before"
        return x_t

    def at(self, number: int) -> str:
        """Return words for the step of that number."""
        return f"in step {number + 1} (t = {self.scene.num_ts - 1 - number})"

    def assert_times(self) -> None:
        """Raise AssertionError unless the steps ask about t = num_ts − 1, …, 1, 0, divided by num_ts."""
        assert self.steps, "the network is never asked"
        expected = list(range(self.scene.num_ts - 1, -1, -1))
        for number, (calls, t) in enumerate(zip(self.steps, expected, strict=False)):
            found = set(timesteps(self.scene.oracle, joined(calls).t).tolist())
            told = ", ".join(map(str, sorted(found)))
            assert found == {t}, f"{self.at(number)} the network is told t = {told}"
        found_steps = len(self.steps)
        assert found_steps == len(expected), (
            f"the network is asked in {found_steps} steps, not {len(expected)}"
        )


def assert_quiet(network: Network, left: object) -> None:
    """Raise AssertionError unless it was asked in evaluation mode, without gradients, and left as it was."""
    assert network.heard, "the network is never asked"
    sampling = "while it samples"
    assert not any(heard.training for heard in network.heard), f"the network is in training mode {sampling}"
    quiet = not any(heard.gradients for heard in network.heard)
    assert quiet, f"gradients are recorded {sampling}, which costs memory; use torch.no_grad()"
    mode = "training" if network.training else "evaluation"
    same = isinstance(left, Network) and left.training == network.training
    assert same, f"a network that comes in {mode} mode does not end in it; put its mode back"


def step_weights(right: Right, scene: DigitScene) -> list[tuple[Tensor, Tensor]]:
    """Return the weights of x_t and of the noise estimate in the mean of the step from each timestep t."""
    alpha_bar, below = scene.schedule["alpha_bars"], torch.cat([torch.ones(1), scene.schedule["alpha_bars"]])
    first, second = torch.tensor([1.0, 0.0]).view(2, 1, 1, 1), torch.tensor([0.0, 1.0]).view(2, 1, 1, 1)
    weights = []
    for t in range(scene.num_ts):
        of_noisy, of_eps = right("a1.3.estimate_clean", first, t, alpha_bar, second).double()
        from_noisy, from_clean = right("a1.4.denoise_step", first, t + 1, t, below, second).double()
        weights.append((from_clean * of_noisy + from_noisy, from_clean * of_eps))
    return weights


def assert_steps(weights: list[tuple[Tensor, Tensor]], walk: Walk, estimates: list[Tensor]) -> None:
    """Raise AssertionError unless every step adds √β_t z to its mean, z ~ N(0, 1), and the last one nothing.

    weights: of `step_weights`.  estimates: the noise estimates (N, 1, H, W) of the steps.
    """
    starts = [walk.before(number) for number in range(len(walk.images))]
    added: list[Tensor] = []
    for number, (x_t, eps_hat, image) in enumerate(zip(starts, estimates, walk.images, strict=True)):
        t = walk.scene.num_ts - 1 - number
        of_noisy, of_eps = weights[t]
        rest = image - of_noisy * x_t - of_eps * eps_hat.double()
        if t == 0:
            far, size = float(rest.abs().max()), max(1.0, float(image.abs().max()))
            told = f"the last image must be x̂_0 itself, without noise; it is off by {far:.3g}"
            assert far < EXACT * size, told
            return
        added.append(rest / walk.scene.schedule["betas"][t].double().sqrt())
        earlier, at = added[-2] if number > 0 else None, walk.at(number)
        what = f"{at} what the image has more than the two terms of the mean, divided by √β_t,"
        assert_noise(added[-1], earlier, what=what, again=f"{at} the noise is that of the step before")
