"""A convolutional network that reads the attributes out of a picture. For evaluation; it never trains the model."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from labels import Heads
from networks.layers import Conv2d

_LAYERS = ((24, 2), (48, 2), (64, 1), (96, 2), (128, 2), (128, 1))
_FEATURES = 192


class Judge(nn.Module):
    """Pictures of batch x 3 x h x w in -1..1 to logits by attribute."""

    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for width, stride in _LAYERS:
            layers += [Conv2d(channels, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        self.features = nn.Sequential(*layers)
        self.mix = nn.Sequential(nn.Linear(channels * 2 + channels * 16, _FEATURES), nn.ReLU(), nn.Dropout(0.1))
        self.heads = Heads(_FEATURES)

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        maps = self.features(pictures)
        places = functional.adaptive_avg_pool2d(maps, 4).flatten(1)
        return self.heads(self.mix(torch.cat([maps.mean((2, 3)), maps.amax((2, 3)), places], 1)))
