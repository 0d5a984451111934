"""Checks of the training code: `python3 check.py`. Takes about a minute and needs no data."""

from dataclasses import replace
import filecmp
from pathlib import Path
import re
import tempfile
from typing import Any
import unittest
from unittest.mock import patch

import numpy as np
import torch

from bundle import read_bundle, write_bundle
from captions import full_caption, training_caption
from drawing.canvas import CELL
from drawing.poster import draw_poster
from labels import CHOICES, label_scenes
from muon import Muon, orthogonal
from networks.autoencoder import Autoencoder
from networks.safetensors_file import read_safetensors, write_safetensors
from networks.text_encoder import TextEncoder
from networks.unet import Unet
from noise_schedule import signal_and_noise
from pictures import picture_of, scene_of, to_pixels, to_tensor
from presets import PRESETS, Schedule
from run_folder import RunFolder
from sampler import Networks, make_pictures
from scene import BODIES, EXTRAS, Scene, draw_scene, is_held_out
from schedule import learning_rate
from tokenizer import LENGTH, learn_tokenizer, open_tokenizer
from train import MAKING, stages_of
import training_loop
from training_loop import Trained, train_steps

_PRESET = PRESETS["check"]
_TRAINING = MAKING[: MAKING.index("judge") + 1]


class Scenes(unittest.TestCase):
    def test_no_held_out_combination_is_trained_on(self):
        self.assertFalse(any(is_held_out(scene_of(1, index)) for index in range(2000)))

    def test_the_three_bodies_are_as_likely(self):
        random = np.random.default_rng(0)
        counts = [sum(draw_scene(random).body == body for _ in range(1000)) for body in BODIES[:3]]
        self.assertLess(max(counts) - min(counts), 90)

    def test_a_picture_depends_on_its_seed_and_number_alone(self):
        self.assertTrue((picture_of(1, 5, 128) == picture_of(1, 5, 128)).all())
        self.assertTrue((picture_of(1, 5, 128) != picture_of(1, 6, 128)).any())

    def test_a_cell_is_one_latent(self):
        self.assertEqual(CELL * _PRESET.size, 8)


class Captions(unittest.TestCase):
    def test_a_full_caption_names_body_and_colour(self):
        random = np.random.default_rng(0)
        for scene in (draw_scene(random) for _ in range(300)):
            caption = full_caption(scene, random)
            self.assertEqual(scene.body != "none", bool(re.search(r"\b(sun|moon)\b", caption)), caption)
            if scene.body != "none" and scene.is_coloured:
                self.assertIn(scene.body_colour, caption)

    def test_one_in_ten_training_captions_is_empty(self):
        random = np.random.default_rng(0)
        empty = sum(training_caption(draw_scene(random), random) == "" for _ in range(2000))
        self.assertTrue(150 < empty < 250, empty)

    def test_labels_have_a_column_for_everything(self):
        random = np.random.default_rng(0)
        self.assertEqual(label_scenes([draw_scene(random)]).shape, (1, len(CHOICES) + 10))


class Posters(unittest.TestCase):
    def test_every_thing_that_a_caption_may_name_is_drawn(self):
        """But clouds and birds, for which a sky with a huge sun and a balloon may have no room."""
        for name in set(EXTRAS) - {"clouds", "birds"}:
            for scene in _scenes_with(name):
                without = replace(scene, extras=tuple(extra for extra in scene.extras if extra != name))
                drawings = [draw_poster(each, np.random.default_rng(3), 128).astype(int) for each in (scene, without)]
                self.assertGreater(np.abs(drawings[0] - drawings[1]).max(), 12, scene)


