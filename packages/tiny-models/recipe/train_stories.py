"""Step 2: trains the dual story model, both streams at once, on a folder of text.

    python train_stories.py --corpus FOLDER --tokenizer tokenizer.json --run runs/stories --minutes 60

Calling it again continues from the run's checkpoint. `--start` begins a new run from trained weights.
"""

from __future__ import annotations

import polite_threads  # noqa: F401  (first)

import argparse
import math
from pathlib import Path

import numpy as np
import torch

from acceptance_loss import rejection_loss
from canvas_noise import CanvasBatch, canvas_visibility
from canvas_views import canvas_views
from corpus import TextEncoder, read_texts, split_corpus
from dual_network import HIDDEN, DualNetwork
from edit_measures import canvas_copying, edit_exact_match, edits_by_correction
from evaluation_edits import held_out_edits
from fused_loss import weighted_cross_entropy
from held_out_losses import causal_loss, draft_acceptance, masked_losses
from model_config import EDIT_TOKEN, END_TOKEN, MASK_TOKEN, ModelConfig
from muon import make_optimisers
from own_stories import read_own_stories
from run_folder import RunFolder, load_weights, save_weights
from training_loop import Pace, Schedule, TrainingLoop, set_up_torch
from training_rows import RowBatch, TrainingRows

SHORT_LENGTH = 256  # tokens per row; from LONG_FROM on some batches have rows as long as the context
LONG_SHARE = 0.2  # of those batches
GUESS_ROWS = 8  # of a step's second canvases are filled with guesses at most: one shape to compile
CAUSAL_STORIES, CANVAS_STORIES, EDITS = 64, 12, 25  # held-out, of the periodic evaluation
DISTANCE_SCALE = 7.0  # positions over which that loss decays by a factor of e: later ones are rarely reached


