"""Draws a whole poster from its attributes."""

import numpy as np

from scene import Scene

from . import things
from .canvas import CELL, Canvas
from .land import Foot, draw_land
from .sky import (
    FreeSky,
    columns_away_from,
    draw_balloon,
    draw_birds,
    draw_body,
    draw_clouds,
    draw_snowfall,
    draw_stars,
    place_body,
    sky_background,
    sky_colours,
)

_LUMA = np.array([0.30, 0.59, 0.11], np.float32)


def draw_poster(scene: Scene, random: np.random.Generator, size: int = 128, settled: bool = True) -> np.ndarray:
    """size x size x 3 uint8. The same scene and generator state draw the same poster.

    `settled`: a thing always stands on the right where it could as well stand on the left.
    """
    horizon = (10 if scene.scene == "city" else int(random.integers(10, 12))) * CELL
    body = place_body(scene, random)
    sky = sky_colours(scene.time, random)
    canvas = Canvas(sky_background(size, sky, horizon, body))
    free = FreeSky(body, random)
    sides = columns_away_from(body, settled)
    lighthouse = _lighthouse_column(scene, sides, random)
    if body is not None:
        draw_body(canvas, body)
    if "balloon" in scene.extras:
        draw_balloon(canvas, free, sides, scene.time, random)
    if "clouds" in scene.extras:
        draw_clouds(canvas, free, scene.time, random)
    if "birds" in scene.extras:
        draw_birds(canvas, free, scene.time, random)
    if "stars" in scene.extras:
        draw_stars(canvas, free, horizon, random, sky[0])
    feet = draw_land(canvas, scene, horizon, sky[2], body, sides, random)
    _draw_things(canvas, scene, horizon, feet, lighthouse)
    if "snow" in scene.extras:
        draw_snowfall(canvas, scene.time, random)
    return _styled(canvas.pixels(), scene.style)


def _lighthouse_column(scene: Scene, sides: tuple[int, ...], random: np.random.Generator) -> int | None:
    """A lighthouse stands at the edge of the picture, where the sun or moon is not."""
    if "lighthouse" not in scene.extras:
        return None
    return 2 if sides[random.integers(len(sides))] < 8 else 14


def _draw_things(canvas: Canvas, scene: Scene, horizon: float, feet: list[Foot], lighthouse: int | None) -> None:
    snow = "snow" in scene.extras
    taken: list[float] = []
    if lighthouse is not None:
        things.draw_lighthouse(canvas, lighthouse * CELL, horizon + 1.5 * CELL, scene.time)
        taken.append(lighthouse * CELL)
    for name in ("sailboat", "house", "tree", "cactus"):
        if name not in scene.extras:
            continue
        x, y = next((foot for foot in feet if all(abs(foot[0] - other) >= 4.5 * CELL for other in taken)), feet[0])
        taken.append(x)
        if name == "sailboat":
            things.draw_sailboat(canvas, x, y, scene.time)
        elif name == "house":
            things.draw_house(canvas, x, y, scene.time, snow)
        elif name == "tree":
            things.draw_tree(canvas, x, y, scene.time, snow)
        else:
            things.draw_cactus(canvas, x, y, scene.time)


def _styled(pixels: np.ndarray, style: str) -> np.ndarray:
    if style == "none":
        return pixels
    grey = pixels.astype(np.float32) @ _LUMA
    if style == "black and white":
        return np.repeat(np.clip((grey - 128) * 1.12 + 130, 0, 255)[..., None], 3, 2).astype(np.uint8)
    sepia = grey[..., None] / 255 * np.array([255, 222, 170], np.float32) + np.array([12, 0, -14], np.float32)
    return np.clip(sepia, 0, 255).astype(np.uint8)
