"""Quick checks of the training code: `python3 check.py`. Takes well under a minute and needs no data."""

from pathlib import Path
import re
import tempfile
import unittest

import numpy as np
import torch

from bundle import read_bundle, write_bundle
from captions import full_caption, training_caption
from drawing.canvas import CELL
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
from scene import BODIES, draw_scene, is_held_out
from schedule import learning_rate
from tokenizer import LENGTH, learn_tokenizer, open_tokenizer
from training_loop import Trained, train_steps

_PRESET = PRESETS["check"]


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

            train_steps(folder, "line", (schedule,), Trained(model, Muon(model.parameters())), loss_of, save_every_s=0)
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


if __name__ == "__main__":
    unittest.main()
