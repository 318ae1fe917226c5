import torch
from torch.distributions import Normal, kl_divergence

from solutions.emoji_if import losses
from solutions.emoji_if.model import build_scheduler

ALPHA_BAR = build_scheduler().alphas_cumprod.double()


def draw(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


def test_little_noise_is_met_as_seldom_as_its_snr_says() -> None:
    """snr = a / (1 − a): 1/3 and 4 are below the bound of five, 9 and 99 are above it."""
    odds = losses.timestep_odds(torch.tensor([0.99, 0.9, 0.8, 0.25]).double())
    torch.testing.assert_close(odds, torch.tensor([5 / 99, 5 / 9, 1, 1]).double())


def test_the_kl_is_that_of_torch_distributions() -> None:
    mean_p, mean_q = draw(2, 3, 4), draw(2, 4, 4)[:, :3]
    log_p, log_q = 0.3 * draw(2, 3, 5)[..., :4], 0.3 * draw(2, 3, 6)[..., :4]
    expected = kl_divergence(Normal(mean_p, (log_p / 2).exp()), Normal(mean_q, (log_q / 2).exp()))
    torch.testing.assert_close(losses.gaussian_kl(mean_p, log_p, mean_q, log_q), expected)


def test_the_posterior_is_bayes_rule() -> None:
    """q(x_{t-1} | x_t, x_0) is proportional to q(x_t | x_{t-1}) q(x_{t-1} | x_0): precisions add."""
    t, x_0, x_t = torch.tensor([1, 40, 500, 998]), draw(4, 1, 2, 2), draw(4, 1, 2, 3)[..., :2]
    now, before = (a.view(-1, 1, 1, 1) for a in (ALPHA_BAR[t], ALPHA_BAR[t - 1]))
    alpha, beta = now / before, 1 - now / before
    precision = alpha / beta + 1 / (1 - before)
    mean = (alpha.sqrt() * x_t / beta + before.sqrt() * x_0 / (1 - before)) / precision
    torch.testing.assert_close(losses.posterior_mean(x_0, x_t, t, ALPHA_BAR), mean)
    log_variance = losses.posterior_log_variance(ALPHA_BAR)[t].view(-1, 1, 1, 1)
    torch.testing.assert_close(log_variance, -precision.log())


def test_the_learned_variance_runs_from_the_posteriors_to_beta() -> None:
    t = torch.tensor([1, 300, 999])
    low, high = (
        losses.learned_log_variance(torch.full((3, 3, 1, 1), v).double(), t, ALPHA_BAR) for v in (-1, 1)
    )
    torch.testing.assert_close(low[:, 0, 0, 0], losses.posterior_log_variance(ALPHA_BAR)[t])
    torch.testing.assert_close(high[:, 0, 0, 0].exp(), 1 - ALPHA_BAR[t] / ALPHA_BAR[t - 1])


def test_the_learned_variance_is_the_schedulers() -> None:
    scheduler = build_scheduler()
    predicted = torch.rand(3, 1, 1, generator=torch.Generator().manual_seed(29)) * 2 - 1
    for t in (1, 250, 999):
        expected = scheduler._get_variance(t, predicted_variance=predicted, variance_type="learned_range")
        made = losses.learned_log_variance(predicted[None], torch.tensor([t]), scheduler.alphas_cumprod)
        torch.testing.assert_close(made[0], expected, rtol=1e-4, atol=1e-4)


def batch() -> tuple[torch.Tensor, ...]:
    x_0, eps, t = draw(4, 3, 4, 4).clamp(-1, 1), draw(4, 3, 5, 4)[:, :, :4], torch.tensor([0, 10, 400, 900])
    alpha_bar_t = ALPHA_BAR[t].view(-1, 1, 1, 1)
    return x_0, eps, alpha_bar_t.sqrt() * x_0 + (1 - alpha_bar_t).sqrt() * eps, t


def test_perfect_estimates_cost_nothing() -> None:
    x_0, eps, x_t, t = batch()
    output = torch.cat([eps, torch.full_like(eps, -1)], 1)
    assert losses.variational_term(output, x_0, x_t, t, ALPHA_BAR).abs() < 1e-9


def test_the_term_is_a_mean_of_kls_in_bits() -> None:
    x_0, eps, x_t, t = batch()
    predicted = torch.zeros_like(eps)
    steps, log_low = t.clamp(min=1), losses.posterior_log_variance(ALPHA_BAR)
    low, high = log_low[steps], (1 - ALPHA_BAR[steps] / ALPHA_BAR[steps - 1]).log()
    p, q = Normal(0.0, (low / 2).exp()), Normal(0.0, ((low + high) / 4).exp())
    expected = (kl_divergence(p, q)[1:].sum() / 4) / torch.log(torch.tensor(2.0))
    made = losses.variational_term(torch.cat([eps, predicted], 1), x_0, x_t, t, ALPHA_BAR)
    torch.testing.assert_close(made, expected.double())


def test_only_the_variances_learn_from_it() -> None:
    x_0, eps, x_t, t = batch()
    output = torch.cat([eps, torch.zeros_like(eps)], 1).requires_grad_()
    losses.variational_term(output, x_0, x_t, t, ALPHA_BAR).backward()
    assert output.grad is not None
    assert output.grad[:, :3].abs().max() == 0
    assert output.grad[1:, 3:].abs().min() > 0


def test_the_weighted_error_of_the_noise_is_the_error_of_the_velocity() -> None:
    """v = √ᾱ ε − √(1 − ᾱ) x_0, where x̂_0 belongs to ε̂ (Salimans & Ho 2022)."""
    alpha_bar = torch.linspace(0.99, 0.02, 50, dtype=torch.float64)
    x_0, eps, eps_hat = torch.randn(3, 50, generator=torch.Generator().manual_seed(29), dtype=torch.float64)
    signal, noise = alpha_bar.sqrt(), (1 - alpha_bar).sqrt()
    x0_hat = (signal * x_0 + noise * (eps - eps_hat)) / signal
    error = (signal * eps_hat - noise * x0_hat) - (signal * eps - noise * x_0)
    weights = losses.noise_weights(alpha_bar, most=1000)
    torch.testing.assert_close(weights * (eps_hat - eps).square(), error.square())


def test_no_step_weighs_more_than_the_most() -> None:
    weights = losses.noise_weights(torch.tensor([1.0, 0.5, 0.01, 1e-5]), most=100)
    torch.testing.assert_close(weights, torch.tensor([1.0, 2.0, 100.0, 100.0]))
