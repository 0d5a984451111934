"""CLIP's byte-level BPE: learns merges from captions, writes the files of a diffusers tokenizer, and encodes."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
import json
import os
from pathlib import Path
import re

import numpy as np

from captions import training_caption
from scene import draw_scene

START, END = "<|startoftext|>", "<|endoftext|>"
LENGTH = 77
_END_OF_WORD = "</w>"
_WORD = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+")
_CAPTIONS, _SEEN_AT_LEAST, _MERGES = 40_000, 60, 1000

# Words that people type in prompts, whether the posters know them or not: each then is few tokens instead of many.
_COMMON_WORDS = (
    "a an the of and or in on at with without to from by for is are it this that very some many two three four five "
    "six seven eight nine ten one no not cat dog man woman person people girl boy house car horse flower flowers tree "
    "trees river lake mountain road bridge castle tower dragon robot space planet galaxy star city street portrait "
    "face eyes hair black white gray grey brown red green blue yellow orange pink purple gold golden silver cyan "
    "magenta dark light bright warm cold winter summer autumn spring rain storm fog mist fire water sky cloud sun moon "
    "island beach waterfall boat ship bird fish image photo picture drawing sketch anime cartoon realistic "
    "photorealistic render oil painting watercolor ultra high low quality resolution detailed blurry ugly bad worst "
    "noise text watermark signature logo"
).split()


def _byte_characters() -> dict[int, str]:
    """CLIP's printable character for every byte."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [byte for byte in range(256) if byte not in plain]
    return {**{byte: chr(byte) for byte in plain}, **{byte: chr(256 + at) for at, byte in enumerate(rest)}}


_CHARACTERS = _byte_characters()


def _symbols(word: str) -> tuple[str, ...]:
    characters = [_CHARACTERS[byte] for byte in word.encode()]
    return (*characters[:-1], characters[-1] + _END_OF_WORD)


@dataclass(frozen=True)
class Tokenizer:
    vocabulary: dict[str, int]
    ranks: dict[tuple[str, str], int]

    @property
    def start(self) -> int:
        return self.vocabulary[START]

    @property
    def end(self) -> int:
        return self.vocabulary[END]

    def encode(self, captions: list[str]) -> np.ndarray:
        """captions x 77 ids, padded with the end token."""
        ids = np.full((len(captions), LENGTH), self.end, np.int64)
        for row, caption in enumerate(captions):
            words = _WORD.findall(" ".join(caption.lower().split()))
            tokens = [self.start, *(token for word in words for token in self._word(word))][: LENGTH - 1]
            ids[row, : len(tokens)] = tokens
        return ids

    def _word(self, word: str) -> tuple[int, ...]:
        return _merged(word, self)

    def __hash__(self) -> int:
        return id(self)


@lru_cache(65_536)
def _merged(word: str, tokenizer: Tokenizer) -> tuple[int, ...]:
    symbols = _symbols(word)
    while len(symbols) > 1:
        pair = min(zip(symbols, symbols[1:]), key=lambda candidate: tokenizer.ranks.get(candidate, 1 << 30))
        if pair not in tokenizer.ranks:
            break
        symbols = _merge(symbols, pair)
    return tuple(tokenizer.vocabulary[symbol] for symbol in symbols)


def _merge(symbols: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    merged, at = [], 0
    while at < len(symbols):
        if symbols[at : at + 2] == pair:
            merged.append(pair[0] + pair[1])
            at += 2
        else:
            merged.append(symbols[at])
            at += 1
    return tuple(merged)


def learn_tokenizer(path: Path, seed: int) -> None:
    """Merges for the words of the captions, written as vocab.json, merges.txt and the two configs."""
    random = np.random.default_rng([seed, 2])
    seen = Counter(
        word for _ in range(_CAPTIONS) for word in _WORD.findall(training_caption(draw_scene(random), random).lower())
    )
    counts = Counter({word: count for word, count in seen.items() if count >= _SEEN_AT_LEAST})
    for word in _COMMON_WORDS:
        counts[word] += _SEEN_AT_LEAST
    merges = _learn_merges({_symbols(word): count for word, count in counts.items()})
    characters = [_CHARACTERS[byte] for byte in sorted(_CHARACTERS)]
    entries = [*characters, *(character + _END_OF_WORD for character in characters)]
    entries += dict.fromkeys(first + second for first, second in merges)
    entries = list(dict.fromkeys(entries)) + [START, END]
    _write(path, {entry: at for at, entry in enumerate(entries)}, merges)


def open_tokenizer(path: Path) -> Tokenizer:
    vocabulary = json.loads((path / "vocab.json").read_text("utf8"))
    lines = (path / "merges.txt").read_text("utf8").splitlines()[1:]
    pairs = [tuple(line.split(" ")) for line in lines if line]
    return Tokenizer(vocabulary, {(first, second): rank for rank, (first, second) in enumerate(pairs)})


def _learn_merges(words: dict[tuple[str, ...], int]) -> list[tuple[str, str]]:
    merges: list[tuple[str, str]] = []
    while len(merges) < _MERGES:
        pairs: Counter[tuple[str, str]] = Counter()
        for symbols, count in words.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += count
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        words = {_merge(symbols, best): count for symbols, count in words.items()}
    return merges


def _write(path: Path, vocabulary: dict[str, int], merges: list[tuple[str, str]]) -> None:
    whole, path = path, path.with_name(f"{path.name}.partial")
    path.mkdir(parents=True, exist_ok=True)
    (path / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False) + "\n", "utf8")
    lines = [f"{first} {second}\n" for first, second in merges]
    (path / "merges.txt").write_text("#version: 0.2\n" + "".join(lines), "utf8")
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
    config = {
        "add_prefix_space": False,
        **special,
        "model_max_length": LENGTH,
        "do_lower_case": True,
        "errors": "replace",
        "tokenizer_class": "CLIPTokenizer",
    }
    (path / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    (path / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n")
    os.replace(path, whole)
