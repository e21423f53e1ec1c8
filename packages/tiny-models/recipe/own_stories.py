"""Stories that a trained model continues itself, greedily, from the beginnings of the training stories: what its canvas learns to fill.

    python own_stories.py --model ../models/stories --corpus FOLDER --out runs/own-stories.npz

A text that many continuations could follow cannot be filled in parallel: its positions would be drawn from different ones. Distilled text
has one continuation per beginning (Kim and Rush 2016; Gu et al. 2018, for translation). Texts that repeat themselves are left out.
"""

from __future__ import annotations

import polite_threads  # noqa: F401  (first)

import argparse
import re
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from corpus import TextEncoder, as_document, read_texts, split_corpus
from dual_network import HIDDEN, DualNetwork, rotate
from model_config import EDIT_TOKEN, END_TOKEN, read_config
from run_folder import load_weights

BATCH = 256
MOST_SENTENCES = 3  # of a beginning


def beginnings(stories: list[str], random: np.random.Generator) -> list[str]:
    """The first one to MOST_SENTENCES sentences of each story."""
    cut = [re.match(r"(?:[^.!?]*[.!?]+[\"']?){1,%d}" % random.integers(1, MOST_SENTENCES + 1), story) for story in stories]
    return [found.group() for found in cut if found]


@torch.no_grad()
def continue_greedily(network: DualNetwork, prompts: np.ndarray, length: int) -> list[np.ndarray]:
    """Each prompt of (B, n) with its most likely continuation, up to the end token or `length` tokens in all."""
    cache = KeyValueCache(network, len(prompts), length)
    texts = np.zeros((len(prompts), length), dtype=np.int64)
    size = prompts.shape[1]
    texts[:, :size] = prompts
    lengths = np.full(len(prompts), length)
    rows = np.arange(len(prompts))  # that have not ended
    new = torch.from_numpy(prompts)
    while size < length and len(rows):
        best = (forward_cached(network, new, cache)[:, -1] @ network.head.T).argmax(-1)
        ended = is_end(best).numpy()
        lengths[rows[ended]] = size
        texts[rows, size] = best.numpy()
        size += 1
        if ended.any():
            rows, best = rows[~ended], best[~ended]
            cache.keep(~ended)
        new = best[:, None]
    return [text[:end] for text, end in zip(texts, lengths)]


def is_end(tokens: Tensor | np.ndarray) -> Tensor | np.ndarray:
    return (tokens == END_TOKEN) | (tokens == EDIT_TOKEN)


class KeyValueCache:
    """Keys and values of all layers, bfloat16 (B, H, length, D) each, of which the first `filled` positions are in use."""

    def __init__(self, network: DualNetwork, rows: int, length: int) -> None:
        config = network.config
        shape = (rows, config.heads, length, config.head_size)
        self.layers = [(torch.empty(shape, dtype=torch.bfloat16), torch.empty(shape, dtype=torch.bfloat16)) for _ in range(config.layers)]
        self.filled, self.rows = 0, rows

    def keep(self, wanted: np.ndarray) -> None:
        """Moves the rows that are `wanted` to the front and forgets the others."""
        kept = np.flatnonzero(wanted)
        for row, source in enumerate(kept):
            if row != source:
                for part in (part for layer in self.layers for part in layer):
                    part[row, :, : self.filled] = part[source, :, : self.filled]
        self.rows = len(kept)

    def add(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Stores those of new positions; returns those of all."""
        end = self.filled + key.shape[2]
        both = []
        for stored, new in zip(self.layers[layer], (key, value)):
            stored[: self.rows, :, self.filled : end] = new
            both.append(stored[: self.rows, :, :end])
        return both[0], both[1]


def forward_cached(network: DualNetwork, tokens: Tensor, cache: KeyValueCache) -> Tensor:
    """Normalised hidden states (B, n, C) of `tokens` (B, n) after the cached ones, which they join."""
    with torch.autocast("cpu", torch.bfloat16):
        past, count = cache.filled, tokens.shape[1]
        hidden = network.model.embed_tokens(tokens)
        cosine, sine = network.rotary_tables(torch.arange(past, past + count))
        bias = torch.full((count, past + count), HIDDEN).triu(past + 1)
        for index, layer in enumerate(network.model.layers):
            attention = layer.self_attn
            normed = layer.input_layernorm(hidden)
            split = lambda part: part(normed).view(*normed.shape[:2], attention.heads, attention.head_size).transpose(1, 2)
            query, key = rotate(split(attention.q_proj), cosine, sine), rotate(split(attention.k_proj), cosine, sine)
            key, value = cache.add(index, key, split(attention.v_proj))
            mixed = torch.nn.functional.scaled_dot_product_attention(query.bfloat16(), key, value, attn_mask=bias.bfloat16())
            hidden = hidden + attention.o_proj(mixed.transpose(1, 2).reshape(hidden.shape))
            hidden = hidden + layer.mlp(layer.post_attention_layernorm(hidden))
        cache.filled += count
        return network.model.norm(hidden)


def repeated_share(tokens: np.ndarray) -> float:
    """Share of the 4-grams that occurred before in the text."""
    grams = [tuple(tokens[start : start + 4]) for start in range(len(tokens) - 3)]
    return 1 - len(set(grams)) / max(1, len(grams))


def read_own_stories(file: Path) -> list[np.ndarray]:
    """Documents, uint16, each with its begin token."""
    stored = np.load(file)
    return np.split(stored["tokens"], np.cumsum(stored["lengths"])[:-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="a shipped model, or the weights folder of a run")
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=None, help="use only the first so many texts")
    parser.add_argument("--length", type=int, default=256, help="tokens of a text at most")
    parser.add_argument("--repeated", type=float, default=0.25, help="largest share of a text's 4-grams that occurred before in it")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(2)
    encoder = TextEncoder(options.model / "tokenizer.json")
    network = DualNetwork(read_config(options.model, canvas=True)).eval()
    load_weights(network, options.model)
    random = np.random.default_rng(options.seed)
    texts = beginnings(split_corpus(read_texts(options.corpus)[: options.texts]).training, random)
    prompts = sorted((as_document(tokens) for tokens in encoder.encode_all(texts)), key=len)
    prompts = [prompt for prompt in prompts if len(prompt) < options.length // 2]
    documents, begun = [], time.monotonic()
    for start in range(0, len(prompts), BATCH):
        same = prompts[start : start + BATCH]
        shortest = min(map(len, same))
        documents += continue_greedily(network, np.stack([prompt[:shortest] for prompt in same]).astype(np.int64), options.length)
    kept = [document for document in documents if repeated_share(document) <= options.repeated]
    if not kept:
        raise SystemExit(f"All of {len(documents)} texts repeat themselves; train the model longer or raise --repeated.")
    np.savez_compressed(options.out, tokens=np.concatenate(kept).astype(np.uint16), lengths=np.array(list(map(len, kept)), dtype=np.int32))
    print(f"{len(kept)} of {len(documents)} texts, {sum(map(len, kept))} tokens, in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
