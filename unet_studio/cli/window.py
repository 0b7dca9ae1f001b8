"""No command: the window, or the sample job where there is no display."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from unet_studio.cli.saying import DONE, FAILED


def show(arguments: argparse.Namespace) -> int:
    """Open the window and stay until it is closed."""
    from unet_studio.workflow.display import display_answers

    folder = arguments.workspace
    if arguments.sample and folder is None:
        from unet_studio.workflow.sample import sample_folder

        folder = sample_folder()
    if not display_answers():
        return _without_window(arguments, folder)
    from unet_studio.gui.app import run as run_window

    return run_window(folder, arguments.paths, sample=arguments.sample, target=arguments.target)


def _without_window(arguments: argparse.Namespace, folder: Path | None) -> int:
    if not arguments.sample:
        print(
            "unet-studio: there is no display for a window; use the commands (unet-studio predict --help)",
            file=sys.stderr,
        )
        return FAILED
    from unet_studio.workflow.sample import sample_job

    print("There is no display, so the sample job runs without a window.", flush=True)
    result = sample_job(folder)
    print(f"Proposed mask: {result.mask}\nOverlay picture: {result.overlay}")
    return DONE
