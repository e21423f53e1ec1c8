"""Step 3b: cuts a small draft out of the model and distils the model's distribution into it.

    python train_small_draft.py --model FOLDER --texts runs/texts.jsonl --vocabulary runs/draft_vocabulary.json --run runs/small --layers 4

Calling it again continues from the run's checkpoint. RUN/weights is a Hugging Face folder.
"""

from __future__ import annotations

import other_recipe, polite_threads  # noqa: E401, F401  (first)

import argparse

import torch

from draft_loss import draft_loss, target_probabilities
from draft_training import DraftTraining, training_parser
from own_texts import padded
from pruned_llama import chosen_layers, evenly_spread, layer_influence, prune, save_as_hugging_face


class SmallDraftTraining(DraftTraining):
    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        count = self.target.config.layers
        if options.choose == "influence":
            influence = layer_influence(self.target, *padded(self.held_out[:8], options.longest))
            layers = chosen_layers(influence, options.layers)
            self.run.log(influence=[round(value, 3) for value in influence])
        else:
            layers = evenly_spread(count, options.layers)
        self.run.log(layers=layers)
        self.prepare(prune(self.target, layers))
        self.note(layers=layers, draft_vocab_size=len(self.target_ids))

    def output_rows(self) -> torch.Tensor:
        """(U, C)"""
        return self.network.head[self.ids]

    def step(self) -> tuple[int, dict]:
        tokens, written = self.batches.batch()
        used = written[:, 1:]
        with torch.no_grad():
            final, _ = self.target(tokens)
        goal = target_probabilities(final[:, :-1][used], self.target.head, self.ids)
        with torch.autocast("cpu", torch.bfloat16):
            hidden, _ = self.network(tokens)
        weights = torch.full((len(goal),), 1 / max(1, len(goal)))
        loss, overlaps = draft_loss(hidden[:, :-1][used].float(), self.output_rows(), goal, weights, (1.0, self.options.acceptance_share))
        loss.backward()
        return tokens.numel(), {"loss": loss.item(), "overlap": overlaps.mean().item()}

    def save(self) -> None:
        self.run.save(self.state())
        save_as_hugging_face(self.network, self.options.model, self.run.folder / "weights")

    @torch.no_grad()
    def evaluate(self) -> dict:
        """Mean Σ min(p, q) and share of equal argmax, given the true tokens before, on texts that are not trained on."""
        overlap = equal = count = 0.0
        for start in range(0, len(self.held_out), 4):
            tokens, written = padded(self.held_out[start : start + 4], self.options.longest)
            used = written[:, 1:]
            final, hidden = (network(tokens)[0][:, :-1][used] for network in (self.target, self.network))
            logits = (final @ self.target.head.T).float()
            q = torch.softmax(hidden @ self.output_rows().T, -1)
            overlap += torch.minimum(torch.softmax(logits, -1)[:, self.ids], q).sum().item()
            equal += (self.ids[q.argmax(-1)] == logits.argmax(-1)).sum().item()
            count += len(q)
        return {"overlap": round(overlap / count, 4), "argmaxAgreement": round(equal / count, 4)}


def parse_options() -> argparse.Namespace:
    parser = training_parser(__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=4, help="how many layers of the model are kept")
    parser.add_argument("--choose", choices=["influence", "spread"], default="influence", help="which layers")
    return parser.parse_args()


if __name__ == "__main__":
    training = SmallDraftTraining(parse_options())
    training.loop.train(training.step, training.save, training.evaluate)
