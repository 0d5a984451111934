"""The palette, and how the light of a time of day changes it. Colours are RGB tuples of 0..255."""

import numpy as np

Colour = tuple[float, ...]

WHITE: Colour = (255, 255, 255)

BODY = {
    "red": (212, 28, 30),
    "orange": (250, 136, 28),
    "yellow": (255, 220, 64),
    "white": (252, 250, 246),
    "pink": (250, 122, 178),
    "blue": (38, 74, 216),
    "green": (76, 198, 98),
}
LAND = {
    "blue": (52, 100, 190),
    "purple": (130, 68, 172),
    "green": (66, 152, 70),
    "red": (190, 58, 50),
    "golden": (226, 176, 60),
    "snowy": (112, 126, 152),
}
SKY = {
    "day": ((66, 150, 222), (134, 198, 240), (212, 236, 248)),
    "sunset": ((88, 46, 124), (236, 104, 92), (255, 196, 104)),
    "night": ((8, 12, 40), (18, 26, 70), (44, 56, 112)),
    "dawn": ((126, 158, 222), (242, 184, 204), (255, 230, 196)),
}
# How much of a colour's own brightness is left, and the tint that the light adds (colour, share).
_LIGHT = {
    "day": (1.0, WHITE, 0.0),
    "sunset": (0.86, (200, 80, 50), 0.05),
    "night": (0.52, (14, 18, 60), 0.10),
    "dawn": (0.97, (250, 190, 190), 0.05),
}


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`first` with `share` (0..1) of `second` in it."""
    return tuple(a * (1 - share) + b * share for a, b in zip(first, second))


def lit(colour: Colour, time: str) -> Colour:
    """A colour of the day as it looks at another time."""
    brightness, tint, share = _LIGHT[time]
    return mix(tuple(value * brightness for value in colour), tint, share)


def shaded(colour: Colour, factor: float) -> Colour:
    return tuple(value * factor for value in colour)


def jittered(random: np.random.Generator, colour: Colour, spread: float = 4) -> Colour:
    return tuple(value + random.uniform(-spread, spread) for value in colour)


def pixel(colour: Colour) -> tuple[int, ...]:
    return tuple(int(max(0, min(255, value))) for value in colour)
