"""Gives the latents mean 0 and deviation 1, and encodes the data set once, in both its drawings."""

import os

import numpy as np
import torch
from torch import Tensor

from networks.autoencoder import SCALING_FACTOR, Autoencoder
from pictures import PICTURES, SETTLED_PICTURES, open_pictures, to_tensor
from presets import Preset
from run_folder import RunFolder
from training_loop import Clock

from . import autoencoder

FOLDED = "autoencoder-folded.pt"
LATENTS, SETTLED_LATENTS = "latents.npy", "settled-latents.npy"
_BATCH, _SAMPLE = 32, 1024


@torch.no_grad()
def encode_pictures(folder: RunFolder, preset: Preset, device: str) -> None:
    """Writes pictures x 4 x h/8 x w/8 float16, already scaled, and the autoencoder with the scale folded in.

    What is there is not made again.
    """
    clock = Clock(folder, "encode")
    if not folder.has(FOLDED):
        model = Autoencoder(preset.autoencoder)
        model.load_state_dict(folder.load(f"{autoencoder.STAGE}.pt")["model"])
        latents = _encoded(model.to(device).eval(), folder, PICTURES)
        mean, deviation = latents[:_SAMPLE].mean((0, 2, 3)), latents[:_SAMPLE].std((0, 2, 3))
        model.cpu().rescale_latents(mean, 1 / SCALING_FACTOR / deviation)
        _write(folder, LATENTS, (latents - mean[:, None, None]) / deviation[:, None, None])
        folder.save(FOLDED, {"model": model.state_dict()})
        clock.record({"pictures": len(latents)})
    if not folder.has(SETTLED_LATENTS):
        model = open_folded(folder, preset).to(device).eval()
        _write(folder, SETTLED_LATENTS, _encoded(model, folder, SETTLED_PICTURES) * SCALING_FACTOR)
        clock.record({})


def _encoded(model: Autoencoder, folder: RunFolder, name: str) -> Tensor:
    pictures, device = open_pictures(folder.file(name)), next(model.parameters()).device
    return torch.cat(
        [
            model.encode(to_tensor(pictures[start : start + _BATCH]).to(device))[0].cpu()
            for start in range(0, len(pictures), _BATCH)
        ]
    )


def _write(folder: RunFolder, name: str, latents: Tensor) -> None:
    partial = folder.file(f"{name}.partial")
    with open(partial, "wb") as file:
        np.save(file, latents.half().numpy())
    os.replace(partial, folder.file(name))


def open_folded(folder: RunFolder, preset: Preset) -> Autoencoder:
    model = Autoencoder(preset.autoencoder)
    model.load_state_dict(folder.load(FOLDED)["model"])
    return model
