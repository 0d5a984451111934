"""The folder that a training run keeps its files in, and its checkpoints."""

import json
import os
from pathlib import Path
from typing import Any

import torch


class RunFolder:
    def __init__(self, path: Path):
        path.mkdir(parents=True, exist_ok=True)
        self.path = path

    def file(self, name: str) -> Path:
        return self.path / name

    def save(self, name: str, state: dict[str, Any]) -> None:
        """Atomic: a run that is stopped here finds the checkpoint before."""
        partial = self.file(f"{name}.partial")
        torch.save(state, partial)
        os.replace(partial, self.file(name))

    def load(self, name: str) -> dict[str, Any]:
        return torch.load(self.file(name), map_location="cpu")

    def has(self, name: str) -> bool:
        return self.file(name).exists()

    def record(self, stage: str, facts: dict[str, Any]) -> None:
        """Adds what a stage found to run.json, which the model card quotes."""
        path = self.file("run.json")
        records = json.loads(path.read_text()) if path.exists() else {}
        records[stage] = {**records.get(stage, {}), **facts}
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(records, indent=2) + "\n")
        os.replace(partial, path)

    def records(self) -> dict[str, Any]:
        path = self.file("run.json")
        return json.loads(path.read_text()) if path.exists() else {}
