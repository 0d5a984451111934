"""What stands on the land or floats on the sea. `x`, `y` is the middle of the foot, in unit coordinates."""

from .canvas import CELL, Canvas
from .colours import lit, mix, shaded
from .land import snow_tint


def draw_sailboat(canvas: Canvas, x: float, y: float, time: str) -> None:
    size = 2.6 * CELL
    sail = mix((252, 250, 244), (20, 26, 76), 0.28) if time == "night" else lit((252, 250, 244), time)
    hull = lit((128, 60, 32), time)
    canvas.polygon(
        [
            (x - size * 0.75, y),
            (x + size * 0.75, y),
            (x + size * 0.50, y + size * 0.36),
            (x - size * 0.50, y + size * 0.36),
        ],
        hull,
    )
    canvas.polygon(
        [(x + 0.008, y - size * 0.08), (x + 0.008, y - size * 1.55), (x + size * 0.74, y - size * 0.08)], sail
    )
    canvas.polygon(
        [(x - 0.012, y - size * 0.08), (x - 0.012, y - size * 1.25), (x - size * 0.58, y - size * 0.08)],
        mix(sail, (214, 60, 52), 0.75),
    )


def draw_lighthouse(canvas: Canvas, x: float, y: float, time: str) -> None:
    height, half = 5.5 * CELL, 0.85 * CELL
    white, red = lit((250, 248, 242), time), lit((220, 48, 42), time)
    canvas.polygon(
        [
            (x - 2.4 * CELL, y + 0.8 * CELL),
            (x - 1.5 * CELL, y - 0.5 * CELL),
            (x + 1.5 * CELL, y - 0.5 * CELL),
            (x + 2.4 * CELL, y + 0.8 * CELL),
        ],
        lit((88, 76, 72), time),
    )
    for band in range(5):
        low, high = band / 5, (band + 1) / 5
        wide, narrow = half * (1 - 0.4 * low), half * (1 - 0.4 * high)
        canvas.polygon(
            [
                (x - wide, y - height * low),
                (x - narrow, y - height * high),
                (x + narrow, y - height * high),
                (x + wide, y - height * low),
            ],
            red if band % 2 else white,
        )
    top = y - height
    canvas.rectangle(x - 0.42 * CELL, top - 0.9 * CELL, x + 0.42 * CELL, top, (255, 232, 120))
    canvas.polygon([(x - 0.7 * CELL, top - 0.9 * CELL), (x, top - 1.7 * CELL), (x + 0.7 * CELL, top - 0.9 * CELL)], red)


def draw_house(canvas: Canvas, x: float, y: float, time: str, snow: bool) -> None:
    size = 1.6 * CELL
    foot = y + 0.6 * CELL
    wall, roof = lit((246, 230, 202), time), lit((196, 54, 42), time)
    pane = (255, 212, 96) if time in ("night", "sunset") else lit((86, 128, 174), time)
    canvas.rectangle(x - size, foot - size * 1.25, x + size, foot, wall)
    canvas.polygon(
        [(x - size * 1.3, foot - size * 1.2), (x, foot - size * 2.2), (x + size * 1.3, foot - size * 1.2)],
        snow_tint(roof, time, snow, 0.5),
    )
    canvas.rectangle(x - size * 0.66, foot - size * 0.95, x - size * 0.10, foot - size * 0.42, pane)
    canvas.rectangle(x + size * 0.20, foot - size * 0.90, x + size * 0.66, foot, lit((112, 68, 46), time))


def draw_tree(canvas: Canvas, x: float, y: float, time: str, snow: bool) -> None:
    """A broad-leaved tree: a trunk and a crown of three discs."""
    size = 1.9 * CELL
    canvas.rectangle(x - 0.020, y - size * 0.9, x + 0.020, y + 0.6 * CELL, lit((98, 62, 38), time))
    leaves = snow_tint(shaded(lit((66, 140, 58), time), 0.80), time, snow, 0.5)
    for across, up, radius in ((-0.5, 0.0, 0.62), (0.5, 0.0, 0.62), (0.0, -0.5, 0.74)):
        canvas.disc(x + across * size, y - size * 1.3 + up * size, radius * size, leaves)


def draw_cactus(canvas: Canvas, x: float, y: float, time: str) -> None:
    height, half = 5 * CELL, 0.46 * CELL
    colour = shaded(lit((44, 128, 70), time), 0.9)

    def limb(left: float, top: float, right: float, bottom: float) -> None:
        canvas.rounded(left, top, right, bottom, half * 0.9, colour)

    limb(x - half, y - height, x + half, y + 0.5 * CELL)
    for side, share in ((-1, 0.40), (1, 0.56)):
        arm, elbow = x + side * 1.4 * CELL, y - height * share
        limb(min(x, arm) - half * 0.8, elbow - half * 0.8, max(x, arm) + half * 0.8, elbow + half * 0.8)
        limb(arm - half * 0.8, elbow - height * 0.34, arm + half * 0.8, elbow + half * 0.8)
