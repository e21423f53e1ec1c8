"""How a network edits held-out texts: left to right, by correcting a copy, and from masks."""

from __future__ import annotations

import numpy as np
import torch

from canvas_noise import block_bounds, canvas_visibility
from copied_drafts import copied_drafts
from corpus import TextEncoder
from dual_network import HIDDEN, DualNetwork
from model_config import END_TOKEN, MASK_TOKEN
from rename_edits import Edit, EditSpans, edit_document, edit_prompt, edit_spans

BLOCK = 32
MOST_ROUNDS = 6  # of corrections of a block
COPIED_PLACES = (1, 2, 4, 8, 16)  # of a completely masked block


@torch.no_grad()
def edit_exact_match(network: DualNetwork, edits: list[Edit], encoder: TextEncoder) -> float:
    """Share of edits that greedy causal decoding gets right to the end token.

    Greedy is exact if and only if the argmax equals the target at every position, given the target before it: one pass each.
    """
    device, exact = network.head.device, 0
    for edit in edits:
        prompt = edit_prompt(edit, encoder)
        answer = np.append(encoder.encode(edit.changed), END_TOKEN)
        tokens = torch.from_numpy(np.concatenate((prompt, answer)).astype(np.int64))[None].to(device)
        best = (network(tokens[:, :-1])[0, len(prompt) - 1 :] @ network.head.T).argmax(-1)
        exact += int(torch.equal(best, tokens[0, len(prompt) :]))
    return exact / max(1, len(edits))


def edit_rows(edit: Edit, encoder: TextEncoder) -> tuple[np.ndarray, EditSpans, np.ndarray, np.ndarray]:
    """An edit document with its end token, its parts, and the bounds of its blocks, which begin with the changed text."""
    tokens = np.append(edit_document(edit, encoder), END_TOKEN).astype(np.int64)
    spans = edit_spans(edit, encoder)
    return tokens, spans, *block_bounds(len(tokens), [spans.changed[0]] + [BLOCK] * -(-len(tokens) // BLOCK))


def predict_canvas(network: DualNetwork, tokens: np.ndarray, canvas: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The most likely token of every canvas position (S,), the true tokens before each block known."""
    on_device = lambda array: torch.from_numpy(array)[None].to(network.head.device)
    bias = torch.where(on_device(canvas_visibility(start[None], end[None])), 0.0, HIDDEN)
    return (network(on_device(tokens), on_device(canvas), bias)[0, len(tokens) :] @ network.head.T).argmax(-1).cpu().numpy()


@torch.no_grad()
def edits_by_correction(network: DualNetwork, edits: list[Edit], encoder: TextEncoder) -> dict[str, float]:
    """Share of edits that come out exactly if each block starts as a copy and all its tokens are predicted again until none
    changes; passes per 1000 tokens. Each block is corrected after the true text, which finds the same exact edits.
    """
    exact = passes = total = 0
    for edit in edits:
        tokens, spans, start, end = edit_rows(edit, encoder)
        drafts, drafted = copied_drafts(tokens, spans, start, end)
        answer = np.arange(len(tokens)) >= spans.changed[0]
        canvas = np.where(answer & drafted, drafts, MASK_TOKEN)
        open_positions = answer.copy()
        for _ in range(MOST_ROUNDS):
            best = np.where(open_positions, predict_canvas(network, tokens, canvas, start, end), canvas)
            passes += len(np.unique(start[open_positions]))
            changed = set(start[best != canvas])
            canvas, open_positions = best, answer & np.isin(start, list(changed))
            if not changed:
                break
        exact += int(np.array_equal(canvas[answer], tokens[answer]))
        total += int(answer.sum())
    return {"exact": round(exact / max(1, len(edits)), 3), "passesPer1000": round(1000 * passes / max(1, total))}


@torch.no_grad()
def canvas_copying(network: DualNetwork, edits: list[Edit], encoder: TextEncoder) -> list[float]:
    """Share of the most likely tokens that are right, at COPIED_PLACES of the completely masked blocks of an edit."""
    right, seen = np.zeros(BLOCK), np.zeros(BLOCK)
    for edit in edits:
        tokens, spans, start, end = edit_rows(edit, encoder)
        answer = np.arange(len(tokens)) >= spans.changed[0]
        best = predict_canvas(network, tokens, np.where(answer, MASK_TOKEN, tokens), start, end)
        places = (np.arange(len(tokens)) - start)[answer]
        np.add.at(right, places, (best == tokens)[answer])
        np.add.at(seen, places, 1)
    return [float(right[place - 1] / max(1, seen[place - 1])) for place in COPIED_PLACES]
