"""The learning rate of a step."""

import math

from presets import Schedule


def learning_rate(schedule: Schedule, step: int) -> float:
    """Rises over the warm-up, stays, and falls as a cosine to a hundredth over the last `decay_share` of the steps."""
    warmup = min(1.0, (step + 1) / schedule.warmup_steps)
    decay_start = schedule.steps * (1 - schedule.decay_share)
    progress = max(0.0, (step - decay_start) / (schedule.steps - decay_start))
    return schedule.learning_rate * warmup * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
