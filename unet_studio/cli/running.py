"""One command line from its words to its exit code; no traceback gets out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from unet_studio.cli.parser import COMMANDS, command_parser, window_parser
from unet_studio.cli.saying import CANCELLED, FAILED
from unet_studio.core.errors import Cancelled, UserError


def run(arguments: Sequence[str]) -> int:
    """Parse and carry out one command line; returns the exit code and never lets a traceback out."""
    parser = command_parser() if arguments and arguments[0] in COMMANDS else window_parser()
    parsed = parser.parse_args(arguments)
    action: Callable[[argparse.Namespace], int] = parsed.action
    try:
        return action(parsed)
    except UserError as error:
        print(f"unet-studio: {error}", file=sys.stderr)
        return FAILED
    except (KeyboardInterrupt, Cancelled):
        print("unet-studio: cancelled", file=sys.stderr)
        return CANCELLED
    except BrokenPipeError:
        sys.stderr.close()
        return FAILED
    except Exception as error:
        from unet_studio.workflow.faults import record_fault

        print(f"unet-studio: {record_fault(error)}", file=sys.stderr)
        return FAILED
