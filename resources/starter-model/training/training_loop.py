"""The loop of every training stage: goes on from the last checkpoint, tells how it goes, saves as it goes."""

from collections.abc import Callable
from dataclasses import dataclass
import time
from typing import Any

from torch import Tensor, nn

from muon import Muon
from presets import Schedule
from run_folder import RunFolder
from schedule import learning_rate

_TELL_EVERY_S, SAVE_EVERY_S = 60, 300


@dataclass(frozen=True)
class Trained:
    """What a checkpoint holds. `average`: running means of the model's parameters, where a stage keeps them."""

    model: nn.Module
    optimizer: Muon
    average: tuple[Tensor, ...] = ()

    def state(self) -> dict[str, Any]:
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": list(self.average),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        for kept, value in zip(self.average, state.get("average", [])):
            kept.copy_(value)


def train_steps(
    folder: RunFolder,
    stage: str,
    schedules: tuple[Schedule, ...],
    trained: Trained,
    loss_of: Callable[[int], Tensor],
    largest_gradient: float = 1.0,
    after_step: Callable[[int], None] = lambda step: None,
) -> None:
    """Runs the schedules one after the other. `loss_of(step)` must depend on nothing but the step and the weights."""
    checkpoint = f"{stage}.pt"
    total = sum(schedule.steps for schedule in schedules)
    first = 0
    if folder.has(checkpoint):
        state = folder.load(checkpoint)
        trained.restore(state)
        first = state["step"]
    clock = Clock(folder, stage)
    told = saved = time.monotonic()
    average: float | None = None
    parameters = [parameter for group in trained.optimizer.param_groups for parameter in group["params"]]
    for step in range(first, total):
        trained.optimizer.set_learning_rate(_rate(schedules, step))
        loss = loss_of(step)
        trained.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, largest_gradient)
        trained.optimizer.step()
        after_step(step)
        average = float(loss.detach()) if average is None else average * 0.98 + float(loss.detach()) * 0.02
        now, is_last = time.monotonic(), step + 1 == total
        if is_last or now - told >= _TELL_EVERY_S:
            told = now
            print(f"{stage} {step + 1}/{total} {clock} loss {average:.4f}", flush=True)
        if is_last or now - saved >= SAVE_EVERY_S:
            saved = now
            folder.save(checkpoint, {**trained.state(), "step": step + 1})
            clock.record({"steps": step + 1, "loss": round(average, 4)})


class Clock:
    """Processor and wall time of a stage, added up over all the runs that it took."""

    def __init__(self, folder: RunFolder, stage: str):
        self._folder, self._stage = folder, stage
        self._before = folder.records().get(stage, {})
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def __str__(self) -> str:
        return f"wall {time.monotonic() - self._wall:.0f} s cpu {time.process_time() - self._cpu:.0f} s"

    def record(self, facts: dict[str, Any]) -> None:
        cpu = self._before.get("cpu_seconds", 0) + time.process_time() - self._cpu
        wall = self._before.get("wall_seconds", 0) + time.monotonic() - self._wall
        self._folder.record(self._stage, {"cpu_seconds": round(cpu), "wall_seconds": round(wall), **facts})


def _rate(schedules: tuple[Schedule, ...], step: int) -> float:
    for schedule in schedules:
        if step < schedule.steps:
            return learning_rate(schedule, step)
        step -= schedule.steps
    raise AssertionError("a step after the last")
