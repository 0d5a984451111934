"""Writes and reads the model as a diffusers folder of float16 safetensors."""

import json
from pathlib import Path
from typing import Any

from torch import nn

from networks.autoencoder import SCALING_FACTOR, Autoencoder, AutoencoderConfig
from networks.safetensors_file import read_safetensors, write_safetensors
from networks.text_encoder import TextEncoder, TextEncoderConfig
from networks.unet import Unet, UnetConfig
from noise_schedule import BETA_END, BETA_START, TRAINING_STEPS
from sampler import Networks
from tokenizer import LENGTH, open_tokenizer

_DIFFUSION_WEIGHTS, _TEXT_WEIGHTS = "diffusion_pytorch_model.safetensors", "model.safetensors"
_TOKENIZER_FILES = ("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json")


def write_bundle(path: Path, networks: Networks, tokenizer: Path) -> None:
    """`tokenizer`: the folder of its files. Overwrites what an earlier call wrote."""
    _write_json(path / "model_index.json", _model_index())
    _write_json(path / "scheduler" / "scheduler_config.json", _scheduler_config())
    _write_network(path / "unet", _unet_config(networks.unet), networks.unet, _DIFFUSION_WEIGHTS)
    _write_network(path / "vae", _autoencoder_config(networks.autoencoder), networks.autoencoder, _DIFFUSION_WEIGHTS)
    _write_network(path / "text_encoder", _text_config(networks), networks.text_encoder, _TEXT_WEIGHTS)
    copy_tokenizer(tokenizer, path / "tokenizer")


def copy_tokenizer(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in _TOKENIZER_FILES:
        (target / name).write_bytes((source / name).read_bytes())


def read_bundle(path: Path) -> Networks:
    """The networks as the files have them: rounded to float16, computing in float32."""
    tokenizer = open_tokenizer(path / "tokenizer")
    text, unet, autoencoder = (
        json.loads((path / name / "config.json").read_text()) for name in ("text_encoder", "unet", "vae")
    )
    networks = Networks(
        tokenizer,
        TextEncoder(
            TextEncoderConfig(
                text["hidden_size"], text["intermediate_size"], text["num_hidden_layers"], text["num_attention_heads"]
            ),
            text["vocab_size"],
        ),
        Unet(
            UnetConfig(
                tuple(unet["block_out_channels"]), unet["layers_per_block"], norm_num_groups=unet["norm_num_groups"]
            )
        ),
        Autoencoder(AutoencoderConfig(tuple(autoencoder["block_out_channels"]))),
    )
    networks.text_encoder.load_state_dict(read_safetensors(path / "text_encoder" / _TEXT_WEIGHTS))
    networks.unet.load_state_dict(read_safetensors(path / "unet" / _DIFFUSION_WEIGHTS))
    networks.autoencoder.load_state_dict(read_safetensors(path / "vae" / _DIFFUSION_WEIGHTS))
    for network in (networks.text_encoder, networks.unet, networks.autoencoder):
        network.eval().requires_grad_(False)
    return networks


def _write_network(path: Path, config: dict[str, Any], network: nn.Module, file: str) -> None:
    _write_json(path / "config.json", config)
    write_safetensors(path / file, {name: value.half() for name, value in network.state_dict().items()})


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def _model_index() -> dict[str, Any]:
    return {
        "_class_name": "StableDiffusionPipeline",
        "feature_extractor": [None, None],
        "image_encoder": [None, None],
        "requires_safety_checker": False,
        "safety_checker": [None, None],
        "scheduler": ["diffusers", "DPMSolverMultistepScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }


def _scheduler_config() -> dict[str, Any]:
    """DPM++ 2M, so that a program that follows the config samples as the model was evaluated."""
    return {
        "_class_name": "DPMSolverMultistepScheduler",
        "algorithm_type": "dpmsolver++",
        "beta_end": BETA_END,
        "beta_schedule": "scaled_linear",
        "beta_start": BETA_START,
        "final_sigmas_type": "zero",
        "lower_order_final": True,
        "num_train_timesteps": TRAINING_STEPS,
        "prediction_type": "v_prediction",
        "solver_order": 2,
        "solver_type": "midpoint",
        "steps_offset": 1,
        "clip_sample": False,
        "set_alpha_to_one": False,
        "timestep_spacing": "leading",
        "use_karras_sigmas": False,
    }


def _unet_config(unet: Unet) -> dict[str, Any]:
    config, levels = unet.config, range(len(unet.config.block_out_channels))
    return {
        "_class_name": "UNet2DConditionModel",
        "act_fn": "silu",
        "attention_head_dim": config.heads,
        "block_out_channels": list(config.block_out_channels),
        "center_input_sample": False,
        "cross_attention_dim": config.cross_attention_dim,
        "down_block_types": ["CrossAttnDownBlock2D" if config.attends(at) else "DownBlock2D" for at in levels],
        "downsample_padding": 1,
        "flip_sin_to_cos": True,
        "freq_shift": 0,
        "in_channels": config.in_channels,
        "layers_per_block": config.layers_per_block,
        "mid_block_scale_factor": 1,
        "mid_block_type": "UNetMidBlock2DCrossAttn",
        "norm_eps": 1e-5,
        "norm_num_groups": config.norm_num_groups,
        "out_channels": config.in_channels,
        "sample_size": config.sample_size,
        "up_block_types": ["CrossAttnUpBlock2D" if config.attends(at) else "UpBlock2D" for at in reversed(levels)],
    }


def _autoencoder_config(autoencoder: Autoencoder) -> dict[str, Any]:
    config = autoencoder.config
    levels = len(config.block_out_channels)
    return {
        "_class_name": "AutoencoderKL",
        "act_fn": "silu",
        "block_out_channels": list(config.block_out_channels),
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "force_upcast": False,
        "in_channels": 3,
        "latent_channels": config.latent_channels,
        "layers_per_block": config.layers_per_block,
        "norm_num_groups": config.norm_num_groups,
        "out_channels": 3,
        "sample_size": config.sample_size,
        "scaling_factor": SCALING_FACTOR,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
    }


def _text_config(networks: Networks) -> dict[str, Any]:
    encoder, tokenizer = networks.text_encoder, networks.tokenizer
    config = encoder.config
    return {
        "architectures": ["CLIPTextModel"],
        "attention_dropout": 0.0,
        "bos_token_id": tokenizer.start,
        "eos_token_id": tokenizer.end,
        "hidden_act": "quick_gelu",
        "hidden_size": config.hidden_size,
        "intermediate_size": config.intermediate_size,
        "layer_norm_eps": 1e-5,
        "max_position_embeddings": LENGTH,
        "model_type": "clip_text_model",
        "num_attention_heads": config.heads,
        "num_hidden_layers": config.layers,
        "pad_token_id": tokenizer.end,
        "projection_dim": config.hidden_size,
        "vocab_size": encoder.vocabulary,
    }
