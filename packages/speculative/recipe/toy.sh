#!/bin/sh
# The whole recipe at toy size, every step once: about a minute on two cores. Without a model, with a tiny random one; its drafts are useless.
#
#     sh toy.sh [OUT] [MODEL_FOLDER CORPUS_FOLDER]        (in an environment with requirements.txt installed)
set -eu
python=${PYTHON:-python}
out=${1:-runs/toy}
mkdir -p "$out"
out=$(realpath "$out")
model=$out/model
corpus=$out/corpus
[ $# -lt 3 ] || { model=$(realpath "$2"); corpus=$(realpath "$3"); }
cd "$(dirname "$0")"
small="--batch-tokens 512 --threads 1 --vocabulary $out/draft_vocabulary.json --texts $out/texts.jsonl --model $model"

if [ $# -lt 3 ]; then
  echo "== a random model"
  $python make_toy_model.py --out "$out"
fi

echo "== texts, in two slices to show that it resumes"
texts="--model $model --corpus $corpus --batch 16 --new-tokens 32 --threads 1"
$python generate_texts.py $texts --out "$out/texts.jsonl" --tokens 800
$python generate_texts.py $texts --out "$out/texts.jsonl" --tokens 1600
$python generate_texts.py $texts --out "$out/evaluation.jsonl" --tokens 500 --evaluation --seed 9

echo "== vocabulary"
$python draft_vocabulary.py --model "$model" --texts "$out/texts.jsonl" --size 256 --out "$out/draft_vocabulary.json"

echo "== drafts, the head in two slices"
$python train_head.py $small --run "$out/head" --total-tokens 6000 --minutes 0.02
$python train_head.py $small --run "$out/head" --total-tokens 6000 --minutes 0.2
$python train_small_draft.py $small --run "$out/small" --total-tokens 6000 --minutes 0.2 --layers 2

echo "== files"
$python export_head.py --model "$model" --run "$out/head" --vocabulary "$out/draft_vocabulary.json" --out "$out/files/head"
$python export_small_draft.py --model "$model" --run "$out/small" --vocabulary "$out/draft_vocabulary.json" --out "$out/files/small"

echo "== acceptance and costs"
$python evaluate_drafts.py --model "$model" --texts "$out/evaluation.jsonl" --vocabulary "$out/draft_vocabulary.json" \
  --head "$out/head" --small "$out/small" --depth 4 --count 16 --threads 1 --out "$out/acceptance.json"
$python evaluate_files.py --model "$model" --texts "$out/evaluation.jsonl" --vocabulary "$out/draft_vocabulary.json" \
  --head "$out/files/head" --small "$out/files/small" --count 10
$python measure_costs.py --target "$out/files/small" --head "$out/files/head" --small "$out/files/small" --repeats 3 --out "$out/costs.json"
$python cost_model.py --acceptance "$out/acceptance.json" --costs "$out/costs.json"
echo "== done: $out"
