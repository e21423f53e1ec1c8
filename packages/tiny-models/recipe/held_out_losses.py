"""Losses of a network on held-out stories: causal, masked by rate, expected acceptance of the canvas as a draft."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from canvas_noise import block_bounds, canvas_visibility
from corpus import TextEncoder, as_document
from dual_network import HIDDEN, DualNetwork
from model_config import END_TOKEN, MASK_TOKEN, PAD_TOKEN

BATCH = 16
MASK_RATES = (0.25, 0.5, 0.75, 1.0)
BLOCK = 16  # of the masked losses
DRAFT_BLOCK = 8  # of the acceptance


def padded_documents(stories: list[np.ndarray], context: int) -> tuple[Tensor, Tensor]:
    """Begin token, story, end token, cut to `context` + 1: tokens (N, L) and whether each is real."""
    documents = [np.append(as_document(story), END_TOKEN)[: context + 1] for story in stories]
    longest = max(map(len, documents))
    tokens = np.full((len(documents), longest), PAD_TOKEN, dtype=np.int64)
    for row, document in zip(tokens, documents):
        row[: len(document)] = document
    real = np.arange(longest) < np.array([len(document) for document in documents])[:, None]
    return torch.from_numpy(tokens), torch.from_numpy(real)


@torch.no_grad()
def causal_loss(network: DualNetwork, stories: list[str], encoder: TextEncoder) -> dict:
    """Nats per token and per character over whole stories, each on its own, the end token included."""
    device, context = network.head.device, network.config.context
    encoded = sorted(encoder.encode_all(stories), key=len)
    total, tokens_seen, characters = 0.0, 0, 0
    for start in range(0, len(encoded), BATCH):
        group = encoded[start : start + BATCH]
        tokens, real = (part.to(device) for part in padded_documents(group, context))
        logits = network(tokens[:, :-1]) @ network.head.T
        losses = functional.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none")
        total += losses[real[:, 1:]].sum().item()
        tokens_seen += int(real[:, 1:].sum())
        characters += sum(len(encoder.decode(story[:context])) for story in group)
    return {"perToken": total / tokens_seen, "perCharacter": total / characters, "tokens": tokens_seen}


def canvas_hidden(network: DualNetwork, tokens: Tensor, noisy: Tensor, block: int) -> Tensor:
    """Hidden states (B, 2L, C) with equal blocks of `block` tokens that begin at position 1, after the begin token."""
    length = tokens.shape[1]
    start, end = block_bounds(length, [1] + [block] * length)
    seen = torch.from_numpy(canvas_visibility(start[None], end[None])).to(tokens.device)
    return network(tokens, noisy, torch.where(seen, 0.0, HIDDEN)[:, None])


@torch.no_grad()
def masked_losses(network: DualNetwork, stories: list[str], encoder: TextEncoder, rates: tuple[float, ...] = MASK_RATES) -> dict[str, float]:
    """Nats per masked token by mask rate, blocks of BLOCK; the true tokens before the block are known."""
    device = network.head.device
    tokens, real = (part.to(device) for part in padded_documents(encoder.encode_all(stories), network.config.context - 1))
    random = torch.Generator().manual_seed(1)
    draws = torch.rand(tokens.shape, generator=random).to(device)
    losses = {}
    for rate in rates:
        masked = (draws < rate) & real
        masked[:, 0] = False
        total = 0.0
        for start in range(0, len(tokens), BATCH):
            part = slice(start, start + BATCH)
            noisy = tokens[part].masked_fill(masked[part], MASK_TOKEN)
            hidden = canvas_hidden(network, tokens[part], noisy, BLOCK)[:, tokens.shape[1] :]
            total += functional.cross_entropy(hidden[masked[part]] @ network.head.T, tokens[part][masked[part]], reduction="sum").item()
        losses[str(rate)] = total / int(masked.sum())
    return losses


@torch.no_grad()
def draft_acceptance(network: DualNetwork, stories: list[str], encoder: TextEncoder) -> list[float]:
    """Σ min(p, q) at positions 1 to DRAFT_BLOCK of a completely masked block, p the causal stream given the true tokens before."""
    device = network.head.device
    tokens, real = (part.to(device) for part in padded_documents(encoder.encode_all(stories), network.config.context - 1))
    length = tokens.shape[1]
    sums, counts = torch.zeros(DRAFT_BLOCK), torch.zeros(DRAFT_BLOCK)
    for start in range(0, len(tokens), BATCH):
        part = slice(start, start + BATCH)
        noisy = torch.full_like(tokens[part], MASK_TOKEN)
        hidden = canvas_hidden(network, tokens[part], noisy, DRAFT_BLOCK)
        target = torch.softmax(hidden[:, : length - 1] @ network.head.T, dim=-1)
        draft = torch.softmax(hidden[:, length + 1 :] @ network.head.T, dim=-1)
        overlap = torch.minimum(target, draft).sum(-1).cpu()  # (B, L - 1), of positions 1, 2, …
        for place in range(DRAFT_BLOCK):
            chosen = overlap[:, place::DRAFT_BLOCK][real[part, 1:][:, place::DRAFT_BLOCK].cpu()]
            sums[place] += chosen.sum()
            counts[place] += len(chosen)
    return (sums / counts).tolist()
