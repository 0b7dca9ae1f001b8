"""`unet-studio` and `python -m unet_studio`: errors become one sentence and an exit code."""

import sys


def main() -> int:
    """Run the command line; returns its exit code (0 done, 1 failed, 2 usage, 130 cancelled)."""
    from unet_studio import cli
    from unet_studio.cli.quiet import quieten

    quieten()
    return cli.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