class Numbers(unittest.TestCase):
    def test_orthogonal_gives_singular_values_near_one(self):
        values = torch.linalg.svdvals(orthogonal(torch.randn(32, 96, generator=torch.Generator().manual_seed(0))))
        self.assertTrue(bool((values > 0.5).all() and (values < 1.5).all()), values)

    def test_the_learning_rate_rises_stays_and_falls(self):
        schedule = Schedule(steps=100, batch=1, learning_rate=1.0, warmup_steps=10, decay_share=0.5)
        rates = [learning_rate(schedule, step) for step in (0, 9, 50, 75, 99)]
        self.assertTrue(rates[0] < rates[1] == rates[2] == 1 and rates[4] < 0.02 < rates[3] < 1, rates)

    def test_signal_and_noise_sum_to_one(self):
        signal, noise = signal_and_noise()
        self.assertTrue(torch.allclose(signal**2 + noise**2, torch.ones(1000)))


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name)

    def test_safetensors_come_back(self):
        tensors = {"b": torch.arange(6.0).reshape(2, 3), "a": torch.tensor([1.5])}
        write_safetensors(self.path / "x.safetensors", tensors)
        again = read_safetensors(self.path / "x.safetensors")
        self.assertTrue(all(torch.equal(tensors[name], again[name]) for name in tensors))

    def test_rescaled_latents_decode_to_the_same_picture(self):
        model = Autoencoder(_PRESET.autoencoder).eval()
        pictures = to_tensor(np.stack([picture_of(1, 0, 128)]))
        with torch.no_grad():
            before = model.decode(model.encode(pictures)[0])
            model.rescale_latents(torch.full((4,), 0.3), torch.full((4,), 5.0))
            after = model.decode(model.encode(pictures)[0])
        self.assertLess(float((before - after).abs().max()), 1e-4)

    def test_a_stopped_stage_goes_on_and_ends_with_the_same_weights(self):
        schedule = Schedule(steps=6, batch=4, learning_rate=1e-2, warmup_steps=2, decay_share=0.5)
        weights = [self._trained(RunFolder(self.path / str(halt)), schedule, halt) for halt in (None, 4)]
        self.assertTrue(torch.equal(*weights))

    def _trained(self, folder: RunFolder, schedule: Schedule, halt: int | None) -> torch.Tensor:
        def train(stop: int | None) -> torch.Tensor:
            torch.manual_seed(0)
            model = torch.nn.Linear(16, 16)

            def loss_of(step: int) -> torch.Tensor:
                if step == stop:
                    raise KeyboardInterrupt
                torch.manual_seed(step)
                return model(torch.randn(4, 16)).pow(2).mean()

            with patch.object(training_loop, "SAVE_EVERY_S", 0):
                train_steps(folder, "line", (schedule,), Trained(model, Muon(model.parameters())), loss_of)
            return model.weight.detach()

        if halt is not None:
            self.assertRaises(KeyboardInterrupt, train, halt)
            self.assertEqual(folder.load("line.pt")["step"], halt)
        return train(None)

    def test_a_bundle_that_is_read_back_makes_a_picture_again(self):
        learn_tokenizer(self.path / "tokenizer", 1)
        tokenizer = open_tokenizer(self.path / "tokenizer")
        self.assertEqual(tokenizer.encode(["a red sun over Köln 日本", ""]).shape, (2, LENGTH))
        torch.manual_seed(0)
        networks = Networks(
            tokenizer,
            TextEncoder(_PRESET.text_encoder, len(tokenizer.vocabulary)),
            Unet(_PRESET.unet),
            Autoencoder(_PRESET.autoencoder),
        )
        write_bundle(self.path / "bundle", networks, self.path / "tokenizer")
        again = read_bundle(self.path / "bundle")
        first, second = (to_pixels(make_pictures(again, ["a sun"], [7], steps=3)) for _ in range(2))
        self.assertEqual(first.shape, (1, 128, 128, 3))
        self.assertTrue((first == second).all())


class Runs(unittest.TestCase):
    """The smallest preset, all stages."""

    def test_a_run_that_was_stopped_in_every_stage_makes_the_same_files(self):
        with tempfile.TemporaryDirectory() as path, patch.object(training_loop, "SAVE_EVERY_S", 0):
            straight, stopped = Path(path, "straight"), Path(path, "stopped")
            self._make(RunFolder(straight), MAKING)
            stops = 0
            while True:
                try:
                    self._make(_StoppingFolder(stopped), _TRAINING)
                    break
                except KeyboardInterrupt:
                    stops += 1
            self.assertEqual(stops, 7, "text twice, autoencoder, its folding, denoiser, decoder, judge")
            made = [file.relative_to(straight) for file in (straight / "bundle").rglob("*") if file.is_file()]
            _, differing, missing = filecmp.cmpfiles(straight, stopped, made, shallow=False)
            self.assertEqual((differing, missing), ([], []))
            judges = [RunFolder(path).load("judge.pt")["model"] for path in (straight, stopped)]
            self.assertTrue(all(torch.equal(judges[0][name], judges[1][name]) for name in judges[0]))
            for name in ("evaluation.json", "sheet.webp", "reference.png", "reference.json"):
                self.assertGreater((straight / name).stat().st_size, 0)

    def _make(self, folder: RunFolder, names: tuple[str, ...]) -> None:
        stages = stages_of(folder, _PRESET, folder.file("bundle"), "cpu", 1, "evaluation")
        for name in names:
            stages[name]()


class _StoppingFolder(RunFolder):
    """Is stopped once after the first checkpoint of each kind."""

    def save(self, name: str, state: dict[str, Any]) -> None:
        is_first = not self.has(name)
        super().save(name, state)
        if is_first:
            raise KeyboardInterrupt


def _scenes_with(extra: str) -> list[Scene]:
    random = np.random.default_rng(0)
    return [scene for scene in (draw_scene(random) for _ in range(600)) if extra in scene.extras]


if __name__ == "__main__":
    unittest.main()
