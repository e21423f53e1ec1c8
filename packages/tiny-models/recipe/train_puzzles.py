"""Step 2 of the puzzle model: trains one network to write Sudoku solutions left to right and in any order.

    python puzzle_sets.py --out runs/puzzle-sets
    python train_puzzles.py --sets runs/puzzle-sets --run runs/puzzles --minutes 30

Calling it again continues from the run's checkpoint.
"""

from __future__ import annotations

import polite_threads  # noqa: F401  (first)

import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch

from dual_network import DualNetwork
from fused_loss import weighted_cross_entropy
from model_config import MASK_TOKEN, ModelConfig
from muon import make_optimisers
from puzzle_solving import canvas_visibility_of_answer, solve_rates
from puzzle_tokenizer import write_puzzle_tokenizer
from run_folder import RunFolder, load_weights, save_weights
from sudoku import ANSWER_START, CELLS, SEQUENCE_LENGTH, SIDE, VOCAB_SIZE, disguise, to_tokens
from training_loop import Pace, Schedule, TrainingLoop, set_up_torch

CORRUPTED_SHARE = 0.1  # of the visible cells show a wrong digit, to be corrected
OWN_SHARE = 0.5  # of the canvases have masked cells filled with the network's own predictions, to be corrected
OWN_ROUNDS = 2  # maximum rounds of predictions from its own predictions
LOWEST_RATE = 0.05
EDIT_WEIGHT = 0.3
QUICK_PUZZLES = 40  # per difficulty, for the periodic evaluation
FIRST_DIGIT = 5
DIFFICULTY_SHARES = (0.15, 0.25, 0.6)  # of the puzzles of a step: easy, medium, hard


def puzzle_shares(difficulty: np.ndarray) -> np.ndarray:
    """The probability of each puzzle of the pool, so that difficulties have DIFFICULTY_SHARES."""
    counts = np.bincount(difficulty, minlength=len(DIFFICULTY_SHARES))
    shares = (np.array(DIFFICULTY_SHARES) / np.maximum(1, counts))[difficulty]
    return shares / shares.sum()


