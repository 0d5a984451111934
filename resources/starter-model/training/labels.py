"""A scene as numbers: what the text encoder learns from and what the judge reads out of a picture."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from scene import BODIES, BODY_COLOURS, EXTRAS, LAND_COLOURS, POSITIONS, SCENES, SIZES, STYLES, TIMES, Scene

CHOICES = {
    "scene": SCENES,
    "time": TIMES,
    "body": BODIES,
    "body_colour": BODY_COLOURS,
    "land_colour": LAND_COLOURS,
    "position": POSITIONS,
    "size": SIZES,
    "style": STYLES,
}
NOT_ASKED = -100
_EXTRAS_WEIGHT = 3.0


def label_scenes(scenes: list[Scene]) -> Tensor:
    """scenes x (8 choices + 10 extras): the index of the choice, or NOT_ASKED where the picture does not show it."""
    return torch.tensor([[*_choices(scene), *(name in scene.extras for name in EXTRAS)] for scene in scenes])


def _choices(scene: Scene) -> list[int]:
    labels = []
    for attribute, values in CHOICES.items():
        value = getattr(scene, attribute)
        hidden = attribute in ("body_colour", "position", "size") and scene.body == "none"
        colourless = attribute in ("body_colour", "land_colour") and not scene.is_coloured
        labels.append(NOT_ASKED if value is None or hidden or colourless else values.index(value))
    return labels


class Heads(nn.Module):
    """One linear reading per attribute, and one for all extras."""

    def __init__(self, channels: int):
        super().__init__()
        self.choices = nn.ModuleDict({name: nn.Linear(channels, len(values)) for name, values in CHOICES.items()})
        self.extras = nn.Linear(channels, len(EXTRAS))

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """features: batch x channels; logits by attribute, and under "extras"."""
        return {**{name: head(features) for name, head in self.choices.items()}, "extras": self.extras(features)}


def attribute_loss(logits: dict[str, Tensor], labels: Tensor) -> Tensor:
    loss = torch.zeros((), device=labels.device)
    for at, name in enumerate(CHOICES):
        wanted = labels[:, at].long()
        if (wanted != NOT_ASKED).any():
            loss = loss + functional.cross_entropy(logits[name], wanted, ignore_index=NOT_ASKED)
    extras = labels[:, len(CHOICES) :].float()
    return loss + _EXTRAS_WEIGHT * functional.binary_cross_entropy_with_logits(logits["extras"], extras)
