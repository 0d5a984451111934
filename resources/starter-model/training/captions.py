"""The words for a scene. The same grammar serves the tokenizer, the text encoder, the denoiser and the evaluation."""

from collections.abc import Sequence
import string

import numpy as np

from scene import Scene

PLACES = {
    "mountains": ("mountains", "mountains", "mountain range", "mountain peaks", "peaks"),
    "hills": ("hills", "hills", "rolling hills", "fields"),
    "desert": ("the desert", "a desert", "desert", "sand dunes", "dunes"),
    "sea": ("the sea", "the ocean", "sea", "ocean", "a calm sea"),
    "forest": ("a forest", "a pine forest", "pine trees", "the woods", "forest"),
    "city": ("a city", "a city skyline", "city skyline", "skyscrapers", "the city"),
}
TIME_PHRASES = {
    "day": ("by day", "in daylight", "at noon", "during the day", "on a clear day"),
    "sunset": ("at sunset", "at dusk", "in the evening", "during sunset"),
    "night": ("at night", "by night", "at midnight", "under a dark sky"),
    "dawn": ("at dawn", "at sunrise", "in the early morning", "in the morning"),
}
TIME_TAGS = {
    "day": ("day", "daytime", "at noon", "in daylight", "clear blue sky"),
    "sunset": ("sunset", "evening", "at sunset", "at dusk"),
    "night": ("night", "nighttime", "at night", "midnight", "dark night sky"),
    "dawn": ("dawn", "morning", "at dawn", "sunrise", "early morning"),
}
BODY_NAMES = {
    "sun": ("sun",),
    "full moon": ("full moon", "full moon", "moon"),
    "crescent moon": ("crescent moon", "crescent moon", "crescent"),
}
SIZE_WORDS = {"small": ("small", "little", "tiny"), "huge": ("huge", "big", "giant", "large")}
POSITION_PHRASES = {"left": "on the left", "center": "in the center", "right": "on the right"}
LAND_COLOUR_WORDS = {"snowy": ("snowy", "snow-capped", "snow-covered"), "golden": ("golden", "golden", "yellow")}
EXTRA_PHRASES = {
    "sailboat": ("a sailboat", "a boat", "a sailing boat", "sailboat"),
    "lighthouse": ("a lighthouse", "lighthouse"),
    "birds": ("birds", "flying birds", "a flock of birds"),
    "stars": ("stars", "a starry sky", "many stars"),
    "clouds": ("clouds", "white clouds", "a cloudy sky"),
    "snow": ("snow", "falling snow", "snowfall"),
    "house": ("a house", "a cabin", "a small house", "a cottage"),
    "cactus": ("a cactus", "cactus", "a saguaro cactus"),
    "balloon": ("a hot-air balloon", "a hot air balloon", "a balloon"),
    "tree": ("a tree", "a lone tree", "a big tree"),
}
STYLE_WORDS = {
    "black and white": ("black and white", "monochrome", "in black and white", "grayscale"),
    "sepia": ("sepia", "sepia tone", "vintage sepia"),
}
PREFIXES = (
    "",
    "",
    "",
    "",
    "",
    "",
    "a poster of ",
    "a minimalist poster of ",
    "an illustration of ",
    "a flat illustration of ",
    "a picture of ",
    "a painting of ",
    "a landscape with ",
    "vector art of ",
    "a photo of ",
    "a view of ",
)
QUALITY_WORDS = (
    "beautiful",
    "highly detailed",
    "4k",
    "8k",
    "masterpiece",
    "best quality",
    "trending on artstation",
    "wallpaper",
    "art",
    "artwork",
    "digital art",
    "cinematic",
    "minimalism",
    "flat design",
    "vector",
    "poster",
    "landscape",
    "scenery",
    "sharp",
    "stunning",
    "vivid",
    "professional",
    "peaceful",
    "calm",
    "simple",
    "modern",
    "style",
    "hd",
    "intricate",
    "aesthetic",
    "graphic",
    "travel poster",
    "retro",
)


def full_caption(scene: Scene, random: np.random.Generator) -> str:
    """A sentence that names everything that can be seen; the position and the size in some. For evaluation."""
    return _sentence(scene, random, forgetful=False)


def training_caption(scene: Scene, random: np.random.Generator) -> str:
    """Like what people type: empty at times, with facts left out, junk words and loose punctuation.

    A sun or moon that is there is named in every caption but the empty and the shortest, so that one that is not named
    is one that is not there.
    """
    kind = random.random()
    if kind < 0.10:
        return ""
    if kind < 0.15:
        text = _pick(random, PREFIXES) + _pick(random, _facts(scene, random, forgetful=True))
    elif kind < 0.38:
        facts = _facts(scene, random, forgetful=True)
        random.shuffle(facts)
        text = ", ".join(facts)
    else:
        text = _sentence(scene, random, forgetful=True)
    return _roughened(text, random)


