"""Learns the tokenizer, then trains the text encoder to tell the attributes of a scene from its caption."""

import numpy as np
import torch
from torch import Tensor, nn

from captions import full_caption, training_caption
from labels import CHOICES, NOT_ASKED, Heads, attribute_loss, label_scenes
from muon import Muon
from networks.text_encoder import TextEncoder
from presets import Preset
from run_folder import RunFolder
from scene import draw_scene
from tokenizer import LENGTH, Tokenizer, learn_tokenizer, open_tokenizer
from training_loop import Trained, train_steps

STAGE = "text"
ENCODER = "text-encoder.pt"
TOKENIZER = "tokenizer"
_FIRST_PAD = 45
_TEST_CAPTIONS = 320


class _TextReader(nn.Module):
    def __init__(self, encoder: TextEncoder):
        super().__init__()
        self.encoder = encoder
        self.heads = Heads(encoder.config.hidden_size)


def train_text_encoder(folder: RunFolder, preset: Preset, seed: int, device: str) -> None:
    if not folder.has(TOKENIZER):
        learn_tokenizer(folder.file(TOKENIZER), seed)
    tokenizer = open_tokenizer(folder.file(TOKENIZER))
    torch.manual_seed(seed)
    reader = _TextReader(TextEncoder(preset.text_encoder, len(tokenizer.vocabulary))).to(device)
    optimizer = Muon(reader.parameters())
    rows = torch.arange(preset.text.batch, device=device)

    def loss_of(step: int) -> Tensor:
        random = np.random.default_rng([seed, 3, step])
        scenes = [draw_scene(random) for _ in range(preset.text.batch)]
        ids = torch.from_numpy(tokenizer.encode([training_caption(scene, random) for scene in scenes])).to(device)
        labels = label_scenes(scenes).to(device)
        hidden = reader.encoder(ids)
        # Read at the end token and at one of the pads after it: the denoiser attends to them all.
        pad = torch.from_numpy(random.integers(_FIRST_PAD, LENGTH, len(scenes))).to(device)
        ends = end_positions(ids, tokenizer)
        return sum(attribute_loss(reader.heads(hidden[rows, at]), labels) for at in (ends, pad))

    train_steps(folder, STAGE, (preset.text,), Trained(reader, optimizer), loss_of)
    folder.save(ENCODER, {"model": reader.encoder.state_dict()})
    folder.record(STAGE, _accuracy(reader, tokenizer, seed, device))


def open_text_encoder(folder: RunFolder, preset: Preset) -> tuple[TextEncoder, Tokenizer]:
    """The trained encoder without its heads, for inference."""
    tokenizer = open_tokenizer(folder.file(TOKENIZER))
    encoder = TextEncoder(preset.text_encoder, len(tokenizer.vocabulary))
    encoder.load_state_dict(folder.load(ENCODER)["model"])
    return encoder.eval().requires_grad_(False), tokenizer


def end_positions(ids: Tensor, tokenizer: Tokenizer) -> Tensor:
    """Where the first end token of each row is."""
    return (ids == tokenizer.end).int().argmax(1)


@torch.no_grad()
def _accuracy(reader: _TextReader, tokenizer: Tokenizer, seed: int, device: str) -> dict[str, float]:
    """Share of full captions, held-out combinations among them, from which each attribute is read rightly."""
    random = np.random.default_rng([seed, 4])
    scenes = [draw_scene(random, with_held_out=True) for _ in range(_TEST_CAPTIONS)]
    ids = torch.from_numpy(tokenizer.encode([full_caption(scene, random) for scene in scenes])).to(device)
    labels = label_scenes(scenes).to(device)
    logits = reader.heads(reader.encoder(ids)[torch.arange(len(scenes)), end_positions(ids, tokenizer)])
    facts = {}
    for at, name in enumerate(CHOICES):
        asked = labels[:, at] != NOT_ASKED
        facts[name] = float((logits[name].argmax(1) == labels[:, at])[asked].float().mean())
    facts["extras"] = float(((logits["extras"] > 0) == labels[:, len(CHOICES) :].bool()).all(1).float().mean())
    return {name: round(value, 3) for name, value in facts.items()}
