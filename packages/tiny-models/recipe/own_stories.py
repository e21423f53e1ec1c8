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
MAX_REPEATED = 0.25  # of the 4-grams of a text


def beginnings(stories: list[str], random: np.random.Generator) -> list[str]:
    """The first one to MOST_SENTENCES sentences of each story."""
    cut = [re.match(r"(?:[^.!?]*[.!?]+[\"']?){1,%d}" % random.integers(1, MOST_SENTENCES + 1), story) for story in stories]
    return [found.group() for found in cut if found]


@torch.no_grad()
def continue_greedily(network: DualNetwork, prompts: np.ndarray, length: int) -> list[np.ndarray]:
    """Each prompt of (B, n) with its most likely continuation, up to the end token or `length` tokens in all."""
    tokens, cache = torch.from_numpy(prompts), [None] * network.config.layers
    new, past = tokens, 0
    while tokens.shape[1] < length:
        logits = forward_cached(network, new, cache, past)[:, -1] @ network.head.T
        past, new = tokens.shape[1], logits.argmax(-1, keepdim=True)
        tokens = torch.cat((tokens, new), dim=1)
        if (is_end(tokens[:, 1:])).any(-1).all():
            break
    return [row[: end_of(row)] for row in tokens.numpy()]


def is_end(tokens: Tensor | np.ndarray) -> Tensor | np.ndarray:
    return (tokens == END_TOKEN) | (tokens == EDIT_TOKEN)


def end_of(row: np.ndarray) -> int:
    """The length of a document without its end token."""
    ends = np.flatnonzero(is_end(row[1:]))
    return int(ends[0]) + 1 if len(ends) else len(row)


def forward_cached(network: DualNetwork, tokens: Tensor, cache: list, past: int) -> Tensor:
    """Normalised hidden states (B, n, C) of `tokens` (B, n) after `past` cached ones; grows the cache of keys and values per layer."""
    hidden = network.model.embed_tokens(tokens)
    cosine, sine = network.rotary_tables(torch.arange(past, past + tokens.shape[1]))
    bias = torch.full((tokens.shape[1], past + tokens.shape[1]), HIDDEN).triu(past + 1)
    for index, layer in enumerate(network.model.layers):
        attention = layer.self_attn
        normed = layer.input_layernorm(hidden)
        split = lambda part: part(normed).view(*normed.shape[:2], attention.heads, attention.head_size).transpose(1, 2)
        query, key, value = rotate(split(attention.q_proj), cosine, sine), rotate(split(attention.k_proj), cosine, sine), split(attention.v_proj)
        if cache[index] is not None:
            key, value = (torch.cat((old, new), dim=2) for old, new in zip(cache[index], (key, value)))
        cache[index] = (key, value)
        mixed = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        hidden = hidden + attention.o_proj(mixed.transpose(1, 2).reshape(hidden.shape))
        hidden = hidden + layer.mlp(layer.post_attention_layernorm(hidden))
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
    kept = [document for document in documents if repeated_share(document) <= MAX_REPEATED]
    np.savez_compressed(options.out, tokens=np.concatenate(kept).astype(np.uint16), lengths=np.array(list(map(len, kept)), dtype=np.int32))
    print(f"{len(kept)} of {len(documents)} texts, {sum(map(len, kept))} tokens, in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
