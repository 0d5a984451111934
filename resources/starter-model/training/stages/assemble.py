"""Puts the trained networks into a bundle."""

from pathlib import Path

from bundle import write_bundle
from presets import Preset
from run_folder import RunFolder
from sampler import Networks

from .decoder import open_autoencoder
from .denoiser import open_unet
from .text import TOKENIZER, open_text_encoder


def assemble_bundle(folder: RunFolder, preset: Preset, bundle: Path) -> None:
    text_encoder, tokenizer = open_text_encoder(folder, preset)
    networks = Networks(tokenizer, text_encoder, open_unet(folder, preset), open_autoencoder(folder, preset))
    write_bundle(bundle, networks, folder.file(TOKENIZER))
