"""What a demo finds at its table."""

from collections.abc import Iterable, Iterator
from dataclasses import FrozenInstanceError
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from PIL import Image
from torch import Tensor

from course.toolkit import images, seeds
from course.toolkit.checkpoints import CheckpointError, save_weights, write_record
from course.toolkit.digits import load_digits
from course.toolkit.studio import Exhibit, Studio, unwatched


@pytest.fixture
def model() -> SimpleNamespace:
    """Return what a studio needs of a pretrained model, in half precision."""
    return SimpleNamespace(
        image_size=16,
        device=torch.device("cpu"),
        dtype=torch.float16,
        embed=lambda prompts: torch.tensor([[[float(len(prompt))]] for prompt in prompts]),
    )


def counting(count: int) -> Iterator[Tensor]:
    for i in range(count):
        assert torch.is_inference_mode_enabled()
        yield torch.tensor(float(i))


def test_the_seed_and_gamma_of_the_course(model) -> None:
    studio = Studio(model)
    assert (studio.seed, studio.gamma, studio.pictures) == (29, 7.0, {})


def test_the_model_is_loaded_when_it_is_first_wanted_and_once(model) -> None:
    loaded = []

    def load() -> SimpleNamespace:
        loaded.append(model)
        return model

    studio = Studio(load)
    studio.generator()
    assert not loaded
    assert not studio.has_model
    assert studio.shape(1) == studio.noise(1, studio.generator()).shape
    assert loaded == [model]
    assert studio.has_model


def test_digits_that_no_network_has_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    digits, trained_on = Studio().digits, load_digits().images
    assert digits.images.shape[1:] == (1, 28, 28)
    assert not any((image == trained_on).all(dim=(1, 2, 3)).any() for image in digits.images[:20])


def test_a_network_from_the_users_own_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    network, fresh = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)
    save_weights(network, tmp_path / "time-3.safetensors")
    write_record(tmp_path / "time.json", {"losses": [1.0], "epochs_done": 3, "settings": {"num_hiddens": 2}})
    studio = Studio(runs=tmp_path)
    assert studio.run("time").epochs == (3,)
    filled = studio.network("time", fresh, 3)
    assert torch.equal(filled.weight, network.weight)
    assert not filled.training
    assert not filled.weight.requires_grad


def test_a_network_that_nobody_has_trained(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="train it: course train cubist"):
        Studio(runs=tmp_path).network("cubist", torch.nn.Linear(2, 1))


def test_generators_start_from_the_seed(model) -> None:
    studio = Studio(model, seed=5)
    drawn = [torch.rand(1, generator=studio.generator(offset)) for offset in (0, 0, 2)]
    assert torch.equal(drawn[0], drawn[1])
    assert torch.equal(drawn[2], torch.rand(1, generator=seeds.generator(7)))


def test_noise_is_of_the_models_size_and_dtype(model) -> None:
    studio = Studio(model)
    noise = studio.noise(3, studio.generator())
    assert noise.shape == studio.shape(3) == (3, 3, 16, 16)
    assert torch.equal(noise, seeds.noise((3, 3, 16, 16), seeds.generator(29)).half())


def test_bundled_pictures(model) -> None:
    studio = Studio(model)
    assert torch.equal(studio.image("campanile"), images.load_image("campanile", 16).half())
    assert torch.equal(studio.picture("web"), images.open_picture(images.find_picture("web")))


def test_the_users_own_pictures_take_their_place(model, tmp_path: Path) -> None:
    path = tmp_path / "red.png"
    Image.new("RGB", (20, 10), "red").save(path)
    studio = Studio(model, pictures={"campanile": str(path)})
    assert studio.picture("campanile").shape == (10, 20, 3)
    red = torch.tensor([1.0, -1.0, -1.0]).reshape(1, 3, 1, 1).expand(1, 3, 16, 16)
    assert torch.equal(studio.image("campanile"), red.half())
    assert torch.equal(studio.image("web"), Studio(model).image("web"))


def test_a_picture_that_nobody_has(model) -> None:
    with pytest.raises(ValueError, match=r"'cathedral', but the bundled pictures are campanile, "):
        Studio(model).image("cathedral")


def test_prompts_are_embedded_together(model) -> None:
    assert Studio(model).embed("ab", "", "abc").flatten().tolist() == [2, 0, 3]


def test_loops_run_to_their_end_and_are_watched(model) -> None:
    heard = []

    def watch(loop: Iterable[Tensor], total: int, label: str) -> Iterator[Tensor]:
        for image in loop:
            heard.append((total, label))
            yield image

    studio = Studio(model, watch=watch)
    assert float(studio.last(counting(4), 4, "counting")) == 3
    assert list(map(float, studio.all(counting(2), 2, "again"))) == [0, 1]
    assert heard == [(4, "counting")] * 4 + [(2, "again")] * 2
    assert not torch.is_inference_mode_enabled()


def test_unwatched_changes_nothing() -> None:
    loop = counting(3)
    assert unwatched(loop, 3, "x") is loop


def test_a_loop_that_yields_nothing(model) -> None:
    message = "^sampling: the loop yielded no image; it must yield one in every step$"
    with pytest.raises(ValueError, match=message):
        Studio(model).last(iter(()), 3, "sampling")


def test_exhibits_stay_as_they_are() -> None:
    exhibit = Exhibit("steps", "A caption.", [torch.zeros(3, 4, 4)])
    with pytest.raises(FrozenInstanceError):
        exhibit.name = "other"  # type: ignore[misc]
