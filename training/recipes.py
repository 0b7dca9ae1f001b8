"""The recipes: the bundled models', those of the literature, and one for any folder."""

from __future__ import annotations

from collections.abc import Iterable

from training import augment
from training.preprocess import InputSpec
from training.recipe import Recipe, overridden

LITE_WIDTHS = [128, 64, 48, 32, 16]
CLASSIC_WIDTHS = [64, 128, 256, 512, 1024]
HALF_WIDTHS = [32, 64, 128, 256, 512]

LUNG = Recipe(
    name="lung",
    target="lung",
    summary="lung fields on chest radiographs, heart excluded; EfficientNet-Lite0 encoder, 256 px",
    published="JSRT Dice 0.982 to 0.985",
    architecture={"name": "lite0-unet", "channels": 1, "widths": LITE_WIDTHS, "heads": 2},
    heads={"v7_covid": 1},
    pretrained=True,
    input=InputSpec(size=256, channels=1, kind="gray"),
    canvas=(256, 256),
    change=augment.LUNG,
    epochs=36,
    peak=0.97,
    failure_modes=(
        "Only frontal films of adults were seen: lateral views, children and other body parts give meaningless masks.",
        "The heart and what lies behind it are left out, also where a reader would draw lung there.",
        "Dense consolidation, effusion and a white-out are often left out of the mask.",
        "Supine films with tubes and cables are rare in the training data; expect more to correct.",
    ),
)
POLYP = Recipe(
    name="polyp",
    target="polyp",
    summary="polyps on colonoscopy frames; EfficientNet-Lite2 encoder, 352 px",
    published="Dice: Kvasir 0.876 to 0.925, ClinicDB 0.90 to 0.94",
    architecture={"name": "lite2-unet", "channels": 3, "widths": LITE_WIDTHS},
    pretrained=True,
    input=InputSpec(size=352, channels=3, kind="colour"),
    canvas=(288, 352),
    change=augment.POLYP,
    empty=0.1,
    epochs=30,
    peak=0.98,
    failure_modes=(
        "Small and flat polyps are missed: at 352 px a polyp of less than 2 % of the width is a few pixels.",
        "Folds, bubbles, stool and bright reflections are sometimes marked.",
        "Frames without a polyp are rare in the training data; a mask is no evidence that there is one.",
        "Hospitals and endoscopes that were not in the training data give lower agreement.",
    ),
)
JSRT_128 = Recipe(
    name="jsrt-128",
    target="lung",
    summary="JSRT lungs in gray at 128 px, classic padded U-Net of 64 to 1024 filters, films split 7:3",
    published="accuracy 0.9544, IoU 0.7189, F1 0.9282",
    architecture={"name": "unet", "channels": 1, "widths": CLASSIC_WIDTHS},
    input=InputSpec(size=128, channels=1, kind="gray"),
    canvas=(128, 128),
    epochs=40,
    loss="cross-entropy",
    schedule="cosine",
    rate=3e-4,
    ema=0.0,
    held_out=0.3,
    calibrate=False,
)
CXR_BN = Recipe(
    name="cxr-bn",
    target="lung",
    summary="chest X-ray lungs, unpadded U-Net with batch norm and dropout, 380 px in, 196 px out; loss=dice beside it",
    published="accuracy 0.97",
    architecture={"name": "unet-2015", "channels": 1, "widths": HALF_WIDTHS, "batch_norm": True, "dropout": 0.5},
    input=InputSpec(size=192, channels=1, multiple=1, kind="gray"),
    canvas=(380, 380),
    change=augment.CXR,
    epochs=12,
    batch=4,
    loss="cross-entropy",
    schedule="cosine",
    rate=1e-3,
    ema=0.0,
    calibrate=False,
)
ISBI_2015 = Recipe(
    name="isbi-2015",
    target="cell",
    summary="EM cells by the 2015 paper: unpadded 572 to 388 px, border-weighted cross-entropy, SGD 0.99, batch 1",
    published="Rand error 0.0382, pixel error 0.0611",
    architecture={"name": "unet-2015", "channels": 1, "widths": CLASSIC_WIDTHS, "dropout": 0.5},
    input=InputSpec(size=512, channels=1, multiple=1, kind="gray"),
    canvas=(572, 572),
    change=augment.EM,
    samples=200,
    epochs=10,
    batch=1,
    loss="border-weighted",
    optimiser="sgd",
    momentum=0.99,
    schedule="cosine",
    rate=1e-3,
    weight_decay=0.0,
    ema=0.0,
    held_out=0.2,
    calibrate=False,
    terms="non-commercial",
)
ISBI_BCE = Recipe(
    name="isbi-bce",
    target="cell",
    summary="EM cells with the padded classic U-Net, plain cross-entropy, SGD, batch 1, elastic deformation",
    published="IoU 0.953",
    architecture={"name": "unet", "channels": 1, "widths": CLASSIC_WIDTHS},
    input=InputSpec(size=512, channels=1, kind="gray"),
    canvas=(256, 256),
    change=augment.EM,
    samples=400,
    epochs=10,
    batch=1,
    loss="cross-entropy",
    optimiser="sgd",
    momentum=0.9,
    schedule="cosine",
    rate=1e-2,
    weight_decay=0.0,
    ema=0.0,
    held_out=0.2,
    calibrate=False,
    terms="non-commercial",
)
HYPERKVASIR_128 = Recipe(
    name="hyperkvasir-128",
    target="polyp",
    summary="polyps in colour at 128 px, padded U-Net, cross-entropy at 1e-3, then Dice at 1e-4",
    published="IoU 0.926, accuracy 0.983, precision 0.953, recall 0.938, F1 0.945",
    architecture={"name": "unet", "channels": 3, "widths": HALF_WIDTHS},
    input=InputSpec(size=128, channels=3, kind="colour"),
    canvas=(128, 128),
    change=augment.POLYP_128,
    epochs=40,
    batch=16,
    loss="cross-entropy",
    loss_after="dice",
    schedule="constant",
    rate=1e-3,
    rate_after=1e-4,
    ema=0.0,
    calibrate=False,
)
FOLDER = Recipe(
    name="folder",
    target="target",
    summary="any images/ and masks/, gray or colour; EfficientNet-Lite0 encoder, 256 px; target=NAME names it",
    architecture={"name": "lite0-unet", "channels": 3, "widths": LITE_WIDTHS},
    pretrained=True,
    input=InputSpec(size=256, channels=3, kind="colour"),
    canvas=(256, 256),
    change=augment.ANY,
    epochs=40,
    patience=8,
    validation=0.15,
    terms="as the pictures have it",
)
ALL = (LUNG, POLYP, JSRT_128, CXR_BN, ISBI_2015, ISBI_BCE, HYPERKVASIR_128, FOLDER)
RECIPES: dict[str, Recipe] = {recipe.name: recipe for recipe in ALL}


def recipe_with(name: str, overrides: Iterable[str]) -> Recipe:
    """The recipe of that name with `key=value` overrides.

    Raises ValueError for an unknown recipe, key or value, naming what is possible.
    """
    if name not in RECIPES:
        raise ValueError(f"There is no recipe {name!r}; choose one of {', '.join(RECIPES)}.")
    return overridden(RECIPES[name], overrides)
