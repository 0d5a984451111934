"""What a poster can show: its attributes, how they are drawn by lot, and which combinations are held out."""

from dataclasses import dataclass
import hashlib

import numpy as np

SCENES = ("mountains", "hills", "desert", "sea", "forest", "city")
TIMES = ("day", "sunset", "night", "dawn")
BODIES = ("sun", "full moon", "crescent moon", "none")
BODY_COLOURS = ("red", "orange", "yellow", "white", "pink", "blue", "green")
LAND_COLOURS = ("blue", "purple", "green", "red", "golden", "snowy")
SIZES = ("small", "normal", "huge")
POSITIONS = ("left", "center", "right")
EXTRAS = ("sailboat", "lighthouse", "birds", "stars", "clouds", "snow", "house", "cactus", "balloon", "tree")
STYLES = ("none", "black and white", "sepia")

HELD_OUT_ONE_IN = 10


@dataclass(frozen=True)
class Scene:
    """The attributes of one poster. `land_colour` is None where the land has a colour of its own."""

    scene: str
    time: str
    body: str
    body_colour: str
    size: str
    position: str
    land_colour: str | None
    extras: tuple[str, ...]
    style: str

    @property
    def is_coloured(self) -> bool:
        return self.style == "none"


def is_held_out(scene: Scene) -> bool:
    """True for one in ten of scene x time x body x colour: never rendered for training: a real test."""
    if scene.body == "none":
        return False
    key = "|".join((scene.scene, scene.time, scene.body, scene.body_colour))
    return int(hashlib.md5(key.encode()).hexdigest(), 16) % HELD_OUT_ONE_IN == 0


def draw_scene(random: np.random.Generator, with_held_out: bool = False) -> Scene:
    """A scene by lot. The bodies are equally likely at every time of day; held-out combinations only if asked for."""
    while True:
        scene = _draw_any(random)
        if with_held_out or not is_held_out(scene):
            return scene


def _draw_any(random: np.random.Generator) -> Scene:
    place = _pick(random, SCENES)
    time = _pick(random, TIMES)
    land_colour = None
    if place == "mountains":
        land_colour = _pick(random, LAND_COLOURS)
    elif place == "hills":
        land_colour = _pick(random, LAND_COLOURS[:-1])
    return Scene(
        scene=place,
        time=time,
        body=_pick(random, BODIES, (0.30, 0.30, 0.30, 0.10)),
        body_colour=_pick(random, BODY_COLOURS),
        size=_pick(random, SIZES, (0.22, 0.50, 0.28)),
        position=_pick(random, POSITIONS),
        land_colour=land_colour,
        extras=_draw_extras(random, place, time),
        style=_pick(random, STYLES, (0.90, 0.05, 0.05)),
    )


def _draw_extras(random: np.random.Generator, place: str, time: str) -> tuple[str, ...]:
    """At most three extras that make sense in this place at this time."""
    night = time == "night"
    chances = {
        "sailboat": 0.50 if place == "sea" else 0,
        "lighthouse": 0.30 if place == "sea" else 0,
        "cactus": 0.50 if place == "desert" else 0,
        "tree": 0.35 if place == "hills" else 0,
        "house": 0.32 if place in ("hills", "mountains") else 0,
        "stars": 0.50 if night else 0.03,
        "birds": 0.06 if night else 0.22,
        "clouds": 0.22,
        "balloon": 0.06 if night else 0.15,
        "snow": 0.13 if place != "desert" else 0,
    }
    extras = [name for name in EXTRAS if random.random() < chances[name]]
    if "stars" in extras and "snow" in extras:
        extras.remove("snow")
    while len(extras) > 3:
        extras.pop(random.integers(len(extras)))
    return tuple(extras)


def _pick(random: np.random.Generator, values: tuple[str, ...], chances: tuple[float, ...] | None = None) -> str:
    return values[random.choice(len(values), p=chances)]
