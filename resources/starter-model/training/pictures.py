"""The data set: which scene picture n shows, and the rendered pictures on disk."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from drawing.poster import draw_poster
from scene import Scene, draw_scene

PICTURES, SETTLED_PICTURES = "pictures.npy", "settled-pictures.npy"
"""The same scenes twice: see `draw_poster`."""
_CHUNK = 256
VALIDATION = 256
"""So many pictures at the end of the data set are never trained on."""


def training_count(pictures: int) -> int:
    """How many pictures, from the first, are trained on."""
    return pictures - min(VALIDATION, pictures // 2)


def scene_of(seed: int, index: int) -> Scene:
    return draw_scene(np.random.default_rng([seed, index]))


def picture_of(seed: int, index: int, size: int, settled: bool = True) -> np.ndarray:
    """size x size x 3 uint8: depends on nothing but its arguments."""
    random = np.random.default_rng([seed, index])
    return draw_poster(draw_scene(random), random, size, settled)


def render_pictures(path: Path, seed: int, count: int, size: int, processes: int, settled: bool) -> None:
    """Writes count x size x size x 3 uint8. Goes on where an earlier call was stopped."""
    done_path = path.with_suffix(".done")
    done = int(done_path.read_text()) if done_path.exists() and path.exists() else 0
    mode = "r+" if done else "w+"
    pictures = np.lib.format.open_memmap(path, mode, np.uint8, (count, size, size, 3))
    starts = range(done, count, _CHUNK)
    with ProcessPoolExecutor(processes) as pool:
        for start, chunk in zip(starts, pool.map(partial(_render_chunk, seed, count, size, settled), starts)):
            pictures[start : start + len(chunk)] = chunk
            pictures.flush()
            done_path.write_text(str(start + len(chunk)))


def open_pictures(path: Path) -> np.ndarray:
    return np.load(path, mmap_mode="r")


def to_tensor(pictures: np.ndarray) -> Tensor:
    """n x h x w x 3 uint8 to n x 3 x h x w float in -1..1."""
    return torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1


def to_pixels(pictures: Tensor) -> np.ndarray:
    """n x 3 x h x w float in -1..1 to n x h x w x 3 uint8."""
    return ((pictures.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()


def _render_chunk(seed: int, count: int, size: int, settled: bool, start: int) -> np.ndarray:
    return np.stack([picture_of(seed, index, size, settled) for index in range(start, min(start + _CHUNK, count))])
