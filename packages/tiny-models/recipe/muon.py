"""Muon: momentum whose update is orthogonalised by a Newton-Schulz iteration (Jordan et al., 2024), for matrices.

Embeddings, norms and vectors go to AdamW. Matrices of one shape are updated together, as one batch.
"""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor, nn

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # quintic that pushes singular values towards 1 (Jordan et al., 2024)
ITERATIONS = 5


def orthogonalise(matrices: Tensor) -> Tensor:
    """(n, rows, columns) → the same with singular values near 1."""
    first, second, third = COEFFICIENTS
    wide = matrices.bfloat16()
    tall = wide.shape[-2] > wide.shape[-1]
    wide = wide.mT if tall else wide
    wide = wide / (wide.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(ITERATIONS):
        square = wide @ wide.mT
        wide = first * wide + (second * square + third * square @ square) @ wide
    return (wide.mT if tall else wide).float()


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters: list[nn.Parameter], learning_rate: float, momentum: float, weight_decay: float) -> None:
        super().__init__(parameters, {"lr": learning_rate, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
            for parameter in group["params"]:
                by_shape[parameter.shape].append(parameter)
            for parameters in by_shape.values():
                self.update(parameters, group)

    def update(self, parameters: list[nn.Parameter], group: dict) -> None:
        looked_ahead = []
        for parameter in parameters:
            velocity = self.state[parameter].setdefault("velocity", torch.zeros_like(parameter))
            velocity.lerp_(parameter.grad, 1 - group["momentum"])
            looked_ahead.append(parameter.grad.lerp(velocity, group["momentum"]))  # Nesterov
        updates = orthogonalise(torch.stack(looked_ahead))
        rows, columns = parameters[0].shape
        step = group["lr"] * max(1.0, rows / columns) ** 0.5
        for parameter, update in zip(parameters, updates):
            parameter.mul_(1 - group["lr"] * group["weight_decay"]).sub_(update, alpha=step)


def make_optimisers(
    network: nn.Module, *, matrix_rate: float, vector_rate: float, weight_decay: float
) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices, AdamW for the rest. `initial_lr` of each group is scaled by a schedule."""
    named = list(network.named_parameters())
    is_matrix = lambda name, value: value.ndim == 2 and "embed" not in name
    matrices = [value for name, value in named if is_matrix(name, value)]
    others = [value for name, value in named if not is_matrix(name, value)]
    optimisers = [
        Muon(matrices, matrix_rate, momentum=0.95, weight_decay=weight_decay),
        torch.optim.AdamW(others, lr=vector_rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    ]
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["initial_lr"] = group["lr"]
    return optimisers


def set_rate(optimisers: list[torch.optim.Optimizer], factor: float) -> None:
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = group["initial_lr"] * factor
