"""In float64, with a helper, a print and a warning."""

import sys
import warnings

import torch


def weights(t, alpha_bar):
    alpha_bar_t = alpha_bar.double()[int(t)]
    return torch.sqrt(alpha_bar_t), torch.sqrt(1.0 - alpha_bar_t)


def forward(x_0, t, alpha_bar, eps):
    print("forward at", t)
    print("to the other stream", file=sys.stderr)
    warnings.warn("an old function", DeprecationWarning, stacklevel=1)
    of_image, of_noise = weights(t, alpha_bar)
    result = torch.zeros_like(x_0, dtype=torch.float64)
    result += of_image * x_0.double()
    result += of_noise * eps.double()
    return result


if __name__ == "__main__":
    raise SystemExit("not when it is imported")
