"""The noise first; no check of the arguments."""


def forward(x_0, t, alpha_bar, eps):
    return eps * (1 - alpha_bar[t]) ** 0.5 + x_0 * alpha_bar[t] ** 0.5