def says_position(caption: str) -> bool:
    return any(phrase in caption for phrase in POSITION_PHRASES.values())


def says_size(caption: str, scene: Scene) -> bool:
    names = BODY_NAMES.get(scene.body, ())
    words = SIZE_WORDS.get(scene.size, ())
    return any(
        f"{word} {part}{name}" in caption for word in words for name in names for part in ("", f"{scene.body_colour} ")
    )


def _sentence(scene: Scene, random: np.random.Generator, forgetful: bool) -> str:
    place, body = _place(scene, random, forgetful), _body(scene, random, forgetful)
    extras = _extras(scene, random, forgetful)
    says_time = not forgetful or random.random() > 0.12
    body_first = body is not None and random.random() < 0.6
    text = body + _pick(random, (" over ", " over ", " above ", " rising over ")) + place if body_first else place
    if says_time:
        if random.random() < 0.75:
            text += " " + _pick(random, TIME_PHRASES[scene.time])
        else:
            text += ", " + _pick(random, TIME_TAGS[scene.time][:2])
    rest = extras if body_first or body is None else [body, *extras]
    if rest:
        text += _pick(random, (" with ", " with ", ", with ", ", ")) + _listed(rest)
    text = _pick(random, PREFIXES) + text
    if scene.style != "none":
        text += ", " + _pick(random, STYLE_WORDS[scene.style])
    return text


def _facts(scene: Scene, random: np.random.Generator, forgetful: bool) -> list[str]:
    facts = [_place(scene, random, forgetful)]
    body = _body(scene, random, forgetful)
    if body is not None:
        facts.append(body)
    if random.random() > 0.12:
        facts.append(_pick(random, TIME_TAGS[scene.time]))
    facts.extend(_extras(scene, random, forgetful))
    if scene.style != "none":
        facts.append(_pick(random, STYLE_WORDS[scene.style]))
    return facts


def _place(scene: Scene, random: np.random.Generator, forgetful: bool) -> str:
    place = _pick(random, PLACES[scene.scene])
    if scene.land_colour is None or not scene.is_coloured or (forgetful and random.random() < 0.10):
        return place
    return f"{_pick(random, LAND_COLOUR_WORDS.get(scene.land_colour, (scene.land_colour,)))} {place}"


def _body(scene: Scene, random: np.random.Generator, forgetful: bool) -> str | None:
    if scene.body == "none":
        return None
    words = []
    if scene.size in SIZE_WORDS and random.random() < 0.90:
        words.append(_pick(random, SIZE_WORDS[scene.size]))
    if scene.is_coloured and not (forgetful and random.random() < 0.12):
        words.append(scene.body_colour)
    words.append(_pick(random, BODY_NAMES[scene.body]) if forgetful else scene.body)
    text = " ".join(words)
    if not forgetful or random.random() < 0.7:
        text = f"{'an' if text[0] in 'aeiou' else 'a'} {text}"
    if random.random() < 0.30:
        text += " " + POSITION_PHRASES[scene.position]
    return text


def _extras(scene: Scene, random: np.random.Generator, forgetful: bool) -> list[str]:
    extras = [_pick(random, EXTRA_PHRASES[name]) for name in scene.extras if not forgetful or random.random() > 0.04]
    random.shuffle(extras)
    return extras


def _roughened(text: str, random: np.random.Generator) -> str:
    if random.random() < 0.20:
        junk = ", ".join(_pick(random, QUALITY_WORDS) for _ in range(random.integers(1, 4)))
        text = f"{text}, {junk}" if random.random() < 0.7 else f"{junk}, {text}"
    if random.random() < 0.08:  # A word that means nothing: teaches to ignore what is not known.
        word = "".join(_pick(random, string.ascii_lowercase) for _ in range(random.integers(2, 9)))
        text = f"{text} {word}" if random.random() < 0.5 else f"{word} {text}"
    if random.random() < 0.12:
        text = text.replace(",", "")
    if random.random() < 0.08:
        text = text.replace("a ", "").replace("the ", "")
    if random.random() < 0.10:
        text = text[:1].upper() + text[1:] + "."
    return text


def _listed(parts: list[str]) -> str:
    return " and ".join(parts) if len(parts) < 3 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _pick(random: np.random.Generator, values: Sequence[str]) -> str:
    return values[random.integers(len(values))]