class PuzzleTraining:
    def __init__(self, options: argparse.Namespace) -> None:
        set_up_torch(options.threads, options.device)
        self.options, self.device = options, options.device
        self.config = ModelConfig(
            vocab_size=VOCAB_SIZE, width=options.width, layers=options.layers, heads=options.heads,
            feed_forward=options.feed_forward, context=80, max_block=CELLS, max_gap=CELLS,
        )
        self.run = RunFolder(options.run)
        sets = np.load(options.sets / "pool.npz")
        self.pool, self.shares = sets["pool"], puzzle_shares(sets["difficulty"])
        held_out = json.loads((options.sets / "held-out.json").read_text())
        levels = dict.fromkeys(puzzle["difficulty"] for puzzle in held_out)
        self.puzzles = [puzzle for level in levels for puzzle in [each for each in held_out if each["difficulty"] == level][:QUICK_PUZZLES]]
        self.random = np.random.default_rng(options.seed)
        self.network = DualNetwork(self.config)
        if options.start:
            load_weights(self.network, options.start)
        self.network.to(self.device)
        self.forward = torch.compile(self.network, dynamic=False) if options.compile else self.network
        optimisers = make_optimisers(self.network, matrix_rate=options.rate, vector_rate=options.rate / 5, weight_decay=0.01)
        schedule = Schedule(options.total_tokens, warm_tokens=options.total_tokens // 50, decay_share=options.decay_share)
        self.loop = TrainingLoop(self.run, self.network, optimisers, schedule, Pace(options.minutes, evaluate_minutes=options.evaluate_minutes))
        if state := self.run.load():
            self.loop.load_state(state)
            self.random.bit_generator.state = state["random"]
        bias, self.positions = canvas_visibility_of_answer(self.device)
        # the clean tokens include the answer, which the canvas must not see
        self.bias = torch.cat((bias[..., :ANSWER_START], torch.full((1, 1, CELLS, CELLS), -1e4, device=self.device), bias[..., ANSWER_START:]), dim=-1)

    def puzzles_of_a_step(self) -> np.ndarray:
        """Tokens (B, SEQUENCE_LENGTH) of freshly disguised puzzles."""
        chosen = self.pool[self.random.choice(len(self.pool), size=self.options.batch, p=self.shares)]
        disguised = np.stack([disguise(pair, self.random) for pair in chosen])
        return to_tokens(disguised[:, 0], disguised[:, 1])

    def spoil(self, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The canvas for `answers` (B, 36), and the mask rate of each row (B, 1)."""
        rates = LOWEST_RATE + (1 - LOWEST_RATE) * self.random.random((len(answers), 1))
        masked = self.random.random(answers.shape) < rates
        wrong = ~masked & (self.random.random(answers.shape) < CORRUPTED_SHARE * self.random.random((len(answers), 1)) * 2)
        noisy = answers.copy()
        noisy[wrong] = self.random.integers(FIRST_DIGIT, FIRST_DIGIT + SIDE, size=wrong.sum())
        noisy[masked] = MASK_TOKEN
        return noisy, rates

    @torch.no_grad()
    def guess(self, clean: torch.Tensor, noisy: np.ndarray) -> np.ndarray:
        """`noisy` with some masked cells of some rows filled by the network itself, in a few rounds, like a revising decoder."""
        open_cells = noisy == MASK_TOKEN
        own = self.random.random((len(noisy), 1)) < OWN_SHARE
        filled = open_cells & own & (self.random.random(noisy.shape) < self.random.uniform(0.3, 1.0, (len(noisy), 1)))
        scale = self.random.random((len(noisy), 1, 1))  # of the noise: from the most likely digits to draws at temperature 1
        guessed = noisy.copy()
        for _ in range(int(self.random.integers(1, OWN_ROUNDS + 1))):
            canvas = torch.from_numpy(guessed).to(self.device)
            with torch.autocast(self.device, torch.bfloat16):
                hidden = self.forward(clean, canvas, self.bias, self.positions)[:, clean.shape[1] :]
                logits = (hidden @ self.network.head.T)[..., FIRST_DIGIT : FIRST_DIGIT + SIDE].float().cpu().numpy()
            digits = FIRST_DIGIT + (logits + scale * self.random.gumbel(size=logits.shape)).argmax(-1)
            guessed = np.where(filled, digits, guessed)
        return guessed

    def cell_weights(self, answers: np.ndarray, noisy: np.ndarray, rates: np.ndarray) -> np.ndarray:
        """Loss weight of each cell (B, 36): masked cells and its own wrong predictions count in full, the rest a little."""
        unknown = 1 / np.maximum(rates, 0.1)
        weight = np.where(noisy == MASK_TOKEN, unknown, np.where(noisy != answers, 1.0, EDIT_WEIGHT)) / answers.size
        return weight.astype(np.float32)

    def step(self) -> tuple[int, dict]:
        tokens = self.puzzles_of_a_step()
        clean, answers = tokens[:, : SEQUENCE_LENGTH - 1], tokens[:, ANSWER_START : ANSWER_START + CELLS]
        on_device = lambda array: torch.from_numpy(array).to(self.device)
        noisy, rates = self.spoil(answers)
        noisy = self.guess(on_device(clean), noisy)
        weight = self.cell_weights(answers, noisy, rates)
        targets = on_device(answers).flatten()
        with torch.autocast(self.device, torch.bfloat16):
            hidden = self.forward(on_device(clean), on_device(noisy), self.bias, self.positions)
            before_answer = hidden[:, ANSWER_START - 1 : ANSWER_START - 1 + CELLS]  # each predicts the next digit
            even = torch.full((targets.numel(),), 1 / targets.numel(), device=self.device)
            causal, _ = weighted_cross_entropy(before_answer.flatten(0, 1), self.network.head, targets, even)
            canvas, _ = weighted_cross_entropy(hidden[:, clean.shape[1] :].flatten(0, 1), self.network.head, targets, on_device(weight).flatten())
        (causal + canvas).backward()
        return tokens.size, {"causal": causal.item(), "canvas": canvas.item(), "guessesRight": float((noisy == answers).mean())}

    def save(self) -> None:
        self.run.save(self.loop.state({"random": self.random.bit_generator.state}))
        tokenizer_file = self.run.folder / "tokenizer.json"
        write_puzzle_tokenizer(tokenizer_file)
        save_weights(self.network, self.config, self.run.folder / "weights", tokenizer_file)

    def evaluate(self) -> dict:
        self.network.eval()
        rates = solve_rates(self.network, self.puzzles)
        self.network.train()
        return rates


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=Path, required=True, help="folder that puzzle_sets.py wrote")
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="folder to begin from: weights of a run, or a shipped model")
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--total-tokens", type=int, default=30_000_000)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-compile", dest="compile", action="store_false")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=64, help="puzzles a step")
    parser.add_argument("--rate", type=float, default=0.02)
    parser.add_argument("--decay-share", type=float, default=0.5, help="last part of the schedule, over which the rate falls to 0")
    parser.add_argument("--evaluate-minutes", type=float, default=5)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--feed-forward", type=int, default=352)
    return parser.parse_args()


if __name__ == "__main__":
    training = PuzzleTraining(parse_options())
    training.loop.train(training.step, training.save, training.evaluate)
