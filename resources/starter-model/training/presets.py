"""How big and how long: `cpu` is what the shipped weights were made with, `gpu` the same recipe with more steps."""

from dataclasses import dataclass

from networks.autoencoder import AutoencoderConfig
from networks.text_encoder import TextEncoderConfig
from networks.unet import UnetConfig


@dataclass(frozen=True)
class Schedule:
    """A learning rate that warms up, stays, and falls as a cosine over the last part of the steps."""

    steps: int
    batch: int
    learning_rate: float
    warmup_steps: int
    decay_share: float


@dataclass(frozen=True)
class Preset:
    pictures: int
    size: int
    autoencoder: AutoencoderConfig
    text_encoder: TextEncoderConfig
    unet: UnetConfig
    autoencoder_crops: Schedule
    autoencoder_whole: Schedule
    text: Schedule
    denoiser: tuple[Schedule, ...]
    settled_from: int
    """The step of the denoiser from which its drawings are the settled ones: see `draw_poster`."""
    decoder: Schedule
    judge: Schedule
    ema: float


PRESETS = {
    "cpu": Preset(
        pictures=12_544,
        size=128,
        autoencoder=AutoencoderConfig(block_out_channels=(16, 32, 64, 128)),
        text_encoder=TextEncoderConfig(),
        unet=UnetConfig(block_out_channels=(64, 96, 160)),
        autoencoder_crops=Schedule(steps=1300, batch=12, learning_rate=2.4e-3, warmup_steps=20, decay_share=0.6),
        autoencoder_whole=Schedule(steps=0, batch=4, learning_rate=8e-4, warmup_steps=10, decay_share=1.0),
        text=Schedule(steps=1000, batch=32, learning_rate=2e-3, warmup_steps=60, decay_share=0.8),
        denoiser=(
            Schedule(steps=3200, batch=32, learning_rate=2e-3, warmup_steps=60, decay_share=0.7),
            Schedule(steps=450, batch=32, learning_rate=1e-3, warmup_steps=15, decay_share=1.0),
        ),
        settled_from=2_586,
        decoder=Schedule(steps=700, batch=4, learning_rate=1.2e-3, warmup_steps=30, decay_share=1.0),
        judge=Schedule(steps=1100, batch=48, learning_rate=3e-3, warmup_steps=50, decay_share=1.0),
        ema=0.998,
    ),
    "gpu": Preset(
        pictures=60_000,
        size=128,
        autoencoder=AutoencoderConfig(block_out_channels=(32, 64, 128, 128)),
        text_encoder=TextEncoderConfig(),
        unet=UnetConfig(block_out_channels=(128, 160, 224)),
        autoencoder_crops=Schedule(steps=6000, batch=48, learning_rate=2e-3, warmup_steps=200, decay_share=0.6),
        autoencoder_whole=Schedule(steps=2000, batch=32, learning_rate=8e-4, warmup_steps=20, decay_share=1.0),
        text=Schedule(steps=2000, batch=64, learning_rate=2e-3, warmup_steps=60, decay_share=1.0),
        denoiser=(Schedule(steps=20_000, batch=128, learning_rate=2e-3, warmup_steps=200, decay_share=0.6),),
        settled_from=6_000,
        decoder=Schedule(steps=4000, batch=32, learning_rate=1e-3, warmup_steps=50, decay_share=1.0),
        judge=Schedule(steps=4000, batch=64, learning_rate=3e-3, warmup_steps=50, decay_share=1.0),
        ema=0.9995,
    ),
    "check": Preset(
        pictures=96,
        size=128,
        autoencoder=AutoencoderConfig(block_out_channels=(8, 8, 16, 16)),
        text_encoder=TextEncoderConfig(layers=1),
        unet=UnetConfig(block_out_channels=(32, 32, 64)),
        autoencoder_crops=Schedule(steps=3, batch=4, learning_rate=1e-3, warmup_steps=1, decay_share=0.5),
        autoencoder_whole=Schedule(steps=2, batch=2, learning_rate=1e-3, warmup_steps=1, decay_share=1.0),
        text=Schedule(steps=3, batch=4, learning_rate=1e-3, warmup_steps=1, decay_share=1.0),
        denoiser=(Schedule(steps=3, batch=4, learning_rate=1e-3, warmup_steps=1, decay_share=0.5),),
        settled_from=2,
        decoder=Schedule(steps=2, batch=2, learning_rate=1e-3, warmup_steps=1, decay_share=1.0),
        judge=Schedule(steps=3, batch=4, learning_rate=1e-3, warmup_steps=1, decay_share=1.0),
        ema=0.9,
    ),
}
