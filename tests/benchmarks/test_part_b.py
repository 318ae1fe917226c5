"""Part B as the course computes it against the plain way to write it, in one run, in images a second.

The plain way: a Dataset of pictures with a transform, a DataLoader with two workers, float32, the default
memory layout, a loss read in every step; guidance by two calls of the network; nothing compiled.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms.functional import to_pil_image, to_tensor

from course.toolkit import speed
from course.toolkit.digits import Digits, load_digits
from course.toolkit.training import train
from solutions.part_b import s2_5_class_training as lesson
from solutions.part_b.s2_2_time_training import BETA_1, BETA_2, NUM_TS, ddpm_schedule
from solutions.part_b.s2_4_class import ClassConditionalUNet
from solutions.part_b.s2_6_class_sampling import class_ddpm_sample

ROUNDS, STEPS = 4, 10
HIDDEN = {"cpu": 32, "cuda": 64}
SAMPLES = {"cpu": 40, "cuda": 400}
SAMPLED_STEPS = {"cpu": 6, "cuda": 100}
WANTED = {"cpu": 1.5, "cuda": 5.0}
no_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
DEVICES = ["cpu", pytest.param("cuda", marks=[pytest.mark.gpu, no_gpu])]
pytestmark = [
    pytest.mark.timeout(1200),
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*pin_memory:UserWarning"),
]


class Pictures(Dataset[tuple[Tensor, int]]):
    """Digits as torchvision's MNIST gives them: pictures, made into tensors one by one."""

    def __init__(self, digits: Digits) -> None:
        self.pictures = [to_pil_image(image) for image in digits.images]
        self.labels = digits.labels.tolist()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return to_tensor(self.pictures[index]), self.labels[index]


def plain_training(digits: Digits, device: str) -> Iterator[float]:
    """Yield the losses of the plain way to train, for ever."""
    unet = ClassConditionalUNet(1, 10, HIDDEN[device]).to(device)
    optimizer = torch.optim.Adam(unet.parameters(), 1e-3)
    schedule = {name: value.to(device) for name, value in ddpm_schedule(BETA_1, BETA_2, NUM_TS).items()}
    loader = DataLoader(
        Pictures(digits), 128, shuffle=True, num_workers=2, drop_last=True, persistent_workers=True
    )
    while True:
        for images, labels in loader:
            x_0, c = images.to(device), labels.to(device)
            t = torch.randint(NUM_TS, (len(x_0),), device=device)
            eps, mask = torch.randn_like(x_0), (torch.rand(len(x_0), device=device) >= 0.1).float()
            alpha_bar_t = schedule["alpha_bars"][t].view(-1, 1, 1, 1)
            x_t = alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps
            loss = nn.functional.mse_loss(unet(x_t, c, t / NUM_TS, mask), eps)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss.item()


def our_training(digits: Digits, device: str, folder: Path) -> Iterator[float]:
    """Yield the losses of `course train class`."""
    recipe = lesson.recipe(num_hiddens=HIDDEN[device], epochs=1000)
    for progress in train(recipe, digits, folder=folder, device=device, every=1e9):
        yield from progress.losses


@torch.no_grad()
def plain_sampling(unet: nn.Module, device: str) -> Tensor:
    """Return samples with two calls of the network a step."""
    schedule = {name: value.to(device) for name, value in ddpm_schedule(BETA_1, BETA_2, NUM_TS).items()}
    count = SAMPLES[device]
    c, ones = torch.arange(count, device=device) % 10, torch.ones(count, device=device)
    x = torch.randn(count, 1, 28, 28, device=device)
    for t in reversed(range(SAMPLED_STEPS[device])):
        beta, alpha, alpha_bar = (schedule[name][t] for name in ("betas", "alphas", "alpha_bars"))
        times = t / NUM_TS * ones
        eps_uncond, eps_cond = unet(x, c, times, 0 * ones), unet(x, c, times, ones)
        eps_hat = eps_uncond + 5 * (eps_cond - eps_uncond)
        x = (x - beta / (1 - alpha_bar).sqrt() * eps_hat) / alpha.sqrt() + beta.sqrt() * torch.randn_like(x)
    return x.cpu()


def our_sampling(unet: nn.Module, device: str, how: speed.Speed) -> Tensor:
    """Return samples of the reference's own sampler, at the speed that training chooses."""
    schedule = {name: value.to(device) for name, value in ddpm_schedule(BETA_1, BETA_2, NUM_TS).items()}
    c, steps = torch.arange(SAMPLES[device]) % 10, SAMPLED_STEPS[device]
    generator = torch.Generator(device).manual_seed(29)
    with how.autocast:
        *_, x = class_ddpm_sample(unet, schedule, c, (28, 28), steps, generator)
    return x.cpu()


def compare(benchmark: Any, plain: Callable[[], object], ours: Callable[[], object], images: float) -> float:
    """Measure both in turns, record the best images a second of each, and return their ratio."""
    of_plain: list[float] = []

    def measure_plain() -> None:
        begun = time.perf_counter()
        plain()
        of_plain.append(time.perf_counter() - begun)

    plain(), ours()
    benchmark.pedantic(ours, setup=measure_plain, rounds=ROUNDS)
    speeds = {"plain": images / min(of_plain), "ours": images / benchmark.stats.stats.min}
    ratio = speeds["ours"] / speeds["plain"]
    threads = torch.get_num_threads()
    benchmark.extra_info.update({name: round(value, 1) for name, value in speeds.items()})
    benchmark.extra_info.update(ratio=round(ratio, 2), threads=threads)
    print(f"\n{benchmark.name}: {benchmark.extra_info}")
    return ratio


@pytest.fixture(scope="module")
def digits() -> Digits:
    return load_digits()


@pytest.mark.parametrize("device", DEVICES)
def test_training(benchmark: Any, digits: Digits, device: str, tmp_path: Path) -> None:
    plain, ours = plain_training(digits, device), our_training(digits, device, tmp_path)
    steps = STEPS * (1 if device == "cpu" else 20)
    ratio = compare(
        benchmark,
        lambda: [next(plain) for _ in range(steps)],
        lambda: [next(ours) for _ in range(steps)],
        128 * steps,
    )
    assert ratio >= WANTED[device]


@pytest.mark.parametrize("device", DEVICES)
def test_guided_sampling(benchmark: Any, device: str) -> None:
    how = speed.choose(device)
    unet = ClassConditionalUNet(1, 10, HIDDEN[device]).to(device).eval()
    fast = ClassConditionalUNet(1, 10, HIDDEN[device])
    fast.load_state_dict(unet.state_dict())
    fast = how.arrange(fast.eval())
    ratio = compare(
        benchmark,
        lambda: plain_sampling(unet, device),
        lambda: our_sampling(fast, device, how),
        SAMPLES[device] * SAMPLED_STEPS[device] / NUM_TS,
    )
    assert ratio >= 1.2


def test_both_ways_train_the_same(digits: Digits, tmp_path: Path) -> None:
    """A benchmark of two things that do not do the same would mean nothing."""
    plain, ours = plain_training(digits, "cpu"), our_training(digits, "cpu", tmp_path)
    first, second = ([next(each) for _ in range(12)] for each in (plain, ours))
    assert sum(first[-4:]) < 0.6 * first[0] * 4
    assert sum(first[-4:]) == pytest.approx(sum(second[-4:]), rel=0.25)
