"""Trains the decoder alone on whole posters, with some noise on the latents: it learns to forgive the denoiser."""

import numpy as np
import torch
from torch import Tensor

from muon import Muon
from networks.autoencoder import SCALING_FACTOR, Autoencoder
from pictures import SETTLED_PICTURES, open_pictures, to_tensor, training_count
from presets import Preset
from run_folder import RunFolder
from training_loop import Trained, train_steps

from .autoencoder import reconstruction_loss, validation_psnr
from .encode import SETTLED_LATENTS, open_folded

STAGE = "decoder"
_MOST_NOISE = 0.15


def train_decoder(folder: RunFolder, preset: Preset, seed: int, device: str) -> None:
    model = open_folded(folder, preset).to(device)
    model.encoder.requires_grad_(False)
    model.quant_conv.requires_grad_(False)
    trained = [*model.decoder.parameters(), *model.post_quant_conv.parameters()]
    optimizer = Muon(trained, weight_decay=0)
    pictures, latents = open_pictures(folder.file(SETTLED_PICTURES)), np.load(folder.file(SETTLED_LATENTS))
    count = training_count(len(pictures))

    def loss_of(step: int) -> Tensor:
        random = np.random.default_rng([seed, 8, step])
        torch.manual_seed(seed * 1_000_003 + step)
        chosen = np.sort(random.choice(count, preset.decoder.batch))
        clean = torch.from_numpy(latents[chosen].astype(np.float32)).to(device)
        noisy = clean + torch.rand(len(chosen), 1, 1, 1).to(device) * _MOST_NOISE * torch.randn_like(clean)
        return reconstruction_loss(model.decode(noisy / SCALING_FACTOR), to_tensor(pictures[chosen]).to(device))

    train_steps(folder, STAGE, (preset.decoder,), Trained(model, optimizer), loss_of)
    folder.record(STAGE, {"psnr": round(validation_psnr(model, pictures, device), 2)})


def open_autoencoder(folder: RunFolder, preset: Preset) -> Autoencoder:
    """With the trained decoder, for inference."""
    model = Autoencoder(preset.autoencoder)
    model.load_state_dict(folder.load(f"{STAGE}.pt")["model"])
    return model.eval().requires_grad_(False)
