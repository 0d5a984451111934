"""Makes pictures with the trained networks: DPM++ 2M with guidance, as in diffusers' DPMSolverMultistepScheduler."""

from dataclasses import dataclass

import torch
from torch import Tensor

from networks.autoencoder import SCALING_FACTOR, Autoencoder
from networks.text_encoder import TextEncoder
from networks.unet import Unet
from noise_schedule import TRAINING_STEPS, signal_and_noise
from tokenizer import Tokenizer

STEPS, GUIDANCE = 20, 5.0
_STEPS_OFFSET = 1


@dataclass(frozen=True)
class Networks:
    tokenizer: Tokenizer
    text_encoder: TextEncoder
    unet: Unet
    autoencoder: Autoencoder


def starting_noise(seeds: list[int], channels: int, side: int) -> Tensor:
    """One picture's noise a seed, drawn on the CPU as diffusers draws it."""
    return torch.cat(
        [torch.randn(1, channels, side, side, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    )


@torch.no_grad()
def make_pictures(
    networks: Networks, prompts: list[str], seeds: list[int], steps: int = STEPS, guidance: float = GUIDANCE
) -> Tensor:
    """prompts x 3 x h x w in -1..1, at the size that the UNet was trained for. The negative prompt is empty."""
    device = next(networks.unet.parameters()).device
    ids = torch.from_numpy(networks.tokenizer.encode([*[""] * len(prompts), *prompts])).to(device)
    context = networks.text_encoder(ids)
    config = networks.unet.config
    latents = starting_noise(seeds, config.in_channels, config.sample_size).to(device)

    def predict(noisy: Tensor, time: int) -> Tensor:
        times = torch.full((2 * len(prompts),), time, device=device)
        without, with_prompt = networks.unet(torch.cat([noisy, noisy]), times, context).chunk(2)
        return without + guidance * (with_prompt - without)

    latents = _denoise(latents, predict, steps)
    return networks.autoencoder.decode(latents / SCALING_FACTOR).clamp(-1, 1)


def _denoise(latents: Tensor, predict, steps: int) -> Tensor:
    """DPM-Solver++ of second order, midpoint, the last step of first order. `predict(noisy, time)` is v.

    Times are diffusers' "leading" ones with an offset of 1; the step after the last ends at the first training step,
    as with `final_sigmas_type="zero"` at no noise at all.
    """
    signal, noise = (values.double() for values in signal_and_noise())
    stride = TRAINING_STEPS // (steps + 1)
    times = [stride * at + _STEPS_OFFSET for at in range(steps, 0, -1)]
    previous: Tensor | None = None
    for at, time in enumerate(times):
        alpha, sigma = signal[time].item(), noise[time].item()
        clean = alpha * latents - sigma * predict(latents, time)
        is_last = at == steps - 1
        if is_last:
            return clean
        next_alpha, next_sigma = signal[times[at + 1]].item(), noise[times[at + 1]].item()
        step_size = _log_ratio(next_alpha, next_sigma) - _log_ratio(alpha, sigma)
        direction = clean
        if previous is not None:
            before = times[at - 1]
            ratio = (_log_ratio(alpha, sigma) - _log_ratio(signal[before].item(), noise[before].item())) / step_size
            direction = clean + (clean - previous) / (2 * ratio)
        shrink = float(torch.expm1(torch.tensor(-step_size, dtype=torch.float64)))
        latents = next_sigma / sigma * latents - next_alpha * shrink * direction
        previous = clean
    raise AssertionError("there is no picture without a step")


def _log_ratio(alpha: float, sigma: float) -> float:
    return float(torch.log(torch.tensor(alpha / sigma, dtype=torch.float64)))
