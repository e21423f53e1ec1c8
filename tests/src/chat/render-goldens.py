"""Renders conversations.json with the chat templates of known models, by transformers.

Usage: python render-goldens.py OUTPUT.json [TEMPLATES.tar.gz]

Fetches the templates, as bundled with llama.cpp in the source package of llama-cpp-python (76 MB), unless the archive is given, and
writes {versions, templates: {name: text}, cases: [{template, conversation, text | error}]}. The templates belong to the models' authors, so
neither they nor the output are part of this repository.
"""

import hashlib
import io
import json
import sys
import tarfile
from datetime import datetime
from pathlib import Path

import transformers
from pip._internal.commands.download import DownloadCommand
from transformers.utils.chat_template_utils import render_jinja_template

PACKAGE, VERSION = "llama-cpp-python", "0.3.36"
SHA256 = "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"
FOLDER = f"llama_cpp_python-{VERSION}/vendor/llama.cpp/models/templates/"
TEMPLATES = [
    "Qwen-Qwen3-0.6B",
    "Qwen-Qwen2.5-7B-Instruct",
    "HuggingFaceTB-SmolLM3-3B",
    "meta-llama-Llama-3.1-8B-Instruct",
    "meta-llama-Llama-3.2-3B-Instruct",
    "google-gemma-2-2b-it",
    "microsoft-Phi-3.5-mini-instruct",
    "mistralai-Mistral-Nemo-Instruct-2407",
    "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B",
    "ibm-granite-granite-4.0",
    "openai-gpt-oss-120b",
    "LFM2.5-Instruct",
]
NOW = datetime(2026, 3, 7, 16, 5, 9)
SPECIAL = {"bos_token": "<bos>", "eos_token": "<eos>"}


def fetch() -> bytes:
    """Downloads the source package from where pip finds it. `pip download` would build its metadata first, which needs a compiler."""
    command = DownloadCommand("download", "")
    options, _ = command.parse_args(["--no-binary", ":all:", PACKAGE])
    with command.main_context():
        session = command.get_default_session(options)
        candidates = command._build_package_finder(options, session).find_all_candidates(PACKAGE)
        links = [each.link for each in candidates if str(each.version) == VERSION and each.link.filename.endswith(".tar.gz")]
        return session.get(links[0].url_without_fragment).content


def templates(archive: bytes) -> dict[str, str]:
    if hashlib.sha256(archive).hexdigest() != SHA256:
        raise SystemExit("The archive is not the expected one.")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {name: tar.extractfile(f"{FOLDER}{name}.jinja").read().decode() for name in TEMPLATES}


def rendered(template: str, conversation: dict, tools: dict) -> dict:
    try:
        texts, _ = render_jinja_template(
            conversations=[conversation["messages"]],
            tools=[tools[name] for name in conversation["tools"]] if "tools" in conversation else None,
            chat_template=template,
            add_generation_prompt=conversation.get("addGenerationPrompt", True),
            continue_final_message=conversation.get("continueFinalMessage", False),
            strftime_now=NOW.strftime,
            **SPECIAL,
            **conversation.get("variables", {}),
        )
        return {"text": texts[0]}
    except Exception as error:  # Whatever a template raises is its answer.
        return {"error": str(error)}


def main() -> None:
    here = Path(__file__).parent
    conversations = json.loads((here / "conversations.json").read_text())
    tools = json.loads((here / "tools.json").read_text())
    archive = Path(sys.argv[2]).read_bytes() if len(sys.argv) > 2 else fetch()
    texts = templates(archive)
    cases = [
        {"template": name, "conversation": conversation["name"], **rendered(text, conversation, tools)}
        for name, text in texts.items()
        for conversation in conversations
    ]
    versions = {"transformers": transformers.__version__}
    output = Path(sys.argv[1])
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps({"versions": versions, "templates": texts, "cases": cases}))


main()
