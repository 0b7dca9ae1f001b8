"""What libraries say stays off the terminal: it is no sentence of this program, and may quote tags of patients."""

from __future__ import annotations

import logging
import sys
import warnings

OWN = "unet_studio"
BYPASSING = ("nibabel.global",)  # loggers that bring a handler of their own for the terminal


def quieten() -> None:
    """For the whole process, once at its start: warnings go nowhere, and of logs only this program's are shown.

    `python -W ...` and PYTHONWARNINGS keep their effect, for whoever looks for the source of a warning.
    """
    own = logging.StreamHandler()
    own.addFilter(logging.Filter(OWN))
    logging.getLogger().addHandler(own)
    for name in BYPASSING:
        logging.getLogger(name).disabled = True
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
        logging.captureWarnings(True)  # some modules put filters of their own before this one when they are loaded
