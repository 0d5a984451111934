"""Trains the UNet to predict v from noisy latents and a caption. The text encoder stays as it is.

It begins on drawings whose things stand on either side, and ends on those where the side is settled: after the first
half alone it draws a house on both.
"""

import numpy as np
import torch
from torch import Tensor

from captions import training_caption
from muon import Muon
from networks.unet import Unet
from noise_schedule import TRAINING_STEPS, signal_and_noise
from pictures import scene_of, training_count
from presets import Preset
from run_folder import RunFolder
from training_loop import Trained, train_steps

from .encode import LATENTS, SETTLED_LATENTS
from .text import open_text_encoder

STAGE = "denoiser"
_WEIGHT_DECAY = 1e-2
_AVERAGE_EVERY = 4
_TIME_EXPONENT = 0.7
"""Times are 1000 * u^0.7: more of the noisy ones, where the composition is decided."""
_PURE_FROM, _PURE_SHARE = 900, 0.35
_EXTRA_WEIGHT = 0.6
"""How much oftener a poster is seen for each thing in it: every single thing is in few of them."""


def train_denoiser(folder: RunFolder, preset: Preset, seed: int, device: str) -> None:
    torch.manual_seed(seed)
    batch = preset.denoiser[0].batch
    text_encoder, tokenizer = open_text_encoder(folder, preset)
    text_encoder.to(device)
    unet = Unet(preset.unet)
    unet.initialise()
    unet.to(device)
    optimizer = Muon(unet.parameters(), weight_decay=_WEIGHT_DECAY)
    average = tuple(parameter.detach().clone() for parameter in unet.parameters())
    loose, settled = (torch.from_numpy(np.load(folder.file(name))) for name in (LATENTS, SETTLED_LATENTS))
    scenes = [scene_of(seed, index) for index in range(training_count(len(loose)))]
    chances = np.array([1 + _EXTRA_WEIGHT * len(scene.extras) for scene in scenes])
    chances /= chances.sum()
    noising = Noising(device)

    def loss_of(step: int) -> Tensor:
        random = np.random.default_rng([seed, 5, step])
        torch.manual_seed(seed * 1_000_003 + step)
        chosen = random.choice(len(scenes), batch, replace=False, p=chances)
        ids = torch.from_numpy(tokenizer.encode([training_caption(scenes[index], random) for index in chosen]))
        latents = loose if step < preset.settled_from else settled
        noisy, times, target = noising(latents[chosen].float().to(device))
        with torch.no_grad():
            context = text_encoder(ids.to(device))
        return (unet(noisy, times, context) - target).pow(2).mean()

    def update_average(step: int) -> None:
        if step % _AVERAGE_EVERY == 0:
            kept = min(preset.ema, (1 + step) / (12 + step)) ** _AVERAGE_EVERY
            for mean, parameter in zip(average, unet.parameters()):
                mean.lerp_(parameter.detach(), 1 - kept)

    train_steps(folder, STAGE, preset.denoiser, Trained(unet, optimizer, average), loss_of, after_step=update_average)


def open_unet(folder: RunFolder, preset: Preset) -> Unet:
    """The averaged weights of the last checkpoint."""
    unet = Unet(preset.unet)
    state = folder.load(f"{STAGE}.pt")
    for parameter, value in zip(unet.parameters(), state["average"]):
        parameter.data.copy_(value)
    return unet.eval().requires_grad_(False)


class Noising:
    """Clean latents to noisy ones, with the time of each and the v that leads back."""

    def __init__(self, device: str):
        self._signal, self._noise = (values.to(device) for values in signal_and_noise())
        self._device = device

    def __call__(self, clean: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        count = len(clean)
        even = (torch.randperm(count) + torch.rand(count)) / count
        times = (even**_TIME_EXPONENT * TRAINING_STEPS).long().clamp(0, TRAINING_STEPS - 1)
        # The schedule never quite reaches pure noise, but sampling starts from it: at the noisiest times some inputs
        # hold less of the picture than the schedule says, so that no brightness is guessed from what is left.
        weaker = torch.where(
            (times >= _PURE_FROM) & (torch.rand(count) < _PURE_SHARE), torch.rand(count), torch.ones(count)
        )
        times, weaker = times.to(self._device), weaker.to(self._device)[:, None, None, None]
        signal, noise = self._signal[times][:, None, None, None], self._noise[times][:, None, None, None]
        left = signal * weaker
        noisy = left * clean + (1 - left**2).sqrt() * torch.randn_like(clean)
        return noisy, times, (signal * noisy - clean) / noise
