"""Asks the judge about 120 pictures of combinations that were never trained on, and what the judge itself can see."""

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from bundle import read_bundle
from captions import full_caption, says_position, says_size
from drawing.poster import draw_poster
from judge import Judge
from labels import CHOICES, NOT_ASKED, label_scenes
from pictures import to_tensor
from presets import Preset
from run_folder import RunFolder
from sampler import GUIDANCE, STEPS, Networks, make_pictures
from scene import BODIES, EXTRAS, Scene, draw_scene, is_held_out

from .judge import open_judge

PROMPTS = 120
_SEED, _FIRST_NOISE, _BATCH = 4242, 1000, 8
_OTHER_SEED, _OTHER_NOISE, _GUIDANCES = 4343, 5000, (3.5, 5.0, 7.0)
_TOGETHER = ("scene", "time", "body", "body_colour", "land_colour")


def evaluate_bundle(folder: RunFolder, preset: Preset, bundle: Path, name: str) -> None:
    """Writes NAME.json into the run folder: the judge's reading of the model's pictures and of the drawings."""
    networks, judge = read_bundle(bundle), open_judge(folder)
    scenes, prompts, drawings = held_out_set(preset.size)
    labels = asked_labels(scenes, prompts)
    made = _made(networks, prompts, _FIRST_NOISE, GUIDANCE)
    decoded = []
    with torch.no_grad():
        for part in drawings.split(_BATCH):
            decoded.append(networks.autoencoder.decode(networks.autoencoder.encode(part)[0]).clamp(-1, 1))
    result = {
        "prompts": PROMPTS,
        "sampler": "DPM++ 2M",
        "steps": STEPS,
        "guidance": GUIDANCE,
        "model": score(judge, made, labels),
        "judge on drawings": score(judge, drawings, labels),
        "judge on drawings through the autoencoder": score(judge, torch.cat(decoded), labels),
        "reconstruction_psnr": round(_psnr(torch.cat(decoded), drawings), 2),
    }
    folder.file(f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps({key: value for key, value in result["model"].items() if not isinstance(value, (dict, list))}))


def compare_guidance(folder: RunFolder, preset: Preset, bundle: Path) -> None:
    """Writes guidance.json: what the judge reads at several guidances, in prompts and noise other than evaluation's."""
    networks, judge = read_bundle(bundle), open_judge(folder)
    scenes, prompts, _ = held_out_set(preset.size, _OTHER_SEED)
    labels = asked_labels(scenes, prompts)
    shares = {
        str(guidance): score(judge, _made(networks, prompts, _OTHER_NOISE, guidance), labels) for guidance in _GUIDANCES
    }
    folder.file("guidance.json").write_text(json.dumps(shares, indent=2) + "\n")


def held_out_set(size: int, seed: int = _SEED) -> tuple[list[Scene], list[str], Tensor]:
    """Scenes of held-out combinations in full colour, the caption and the drawing of each."""
    random = np.random.default_rng(seed)
    scenes: list[Scene] = []
    while len(scenes) < PROMPTS:
        scene = draw_scene(random, with_held_out=True)
        if is_held_out(scene) and scene.is_coloured:
            scenes.append(scene)
    prompts = [full_caption(scene, random) for scene in scenes]
    return scenes, prompts, to_tensor(np.stack([draw_poster(scene, random, size) for scene in scenes]))


def asked_labels(scenes: list[Scene], prompts: list[str]) -> Tensor:
    """The labels, without the position and the size where the prompt does not say them."""
    labels, names = label_scenes(scenes), list(CHOICES)
    for row, (scene, prompt) in enumerate(zip(scenes, prompts)):
        if not says_position(prompt):
            labels[row, names.index("position")] = NOT_ASKED
        if not says_size(prompt, scene):
            labels[row, names.index("size")] = NOT_ASKED
    return labels


@torch.no_grad()
def score(judge: Judge, pictures: Tensor, labels: Tensor) -> dict[str, object]:
    """Shares of right readings. `together`: scene, time, body and both colours right in the same picture."""
    logits = judge(pictures)
    shares: dict[str, object] = {}
    together = torch.ones(len(pictures), dtype=torch.bool)
    for at, name in enumerate(CHOICES):
        asked = labels[:, at] != NOT_ASKED
        right = logits[name].argmax(1) == labels[:, at]
        if asked.any() and name != "style":
            shares[name] = _share(right[asked])
        if name in _TOGETHER:
            together &= right | ~asked
    there, seen = labels[:, len(CHOICES) :].bool(), logits["extras"] > 0
    shares["extras recall"] = _share(seen[there])
    shares["extras false positives"] = _share(seen[~there])
    shares["together"] = _share(together)
    shares["recall by extra"] = {
        name: f"{int(seen[:, at][there[:, at]].sum())} of {int(there[:, at].sum())}" for at, name in enumerate(EXTRAS)
    }
    bodies = labels[:, list(CHOICES).index("body")]
    read = logits["body"].argmax(1)
    shares["bodies read as " + ", ".join(BODIES)] = {
        body: [int(((bodies == row) & (read == column)).sum()) for column in range(len(BODIES))]
        for row, body in enumerate(BODIES[:3])
    }
    return shares


def _made(networks: Networks, prompts: list[str], first_noise: int, guidance: float) -> Tensor:
    pictures = []
    for start in range(0, len(prompts), _BATCH):
        part = prompts[start : start + _BATCH]
        seeds = list(range(first_noise + start, first_noise + start + len(part)))
        pictures.append(make_pictures(networks, part, seeds, guidance=guidance))
    return torch.cat(pictures)


def _share(values: Tensor) -> float:
    return round(float(values.float().mean()), 3)


def _psnr(decoded: Tensor, drawings: Tensor) -> float:
    error = ((decoded - drawings) / 2).pow(2).mean((1, 2, 3))
    return float((-10 * error.log10()).mean())
