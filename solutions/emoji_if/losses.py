"""The training loss: which timesteps it is drawn at, what they weigh, and how the variances are learned."""

import torch
from torch import Tensor


def timestep_odds(alpha_bar: Tensor, most: float = 5.0) -> Tensor:
    """Return how often each timestep is drawn relative to the others, (T,) in [0, 1].

    The odds are the weights min(snr, most) / snr of Hang et al. 2023: a little noise, soon removed,
    is met seldom, and the steps that decide what is seen are met often.
    """
    snr = alpha_bar / (1 - alpha_bar)
    return snr.clamp(max=most) / snr


def noise_weights(alpha_bar: Tensor, most: float = 100.0) -> Tensor:
    """Return what the squared error of the noise weighs at each timestep, (T,), from 1 to `most`.

    1 / alpha_bar makes it the squared error of the velocity (Salimans & Ho 2022, section 4). Where nearly all
    is noise, a small error of ε̂ is a large one of x̂_0, and it is there that a prompt decides what appears.
    """
    return (1 / alpha_bar).clamp(max=most)


def posterior_log_variance(alpha_bar: Tensor) -> Tensor:
    """Return the logarithm of the variance of q(x_{t-1} | x_t, x_0), (T,) (Ho et al. 2020, eq. 7).

    The first entry, the logarithm of 0, repeats the second.
    """
    previous = torch.cat([alpha_bar.new_ones(1), alpha_bar[:-1]])
    beta = 1 - alpha_bar / previous
    variance = beta * (1 - previous) / (1 - alpha_bar)
    return torch.cat([variance[1:2], variance[1:]]).log()


def posterior_mean(x_0: Tensor, x_t: Tensor, t: Tensor, alpha_bar: Tensor) -> Tensor:
    """Return the mean of q(x_{t-1} | x_t, x_0) (Ho et al. 2020, eq. 7).  t: (B,), at least 1."""
    alpha_bar_t, previous = (a.view(-1, 1, 1, 1) for a in (alpha_bar[t], alpha_bar[t - 1]))
    alpha = alpha_bar_t / previous
    from_clean = previous.sqrt() * (1 - alpha) / (1 - alpha_bar_t)
    from_noisy = alpha.sqrt() * (1 - previous) / (1 - alpha_bar_t)
    return from_clean * x_0 + from_noisy * x_t


def learned_log_variance(predicted: Tensor, t: Tensor, alpha_bar: Tensor) -> Tensor:
    """Return the logarithm of the model's variance (Nichol & Dhariwal 2021, eq. 15).

    predicted: (B, 3, H, W), the model's variance channels: −1 is the posterior variance, 1 is beta_t.
    t: (B,), at least 1.
    """
    low = posterior_log_variance(alpha_bar)[t].view(-1, 1, 1, 1)
    high = (1 - alpha_bar[t] / alpha_bar[t - 1]).log().view(-1, 1, 1, 1)
    share = (predicted + 1) / 2
    return share * high + (1 - share) * low


def gaussian_kl(mean_p: Tensor, log_variance_p: Tensor, mean_q: Tensor, log_variance_q: Tensor) -> Tensor:
    """Return KL(p ‖ q) of two Gaussians, elementwise, in nats."""
    ratio = (log_variance_p - log_variance_q).exp()
    distance = (mean_p - mean_q) ** 2 * (-log_variance_q).exp()
    return 0.5 * (log_variance_q - log_variance_p - 1 + ratio + distance)


def variational_term(output: Tensor, x_0: Tensor, x_t: Tensor, t: Tensor, alpha_bar: Tensor) -> Tensor:
    """Return KL(q(x_{t-1} | x_t, x_0) ‖ p(x_{t-1} | x_t)) in bits, mean over pixels and pictures.

    output: (B, 6, H, W), noise and variance estimates.  Only the variance estimate learns from it: the mean
    is detached.  Pictures with t = 0, where no step follows, count as zero.
    """
    eps_hat, predicted = output.chunk(2, dim=1)
    alpha_bar_t = alpha_bar[t].view(-1, 1, 1, 1)
    x0_hat = (x_t - (1 - alpha_bar_t).sqrt() * eps_hat.detach()) / alpha_bar_t.sqrt()
    step = t.clamp(min=1)
    mean_p = posterior_mean(x_0, x_t, step, alpha_bar)
    mean_q = posterior_mean(x0_hat.clamp(-1, 1), x_t, step, alpha_bar)
    low = posterior_log_variance(alpha_bar)[step].view(-1, 1, 1, 1)
    bits = gaussian_kl(mean_p, low, mean_q, learned_log_variance(predicted, step, alpha_bar)) / torch.log(
        x_0.new_tensor(2.0)
    )
    return bits.mean((1, 2, 3)).where(t > 0, 0.0).mean()
