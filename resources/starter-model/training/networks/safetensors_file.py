"""Reads and writes .safetensors: an 8-byte length, a JSON header, the bytes of the tensors."""

import json
from pathlib import Path
import struct

import numpy as np
import torch
from torch import Tensor

_TYPES = {"F16": np.float16, "F32": np.float32}
_NAMES = {torch.float16: "F16", torch.float32: "F32"}


def write_safetensors(path: Path, tensors: dict[str, Tensor]) -> None:
    """Tensors in the order of their names, the header padded with spaces to 8 bytes as in the format's own writer."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    blocks, offset = [], 0
    for name in sorted(tensors):
        block = tensors[name].detach().cpu().contiguous().numpy().tobytes()
        header[name] = {
            "dtype": _NAMES[tensors[name].dtype],
            "shape": list(tensors[name].shape),
            "data_offsets": [offset, offset + len(block)],
        }
        blocks.append(block)
        offset += len(block)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Every tensor as float32."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(content[start:end], _TYPES[entry["dtype"]]).astype(np.float32)
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]))
    return tensors
