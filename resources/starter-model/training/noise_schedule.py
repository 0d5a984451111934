"""The noise of training: diffusers' "scaled_linear" from 0.00085 to 0.012 in 1000 steps."""

import torch
from torch import Tensor

TRAINING_STEPS = 1000
BETA_START, BETA_END = 0.00085, 0.012


def signal_and_noise() -> tuple[Tensor, Tensor]:
    """For each step: how much of the clean latents and how much noise the noisy ones hold."""
    betas = torch.linspace(BETA_START**0.5, BETA_END**0.5, TRAINING_STEPS, dtype=torch.float64) ** 2
    kept = torch.cumprod(1 - betas, 0)
    return kept.sqrt().float(), (1 - kept).sqrt().float()
