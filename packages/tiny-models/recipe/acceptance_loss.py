"""Draws the canvas stream's draft distribution q towards the causal stream's p: ½‖q − p‖₁ is one minus the expected acceptance.

p is constant (no gradient). The gradient is computed explicitly, as in fused_loss: ∂/∂z ½Σ|q − p| = ½ q (s − Σ q s), s = sign(q − p).
"""

from __future__ import annotations

import torch
from torch import Tensor

CHUNK_ROWS = 512


class RejectionLoss(torch.autograd.Function):
    @staticmethod
    def forward(context, draft: Tensor, target: Tensor, head: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """`draft`, `target` hidden states (N, C), `head` (V, C), `weights` (N,) → (Σ weight · ½‖q − p‖₁, distances (N,))."""
        compute = torch.bfloat16 if torch.is_autocast_enabled(draft.device.type) else torch.float32
        matrix = head.detach().to(compute)
        rows, goals = draft.detach().to(compute), target.detach().to(compute)
        distances = torch.empty(len(rows), device=draft.device)
        draft_gradient = torch.empty(draft.shape, device=draft.device)
        head_gradient = torch.zeros(head.shape, device=draft.device)
        for start in range(0, len(rows), CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            draft_probabilities = torch.softmax((rows[part] @ matrix.T).float(), dim=-1)
            difference = draft_probabilities - torch.softmax((goals[part] @ matrix.T).float(), dim=-1)
            distances[part] = 0.5 * difference.abs().sum(-1)
            sign = difference.sign_()
            centred = sign - (draft_probabilities * sign).sum(-1, keepdim=True)
            gradient = (0.5 * draft_probabilities * centred * weights[part, None]).to(compute)
            draft_gradient[part] = (gradient @ matrix).float()
            head_gradient += (gradient.T @ rows[part]).float()
        context.save_for_backward(draft_gradient, head_gradient)
        context.mark_non_differentiable(distances)
        return (distances * weights).sum(), distances

    @staticmethod
    def backward(context, scale: Tensor, _: Tensor) -> tuple[Tensor, None, Tensor, None]:
        draft_gradient, head_gradient = context.saved_tensors
        return draft_gradient * scale, None, head_gradient * scale, None


rejection_loss = RejectionLoss.apply
