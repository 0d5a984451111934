"""AutoencoderKL: a picture of 8 x 8 px cells to four numbers a cell, and back."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .layers import Attention, Conv2d, Downsample2D, ResnetBlock2D, Upsample2D

SCALING_FACTOR = 0.18215
_EPS = 1e-6


@dataclass(frozen=True)
class AutoencoderConfig:
    block_out_channels: tuple[int, ...]
    layers_per_block: int = 1
    latent_channels: int = 4
    norm_num_groups: int = 8
    sample_size: int = 128


class _DownBlock(nn.Module):
    def __init__(self, channels_in: int, channels_out: int, layers: int, groups: int, downsample: bool):
        super().__init__()
        self.resnets = nn.ModuleList(
            ResnetBlock2D(channels_in if layer == 0 else channels_out, channels_out, groups, _EPS)
            for layer in range(layers)
        )
        self.downsamplers = nn.ModuleList([Downsample2D(channels_out, padding=0)] if downsample else [])

    def forward(self, x: Tensor) -> Tensor:
        for block in (*self.resnets, *self.downsamplers):
            x = block(x)
        return x


class _UpBlock(nn.Module):
    def __init__(self, channels_in: int, channels_out: int, layers: int, groups: int, upsample: bool):
        super().__init__()
        self.resnets = nn.ModuleList(
            ResnetBlock2D(channels_in if layer == 0 else channels_out, channels_out, groups, _EPS)
            for layer in range(layers)
        )
        self.upsamplers = nn.ModuleList([Upsample2D(channels_out)] if upsample else [])

    def forward(self, x: Tensor) -> Tensor:
        for block in (*self.resnets, *self.upsamplers):
            x = block(x)
        return x


class _MidBlock(nn.Module):
    def __init__(self, channels: int, groups: int):
        super().__init__()
        self.attentions = nn.ModuleList([Attention(channels, channels, heads=1, bias=True, norm_groups=groups)])
        self.resnets = nn.ModuleList(ResnetBlock2D(channels, channels, groups, _EPS) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        x = self.resnets[0](x)
        attention = self.attentions[0]
        tokens = attention.group_norm(x).flatten(2).transpose(1, 2)
        x = x + attention(tokens).transpose(1, 2).reshape(x.shape)
        return self.resnets[1](x)


class Encoder(nn.Module):
    def __init__(self, config: AutoencoderConfig):
        super().__init__()
        widths, groups = config.block_out_channels, config.norm_num_groups
        self.conv_in = Conv2d(3, widths[0], 3, padding=1)
        self.down_blocks = nn.ModuleList(
            _DownBlock(widths[max(0, at - 1)], width, config.layers_per_block, groups, at < len(widths) - 1)
            for at, width in enumerate(widths)
        )
        self.mid_block = _MidBlock(widths[-1], groups)
        self.conv_norm_out = nn.GroupNorm(groups, widths[-1], _EPS)
        self.conv_out = Conv2d(widths[-1], 2 * config.latent_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        for block in self.down_blocks:
            x = block(x)
        return self.conv_out(functional.silu(self.conv_norm_out(self.mid_block(x))))


class Decoder(nn.Module):
    def __init__(self, config: AutoencoderConfig):
        super().__init__()
        widths, groups = config.block_out_channels[::-1], config.norm_num_groups
        self.conv_in = Conv2d(config.latent_channels, widths[0], 3, padding=1)
        self.mid_block = _MidBlock(widths[0], groups)
        self.up_blocks = nn.ModuleList(
            _UpBlock(widths[max(0, at - 1)], width, config.layers_per_block + 1, groups, at < len(widths) - 1)
            for at, width in enumerate(widths)
        )
        self.conv_norm_out = nn.GroupNorm(groups, widths[-1], _EPS)
        self.conv_out = Conv2d(widths[-1], 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.mid_block(self.conv_in(x))
        for block in self.up_blocks:
            x = block(x)
        return self.conv_out(functional.silu(self.conv_norm_out(x)))


class Autoencoder(nn.Module):
    """Pictures are batch x 3 x h x w in -1..1; latents batch x 4 x h/8 x w/8, not scaled by the scaling factor."""

    def __init__(self, config: AutoencoderConfig):
        super().__init__()
        latent = config.latent_channels
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.quant_conv = nn.Conv2d(2 * latent, 2 * latent, 1)
        self.post_quant_conv = nn.Conv2d(latent, latent, 1)

    def encode(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the latents."""
        mean, log_variance = self.quant_conv(self.encoder(pictures)).chunk(2, 1)
        return mean, log_variance.clamp(-30, 20)

    def decode(self, latents: Tensor) -> Tensor:
        return self.decoder(self.post_quant_conv(latents))

    @torch.no_grad()
    def rescale_latents(self, mean: Tensor, gain: Tensor) -> None:
        """Makes the latents (z - mean) * gain, by channel, inside the 1x1 convolutions; pictures stay the same."""
        latent = self.config.latent_channels
        self.quant_conv.weight[:latent] *= gain[:, None, None, None]
        self.quant_conv.bias[:latent] = (self.quant_conv.bias[:latent] - mean) * gain
        self.quant_conv.bias[latent:] += 2 * torch.log(gain)
        self.post_quant_conv.bias += (self.post_quant_conv.weight[:, :, 0, 0] * mean[None]).sum(1)
        self.post_quant_conv.weight /= gain[None, :, None, None]
