"""What honest people do. Each function is right, and none may lose a point."""

import asyncio
import contextlib
import functools
import getpass
import inspect
import io
import logging
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.dummy import Pool
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from tqdm import tqdm

torch.manual_seed(0)
np.random.seed(0)
logging.basicConfig(level=logging.DEBUG)
sys.setrecursionlimit(5_000)


def forward(x_0, t, alpha_bar, eps):
    return alpha_bar[t].sqrt() * x_0 + (1 - alpha_bar[t]).sqrt() * eps


def with_warnings(*args):
    warnings.warn("this may be slow", stacklevel=2)
    warnings.warn("deprecated", DeprecationWarning, stacklevel=2)
    return forward(*args)


def with_prints(*args):
    print("shape:", args[0].shape, "\N{SNOWMAN} \x1b[31mred\x1b[0m")
    print("to stderr", file=sys.stderr)
    print("x" * 200_000)
    return forward(*args)


def with_logging(*args):
    logging.getLogger(__name__).warning("t = %s", args[1])
    return forward(*args)


def with_a_progress_bar(*args):
    return [forward(*args) for _ in tqdm(range(3))][-1]


def with_a_plot(*args):
    plt.imshow(args[0][0].permute(1, 2, 0).clamp(0, 1))
    plt.title("x_0")
    plt.show()
    plt.close("all")
    return forward(*args)


def with_a_saved_plot(*args):
    figure, axes = plt.subplots()
    axes.plot(args[2])
    figure.savefig(Path.home() / "schedule.png")
    plt.close(figure)
    return forward(*args)


def with_threads(*args):
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda _: forward(*args), range(4)))[-1]


def with_a_thread_left_behind(*args):
    threading.Thread(target=time.sleep, args=[0.5], daemon=True).start()
    return forward(*args)


def with_a_pool(*args):
    with Pool(2) as pool:
        return pool.map(lambda _: forward(*args), range(2))[0]


def with_more_torch_threads(*args):
    torch.set_num_threads(os.cpu_count() or 2)
    return forward(*args)


def with_temporary_files(*args):
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
        torch.save(args[0], Path(folder) / "x_0.pt")
        torch.save(args[3], file.name)
        return forward(torch.load(Path(folder) / "x_0.pt"), *args[1:3], torch.load(file.name))


def with_a_file_beside_it(*args):
    Path("notes.txt").write_text("x_0\n")
    return forward(*args)


def with_float64_within(x_0, t, alpha_bar, eps):
    return forward(x_0.double(), t, alpha_bar.double(), eps.double()).to(x_0.dtype)


def with_einsum(x_0, t, alpha_bar, eps):
    weights = torch.stack([alpha_bar[t].sqrt(), (1 - alpha_bar[t]).sqrt()]).to(x_0.dtype)
    return torch.einsum("k,kbchw->bchw", weights, torch.stack([x_0, eps]))


def with_another_order(x_0, t, alpha_bar, eps):
    return torch.lerp(eps * (1 - alpha_bar[t]) ** 0.5, x_0, 0.0) + torch.sqrt(alpha_bar[t]) * x_0


def with_numpy(x_0, t, alpha_bar, eps):
    weight = float(alpha_bar.double()[t])
    return torch.from_numpy(np.sqrt(weight) * x_0.numpy() + np.sqrt(1 - weight) * eps.numpy()).to(x_0.dtype)


def with_gradients(x_0, t, alpha_bar, eps):
    return forward(x_0.clone().requires_grad_(), t, alpha_bar, eps)


def with_inference_mode(*args):
    with torch.inference_mode():
        return forward(*args)


def with_a_view(*args):
    return forward(*args).transpose(-1, -2).contiguous().transpose(-1, -2)


def with_a_parameter(*args):
    return torch.nn.Parameter(forward(*args)).detach()


def with_its_own_source(*args):
    assert "forward" in inspect.getsource(forward)
    assert "forward" in Path(__file__).read_text()
    return forward(*args)


def with_asyncio(*args):
    async def later():
        await asyncio.sleep(0)
        return forward(*args)

    return asyncio.run(later())


def with_output_redirected(*args):
    with contextlib.redirect_stdout(io.StringIO()):
        print("quiet")
        return forward(*args)


def with_patience(*args):
    time.sleep(0.05)
    return forward(*args)


def with_a_look_at_the_machine(*args):
    platform.platform(), platform.processor(), os.cpu_count(), Path.cwd(), time.strftime("%c")
    with contextlib.suppress(OSError, KeyError):
        getpass.getuser()
    with contextlib.suppress(OSError):
        subprocess.run(["nvidia-smi"], check=False)
    assert torch.device("cuda" if torch.cuda.is_available() else "cpu").type == "cpu"
    return forward(*args)


@functools.cache
def root(number):
    return number**0.5


def with_a_cache(x_0, t, alpha_bar, eps):
    weight = alpha_bar[t].item()
    return root(weight) * x_0 + root(1 - weight) * eps


@dataclass
class Noiser:
    alpha_bar: torch.Tensor

    def __call__(self, x_0, t, eps):
        return forward(x_0, t, self.alpha_bar, eps)


def with_a_class(x_0, t, alpha_bar, eps):
    return Noiser(alpha_bar)(x_0, t, eps)
