"""One seed, one picture."""

import pytest
import torch

from course.toolkit import seeds


def test_same_seed_same_noise() -> None:
    first, second = (seeds.noise((2, 3), seeds.generator(29)) for _ in range(2))
    assert torch.equal(first, second)
    assert not torch.equal(first, seeds.noise((2, 3), seeds.generator(30)))


def test_dtype_only_rounds_the_same_numbers() -> None:
    single = seeds.noise((64,), seeds.generator(29))
    half = seeds.noise((64,), seeds.generator(29), dtype=torch.float16)
    double = seeds.noise((64,), seeds.generator(29), dtype=torch.float64)
    assert half.dtype == torch.float16
    assert torch.equal(half, single.half())
    assert torch.equal(double, single.double())


def test_noise_is_standard_normal() -> None:
    drawn = seeds.noise((100_000,), seeds.generator(29))
    assert abs(float(drawn.mean())) < 0.02
    assert abs(float(drawn.std()) - 1) < 0.02


def test_generator_advances() -> None:
    generator = seeds.generator(29)
    assert not torch.equal(seeds.noise((8,), generator), seeds.noise((8,), generator))


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, True, "29"])
def test_bad_seed_is_named(seed: object) -> None:
    with pytest.raises(ValueError, match="seed = "):
        seeds.generator(seed)  # type: ignore[arg-type]
