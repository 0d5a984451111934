"""The six places. Each function draws from the horizon down and returns where a thing may stand: (x, y) of its foot."""

import numpy as np

from scene import Scene

from .canvas import CELL, Canvas
from .colours import LAND, WHITE, Colour, jittered, lit, mix, shaded
from .sky import Body

Foot = tuple[float, float]

_SAMPLES = 65
_XS = np.linspace(0, 1, _SAMPLES)


def snow_tint(colour: Colour, time: str, snow: bool, share: float = 0.62) -> Colour:
    """Land under falling snow is paler."""
    if not snow:
        return colour
    return mix(colour, (150, 164, 204) if time == "night" else (238, 243, 250), share)


def draw_land(
    canvas: Canvas,
    scene: Scene,
    horizon: float,
    haze: Colour,
    body: Body | None,
    sides: tuple[int, ...],
    random: np.random.Generator,
) -> list[Foot]:
    """Draws the place. Returns feet, best first: the first in one of the columns `sides`."""
    snow = "snow" in scene.extras
    if scene.scene == "sea":
        return _sea(canvas, scene.time, horizon, haze, body, sides, random)
    if scene.scene == "forest":
        return _forest(canvas, scene.time, horizon, haze, snow, random)
    if scene.scene == "city":
        return _city(canvas, scene.time, haze, snow, random)
    if scene.scene == "desert":
        return _desert(canvas, scene.time, horizon, haze, sides, random)
    return _ridges(canvas, scene, horizon, haze, sides, random)


def _ridges(
    canvas: Canvas, scene: Scene, horizon: float, haze: Colour, sides: tuple[int, ...], random: np.random.Generator
) -> list[Foot]:
    """Mountains and hills: three layers, each nearer one darker."""
    snow = "snow" in scene.extras
    base = jittered(random, LAND[scene.land_colour or "green"], 6)
    mountains = scene.scene == "mountains"
    line = horizon
    for layer in range(3):
        near = layer / 2
        colour = shaded(mix(lit(base, scene.time), haze, 0.22 * (1 - near)), 1 - 0.30 * near)
        foot = horizon + 0.05 + 0.12 * layer
        if mountains:
            height = _peaks(random, (0.24, 0.20, 0.11)[layer])
        else:
            height = _waves(random, (0.11, 0.11, 0.09)[layer])
        line = foot - height
        _fill_below(canvas, line, snow_tint(colour, scene.time, snow))
        if mountains and scene.land_colour == "snowy" and layer < 2:
            _snow_cap(canvas, line, float(line.min() + 0.085), scene.time)
    return _feet_on(line, _foot_columns(sides, random))


def _desert(
    canvas: Canvas, time: str, horizon: float, haze: Colour, sides: tuple[int, ...], random: np.random.Generator
) -> list[Foot]:
    base = jittered(random, (234, 168, 88), 6)
    line = horizon
    for layer in range(3):
        near = layer / 2
        colour = shaded(mix(lit(base, time), haze, 0.20 * (1 - near)), 1 - 0.16 * near)
        line = horizon + 0.05 + 0.11 * layer - _waves(random, (0.07, 0.09, 0.09)[layer])
        _fill_below(canvas, line, colour)
    return [(x, y + 0.08) for x, y in _feet_on(line, _foot_columns(sides, random))]


