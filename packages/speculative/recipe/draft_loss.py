"""Losses of a draft's logits against the target's distribution, straight from hidden states, in chunks that fit the cache.

With p the target's probabilities of the draft vocabulary's tokens (their sum is below 1 where the target prefers another token) and q the
draft's, a drafted token is accepted with probability Σ min(p, q) (Leviathan et al. 2023, arXiv:2211.17192).

    loss = cross entropy −Σ p log q  +  share · (1 − Σ min(p, q))
"""

from __future__ import annotations

import torch
from torch import Tensor

CHUNK_ROWS = 256


class DraftLoss(torch.autograd.Function):
    @staticmethod
    def forward(context, hidden: Tensor, head: Tensor, goal: Tensor, weights: Tensor, shares: tuple[float, float]) -> tuple[Tensor, Tensor]:
        """`hidden` (N, C), `head` (U, C), `goal` p (N, U), `weights` (N,), shares of cross entropy and acceptance loss
        → (Σ weight · loss, Σ min(p, q) of each row (N,), not differentiable)."""
        soft_share, acceptance_share = shares
        rows, matrix = hidden.detach().bfloat16(), head.detach().bfloat16()
        overlaps = torch.empty(len(rows))
        hidden_gradient = torch.empty(hidden.shape)
        head_gradient = torch.zeros(head.shape) if head.requires_grad else None
        total = torch.zeros(())
        for start in range(0, len(rows), CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            logarithms = torch.log_softmax((rows[part] @ matrix.T).float(), -1)
            p, q = goal[part].float(), logarithms.exp()
            smaller = torch.minimum(p, q)
            overlaps[part] = smaller.sum(-1)
            cross_entropy = -(p * logarithms).sum(-1)
            total += (weights[part] * (soft_share * cross_entropy + acceptance_share * (1 - overlaps[part]))).sum()
            gradient = soft_share * (q * p.sum(-1, keepdim=True) - p)
            if acceptance_share:
                rising = q * (q < p)  # d Σ min(p, q) / d logits = rising − q Σ rising
                gradient -= acceptance_share * (rising - q * rising.sum(-1, keepdim=True))
            gradient = gradient.mul_(weights[part, None]).bfloat16()
            hidden_gradient[part] = (gradient @ matrix).float()
            if head_gradient is not None:
                head_gradient += (gradient.T @ rows[part]).float()
        context.save_for_backward(hidden_gradient, head_gradient)
        context.mark_non_differentiable(overlaps)
        return total, overlaps

    @staticmethod
    def backward(context, scale: Tensor, _: Tensor) -> tuple:
        hidden_gradient, head_gradient = context.saved_tensors
        return hidden_gradient * scale, None if head_gradient is None else head_gradient * scale, None, None, None


draft_loss = DraftLoss.apply


@torch.no_grad()
def target_probabilities(hidden: Tensor, head: Tensor, target_ids: Tensor | None) -> Tensor:
    """`hidden` (N, C), the target's `head` (V, C) → its probabilities of the tokens `target_ids` (N, U), of all if None; bfloat16."""
    chunks = []
    for part in hidden.to(head.dtype).split(CHUNK_ROWS):
        probabilities = torch.softmax((part @ head.T).float(), -1).bfloat16()
        chunks.append(probabilities if target_ids is None else probabilities[:, target_ids])
    return torch.cat(chunks)
