"""The sky: its gradient, the sun or moon, and what flies or falls in front of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scene import Scene

from .canvas import CELL, Canvas
from .colours import BODY, SKY, WHITE, Colour, jittered, lit, mix

RADIUS = {"small": 1.5 * CELL, "normal": 2.25 * CELL, "huge": 3.5 * CELL}
_COLUMN = {"left": 4, "center": 8, "right": 12}
_ROW, _HUGE_ROW, _LOW_ROW = 4, 5, 6
_GLOW_SHARE = 0.24


@dataclass(frozen=True)
class Body:
    """The sun or moon: centre and radius in unit coordinates."""

    kind: str
    x: float
    y: float
    radius: float
    colour: Colour


def place_body(scene: Scene, random: np.random.Generator) -> Body | None:
    """One place for each position and height: between places a cell apart a small network draws a lump."""
    if scene.body == "none":
        return None
    low = scene.time in ("sunset", "dawn") and scene.body == "sun"
    return Body(
        scene.body,
        _COLUMN[scene.position] * CELL,
        (_HUGE_ROW if scene.size == "huge" else _LOW_ROW if low else _ROW) * CELL,
        RADIUS[scene.size],
        jittered(random, BODY[scene.body_colour]),
    )


def columns_away_from(body: Body | None, settled: bool) -> tuple[int, ...]:
    """The column where one thing balances the sun or moon. Where that is in the middle or missing: either side, or the right one if `settled`.

    Few places again, and far apart: where a thing may stand in many, a small network draws it in two.
    """
    if body is None or body.x == _COLUMN["center"] * CELL:
        return (13,) if settled else (3, 13)
    return (13,) if body.x < _COLUMN["center"] * CELL else (3,)


def sky_background(size: int, sky: tuple[Colour, ...], horizon: float, body: Body | None) -> np.ndarray:
    """size x size x 3 float: three colours from top to horizon, and the glow of a sun."""
    top, middle, bottom = (np.array(colour) for colour in sky)
    height = np.clip(np.linspace(0, 1, size) / horizon, 0, 1)[:, None]
    gradient = np.where(
        height < 0.5, top + (middle - top) * (height * 2), middle + (bottom - middle) * (height * 2 - 1)
    )
    background = np.repeat(gradient[:, None, :], size, 1)
    if body is not None and body.kind == "sun":
        y, x = np.mgrid[0:size, 0:size] / size
        distance = np.maximum(np.sqrt((x - body.x) ** 2 + (y - body.y) ** 2) - body.radius, 0)
        glow = (np.exp(-distance / (2 * CELL)) * _GLOW_SHARE)[..., None]
        background = background * (1 - glow) + np.array(body.colour) * glow
    return background


def draw_body(canvas: Canvas, body: Body) -> None:
    """A sun has a paler core, a full moon three dark craters, a crescent is a crescent."""
    if body.kind == "crescent moon":
        canvas.crescent(body.x, body.y, body.radius, body.colour)
        return
    canvas.disc(body.x, body.y, body.radius, body.colour)
    if body.kind == "sun":
        canvas.disc(body.x, body.y, body.radius * 0.72, mix(body.colour, WHITE, 0.22))
        return
    crater = mix(body.colour, (50, 50, 84), 0.34)
    for x, y, radius in ((-0.36, -0.28, 0.28), (0.34, 0.10, 0.33), (-0.16, 0.50, 0.22)):
        canvas.disc(body.x + x * body.radius, body.y + y * body.radius, radius * body.radius, crater)


class FreeSky:
    """Places on the grid that the body and what was placed before do not cover."""

    def __init__(self, body: Body | None, random: np.random.Generator):
        self._taken = [] if body is None else [(body.x, body.y, body.radius)]
        self._random = random

    def take(self, columns: Sequence[int], rows: Sequence[int], reach: float) -> tuple[float, float] | None:
        """A free place for something that reaches so far from its centre; None where the sky is full."""
        free = [
            (column * CELL, row * CELL)
            for column in columns
            for row in rows
            if all(np.hypot(column * CELL - x, row * CELL - y) > reach + radius for x, y, radius in self._taken)
        ]
        if not free:
            return None
        place = free[self._random.integers(len(free))]
        self._taken.append((*place, reach))
        return place


def draw_stars(canvas: Canvas, free: FreeSky, horizon: float, random: np.random.Generator, sky: Colour) -> None:
    colour = mix((255, 255, 236), sky, 0.08)
    reach, waist = 0.029, 0.0095
    for _ in range(random.integers(9, 13)):
        place = free.take(range(1, 16), range(1, int(horizon / CELL) - 1), CELL * 0.8)
        if place is None:
            return
        x, y = place
        canvas.polygon(
            [
                (x - reach, y),
                (x - waist, y - waist),
                (x, y - reach),
                (x + waist, y - waist),
                (x + reach, y),
                (x + waist, y + waist),
                (x, y + reach),
                (x - waist, y + waist),
            ],
            colour,
        )
        canvas.disc(x, y, reach * 0.55, colour)


def draw_clouds(canvas: Canvas, free: FreeSky, time: str, random: np.random.Generator) -> None:
    colour = {"night": (104, 116, 158), "sunset": (252, 196, 172)}.get(time, (250, 250, 252))
    width, height = 2.2 * CELL, 0.9 * CELL
    for _ in range(random.integers(2, 4)):
        place = free.take((3, 8, 13), (2, 4, 6), 1.9 * CELL)
        if place is None:
            return
        x, y = place
        for offset, size in ((-0.55, 0.80), (0.0, 1.15), (0.52, 0.90)):
            radius = height * size
            canvas.ellipse(
                x + offset * width - radius, y - radius, x + offset * width + radius, y + radius * 0.8, colour
            )
        canvas.rounded(x - width, y, x + width, y + height * 0.72, height * 0.36, colour)


def draw_balloon(
    canvas: Canvas, free: FreeSky, columns: tuple[int, ...], time: str, random: np.random.Generator
) -> None:
    place = free.take(columns, (3, 4), 1.8 * CELL)
    if place is None:
        return
    x, y = place
    envelope = ((226, 56, 50), (250, 186, 44), (58, 150, 224))[random.integers(3)]
    stripe: Colour = (250, 246, 234)
    envelope, stripe = lit(envelope, time), lit(stripe, time)
    radius = 1.6 * CELL
    canvas.polygon(
        [
            (x - radius * 0.88, y + radius * 0.46),
            (x + radius * 0.88, y + radius * 0.46),
            (x + radius * 0.22, y + radius * 1.45),
            (x - radius * 0.22, y + radius * 1.45),
        ],
        envelope,
    )
    canvas.disc(x, y, radius, envelope)
    canvas.ellipse(x - radius * 0.42, y - radius, x + radius * 0.42, y + radius, stripe)
    canvas.polygon(
        [
            (x - radius * 0.42, y),
            (x + radius * 0.42, y),
            (x + radius * 0.11, y + radius * 1.45),
            (x - radius * 0.11, y + radius * 1.45),
        ],
        stripe,
    )
    canvas.rectangle(
        x - radius * 0.26, y + radius * 1.62, x + radius * 0.26, y + radius * 2.02, lit((110, 68, 38), time)
    )


def draw_birds(canvas: Canvas, free: FreeSky, time: str, random: np.random.Generator) -> None:
    colour = (190, 196, 220) if time == "night" else (28, 28, 50)
    wing = 1.0 * CELL
    for _ in range(random.integers(2, 5)):
        place = free.take(range(2, 15, 3), range(2, 7, 2), 1.3 * CELL)
        if place is None:
            return
        x, y = place
        canvas.line(
            [
                (x - wing, y - wing * 0.30),
                (x - wing * 0.45, y - wing * 0.52),
                (x, y),
                (x + wing * 0.45, y - wing * 0.52),
                (x + wing, y - wing * 0.30),
            ],
            0.021,
            colour,
        )


def draw_snowfall(canvas: Canvas, time: str, random: np.random.Generator) -> None:
    """Big flakes between the corners of the grid, so that none touches another."""
    colour = (216, 224, 244) if time == "night" else (252, 253, 255)
    for cell in random.choice(15 * 15, size=26, replace=False):
        canvas.disc((cell % 15 + 1) * CELL, (cell // 15 + 1) * CELL, 0.019, colour)


def sky_colours(time: str, random: np.random.Generator) -> tuple[Colour, ...]:
    return tuple(jittered(random, colour) for colour in SKY[time])
