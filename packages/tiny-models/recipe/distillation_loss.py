"""Cross entropy of a small network against a large one's whole distribution, straight from hidden states, in chunks.

The gradients are computed explicitly, as in fused_loss: ∂/∂z of −Σ p log q is q − p, of the true token's −log q is q − onehot.
"""

from __future__ import annotations

import torch
from torch import Tensor

CHUNK_ROWS = 512


class DistillationLoss(torch.autograd.Function):
    @staticmethod
    def forward(context, hidden: Tensor, head: Tensor, teacher_hidden: Tensor, teacher_head: Tensor, targets: Tensor, soft_share: float):
        """`hidden` (N, c), `head` (V, c), teacher's (N, C) and (V, C), `targets` (N,) → (mean loss, mean Σ min(p, q)).

        The loss is soft_share · (−Σ p log q) + (1 − soft_share) · (−log q of the true token).
        """
        compute = torch.bfloat16 if torch.is_autocast_enabled(hidden.device.type) else torch.float32
        rows, matrix = hidden.detach().to(compute), head.detach().to(compute)
        goals, goal_matrix = teacher_hidden.detach().to(compute), teacher_head.detach().to(compute)
        hidden_gradient = torch.empty(hidden.shape, device=hidden.device)
        head_gradient = torch.zeros(head.shape, device=hidden.device)
        loss = overlap = 0.0
        for start in range(0, len(rows), CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            log_draft = torch.log_softmax((rows[part] @ matrix.T).float(), dim=-1)
            teacher = torch.softmax((goals[part] @ goal_matrix.T).float(), dim=-1)
            draft = log_draft.exp()
            overlap += torch.minimum(draft, teacher).sum().item()
            wanted = teacher.mul_(soft_share)
            wanted.scatter_add_(1, targets[part, None], torch.full_like(wanted[:, :1], 1 - soft_share))
            loss -= (wanted * log_draft).sum().item()
            gradient = (draft - wanted).div_(len(rows)).to(compute)
            hidden_gradient[part] = (gradient @ matrix).float()
            head_gradient += (gradient.T @ rows[part]).float()
        context.save_for_backward(hidden_gradient, head_gradient)
        mean = lambda value: torch.tensor(value / len(rows), device=hidden.device)
        overlap_mean = mean(overlap)
        context.mark_non_differentiable(overlap_mean)
        return mean(loss), overlap_mean

    @staticmethod
    def backward(context, scale: Tensor, _: Tensor):
        hidden_gradient, head_gradient = context.saved_tensors
        return hidden_gradient * scale, head_gradient * scale, None, None, None, None


distillation_loss = DistillationLoss.apply
