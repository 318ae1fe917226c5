"""The judge's network: a small convolutional classifier of 28 × 28 digits."""

from torch import Tensor, nn

DIGITS = 10
CHANNELS = (24, 48, 96)
FEATURES = CHANNELS[-1]


class JudgeNetwork(nn.Module):
    """Tell the digit on an image (N, 1, 28, 28) in [0, 1]: `forward` returns logits (N, 10)."""

    def __init__(self) -> None:
        super().__init__()
        fine, middle, coarse = CHANNELS
        self.body = nn.Sequential(
            _layer(1, fine),
            _layer(fine, middle, stride=2),
            _layer(middle, middle),
            _layer(middle, coarse, stride=2),
            _layer(coarse, coarse),
        )
        self.head = nn.Linear(FEATURES, DIGITS)

    def features(self, images: Tensor) -> Tensor:
        """Return what the last layer tells the digits by (N, 96): the mean of each channel, not negative."""
        means: Tensor = self.body(images).mean((2, 3))
        return means

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits (N, 10) of the ten digits."""
        logits: Tensor = self.head(self.features(images))
        return logits


def _layer(in_channels: int, out_channels: int, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(out_channels), nn.ReLU())
