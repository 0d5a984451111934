"""Trains the judge on drawn posters, blurred, noisy, paler and darker, so that it does not mind how a model paints."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from judge import Judge
from labels import attribute_loss, label_scenes
from muon import Muon
from pictures import SETTLED_PICTURES, open_pictures, scene_of, to_tensor, training_count
from presets import Preset
from run_folder import RunFolder
from training_loop import Trained, train_steps

STAGE = "judge"


def train_judge(folder: RunFolder, preset: Preset, seed: int, device: str) -> None:
    torch.manual_seed(seed)
    model = Judge().to(device)
    optimizer = Muon(model.parameters())
    pictures = open_pictures(folder.file(SETTLED_PICTURES))
    count = training_count(len(pictures))
    labels = label_scenes([scene_of(seed, index) for index in range(count)])

    def loss_of(step: int) -> Tensor:
        random = np.random.default_rng([seed, 7, step])
        torch.manual_seed(seed * 1_000_003 + step)
        chosen = np.sort(random.choice(count, preset.judge.batch))
        batch = _worsened(to_tensor(pictures[chosen]).to(device), random)
        return attribute_loss(model(batch), labels[chosen].to(device))

    train_steps(folder, STAGE, (preset.judge,), Trained(model, optimizer), loss_of, largest_gradient=5.0)


def open_judge(folder: RunFolder) -> Judge:
    model = Judge()
    model.load_state_dict(folder.load(f"{STAGE}.pt")["model"])
    return model.eval().requires_grad_(False)


def _worsened(pictures: Tensor, random: np.random.Generator) -> Tensor:
    size = pictures.shape[-1]
    if random.random() < 0.4:
        smaller = (size // 2, size * 2 // 3, size * 3 // 4)[random.integers(3)]
        small = functional.interpolate(pictures, size=smaller, mode="bilinear", antialias=True)
        pictures = functional.interpolate(small, size=size, mode="bilinear")
    if random.random() < 0.4:
        pictures = pictures + torch.randn_like(pictures) * random.uniform(0.02, 0.10)
    return pictures * (1 + random.uniform(-0.05, 0.05)) + random.uniform(-0.05, 0.05)
