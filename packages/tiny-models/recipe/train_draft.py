"""Step 2 of the draft model: distils the dual model's causal stream into a network several times cheaper per pass.

    python train_draft.py --corpus FOLDER --tokenizer tokenizer.json --teacher runs/stories/weights --run runs/draft

Calling it again continues from the run's checkpoint.
"""

from __future__ import annotations

import polite_threads  # noqa: F401  (first)

import argparse
import math
from pathlib import Path

import torch

from corpus import TextEncoder, read_texts, split_corpus
from distillation_loss import distillation_loss
from dual_network import DualNetwork
from held_out_losses import causal_loss, padded_documents
from model_config import ModelConfig, read_config
from muon import make_optimisers
from run_folder import RunFolder, load_weights, save_weights
from training_loop import Pace, Schedule, TrainingLoop, set_up_torch
from training_rows import TrainingRows

STORIES = 64  # held-out, of the periodic evaluation
SOFT_SHARE = 0.9  # of the loss uses the teacher's distribution, the rest the text


class DraftTraining:
    def __init__(self, options: argparse.Namespace) -> None:
        set_up_torch(options.threads, options.device)
        self.options, self.device = options, options.device
        teacher_config = read_config(options.teacher, canvas=True)
        self.teacher = DualNetwork(teacher_config).to(self.device).eval().requires_grad_(False)
        load_weights(self.teacher, options.teacher)
        self.config = ModelConfig(
            vocab_size=teacher_config.vocab_size, width=options.width, layers=options.layers, heads=options.heads,
            feed_forward=options.feed_forward, context=teacher_config.context, canvas=False,
        )
        self.run = RunFolder(options.run)
        self.encoder = TextEncoder(options.tokenizer)
        corpus = split_corpus(read_texts(options.corpus)[: options.texts])
        self.held_out = corpus.held_out
        self.rows = TrainingRows(corpus.training, self.encoder, seed=options.seed, edit_share=options.edit_share, rename_share=0.5)
        self.network = DualNetwork(self.config)
        if options.start:
            load_weights(self.network, options.start)
        self.network.to(self.device)
        compiled = lambda network: torch.compile(network, dynamic=False) if options.compile else network
        self.forward, self.teach = compiled(self.network), compiled(self.teacher)
        optimisers = make_optimisers(self.network, matrix_rate=options.rate, vector_rate=options.rate / 5, weight_decay=0.01)
        schedule = Schedule(options.total_tokens, warm_tokens=min(400_000, options.total_tokens // 20))
        self.loop = TrainingLoop(self.run, self.network, optimisers, schedule, Pace(options.minutes, evaluate_minutes=options.evaluate_minutes))
        if state := self.run.load():
            self.loop.load_state(state)
            self.rows.load_state(state["rows"])

    def step(self) -> tuple[int, dict]:
        length = min(256, self.config.context)
        tokens = torch.from_numpy(self.rows.batch(self.options.batch_tokens // length, length).tokens).to(self.device)
        with torch.autocast(self.device, torch.bfloat16):
            with torch.no_grad():
                goal = self.teach(tokens)[:, :-1].flatten(0, 1)
            hidden = self.forward(tokens)[:, :-1].flatten(0, 1)
            targets = tokens[:, 1:].flatten()
            loss, overlap = distillation_loss(hidden, self.network.head, goal, self.teacher.head, targets, SOFT_SHARE)
        loss.backward()
        return tokens.numel(), {"loss": loss.item(), "overlap": overlap.item()}

    @torch.no_grad()
    def overlap(self) -> dict[str, float]:
        """Mean Σ min(p, q) and share of equal argmax on held-out stories, temperature 1, given the true tokens before."""
        tokens, real = (part.to(self.device) for part in padded_documents(self.encoder.encode_all(self.held_out[:STORIES]), 256))
        total = equal = count = 0.0
        for start in range(0, len(tokens), 16):
            part, known = tokens[start : start + 16, :-1], real[start : start + 16, 1:]
            draft, target = ((network(part)[known] @ network.head.T).float() for network in (self.network, self.teacher))
            total += torch.minimum(torch.softmax(draft, -1), torch.softmax(target, -1)).sum().item()
            equal += (draft.argmax(-1) == target.argmax(-1)).sum().item()
            count += int(known.sum())
        return {"overlap": round(total / count, 4), "argmaxAgreement": round(equal / count, 4)}

    def save(self) -> None:
        self.run.save(self.loop.state({"rows": self.rows.state()}))
        save_weights(self.network, self.config, self.run.folder / "weights", self.options.tokenizer)

    def evaluate(self) -> dict:
        self.network.eval()
        causal = causal_loss(self.network, self.held_out[:STORIES], self.encoder)
        values = {"causalPerToken": round(causal["perToken"], 4), "causalPerCharacter": round(causal["perCharacter"], 4), **self.overlap()}
        self.network.train()
        return values


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True, help="weights folder of the dual model's run")
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="folder with model.safetensors to begin from")
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--total-tokens", type=int, default=12_000_000)
    parser.add_argument("--texts", type=int, default=None, help="use only the first so many texts")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-compile", dest="compile", action="store_false")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--batch-tokens", type=int, default=4096)
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--edit-share", type=float, default=0.08)
    parser.add_argument("--evaluate-minutes", type=float, default=5)
    parser.add_argument("--width", type=int, default=96)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--heads", type=int, default=3)
    parser.add_argument("--feed-forward", type=int, default=256)
    return parser.parse_args()


if __name__ == "__main__":
    training = DraftTraining(parse_options())
    training.loop.train(training.step, training.save, training.evaluate)
