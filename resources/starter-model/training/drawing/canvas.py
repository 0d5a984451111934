"""A canvas in unit coordinates (0..1, y down), drawn larger than asked for and then reduced."""

import numpy as np
from PIL import Image, ImageDraw

from .colours import Colour, pixel

SUPERSAMPLING = 3

CELL = 1 / 16
"""The drawing grid. One cell is 8 px of a 128 px poster: exactly one latent of the autoencoder.

Things that repeat stand on this grid, so that one drawing has one latent pattern wherever it stands. A network that has
less than an hour to learn in learns a pattern once instead of once per sub-pixel position.
"""

Point = tuple[float, float]


class Canvas:
    """Drawing calls that take unit coordinates."""

    def __init__(self, background: np.ndarray):
        """`background`: height x width x 3 float 0..255, square."""
        self.size = background.shape[0]
        self.width = self.size * SUPERSAMPLING
        image = Image.fromarray(np.clip(background, 0, 255).astype(np.uint8))
        self.image = image.resize((self.width, self.width), Image.BILINEAR)
        self._draw = ImageDraw.Draw(self.image)

    def polygon(self, points: list[Point], colour: Colour) -> None:
        self._draw.polygon([(x * self.width, y * self.width) for x, y in points], fill=pixel(colour))

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self.ellipse(x - radius, y - radius, x + radius, y + radius, colour)

    def ellipse(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        self._draw.ellipse(self._box(left, top, right, bottom), fill=pixel(colour))

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        self._draw.rectangle(self._box(left, top, right, bottom), fill=pixel(colour))

    def rounded(self, left: float, top: float, right: float, bottom: float, radius: float, colour: Colour) -> None:
        self._draw.rounded_rectangle(
            self._box(left, top, right, bottom), radius=radius * self.width, fill=pixel(colour)
        )

    def line(self, points: list[Point], width: float, colour: Colour) -> None:
        self._draw.line(
            [(x * self.width, y * self.width) for x, y in points],
            fill=pixel(colour),
            width=max(1, round(width * self.width)),
            joint="curve",
        )

    def crescent(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A disc without a second disc that lies up and to the right of it."""
        mask = Image.new("L", self.image.size, 0)
        draw = ImageDraw.Draw(mask)
        draw.ellipse(self._box(x - radius, y - radius, x + radius, y + radius), fill=255)
        cut_x, cut_y, cut = x + radius * 0.50, y - radius * 0.22, radius * 0.86
        draw.ellipse(self._box(cut_x - cut, cut_y - cut, cut_x + cut, cut_y + cut), fill=0)
        self.image.paste(Image.new("RGB", self.image.size, pixel(colour)), (0, 0), mask)

    def pixels(self) -> np.ndarray:
        """size x size x 3 uint8."""
        return np.asarray(self.image.reduce(SUPERSAMPLING))

    def _box(self, left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
        return [(left * self.width, top * self.width), (right * self.width, bottom * self.width)]
