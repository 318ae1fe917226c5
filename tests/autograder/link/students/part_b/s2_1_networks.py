"""Networks, right and strange, and functions that are given networks."""

import copy

import torch
import torch.nn.functional as F  # noqa: N812 - everybody calls it so
from torch import nn


class Small(nn.Module):
    """One of each layer: 9·3·out + out + 2·out and a linear layer of out·2 + 2."""

    def __init__(self, out):
        super().__init__()
        self.first = nn.Conv2d(3, out, 3, padding=1)
        self.norm = nn.BatchNorm2d(out)
        self.last = nn.Linear(out, 2)
        self.register_buffer("eye", torch.eye(2))

    def forward(self, x, double=None):
        y = F.gelu(self.norm(self.first(x))).mean((2, 3))
        y = self.last(y) @ self.eye.to(x)
        return y if double is None else 2 * y


class OtherNames(nn.Module):
    """The same, declared the other way round under other names."""

    def __init__(self, out):
        super().__init__()
        self.c = nn.Linear(out, 2)
        self.body = nn.Sequential(nn.Conv2d(3, out, kernel_size=(3, 3), padding="same"), nn.BatchNorm2d(out))

    def forward(self, x, double=None):
        y = self.c(nn.GELU()(self.body(x)).mean((2, 3)))
        return y if double is None else y * 2


class Joined(nn.Module):
    """A convolution and a transposed one over the concatenation of a thing and its negative."""

    def __init__(self, flipped):
        super().__init__()
        self.flipped = flipped
        self.conv = nn.Conv2d(4, 2, 3)
        self.up = nn.ConvTranspose2d(4, 2, 2, 2)

    def forward(self, x):
        pair = [-x, x.square()] if self.flipped else [x.square(), -x]
        both = torch.cat(pair, 1)
        return torch.cat([self.conv(both).flatten(1), self.up(both).flatten(1)], 1)


def no_network(out):
    return [out]


class NoInit(nn.Module):
    def __init__(self, out):
        self.conv = nn.Conv2d(1, out, 3)


class NoForward(nn.Module):
    pass


class Lazy(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.LazyConv2d(3, 3)


class Meta(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, device="meta")


class Large(nn.Module):
    """A thousand million parameters that take no memory."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1).expand(1_000_000_000))


class Raises(nn.Module):
    def __init__(self, out):
        raise ValueError(f"{out} channels are not enough")


class Numpy(nn.Module):
    def forward(self, x):
        return x.numpy()


def ask(unet, x, t):
    return unet(x, t, mask=None)


def modes(unet, x):
    """Ask in evaluation mode without gradients, then as it was; return a sum that leads to no gradient."""
    was = unet.training
    unet.eval()
    with torch.no_grad():
        first = unet(x)
    unet.train(was)
    return first + unet(x).detach()


def forgets_mode(unet, x):
    unet.eval()
    return unet(x)


def trains(unet, x, steps):
    optimiser = torch.optim.SGD(unet.parameters(), lr=0.1)
    for _ in range(steps):
        loss = (unet(x, 0.5) - 1).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        yield loss.item()


def loss(unet, x):
    return F.mse_loss(unet(x), torch.zeros_like(x))


def loss_without_graph(unet, x):
    return F.mse_loss(unet(x), torch.zeros_like(x)).detach()


def minimises(unet, x, steps):
    optimiser = torch.optim.SGD(unet.parameters(), lr=0.1)
    for _ in range(steps):
        loss = loss_without_graph(unet, x)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        yield loss.item()


def loss_as_float(unet, x):
    return loss(unet, x).item()


def twin_of(unet, x):
    return copy.deepcopy(unet)(x)


def is_module(unet):
    parameters = list(unet.parameters())
    return isinstance(unet, nn.Module), len(parameters), all(p.requires_grad for p in parameters)


def breaks_network(unet, x):
    unet.scale = nn.Parameter(torch.zeros(3))
    return unet(x.mean())


class Block(nn.Module):
    """What nobody should build upon."""

    def __init__(self, channels, out):
        super().__init__()

    def forward(self, x):
        return 0 * x


class Built(nn.Module):
    """Two blocks and a convolution."""

    def __init__(self, channels):
        super().__init__()
        self.blocks = nn.Sequential(Block(1, channels), Block(channels, channels))
        self.last = nn.Conv2d(channels, 1, 1)

    def forward(self, x):
        return self.last(self.blocks(x))


class Overgrown(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block(60_000, 60_000)


class Tampering(nn.Module):
    """A network that gives a lent one numbers of other shapes."""

    def __init__(self):
        super().__init__()
        self.block = Block(1, 2)

    def forward(self, x):
        self.block.layers[0].weight = nn.Parameter(torch.zeros(7))
        return self.block(x)


class Enormous(nn.Module):
    """A network that gives a lent one an image as large as can cross."""

    def __init__(self):
        super().__init__()
        self.block = Block(1, 4)

    def forward(self, x):
        return self.block(torch.zeros(1, 1, 1000, 1000))
