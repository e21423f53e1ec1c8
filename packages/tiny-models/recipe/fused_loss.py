"""Weighted cross entropy straight from hidden states, in chunks, so that the (rows, vocabulary) logits are never in memory as a whole.

Loss and gradients of a chunk are computed while its logits are in cache; backward only scales them.
"""

from __future__ import annotations

import torch
from torch import Tensor

CHUNK_ROWS = 512


class WeightedCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(context, hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """`hidden` (N, C), `head` (V, C), `targets` (N,), `weights` (N,) → (Σ weight · loss, losses (N,), not differentiable)."""
        compute = torch.bfloat16 if torch.is_autocast_enabled(hidden.device.type) else torch.float32
        rows, matrix = hidden.detach().to(compute), head.detach().to(compute)
        losses = torch.empty(len(rows), device=hidden.device)
        hidden_gradient = torch.empty(hidden.shape, device=hidden.device)
        head_gradient = torch.zeros(head.shape, device=hidden.device)
        for start in range(0, len(rows), CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            logits = (rows[part] @ matrix.T).float()
            normaliser = torch.logsumexp(logits, dim=-1)
            chosen = logits.gather(1, targets[part, None]).squeeze(1)
            losses[part] = normaliser - chosen
            gradient = logits.sub_(normaliser[:, None]).exp_()
            gradient.scatter_add_(1, targets[part, None], torch.full_like(targets[part, None], -1, dtype=gradient.dtype))
            gradient = gradient.mul_(weights[part, None]).to(compute)
            hidden_gradient[part] = (gradient @ matrix).float()
            head_gradient += (gradient.T @ rows[part]).float()
        context.save_for_backward(hidden_gradient, head_gradient)
        context.mark_non_differentiable(losses)
        return (losses * weights).sum(), losses

    @staticmethod
    def backward(context, scale: Tensor, _: Tensor) -> tuple[Tensor, Tensor, None, None]:
        hidden_gradient, head_gradient = context.saved_tensors
        return hidden_gradient * scale, head_gradient * scale, None, None


weighted_cross_entropy = WeightedCrossEntropy.apply
