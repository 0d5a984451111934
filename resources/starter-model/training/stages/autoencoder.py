"""Trains the autoencoder: random crops first, then whole posters."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from muon import Muon
from networks.autoencoder import Autoencoder
from pictures import PICTURES, open_pictures, to_pixels, to_tensor, training_count
from presets import Preset
from run_folder import RunFolder
from training_loop import Trained, train_steps

STAGE = "autoencoder"
_CROP = 64
_EDGE_WEIGHT, _SQUARE_WEIGHT, _KL_WEIGHT, _HALF_SIZE_WEIGHT = 1.2, 2.0, 6e-4, 0.25
_HALF_SIZE_EVERY = 3


def train_autoencoder(folder: RunFolder, preset: Preset, seed: int, device: str) -> None:
    torch.manual_seed(seed)
    model = Autoencoder(preset.autoencoder).to(device)
    _start_with_little_noise(model)
    optimizer = Muon(model.parameters())
    pictures = open_pictures(folder.file(PICTURES))
    crops, whole = preset.autoencoder_crops, preset.autoencoder_whole

    def loss_of(step: int) -> Tensor:
        random = np.random.default_rng([seed, 1, step])
        torch.manual_seed(seed * 1_000_003 + step)
        if step < crops.steps:
            batch = _crops(pictures, random, crops.batch)
        else:
            batch = pictures[_indices(pictures, random, whole.batch)]
        return _loss(model, to_tensor(batch).to(device), step)

    train_steps(folder, STAGE, (crops, whole), Trained(model, optimizer), loss_of)
    folder.record(STAGE, {"psnr": round(validation_psnr(model, pictures, device), 2)})


@torch.no_grad()
def validation_psnr(model: Autoencoder, pictures: np.ndarray, device: str, count: int = 64) -> float:
    """Mean PSNR in dB of unseen posters after encoding and decoding."""
    values = []
    first = training_count(len(pictures))
    for start in range(first, min(first + count, len(pictures)), 16):
        original = pictures[start : start + 16]
        decoded = to_pixels(model.decode(model.encode(to_tensor(original).to(device))[0]))
        error = ((decoded.astype(np.float32) - original) ** 2).mean((1, 2, 3))
        values.append(10 * np.log10(255**2 / error))
    return float(np.concatenate(values).mean())


def reconstruction_loss(decoded: Tensor, target: Tensor) -> Tensor:
    """Absolute error, the same of the finite differences (edges), and squared error."""
    difference = decoded - target
    across = (difference[..., 1:] - difference[..., :-1]).abs().mean()
    down = (difference[..., 1:, :] - difference[..., :-1, :]).abs().mean()
    return difference.abs().mean() + _EDGE_WEIGHT * (across + down) + _SQUARE_WEIGHT * difference.pow(2).mean()


@torch.no_grad()
def _start_with_little_noise(model: Autoencoder) -> None:
    """A deviation of e^-2 instead of 1."""
    latent = model.config.latent_channels
    model.quant_conv.bias[latent:] = -4.0
    model.quant_conv.weight[latent:] *= 0.1


def _loss(model: Autoencoder, batch: Tensor, step: int) -> Tensor:
    mean, log_variance = model.encode(batch)
    latents = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
    reconstruction = reconstruction_loss(model.decode(latents), batch)
    divergence = 0.5 * (mean.pow(2) + log_variance.exp() - 1 - log_variance).mean()
    loss = reconstruction + _KL_WEIGHT * divergence
    if step % _HALF_SIZE_EVERY == 0:
        # Latents of half the size must decode to a picture of half the size: keeps the latents smooth, which makes them
        # easier to denoise. Source: Skorokhodov et al., "Improving the diffusability of autoencoders" (2025).
        half = model.decode(functional.avg_pool2d(latents, 2))
        loss = loss + _HALF_SIZE_WEIGHT * reconstruction_loss(half, functional.avg_pool2d(batch, 2))
    return loss


def _indices(pictures: np.ndarray, random: np.random.Generator, count: int) -> np.ndarray:
    return np.sort(random.choice(training_count(len(pictures)), count))


def _crops(pictures: np.ndarray, random: np.random.Generator, count: int) -> np.ndarray:
    """Crops that start on the drawing grid, because the autoencoder will always see posters from their corner."""
    crops = []
    for index in _indices(pictures, random, count):
        top, left = random.integers(0, (pictures.shape[1] - _CROP) // 8 + 1, 2) * 8
        crops.append(pictures[index, top : top + _CROP, left : left + _CROP])
    return np.stack(crops)