class StoryTraining:
    def __init__(self, options: argparse.Namespace) -> None:
        set_up_torch(options.threads, options.device)
        self.options, self.device = options, options.device
        self.encoder = TextEncoder(options.tokenizer)
        self.config = ModelConfig(
            vocab_size=self.encoder.tokenizer.get_vocab_size(), width=options.width, layers=options.layers,
            heads=options.heads, feed_forward=options.feed_forward, context=options.context,
        )
        self.run = RunFolder(options.run)
        corpus = split_corpus(read_texts(options.corpus)[: options.texts])
        self.held_out = corpus.held_out
        self.edits = held_out_edits(corpus.held_out)
        self.rows = TrainingRows(
            corpus.training, self.encoder, seed=options.seed, edit_share=options.edit_share, rename_share=options.rename_share,
            own=read_own_stories(options.own_stories) if options.own_stories else [], own_share=options.own_share,
        )
        self.random = np.random.default_rng(options.seed + 1)
        self.network = DualNetwork(self.config, options.dropout)
        if options.start:
            load_weights(self.network, options.start)
        self.network.to(self.device)
        self.forward = torch.compile(self.network, dynamic=False) if options.compile else self.network
        optimisers = make_optimisers(self.network, matrix_rate=options.rate, vector_rate=options.rate / 5, weight_decay=options.weight_decay)
        self.schedule = Schedule(options.total_tokens, warm_tokens=min(400_000, options.total_tokens // 20), decay_share=options.decay_share)
        pace = Pace(options.minutes, save_minutes=options.save_minutes, evaluate_minutes=options.evaluate_minutes)
        self.loop = TrainingLoop(self.run, self.network, optimisers, self.schedule, pace)
        if state := self.run.load():
            self.loop.load_state(state)
            self.rows.load_state(state["rows"])
            self.random.bit_generator.state = state["random"]
        training_tokens = sum(len(tokens) + 1 for tokens in self.rows.encoded)
        self.run.log(seen=self.loop.seen, stories=len(corpus.training), heldOutStories=len(self.held_out), trainingTokens=training_tokens)

    def row_length(self) -> int:
        progress = self.schedule.progress(self.loop.seen)
        return self.config.context if progress >= self.options.long_from and self.random.random() < LONG_SHARE else min(SHORT_LENGTH, self.config.context)

    def step(self) -> tuple[int, dict]:
        length = self.row_length()
        clean = self.rows.batch(self.options.batch_tokens // length, length)
        canvases = canvas_views(clean, self.random, self.options.infill_share, self.guess)
        losses = self.losses(clean, canvases)
        sum(losses.values()).backward()
        return clean.tokens.size, {name: value.item() for name, value in losses.items()}

    def run_network(self, clean: np.ndarray, noisy: np.ndarray, seen: np.ndarray) -> torch.Tensor:
        """Hidden states (B, S + K S, C) for clean tokens (B, S), K canvases (B, K S) and their visibility (B, K, S, 2 S)."""
        on_device = lambda array: torch.from_numpy(array).to(self.device)
        # The compiler fails on a second row length ("Exponent must be non-negative", PyTorch 2.13), so long rows run as they are.
        forward = self.forward if clean.shape[1] == SHORT_LENGTH else self.network
        return forward(on_device(clean), on_device(noisy), torch.where(on_device(seen), 0.0, HIDDEN))

    @torch.no_grad()
    def guess(self, clean: np.ndarray, noisy: np.ndarray, seen: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """The network's own tokens where `wanted` and masked, from the most likely ones to draws at temperature 1."""
        wanted = wanted & (noisy == MASK_TOKEN)
        guesses = noisy.copy()
        self.network.eval()
        for start in range(0, len(clean), GUESS_ROWS):
            part = slice(start, start + GUESS_ROWS)
            fill = lambda array: np.resize(array[part], (GUESS_ROWS, *array.shape[1:]))  # repeats rows: always the same shape
            with torch.autocast(self.device, torch.bfloat16):
                hidden = self.run_network(fill(clean), fill(noisy), fill(seen)[:, None])[: len(clean[part]), clean.shape[1] :]
                row, place = np.nonzero(wanted[part])
                logits = (hidden[row, place] @ self.network.head.T).float()
            scale = self.random.random(len(clean[part]))[row]
            noise = torch.from_numpy(scale).to(logits)[:, None] * -torch.empty_like(logits).exponential_().log_()
            guesses[start + row, place] = (logits + noise).argmax(-1).cpu().numpy()
        self.network.train()
        return guesses

    def losses(self, clean: RowBatch, canvases: tuple[CanvasBatch, CanvasBatch]) -> dict[str, torch.Tensor]:
        on_device = lambda array: torch.from_numpy(array).to(self.device)
        length = clean.tokens.shape[1]
        tokens, scored = on_device(clean.tokens), on_device(clean.scored)
        targets = torch.cat((tokens[:, 1:], torch.full_like(tokens[:, :1], END_TOKEN)), dim=1)
        known = torch.full(tokens.shape, 1 / (tokens.numel() - len(tokens)), device=self.device)
        known[:, -1] = 0  # the token after a row is not known
        known[:, :-1] *= scored[:, 1:]
        known[on_device(clean.own)] = 0
        known[targets == EDIT_TOKEN] = 0  # only the user writes it: a story must not turn into an edit by itself
        seen = np.stack([canvas_visibility(canvas.block_start, canvas.block_end) for canvas in canvases], axis=1)
        with torch.autocast(self.device, torch.bfloat16):
            hidden = self.run_network(clean.tokens, np.concatenate([canvas.noisy for canvas in canvases], axis=1), seen)
            causal, *guessed = hidden.split(length, dim=1)
            next_token, _ = weighted_cross_entropy(causal.flatten(0, 1), self.network.head, targets.flatten(), known.flatten())
            losses = {"causal": next_token}
            for name, canvas, predicted in zip(("masked", "filled"), canvases, guessed):
                weights = on_device(canvas.weight) * scored
                chosen = weights > 0
                loss, _ = weighted_cross_entropy(predicted[chosen], self.network.head, tokens[chosen], weights[chosen])
                losses[name] = loss * self.options.canvas_weight
            if self.schedule.progress(self.loop.seen) >= self.options.acceptance_from:
                losses["acceptance"] = self.acceptance(causal, guessed[0], canvases[0])
        return losses

    def acceptance(self, causal: torch.Tensor, guessed: torch.Tensor, canvas: CanvasBatch) -> torch.Tensor:
        drafted = canvas.drafted.copy()
        drafted[:, 0] = False  # the first token of a row has no causal prediction
        row, place = (torch.from_numpy(index) for index in np.nonzero(drafted))
        distance = torch.from_numpy(canvas.block_start)[row, place].sub(place).neg().float()  # places into the block
        weights = torch.exp(-distance / DISTANCE_SCALE) / drafted.size
        loss, _ = rejection_loss(guessed[row, place], causal[row, place - 1], self.network.head, weights.to(self.device))
        return loss * self.options.acceptance_weight

    def save(self) -> None:
        self.run.save(self.loop.state({"rows": self.rows.state(), "random": self.random.bit_generator.state}))
        save_weights(self.network, self.config, self.run.folder / "weights", self.options.tokenizer)

    def evaluate(self) -> dict:
        """Evaluates some of the held-out stories; evaluate_stories.py evaluates all of them."""
        self.network.eval()
        rounded = lambda values: [round(value, 3) for value in values]
        few = sorted(self.held_out[:CANVAS_STORIES], key=len)
        with torch.autocast(self.device, torch.bfloat16):
            causal = causal_loss(self.network, self.held_out[:CAUSAL_STORIES], self.encoder)
            values = {
                "epoch": self.rows.epoch,
                "causalPerToken": round(causal["perToken"], 4),
                "causalPerCharacter": round(causal["perCharacter"], 4),
                "masked": {rate: round(loss, 3) for rate, loss in masked_losses(self.network, few, self.encoder, (0.5, 1.0)).items()},
                "acceptance": rounded(draft_acceptance(self.network, few, self.encoder)),
                "editExactMatch": edit_exact_match(self.network, self.edits[:EDITS], self.encoder),
                "editsByCorrection": edits_by_correction(self.network, self.edits[:EDITS], self.encoder),
                "canvasCopying": rounded(canvas_copying(self.network, self.edits[:EDITS], self.encoder)),
            }
        self.network.train()
        return values

    def train(self) -> None:
        self.loop.train(self.step, self.save, self.evaluate)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, help="a text file or a folder of .txt files, texts separated by <|endoftext|>")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="folder of the run: checkpoint, log, weights")
    parser.add_argument("--start", type=Path, help="folder to begin from: weights of a run, or a shipped model")
    parser.add_argument("--minutes", type=float, default=math.inf, help="length of this slice")
    parser.add_argument("--total-tokens", type=int, default=16_000_000, help="length of the schedule")
    parser.add_argument("--texts", type=int, default=None, help="use only the first so many texts")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-compile", dest="compile", action="store_false")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch-tokens", type=int, default=4096)
    parser.add_argument("--rate", type=float, default=0.02, help="peak learning rate of the matrices (Muon); vectors get a fifth (AdamW)")
    parser.add_argument("--weight-decay", type=float, default=0.05)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--decay-share", type=float, default=0.6, help="last part of the schedule, over which the rate falls to 0")
    parser.add_argument("--edit-share", type=float, default=0.6, help="of the rows begin with an edit document")
    parser.add_argument("--rename-share", type=float, default=0.3, help="of the stories get other names")
    parser.add_argument("--own-stories", type=Path, help="file of own_stories.py: stories that the model wrote, for the canvas")
    parser.add_argument("--own-share", type=float, default=0.3, help="of the rows are such stories, if there are any")
    parser.add_argument("--infill-share", type=float, default=0.2, help="of the rows train the canvas on gaps with a visible suffix")
    parser.add_argument("--canvas-weight", type=float, default=0.5)
    parser.add_argument("--acceptance-weight", type=float, default=1.0)
    parser.add_argument("--acceptance-from", type=float, default=0.5, help="share of the schedule after which the canvas also learns the causal distribution")
    parser.add_argument("--long-from", type=float, default=0.6, help="share of the schedule after which some rows are as long as the context")
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--evaluate-minutes", type=float, default=5)
    for name in ("width", "layers", "heads", "feed_forward", "context"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(ModelConfig, name))
    return parser.parse_args()


if __name__ == "__main__":
    StoryTraining(parse_options()).train()
