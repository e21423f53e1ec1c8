"""Step 3a: trains a draft head on the target's hidden states, with the chains of its own that it will draft (EAGLE-3, arXiv:2503.01840).

    python train_head.py --model FOLDER --texts runs/texts.jsonl --vocabulary runs/draft_vocabulary.json --run runs/head

The frozen target computes its hidden states as they are needed. Calling it again continues from the run's checkpoint.
"""

from __future__ import annotations

import other_recipe, polite_threads  # noqa: E401, F401  (first)

import argparse

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from draft_loss import draft_loss, target_probabilities
from draft_training import DraftTraining, training_parser
from eagle_head import EagleHead
from own_texts import padded
from run_folder import named_weights


class HeadInputs:
    """What a batch of texts gives a head: `fused` (B, n, 3C), `final` (B, n, C) the target's normalised states, and who wrote which token."""

    def __init__(self, target, layers: tuple[int, ...], tokens: Tensor, written: Tensor) -> None:
        self.tokens, self.written = tokens, written
        with torch.no_grad():
            self.final, kept = target(tokens, keep=layers)
            self.fused = torch.cat(kept, -1)
            self.embeddings = target.model["embed_tokens"](tokens).float()

    def embedded(self, step: int) -> Tensor:
        """(B, n, C): for row t the embedding of token t + 1 + step; zeros behind the end."""
        return functional.pad(self.embeddings[:, step + 1 :], (0, 0, 0, step + 1))

    def predicted(self, step: int) -> Tensor:
        """(B, n): whether row t predicts, at this step, a token t + 2 + step that the target wrote."""
        return functional.pad(self.written[:, step + 2 :], (0, step + 2))


class HeadTraining(DraftTraining):
    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.layers = tuple(options.layers) or default_layers(self.target.config.layers)
        head = EagleHead(self.target.config, len(self.target_ids))
        head.start_from(self.target, self.target_ids)
        self.prepare(head)
        self.note(target_layers=self.layers, draft_vocab_size=len(self.target_ids), steps=options.steps)

    def step(self) -> tuple[int, dict]:
        options = self.options
        inputs = HeadInputs(self.target, self.layers, *self.batches.batch())
        rows = inputs.written[:, 1:].flatten()  # the target's row t predicts token t + 1
        goal = target_probabilities(inputs.final[:, :-1].flatten(0, 1)[rows], self.target.head, self.ids)
        index = torch.full(rows.shape, -1).masked_scatter(rows, torch.arange(int(rows.sum()))).view(len(inputs.tokens), -1)
        losses, count = {}, 0
        total = torch.zeros(())
        with torch.autocast("cpu", torch.bfloat16):
            chain = self.network.chain(inputs.fused, [inputs.embedded(step) for step in range(options.steps)])
        for step, hidden in enumerate(chain):
            used = inputs.predicted(step)
            places = functional.pad(index[:, step + 1 :], (0, step + 2), value=-1)[used]
            decay = options.step_decay**step
            weights = torch.full((len(places),), decay / max(1, len(places)))
            loss, overlaps = draft_loss(
                self.network.norm(hidden[used].float()), self.network.lm_head.weight, goal[places], weights, (1.0, options.acceptance_share)
            )
            total = total + loss
            losses[f"overlap{step + 1}"] = overlaps.mean().item()
        total.backward()
        return inputs.tokens.numel(), {"loss": total.item(), **losses}

    def save(self) -> None:
        self.run.save(self.state())
        save_file(named_weights(self.network), self.run.folder / "head.safetensors")

    @torch.no_grad()
    def evaluate(self) -> dict:
        """Mean Σ min(p, q) and share of equal argmax at each step, given the true tokens before, on texts that are not trained on."""
        steps = self.options.steps
        sums = torch.zeros(2, steps)
        counts = torch.zeros(steps)
        for start in range(0, len(self.held_out), 4):
            inputs = HeadInputs(self.target, self.layers, *padded(self.held_out[start : start + 4], self.options.longest))
            chain = self.network.chain(inputs.fused, [inputs.embedded(step) for step in range(steps)])
            for step, hidden in enumerate(chain):
                used = inputs.predicted(step)
                final = functional.pad(inputs.final[:, step + 1 :], (0, 0, 0, step + 1))[used]
                logits = (final @ self.target.head.T).float()
                q = torch.softmax(self.network.lm_head(self.network.norm(hidden[used])), -1)
                p = torch.softmax(logits, -1)[:, self.ids]
                sums[0, step] += torch.minimum(p, q).sum()
                sums[1, step] += (self.ids[q.argmax(-1)] == logits.argmax(-1)).sum()
                counts[step] += len(q)
        overlap, equal = (sums / counts).tolist()
        rounded = lambda values: [round(value, 4) for value in values]
        return {"overlap": rounded(overlap), "argmaxAgreement": rounded(equal)}


def default_layers(count: int) -> tuple[int, int, int]:
    """An early, a middle and the last layer: three different ones of at least three."""
    return (min(2, count // 2 - 1), count // 2, count - 1)


def load_head(run_folder, target, settings: dict) -> EagleHead:
    head = EagleHead(target.config, settings["draft_vocab_size"])
    head.load_state_dict(load_file(run_folder / "head.safetensors"))
    return head.eval().requires_grad_(False)


def parse_options() -> argparse.Namespace:
    parser = training_parser(__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, nargs=3, default=(), help="layers of the target whose outputs are read; default: early, middle, last")
    parser.add_argument("--steps", type=int, default=4, help="of the chains that are trained")
    parser.add_argument("--step-decay", type=float, default=0.8, help="weight of a step's loss over that of the step before")
    return parser.parse_args()


if __name__ == "__main__":
    training = HeadTraining(parse_options())
    training.loop.train(training.step, training.save, training.evaluate)
