"""U-Net Studio: propose, correct and learn lung and polyp masks on one workstation."""

__version__ = "0.1.0"