def _sea(
    canvas: Canvas,
    time: str,
    horizon: float,
    haze: Colour,
    body: Body | None,
    sides: tuple[int, ...],
    random: np.random.Generator,
) -> list[Foot]:
    """Bands of water from pale to deep, the body's reflection, a few wave crests."""
    water = {"day": (30, 118, 186), "sunset": (124, 62, 116), "night": (16, 32, 82), "dawn": (112, 142, 196)}[time]
    water = jittered(random, water)
    rows = round((1 - horizon) / CELL)
    for row in range(rows):
        colour = mix(mix(water, haze, 0.40), shaded(water, 0.74), row / (rows - 1))
        canvas.rectangle(0, horizon + row * CELL, 1, 1, colour)
    if body is not None:
        for row in range(rows):
            half = body.radius * (0.92, 0.62, 0.80, 0.50, 0.62, 0.40, 0.30)[row]
            top = horizon + (row + 0.30) * CELL
            canvas.rounded(
                body.x - half, top, body.x + half, top + 0.40 * CELL, 0.2 * CELL, mix(body.colour, water, 0.15)
            )
    for cell in random.choice(16 * rows, size=5, replace=False):
        x, y = (cell % 16) * CELL, horizon + (cell // 16 + 0.75) * CELL
        canvas.rounded(x - CELL, y, x + CELL, y + 0.018, 0.009, mix(water, WHITE, 0.28))
    return [(column * CELL, horizon + 2 * CELL) for column in _foot_columns(sides, random)]


def _forest(
    canvas: Canvas, time: str, horizon: float, haze: Colour, snow: bool, random: np.random.Generator
) -> list[Foot]:
    """Three rows of firs, each nearer one taller and darker."""
    base = jittered(random, (36, 104, 68), 6)
    for layer in range(3):
        colour = shaded(mix(lit(base, time), haze, 0.40 * (1 - layer / 2)), 1 - 0.19 * layer)
        ground = horizon + (1 + 2.5 * layer) * CELL
        canvas.rectangle(0, ground, 1, 1, snow_tint(colour, time, snow))
        column = -float(random.integers(0, 2))
        while column < 17:
            height = (3, 4, 5)[layer] * CELL * (0.8, 1.0)[random.integers(2)]
            _fir(canvas, column * CELL, ground + 0.03, height, colour, time, snow)
            column += (1.5, 2, 2.5)[layer]
    return []


def _fir(canvas: Canvas, x: float, foot: float, height: float, colour: Colour, time: str, snow: bool) -> None:
    half = height * 0.32
    for top, bottom, width in ((0.42, 1.0, 1.0), (0.20, 0.74, 0.82), (0.0, 0.46, 0.60)):
        tint = snow_tint(colour, time, snow, 0.35 if top else 0.70)
        canvas.polygon(
            [
                (x, foot - height * (1 - top)),
                (x - half * width, foot - height * (1 - bottom)),
                (x + half * width, foot - height * (1 - bottom)),
            ],
            tint,
        )


def _city(canvas: Canvas, time: str, haze: Colour, snow: bool, random: np.random.Generator) -> list[Foot]:
    """Two rows of buildings on the grid; the near row has one window to a cell."""
    base = jittered(random, (66, 78, 118), 6)
    for layer in range(2):
        colour = shaded(mix(lit(base, time), haze, 0.42 * (1 - layer)), 1 - 0.42 * layer)
        column = -int(random.integers(0, 3))
        while column < 16:
            columns = int(random.integers(2, 4))
            rows = int(random.integers(5, 9)) if layer == 0 else int(random.integers(2, 7))
            _building(canvas, column, columns, rows, colour, time, snow, bool(layer), random)
            column += columns
    return []


def _building(
    canvas: Canvas,
    column: int,
    columns: int,
    rows: int,
    colour: Colour,
    time: str,
    snow: bool,
    windows: bool,
    random: np.random.Generator,
) -> None:
    left, right, top = column * CELL, (column + columns) * CELL, 1 - rows * CELL
    canvas.rectangle(left, top, right, 1, colour)
    if snow:
        canvas.rectangle(left, top, right, top + 0.022, snow_tint(colour, time, True, 0.9))
    elif random.random() < 0.25:
        canvas.rectangle((left + right) / 2 - 0.009, top - CELL, (left + right) / 2 + 0.009, top, colour)
    if not windows:
        return
    pane = (255, 214, 104) if time in ("night", "sunset") else mix(colour, WHITE, 0.45)
    for row in range(1, rows):
        for cell in range(columns):
            if random.random() < 0.7:
                x, y = left + (cell + 0.2) * CELL, top + (row - 0.3) * CELL
                canvas.rectangle(x, y, x + 0.55 * CELL, y + 0.65 * CELL, pane)


def _peaks(random: np.random.Generator, amplitude: float) -> np.ndarray:
    """Three or four straight-sided peaks; heights above the foot of the layer."""
    height = np.full(_SAMPLES, 0.10)
    for middle in _spread(random, int(random.integers(3, 5))):
        top = random.uniform(0.62, 1.0)
        height = np.maximum(height, top - np.abs(_XS - middle) * 2.6 * top)
    return height * amplitude


def _spread(random: np.random.Generator, count: int) -> np.ndarray:
    """Places 0..1 about evenly apart, on half cells."""
    places = (np.arange(count) + random.uniform(0.15, 0.85, count)) / count
    return np.round(places * 32) / 32


def _waves(random: np.random.Generator, amplitude: float) -> np.ndarray:
    """Two slow sines; heights above the foot of the layer."""
    height = np.sin(2 * np.pi * (_XS * random.uniform(0.7, 1.1) + random.random()))
    height = height + 0.45 * np.sin(2 * np.pi * (_XS * random.uniform(1.5, 2.1) + random.random()))
    return amplitude * (0.30 + 0.70 * (height + 1.45) / 2.9)


def _fill_below(canvas: Canvas, line: np.ndarray, colour: Colour) -> None:
    canvas.polygon([(0, 1.01), *zip(_XS, line), (1, 1.01)], colour)


def _snow_cap(canvas: Canvas, line: np.ndarray, limit: float, time: str) -> None:
    """White above a level line."""
    colour = (172, 182, 216) if time == "night" else lit((250, 250, 255), time)
    edge = np.maximum(limit, line)
    canvas.polygon([*zip(_XS, line), *zip(_XS[::-1], edge[::-1])], colour)


def _feet_on(line: np.ndarray, columns: list[int]) -> list[Foot]:
    """Columns of the grid on a ridge, each with the height of the ridge there, rounded to half cells."""
    return [
        (column * CELL, round(float(np.interp(column * CELL, _XS, line)) / CELL * 2) / 2 * CELL) for column in columns
    ]


def _foot_columns(sides: tuple[int, ...], random: np.random.Generator) -> list[int]:
    """The first balances the sun or moon, the second stands in the middle."""
    first = sides[random.integers(len(sides))]
    return [first, 8, 16 - first]
