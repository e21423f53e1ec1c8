"""What the training of both drafts shares: options, texts, target, optimisers, checkpoints."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import torch
from torch import nn

from draft_vocabulary import read_draft_vocabulary
from llama_network import load_llama
from muon import Muon
from own_texts import TextBatches, read_own_texts
from run_folder import RunFolder
from training_loop import Pace, Schedule, TrainingLoop, set_up_torch

HELD_OUT_TEXTS = 32  # of the periodic evaluation


class DraftTraining:
    """Subclasses build `network` and say what a step and an evaluation do."""

    def __init__(self, options: argparse.Namespace) -> None:
        set_up_torch(options.threads, "cpu")
        torch.manual_seed(options.seed)
        self.options = options
        self.target = load_llama(options.model, torch.bfloat16)
        self.target_ids = read_draft_vocabulary(options.vocabulary)
        self.ids = torch.tensor(self.target_ids)
        self.run = RunFolder(options.run)
        if options.evaluation:
            self.held_out = read_own_texts(options.evaluation)[:HELD_OUT_TEXTS]
            read = lambda: read_own_texts(*options.texts)
        else:
            self.held_out = read_own_texts(*options.texts)[:HELD_OUT_TEXTS]
            read = lambda: read_own_texts(*options.texts)[HELD_OUT_TEXTS:]
        self.batches = TextBatches(read, options.longest, options.batch_tokens, options.seed)

    def prepare(self, network: nn.Module) -> None:
        options = self.options
        self.network = network
        optimisers = draft_optimisers(network, options.rate, options.rate * options.vector_share, options.train_output)
        schedule = Schedule(options.total_tokens, warm_tokens=options.total_tokens // 50, decay_share=options.decay_share)
        self.loop = TrainingLoop(self.run, network, optimisers, schedule, Pace(options.minutes, evaluate_minutes=options.evaluate_minutes))
        if state := self.run.load():
            self.loop.load_state(state)
            self.batches.load_state(state["batches"])

    def state(self) -> dict:
        return self.loop.state({"batches": self.batches.state()})

    def note(self, **values: object) -> None:
        """Settings beside the weights, for export and evaluation."""
        (self.run.folder / "draft.json").write_text(json.dumps(values, indent=2) + "\n")


def draft_optimisers(network: nn.Module, matrix_rate: float, vector_rate: float, train_output: bool) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices, AdamW for norms and, if it is trained, the output matrix."""
    is_output = lambda name: name.startswith(("lm_head", "model.embed_tokens"))
    matrices, others = [], []
    for name, value in network.named_parameters():
        if is_output(name):
            value.requires_grad_(train_output and name.startswith("lm_head"))
        if value.requires_grad:
            (matrices if value.ndim == 2 and not is_output(name) else others).append(value)
    optimisers = [
        Muon(matrices, matrix_rate, momentum=0.95, weight_decay=0.0),
        torch.optim.AdamW(others, lr=vector_rate, betas=(0.9, 0.95), weight_decay=0.0),
    ]
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["initial_lr"] = group["lr"]
    return optimisers


def training_parser(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--model", type=Path, required=True, help="Hugging Face folder of the target")
    parser.add_argument("--texts", type=Path, nargs="+", required=True, help="what generate_texts.py wrote; read anew in every epoch")
    parser.add_argument("--evaluation", type=Path, help="texts of the periodic evaluation; default: the first of --texts, which are then not trained on")
    parser.add_argument("--vocabulary", type=Path, required=True, help="what draft_vocabulary.py wrote")
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--total-tokens", type=int, default=3_000_000, help="tokens until the rate is 0")
    parser.add_argument("--decay-share", type=float, default=0.6, help="of the tokens, during which the rate falls")
    parser.add_argument("--evaluate-minutes", type=float, default=5)
    parser.add_argument("--batch-tokens", type=int, default=2048)
    parser.add_argument("--longest", type=int, default=512, help="tokens of a text")
    parser.add_argument("--rate", type=float, default=0.005, help="of the matrices (Muon)")
    parser.add_argument("--vector-share", type=float, default=0.2, help="rate of the rest (AdamW) over that of the matrices")
    parser.add_argument("--train-output", action="store_true", help="trains the output matrix too, which otherwise stays the target's rows")
    parser.add_argument("--acceptance-share", type=float, default=1.0, help="of 1 − Σ min(p, q) in the loss, beside the cross entropy")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser
