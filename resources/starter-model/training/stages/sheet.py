"""The contact sheet: 32 prompts, one picture each, at fixed seeds and with nothing picked by hand."""

import json
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
import torch

from bundle import read_bundle
from pictures import to_pixels
from sampler import make_pictures

PROMPTS = (
    "a red sun over blue mountains at sunset, with birds",
    "a full moon over the sea at night with a sailboat and stars",
    "a huge yellow sun over the desert at dawn with a cactus",
    "golden hills by day with a house and a hot-air balloon",
    "a white crescent moon over the city at night with stars",
    "snowy mountains at dawn with a pink sun and birds",
    "a yellow sun over the sea by day with a sailboat",
    "a full moon above a pine forest at night with stars",
    "a lighthouse by the sea at night with a white full moon on the left",
    "green hills with a house and clouds, by day",
    "a huge orange sun over the sea at sunset",
    "a small red sun on the right over the desert at noon",
    "a blue crescent moon over purple mountains at night",
    "a green sun over a city at dawn",
    "a forest in falling snow in the morning",
    "a hot-air balloon over golden hills at sunrise",
    "a huge pink crescent moon on the left over the sea at sunset",
    "a white sun over red mountains by day with clouds",
    "an orange full moon over the desert at night with a cactus",
    "a city skyline at sunset with a huge red sun in the center",
    "a yellow crescent moon on the right over a forest at night with stars",
    "a lone tree on green hills under a yellow sun by day",
    "purple hills at dawn with a white full moon and a cabin",
    "a sailboat on the ocean at dusk, orange sun on the left, birds",
    "a blue sun over snowy mountains by day",
    "a city by day with clouds and a yellow sun",
    "a huge white full moon over red hills at night",
    "a forest by day with a red sun and birds",
    "sand dunes at dawn with a pink full moon and clouds",
    "a pink sun over the sea at dawn with a lighthouse",
    "a full moon over a city at night, black and white",
    "a sun over mountains, sepia",
)
_COLUMNS, _GAP, _CAPTION, _SCALE = 8, 12, 44, 2
_FIRST_SEED = 1


def draw_sheet(bundle: Path, out: Path) -> None:
    networks = read_bundle(bundle)
    made = torch.cat(
        [
            make_pictures(networks, list(PROMPTS[at : at + 8]), list(range(_FIRST_SEED + at, _FIRST_SEED + at + 8)))
            for at in range(0, len(PROMPTS), 8)
        ]
    )
    side = made.shape[-1] * _SCALE
    rows = -(-len(PROMPTS) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * (side + _GAP) + _GAP, rows * (side + _CAPTION + _GAP) + _GAP), (250, 249, 246))
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype("DejaVuSans.ttf", 12)
    for at, (pixels, prompt) in enumerate(zip(to_pixels(made), PROMPTS)):
        x, y = _GAP + at % _COLUMNS * (side + _GAP), _GAP + at // _COLUMNS * (side + _CAPTION + _GAP)
        sheet.paste(Image.fromarray(pixels).resize((side, side), Image.LANCZOS), (x, y))
        draw.multiline_text((x, y + side + 6), _wrapped(prompt, 38), fill=(60, 58, 54), font=font)
    sheet.save(out, quality=88)


def write_reference(bundle: Path, picture: Path, facts: Path) -> None:
    """One picture with its prompt and seed: what another program must make of the same weights."""
    pixels = to_pixels(make_pictures(read_bundle(bundle), [PROMPTS[0]], [_FIRST_SEED]))[0]
    Image.fromarray(pixels).save(picture)
    facts.write_text(json.dumps({"prompt": PROMPTS[0], "seed": _FIRST_SEED}, indent=2) + "\n")


def _wrapped(text: str, width: int) -> str:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
