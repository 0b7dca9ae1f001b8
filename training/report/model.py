"""What the report's page tells of the model, from its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from training.checkpoint import ModelFile
from training.report.markup import pairs, table


def model_facts(about: ModelFile) -> str:
    """The model card as HTML: what it is, how it was made, from what data, and where it fails."""
    card = about.card
    facts = {
        "Name": card.get("name", ""),
        "Intended use": card.get("intended_use", ""),
        "File": about.path.name,
        "SHA-256": about.sha256,
        "Network": f"{about.architecture.get('name', '')}, threshold {about.threshold:g}",
        "Input": f"{about.input.kind}, long side {about.input.size} px",
        "Recipe": card.get("recipe", {}).get("name", ""),
        "First weights": card.get("encoder_weights", ""),
        "Terms": card.get("terms", ""),
        "Split": card.get("split", ""),
    }
    rows = {key: escape(str(text)) for key, text in facts.items() if text}
    stages = card.get("stages") or [{**card.get("training", {}), "command": card.get("command", "")}]
    for number, stage in enumerate(stages, 1):
        if any(stage.values()):
            rows["Training" if len(stages) == 1 else f"Training, stage {number}"] = _stage(stage)
    return pairs(rows) + _data(card.get("data", {})) + _failures(card.get("failure_modes", ()))


def _failures(modes: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(str(mode))}</li>" for mode in modes)
    return f"<h3>Where it fails</h3><ul>{items}</ul>" if items else ""


def _stage(stage: Mapping[str, Any]) -> str:
    facts = [str(stage[key]) for key in ("date", "device") if stage.get(key)]
    facts += [f"{stage[key]} {key}" for key in ("epochs", "steps", "seconds") if stage.get(key)]
    facts += [f"seed {stage['seed']}"] if "seed" in stage else []
    note = f"<br>{escape(str(stage['note']))}" if stage.get("note") else ""
    return f"<code>{escape(str(stage.get('command', '')))}</code><br>{escape(', '.join(facts))}{note}"


def _data(data: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [
        [
            escape(source),
            *(str(row.get(key, "")) for key in ("train", "test")),
            *(escape(str(row.get(key, ""))) for key in ("terms", "cite")),
        ]
        for source, row in data.items()
    ]
    heads = ["", "Trained on", "Held out", "Terms", "Source"]
    return f"<h3>Training data</h3>{table(heads, lines, 'words')}" if lines else ""
