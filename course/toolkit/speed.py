"""How a network is trained fast: precision, memory layout, compilation, and several processes."""

import os
from dataclasses import dataclass

import torch
from torch import nn

from course.toolkit.devices import best_device, find_device

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


@dataclass(frozen=True)
class Crew:
    """The processes that train one network together.  rank: which of them this one is, in [0, size)."""

    rank: int = 0
    size: int = 1

    def wait(self) -> None:
        """Return when every process of the crew has come here."""
        if self.size > 1:
            torch.distributed.barrier()

    def any(self, flag: bool, device: torch.device | str = "cpu") -> bool:
        """Return, in every process alike, whether the flag holds in one of them.  device: the crew's own."""
        if self.size == 1:
            return flag
        raised = torch.tensor(float(flag), device=device)
        torch.distributed.all_reduce(raised, torch.distributed.ReduceOp.MAX)
        return bool(raised.item())


@dataclass(frozen=True)
class Speed:
    """Where and how to compute.  precision: "float32" or "bfloat16", of the sums, never of the weights."""

    device: torch.device
    precision: str
    compiled: bool
    crew: Crew = Crew()

    @property
    def autocast(self) -> torch.autocast:
        """The context in which a loss is computed with this precision."""
        dtype = PRECISIONS[self.precision]
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=dtype is torch.bfloat16)

    def arrange(self, network: nn.Module, channels_last: bool = True) -> nn.Module:
        """Return what to call in place of the network, whose weights are moved and laid out for speed.

        channels_last: the layout of the convolutions' weights; measure before leaving it out, see `choose`.
        """
        network.to(self.device)
        if channels_last:
            network.to(memory_format=torch.channels_last)
        if self.compiled:
            network.compile(dynamic=False)
        return network if self.crew.size == 1 else nn.parallel.DistributedDataParallel(network)


def choose(
    device: torch.device | str | None = None, precision: str | None = None, compiled: bool | None = None
) -> Speed:
    """Return the fastest way to train on a device; what is given here is taken as it is.

    The choices on a CPU are measured, on one core with AVX512-BF16 (class-conditional UNet of 32 hidden
    channels, batches of 128), in training images a second: float32 131, channels last 161; bfloat16 240,
    channels last 256; compiled 252 at the best, after 40 seconds of compiling.  So: bfloat16 where the
    processor has instructions for it, channels last, never compiled.  A larger U-Net may go the other way:
    the embedded model's (64 pixels, batches of 32, bfloat16) saw 16.8 images a second with its channels first
    and 14.0 with them last, which is why `arrange` can be told.  On CUDA they are by knowledge and not yet by
    measurement: bfloat16, channels last, compiled.  Other devices: float32, not compiled.

    Raises ValueError when there is no such device or precision.
    """
    crew, own = _crew()
    found = own or (find_device(device) if device is not None else best_device())
    wanted = precision or ("bfloat16" if _has_bfloat16(found) else "float32")
    if wanted not in PRECISIONS:
        raise ValueError(f"precision = {wanted!r}, but must be {' or '.join(PRECISIONS)}")
    return Speed(found, wanted, found.type == "cuda" if compiled is None else compiled, crew)


def _has_bfloat16(device: torch.device) -> bool:
    """Tell whether a device computes in bfloat16 by instructions of its own, not by many others."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return device.type == "cpu" and any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16"))


def _crew() -> tuple[Crew, torch.device | None]:
    """Return the processes that `accelerate launch` started, and this one's device; just this one without."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Crew(), None
    from accelerate import PartialState  # type: ignore[import-untyped]

    state = PartialState(cpu=best_device().type == "cpu")
    return Crew(state.process_index, state.num_processes), state.device
