"""Makes the starter model. `python3 train.py all --preset cpu --work DIR`, or one stage at a time.

Every stage goes on where it was stopped, and the same preset gives the same weights on the same machine.
"""

import argparse
from collections.abc import Callable
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch

from networks.layers import Conv2d
from pictures import PICTURES, SETTLED_PICTURES, render_pictures
from presets import PRESETS, Preset
from run_folder import RunFolder
from stages.assemble import assemble_bundle
from stages.autoencoder import train_autoencoder
from stages.decoder import train_decoder
from stages.denoiser import train_denoiser
from stages.encode import encode_pictures
from stages.evaluate import compare_guidance, evaluate_bundle
from stages.judge import train_judge
from stages.sheet import draw_sheet, write_reference
from stages.text import train_text_encoder

SEED = 20
MAKING = (
    *("render", "text", "autoencoder", "encode", "denoiser", "decoder", "assemble", "judge", "evaluate"),
    *("sheet", "reference"),
)
"""What `all` runs: every stage but the comparison of guidances."""


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(1 if arguments.device == "cpu" else os.cpu_count() or 1)
    Conv2d.in_bfloat16 = arguments.bfloat16
    folder = RunFolder(arguments.work)
    bundle = arguments.bundle or folder.file("bundle")
    stages = stages_of(folder, PRESETS[arguments.preset], bundle, arguments.device, arguments.processes, arguments.name)
    for name in MAKING if arguments.stage == "all" else [arguments.stage]:
        stages[name]()


def stages_of(
    folder: RunFolder, preset: Preset, bundle: Path, device: str, processes: int, evaluation: str
) -> dict[str, Callable[[], None]]:
    """In the order in which they need each other. `evaluation`: the name of its file in the run folder."""
    return {
        "render": lambda: _render(folder, preset, processes),
        "text": lambda: train_text_encoder(folder, preset, SEED, device),
        "autoencoder": lambda: train_autoencoder(folder, preset, SEED, device),
        "encode": lambda: encode_pictures(folder, preset, device),
        "denoiser": lambda: train_denoiser(folder, preset, SEED, device),
        "decoder": lambda: train_decoder(folder, preset, SEED, device),
        "assemble": lambda: assemble_bundle(folder, preset, bundle),
        "judge": lambda: train_judge(folder, preset, SEED, device),
        "evaluate": lambda: evaluate_bundle(folder, preset, bundle, evaluation),
        "sheet": lambda: draw_sheet(bundle, folder.file("sheet.webp")),
        "reference": lambda: write_reference(bundle, folder.file("reference.png"), folder.file("reference.json")),
        "guidance": lambda: compare_guidance(folder, preset, bundle),
    }


def _render(folder: RunFolder, preset: Preset, processes: int) -> None:
    for name, settled in ((PICTURES, False), (SETTLED_PICTURES, True)):
        render_pictures(folder.file(name), SEED, preset.pictures, preset.size, processes, settled)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "stage", help=f"all, or one of: {' '.join(MAKING)} guidance"
    )
    parser.add_argument("--preset", choices=PRESETS, default="cpu")
    parser.add_argument("--work", type=Path, required=True, help="a folder for data, checkpoints and results")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--processes", type=int, default=1, help="how many processes render")
    parser.add_argument("--bfloat16", action="store_true", help="for processors that have it: about twice as fast")
    parser.add_argument("--bundle", type=Path, help="the bundle to write or to evaluate; WORK/bundle unless told")
    parser.add_argument("--name", default="evaluation", help="of the evaluation's file in WORK")
    return parser.parse_args()


if __name__ == "__main__":
    main()
