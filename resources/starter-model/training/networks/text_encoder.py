"""CLIPTextModel: token ids to one vector a token."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class TextEncoderConfig:
    hidden_size: int = 128
    intermediate_size: int = 384
    layers: int = 3
    heads: int = 4
    max_positions: int = 77


class _TextAttention(nn.Module):
    """Causal attention with the names of transformers."""

    def __init__(self, config: TextEncoderConfig):
        super().__init__()
        width = config.hidden_size
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)
        self._heads = config.heads

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, width = x.shape

        def heads(y: Tensor) -> Tensor:
            return y.view(batch, tokens, self._heads, -1).transpose(1, 2).reshape(batch * self._heads, tokens, -1)

        query, key, value = heads(self.q_proj(x)), heads(self.k_proj(x)), heads(self.v_proj(x))
        scores = torch.bmm(query, key.transpose(1, 2)) * query.shape[-1] ** -0.5
        later = torch.full((tokens, tokens), float("-inf"), device=x.device).triu(1)
        mixed = torch.bmm((scores + later).softmax(-1), value).view(batch, self._heads, tokens, -1)
        return self.out_proj(mixed.transpose(1, 2).reshape(batch, tokens, width))


class _Mlp(nn.Module):
    def __init__(self, config: TextEncoderConfig):
        super().__init__()
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        y = self.fc1(x)
        return self.fc2(y * torch.sigmoid(1.702 * y))


class _Layer(nn.Module):
    def __init__(self, config: TextEncoderConfig):
        super().__init__()
        self.self_attn = _TextAttention(config)
        self.layer_norm1 = nn.LayerNorm(config.hidden_size)
        self.mlp = _Mlp(config)
        self.layer_norm2 = nn.LayerNorm(config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class _Embeddings(nn.Module):
    def __init__(self, config: TextEncoderConfig, vocabulary: int):
        super().__init__()
        self.token_embedding = nn.Embedding(vocabulary, config.hidden_size)
        self.position_embedding = nn.Embedding(config.max_positions, config.hidden_size)

    def forward(self, ids: Tensor) -> Tensor:
        return self.token_embedding(ids) + self.position_embedding.weight[: ids.shape[1]]


class _Layers(nn.Module):
    def __init__(self, config: TextEncoderConfig):
        super().__init__()
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class _TextTransformer(nn.Module):
    def __init__(self, config: TextEncoderConfig, vocabulary: int):
        super().__init__()
        self.embeddings = _Embeddings(config, vocabulary)
        self.encoder = _Layers(config)
        self.final_layer_norm = nn.LayerNorm(config.hidden_size)

    def forward(self, ids: Tensor) -> Tensor:
        return self.final_layer_norm(self.encoder(self.embeddings(ids)))


class TextEncoder(nn.Module):
    def __init__(self, config: TextEncoderConfig, vocabulary: int):
        super().__init__()
        self.config = config
        self.vocabulary = vocabulary
        self.text_model = _TextTransformer(config, vocabulary)
        for name, parameter in self.named_parameters():
            if "embedding" in name or (parameter.ndim == 2 and "weight" in name):
                nn.init.normal_(parameter, std=0.02 if "embedding" in name else parameter.shape[1] ** -0.5 * 0.7)

    def forward(self, ids: Tensor) -> Tensor:
        """ids: batch x tokens; returns batch x tokens x hidden size."""
        return self.text_model(ids)
