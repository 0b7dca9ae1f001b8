"""The verbs without a window. Scripts rely on the options, the JSON lines and the exit codes that its files give."""

from unet_studio.cli.running import run

__all__ = ["run"]
