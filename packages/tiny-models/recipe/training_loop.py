"""The parts that every training of this recipe shares: the schedule, slices of minutes, checkpoints, a clean stop on a signal."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from muon import set_rate
from run_folder import RunFolder


@dataclass(frozen=True)
class Schedule:
    """Learning-rate factor over tokens seen: warm-up, constant, then linear to `final`."""

    total_tokens: int
    warm_tokens: int = 400_000
    decay_share: float = 0.5
    final: float = 0.0

    def factor(self, seen: int) -> float:
        warm = min(1.0, (seen + 1) / self.warm_tokens)
        left = max(0.0, 1 - seen / self.total_tokens)
        return warm * (self.final + (1 - self.final) * min(1.0, left / self.decay_share))

    def progress(self, seen: int) -> float:
        return seen / self.total_tokens


@dataclass
class Pace:
    """How long one call trains and how often it evaluates."""

    minutes: float = math.inf
    save_minutes: float = 5.0
    evaluate_minutes: float = 5.0
    log_seconds: float = 30.0


def set_up_torch(threads: int, device: str) -> None:
    torch.manual_seed(0)
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # a few denormals slow a CPU step many times over
    if device == "cuda":
        torch.set_float32_matmul_precision("high")


class TrainingLoop:
    def __init__(self, run: RunFolder, network: nn.Module, optimisers: list, schedule: Schedule, pace: Pace) -> None:
        self.run, self.network, self.optimisers, self.schedule, self.pace = run, network, optimisers, schedule, pace
        self.seen = 0  # tokens
        self.stopped = False

    def state(self, extra: dict) -> dict:
        return {
            "seen": self.seen,
            "network": self.network.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            **extra,
        }

    def load_state(self, state: dict) -> None:
        self.seen = state["seen"]
        self.network.load_state_dict(state["network"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"]):
            rates = [group["initial_lr"] for group in optimiser.param_groups]
            optimiser.load_state_dict(saved)
            for group, rate in zip(optimiser.param_groups, rates):
                group["initial_lr"] = rate  # so that a resumed call may change the peak rate

    def stop(self, *_: object) -> None:
        self.stopped = True

    def train(self, step: Callable[[], tuple[int, dict]], save: Callable[[], None], evaluate: Callable[[], dict]) -> None:
        """Calls `step` → (tokens, losses) until the schedule, the minutes or a signal ends it; then saves, and evaluates unless a signal asked for a stop."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        begun = saved = evaluated = logged = time.monotonic()
        sums: dict[str, float] = {}
        steps = tokens = 0
        while self.seen < self.schedule.total_tokens and not self.stopped:
            set_rate(self.optimisers, self.schedule.factor(self.seen))
            new_tokens, losses = step()
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            for optimiser in self.optimisers:
                optimiser.step()
                optimiser.zero_grad(set_to_none=True)
            self.seen += new_tokens
            steps, tokens = steps + 1, tokens + new_tokens
            for name, value in losses.items():
                sums[name] = sums.get(name, 0.0) + value
            now = time.monotonic()
            if now - logged > self.pace.log_seconds:
                averages = {name: round(value / steps, 4) for name, value in sums.items()}
                self.run.log(seen=self.seen, tokensPerSecond=round(tokens / (now - logged)), **averages)
                sums, steps, tokens, logged = {}, 0, 0, now
            if now - saved > self.pace.save_minutes * 60:
                save()
                saved = now
            if now - evaluated > self.pace.evaluate_minutes * 60:
                self.run.log(seen=self.seen, heldOut=evaluate())
                evaluated = logged = time.monotonic()
            if now - begun > self.pace.minutes * 60:
                break
        save()
        if not self.stopped:
            self.run.log(seen=self.seen, heldOut=evaluate(), finished=self.seen >= self.schedule.total_tokens)
