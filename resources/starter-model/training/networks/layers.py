"""The layers that the networks share, named so that a state dict has the keys of diffusers."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Conv2d(nn.Conv2d):
    """A convolution that can compute in bfloat16 while its weights stay float32.

    Autocast in torch 1.13 puts float32 norms behind bfloat16 convolutions, which fails on a CPU; casting here alone
    is as fast and works in every version.
    """

    in_bfloat16 = False

    def forward(self, x: Tensor) -> Tensor:
        if not Conv2d.in_bfloat16:
            return super().forward(x)
        bias = None if self.bias is None else self.bias.bfloat16()
        return self._conv_forward(x.bfloat16(), self.weight.bfloat16(), bias).float()


class Linear(nn.Linear):
    """A linear layer that computes in bfloat16 where the convolutions do."""

    def forward(self, x: Tensor) -> Tensor:
        if not Conv2d.in_bfloat16:
            return super().forward(x)
        bias = None if self.bias is None else self.bias.bfloat16()
        return functional.linear(x.bfloat16(), self.weight.bfloat16(), bias).float()


class ResnetBlock2D(nn.Module):
    """Two 3x3 convolutions with a residual; the time embedding is added between them."""

    def __init__(self, channels_in: int, channels_out: int, groups: int, eps: float, time_channels: int | None = None):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, channels_in, eps)
        self.conv1 = Conv2d(channels_in, channels_out, 3, padding=1)
        if time_channels is not None:
            self.time_emb_proj = nn.Linear(time_channels, channels_out)
        self.norm2 = nn.GroupNorm(groups, channels_out, eps)
        self.conv2 = Conv2d(channels_out, channels_out, 3, padding=1)
        if channels_in != channels_out:
            self.conv_shortcut = Conv2d(channels_in, channels_out, 1)
        self._has_shortcut = channels_in != channels_out

    def forward(self, x: Tensor, time: Tensor | None = None) -> Tensor:
        """x: batch x channels x h x w; time: batch x time channels, already through the activation."""
        y = self.conv1(functional.silu(self.norm1(x)))
        if time is not None:
            y = y + self.time_emb_proj(time)[:, :, None, None]
        y = self.conv2(functional.silu(self.norm2(y)))
        return y + (self.conv_shortcut(x) if self._has_shortcut else x)


class Downsample2D(nn.Module):
    """Halves height and width. `padding` 1 as in the UNet, or 0 for the autoencoder's one-sided padding."""

    def __init__(self, channels: int, padding: int):
        super().__init__()
        self.conv = Conv2d(channels, channels, 3, stride=2, padding=padding)
        self._one_sided = padding == 0

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(functional.pad(x, (0, 1, 0, 1)) if self._one_sided else x)


class Upsample2D(nn.Module):
    """Doubles height and width."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(functional.interpolate(x, scale_factor=2.0, mode="nearest"))


class Attention(nn.Module):
    """Multi-head attention over tokens; over `context` where there is one."""

    def __init__(self, channels: int, context_channels: int, heads: int, bias: bool, norm_groups: int | None = None):
        super().__init__()
        if norm_groups is not None:
            self.group_norm = nn.GroupNorm(norm_groups, channels, 1e-6)
        self.to_q = Linear(channels, channels, bias=bias)
        self.to_k = Linear(context_channels, channels, bias=bias)
        self.to_v = Linear(context_channels, channels, bias=bias)
        self.to_out = nn.ModuleList([Linear(channels, channels)])
        self._heads = heads

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """x: batch x tokens x channels."""
        source = x if context is None else context
        query, key, value = self._split(self.to_q(x)), self._split(self.to_k(source)), self._split(self.to_v(source))
        scores = torch.bmm(query, key.transpose(1, 2)) * query.shape[-1] ** -0.5
        mixed = torch.bmm(scores.softmax(-1), value)
        batch, tokens, channels = x.shape
        mixed = mixed.view(batch, self._heads, tokens, channels // self._heads).transpose(1, 2)
        return self.to_out[0](mixed.reshape(batch, tokens, channels))

    def _split(self, x: Tensor) -> Tensor:
        batch, tokens, channels = x.shape
        heads = x.view(batch, tokens, self._heads, channels // self._heads).transpose(1, 2)
        return heads.reshape(batch * self._heads, tokens, channels // self._heads)
