"""Gives the latents mean 0 and deviation 1, and encodes the data set once."""

import numpy as np
import torch

from networks.autoencoder import SCALING_FACTOR, Autoencoder
from pictures import open_pictures, to_tensor
from presets import Preset
from run_folder import RunFolder
from training_loop import Clock

from . import autoencoder

FOLDED = "autoencoder-folded.pt"
LATENTS = "latents.npy"
_BATCH, _SAMPLE = 32, 1024


@torch.no_grad()
def encode_pictures(folder: RunFolder, preset: Preset, device: str) -> None:
    """Writes pictures x 4 x h/8 x w/8 float16, already scaled, and the autoencoder with the scale folded in.

    Does nothing where that is there: it is written last.
    """
    if folder.has(FOLDED):
        return
    clock = Clock(folder, "encode")
    model = Autoencoder(preset.autoencoder).to(device).eval()
    model.load_state_dict(folder.load(f"{autoencoder.STAGE}.pt")["model"])
    pictures = open_pictures(folder.file("pictures.npy"))
    encoded = []
    for start in range(0, len(pictures), _BATCH):
        encoded.append(model.encode(to_tensor(pictures[start : start + _BATCH]).to(device))[0].cpu())
    latents = torch.cat(encoded)
    mean, deviation = latents[:_SAMPLE].mean((0, 2, 3)), latents[:_SAMPLE].std((0, 2, 3))
    model.cpu().rescale_latents(mean, 1 / SCALING_FACTOR / deviation)
    np.save(folder.file(LATENTS), ((latents - mean[:, None, None]) / deviation[:, None, None]).half().numpy())
    folder.save(FOLDED, {"model": model.state_dict()})
    clock.record({"pictures": len(pictures)})


def open_folded(folder: RunFolder, preset: Preset) -> Autoencoder:
    model = Autoencoder(preset.autoencoder)
    model.load_state_dict(folder.load(FOLDED)["model"])
    return model
