#!/bin/sh
# The whole recipe at toy size, every step once: about two minutes on two cores. The resulting models are useless.
#
#     sh toy.sh FOLDER_WITH_TEXT [OUT]        (in an environment with requirements.txt installed)
set -eu
corpus=$(realpath "$1")
out=${2:-runs/toy}
mkdir -p "$out"
out=$(realpath "$out")
cd "$(dirname "$0")"
small="--texts 400 --no-compile --minutes 0.5 --batch-tokens 1024"

echo "== tokenizer"
python train_tokenizer.py --corpus "$corpus" --out "$out/tokenizer.json" --vocab-size 1024 --texts 400

echo "== train the story model, in two slices to show that it resumes"
dual="--corpus $corpus --tokenizer $out/tokenizer.json --run $out/stories --total-tokens 200000 --width 64 --layers 2 --heads 2 --feed-forward 128 --context 256"
python train_stories.py $dual $small --minutes 0.1
python train_stories.py $dual $small

echo "== train it on with texts of its own"
python own_stories.py --model "$out/stories/weights" --corpus "$corpus" --texts 40 --length 96 --repeated 1 --out "$out/own-stories.npz"
python train_stories.py $dual $small --total-tokens 220000 --own-stories "$out/own-stories.npz"

echo "== distil the draft"
python train_draft.py --corpus "$corpus" --tokenizer "$out/tokenizer.json" --teacher "$out/stories/weights" --run "$out/draft" \
  --total-tokens 20000 --width 32 --layers 1 --heads 1 --feed-forward 64 $small

echo "== train the puzzle model"
python puzzle_sets.py --out "$out/puzzle-sets" --pool 200 --held-out 5
python train_puzzles.py --sets "$out/puzzle-sets" --run "$out/puzzles" --total-tokens 100000 --width 32 --layers 2 --heads 2 --feed-forward 64 --no-compile --minutes 0.5

echo "== export, quantise, verify"
for name in stories draft puzzles; do
  python export.py --checkpoint "$out/$name/weights" --out "$out/models/$name"
  python verify.py --model "$out/models/$name" --inputs 10
done
mkdir -p "$out/golden"
python evaluation_edits.py --corpus "$corpus" --out "$out/golden/edits.json"
python quantise.py --model "$out/models/stories" --corpus "$corpus" --out "$out/variants"
python oracle_transformers.py --model "$out/models/stories" --out "$out/golden/transformers.json"
echo "== done: $out"
