"""The exercise under check, as its tests call it."""

from typing import Any, cast

import torch
from torch import Tensor

from autograder.checks.comparison import Wrong
from autograder.link.failures import Crashed, Failure, TimedOut
from autograder.link.implementation import Implementation
from autograder.link.trials import Experiment, Gradients, Trial
from autograder.link.values import Foreign
from autograder.syllabus import Exercise


class Student:
    """The exercise under check, as a test calls it: `student(...)`; other functions by `student.call`."""

    def __init__(self, implementation: Implementation, exercise: Exercise, lent: dict[Any, Any]) -> None:
        """Call this exercise of the implementation, with functions lent in the place of failed ones."""
        self._implementation = implementation
        self._lent = lent
        self.exercise = exercise
        self.fatal: Failure | None = None

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the function returns, whatever it is; raises a Failure where it returns nothing."""
        return self.call(self.exercise.name, *args, **kwargs)

    def call(self, name: str, *args: Any, trial: Experiment | None = None, **kwargs: Any) -> Any:
        """Return what another function of the same section returns, or what came of a trial of it."""
        if self.fatal is not None:
            raise self.fatal
        try:
            return self._implementation.call(
                self.exercise.module, name, args, kwargs, lent=self._lent, trial=trial
            )
        except (TimedOut, Crashed) as failure:
            self.fatal = failure
            raise

    def network(self, *args: Any, trial: Trial) -> list[Tensor]:
        """Return the outputs, in float64, of the network that the class builds with `args`.

        Raises Wrong where one is no finite tensor with fractions.
        """
        found = dict(trial.leaves(self.raw(*args, trial=trial)))
        return [_image(leaf, label) for label, (leaf, *_) in found.items() if label.startswith("the output")]

    def parameters(self, *args: Any) -> int:
        """Return how many parameters the network has that the class builds with `args`."""
        trial = Trial(())
        return int(dict(trial.leaves(self.raw(*args, trial=trial)))["the number of parameters"][0])

    def gradients(self, *args: Any) -> list[Tensor]:
        """Return the gradients of the loss with respect to the scale and shift of each `Pixelwise`.

        Raises Wrong where the loss has none: it does not lead back to the network.
        """
        trial = Gradients()
        found = dict(trial.leaves(self.raw(*args, trial=trial)))
        return [_tensor(leaf, label) for label, (leaf,) in found.items() if label.startswith("the gradient")]

    def after(self, *args: Any) -> list[Any]:
        """Return the arguments as the function leaves them: tensors, networks with their mode and numbers."""
        module, name = self.exercise.module, self.exercise.name
        echoed = self._implementation.call(module, name, args, lent=self._lent, echo=True)
        return cast("tuple[object, list[Any]]", echoed)[1]

    def leaves_alone(self, *args: Any) -> None:
        """Raise Wrong unless the function leaves the tensors it is given as they were."""
        for i, (before, now) in enumerate(zip(args, self.after(*args), strict=False), start=1):
            if isinstance(before, Tensor) and not (isinstance(now, Tensor) and torch.equal(before, now)):
                raise Wrong(f"it changes its argument number {i} in place; make a new tensor instead")

    def keeps(self, *args: Any) -> None:
        """Raise Wrong unless the result has the first tensor's shape and dtype, given float64 arguments."""
        doubled = [arg.double() if isinstance(arg, Tensor) else arg for arg in args]
        like = next(arg for arg in doubled if isinstance(arg, Tensor))
        found = _tensor(self.raw(*doubled), "the result")
        if (found.shape, found.dtype) != (like.shape, like.dtype):
            wanted = f"{tuple(like.shape)} and {like.dtype}"
            raise Wrong(f"given {wanted}, it returns the shape {tuple(found.shape)} and {found.dtype}")

    def images(self, *args: Any, shape: tuple[int, ...], count: int | None = None) -> list[Tensor]:
        """Return what a loop yields in float64; raises Wrong unless it is images of that shape and count."""
        images = self.raw(*args)
        if not isinstance(images, list) or not (images or count == 0):
            raise Wrong("it yields nothing: write `yield` inside the loop")
        if count not in (None, len(images)):
            raise Wrong(f"it must yield {count} images; it yields {len(images)}")
        return [_image(image, f"image {i}", shape) for i, image in enumerate(images, start=1)]

    def pair(self, *args: Any, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
        """Return the function's two images of that shape in float64; raises Wrong where it returns others."""
        pair = self.raw(*args)
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise Wrong("it must return a pair: the noise estimate and the variance")
        first, second = (_image(image, f"entry [{i}] of the result", shape) for i, image in enumerate(pair))
        return first, second

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        """Return the function's tensor, in float64 if an argument has fractions; raises Wrong otherwise."""
        value = self.raw(*args, **kwargs)
        fractional = any(isinstance(arg, Tensor) and arg.is_floating_point() for arg in args)
        return _image(value, "the result") if fractional else _tensor(value, "the result")


def _tensor(value: object, name: str) -> Tensor:
    """Return the value, now known to be a tensor; raises Wrong where it is none."""
    if not isinstance(value, Tensor):
        found = value.type_name if isinstance(value, Foreign) else type(value).__name__
        raise Wrong(f"{name} is of type {found}; it must be a torch.Tensor")
    return value


def _image(value: object, name: str, shape: tuple[int, ...] | None = None) -> Tensor:
    """Return the value in float64; raises Wrong unless it is fractional, finite and of the shape, if any."""
    tensor = _tensor(value, name)
    if not tensor.is_floating_point():
        raise Wrong(f"{name} has dtype {str(tensor.dtype).removeprefix('torch.')}; it must be float32")
    if shape is not None and tensor.shape != shape:
        raise Wrong(f"{name} has the shape {tuple(tensor.shape)}; it must be {shape}")
    if not tensor.isfinite().all():
        raise Wrong(f"{name} holds NaN or infinite numbers")
    return tensor.double()
