"""UNet2DConditionModel: predicts v from noisy latents, a time and the text."""

from dataclasses import dataclass
import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from .layers import Attention, Conv2d, Downsample2D, Linear, ResnetBlock2D, Upsample2D

_EPS = 1e-5


@dataclass(frozen=True)
class UnetConfig:
    """Cross-attention at every level but the first, where it would double the time of a step."""

    block_out_channels: tuple[int, ...]
    layers_per_block: int = 1
    cross_attention_dim: int = 128
    heads: int = 4
    norm_num_groups: int = 32
    in_channels: int = 4
    sample_size: int = 16

    def attends(self, level: int) -> bool:
        return level > 0


class _GegluProjection(nn.Module):
    def __init__(self, channels: int, inner: int):
        super().__init__()
        self.proj = Linear(channels, inner * 2)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.proj(x).chunk(2, -1)
        return value * functional.gelu(gate)


class _FeedForward(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        inner = channels * 4
        self.net = nn.ModuleList([_GegluProjection(channels, inner), nn.Identity(), Linear(inner, channels)])

    def forward(self, x: Tensor) -> Tensor:
        return self.net[2](self.net[0](x))


class _TransformerBlock(nn.Module):
    def __init__(self, channels: int, context_channels: int, heads: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(channels)
        self.attn1 = Attention(channels, channels, heads, bias=False)
        self.norm2 = nn.LayerNorm(channels)
        self.attn2 = Attention(channels, context_channels, heads, bias=False)
        self.norm3 = nn.LayerNorm(channels)
        self.ff = _FeedForward(channels)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        x = x + self.attn1(self.norm1(x))
        x = x + self.attn2(self.norm2(x), context)
        return x + self.ff(self.norm3(x))


class Transformer2DModel(nn.Module):
    def __init__(self, channels: int, config: UnetConfig):
        super().__init__()
        self.norm = nn.GroupNorm(config.norm_num_groups, channels, 1e-6)
        self.proj_in = Conv2d(channels, channels, 1)
        self.transformer_blocks = nn.ModuleList([_TransformerBlock(channels, config.cross_attention_dim, config.heads)])
        self.proj_out = Conv2d(channels, channels, 1)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        tokens = self.proj_in(self.norm(x)).flatten(2).transpose(1, 2)
        tokens = self.transformer_blocks[0](tokens, context)
        return x + self.proj_out(tokens.transpose(1, 2).reshape(x.shape))


class _DownBlock(nn.Module):
    def __init__(self, config: UnetConfig, level: int, time_channels: int):
        super().__init__()
        widths, layers = config.block_out_channels, config.layers_per_block
        width = widths[level]
        self.resnets = nn.ModuleList(
            ResnetBlock2D(
                widths[max(0, level - 1)] if layer == 0 else width, width, config.norm_num_groups, _EPS, time_channels
            )
            for layer in range(layers)
        )
        if config.attends(level):
            self.attentions = nn.ModuleList(Transformer2DModel(width, config) for _ in range(layers))
        if level < len(widths) - 1:
            self.downsamplers = nn.ModuleList([Downsample2D(width, padding=1)])
        self._attends, self._downsamples = config.attends(level), level < len(widths) - 1

    def forward(self, x: Tensor, time: Tensor, context: Tensor, skips: list[Tensor]) -> Tensor:
        for at, resnet in enumerate(self.resnets):
            x = resnet(x, time)
            if self._attends:
                x = self.attentions[at](x, context)
            skips.append(x)
        if self._downsamples:
            x = self.downsamplers[0](x)
            skips.append(x)
        return x


class _MidBlock(nn.Module):
    def __init__(self, config: UnetConfig, time_channels: int):
        super().__init__()
        width = config.block_out_channels[-1]
        self.resnets = nn.ModuleList(
            ResnetBlock2D(width, width, config.norm_num_groups, _EPS, time_channels) for _ in range(2)
        )
        self.attentions = nn.ModuleList([Transformer2DModel(width, config)])

    def forward(self, x: Tensor, time: Tensor, context: Tensor) -> Tensor:
        return self.resnets[1](self.attentions[0](self.resnets[0](x, time), context), time)


class _UpBlock(nn.Module):
    def __init__(self, config: UnetConfig, level: int, time_channels: int):
        super().__init__()
        widths, layers = config.block_out_channels, config.layers_per_block + 1
        width, deeper = widths[level], widths[min(level + 1, len(widths) - 1)]
        shallower = widths[max(0, level - 1)]
        self.resnets = nn.ModuleList(
            ResnetBlock2D(
                (deeper if layer == 0 else width) + (shallower if layer == layers - 1 else width),
                width,
                config.norm_num_groups,
                _EPS,
                time_channels,
            )
            for layer in range(layers)
        )
        if config.attends(level):
            self.attentions = nn.ModuleList(Transformer2DModel(width, config) for _ in range(layers))
        if level > 0:
            self.upsamplers = nn.ModuleList([Upsample2D(width)])
        self._attends, self._upsamples = config.attends(level), level > 0

    def forward(self, x: Tensor, time: Tensor, context: Tensor, skips: list[Tensor]) -> Tensor:
        for at, resnet in enumerate(self.resnets):
            x = resnet(torch.cat([x, skips.pop()], 1), time)
            if self._attends:
                x = self.attentions[at](x, context)
        return self.upsamplers[0](x) if self._upsamples else x


class _TimeEmbedding(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.linear_1 = nn.Linear(channels, channels * 4)
        self.linear_2 = nn.Linear(channels * 4, channels * 4)

    def forward(self, features: Tensor) -> Tensor:
        return self.linear_2(functional.silu(self.linear_1(features)))


class Unet(nn.Module):
    def __init__(self, config: UnetConfig):
        super().__init__()
        self.config = config
        widths = config.block_out_channels
        time_channels = widths[0] * 4
        self.conv_in = Conv2d(config.in_channels, widths[0], 3, padding=1)
        self.time_embedding = _TimeEmbedding(widths[0])
        self.down_blocks = nn.ModuleList(_DownBlock(config, level, time_channels) for level in range(len(widths)))
        self.mid_block = _MidBlock(config, time_channels)
        self.up_blocks = nn.ModuleList(_UpBlock(config, level, time_channels) for level in reversed(range(len(widths))))
        self.conv_norm_out = nn.GroupNorm(config.norm_num_groups, widths[0], _EPS)
        self.conv_out = Conv2d(widths[0], config.in_channels, 3, padding=1)

    def initialise(self) -> None:
        """Starts as nearly the identity: nothing comes out, and every residual branch is weak."""
        with torch.no_grad():
            self.conv_out.weight.zero_()
            self.conv_out.bias.zero_()
            for name, parameter in self.named_parameters():
                if name.endswith(("conv2.weight", "proj_out.weight")):
                    parameter.mul_(0.2)

    def forward(self, latents: Tensor, timesteps: Tensor, context: Tensor) -> Tensor:
        """latents: batch x 4 x h x w; timesteps: batch; context: batch x tokens x cross_attention_dim."""
        time = functional.silu(self.time_embedding(timestep_features(timesteps, self.config.block_out_channels[0])))
        x = self.conv_in(latents)
        skips = [x]
        for block in self.down_blocks:
            x = block(x, time, context, skips)
        x = self.mid_block(x, time, context)
        for block in self.up_blocks:
            x = block(x, time, context, skips)
        return self.conv_out(functional.silu(self.conv_norm_out(x)))


def timestep_features(timesteps: Tensor, channels: int) -> Tensor:
    """Cosines, then sines, of the time at falling frequencies."""
    half = channels // 2
    frequencies = torch.exp(-math.log(10_000) * torch.arange(half, device=timesteps.device) / half)
    angles = timesteps[:, None].float() * frequencies[None]
    return torch.cat([angles.cos(), angles.sin()], 1)
