"""prepare: the ISBI 2012 stacks and any folder of pictures and masks, in all formats, whole and broken."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from training import dataset
from training.prepare import prepare
from training.prepare.layout import Prepared
from training.prepare.reading import binary, png_values, read_mask, read_values


def kinds(prepared: Prepared) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for problem in prepared.problems:
        table.setdefault(problem.kind, []).append(problem.name)
    return table


def gray(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (24, 32)).astype(np.uint8)


def save(path: Path, values: np.ndarray) -> Path:
    """values: gray or RGB, in the format of the suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix in (".tif", ".tiff"):
        tifffile.imwrite(path, values)
    elif path.suffix in (".gif", ".webp", ".bmp"):
        Image.fromarray(values).save(path, **({"lossless": True} if path.suffix == ".webp" else {}))
    else:
        bgr = values[..., ::-1] if values.ndim == 3 else values
        path.write_bytes(cv2.imencode(path.suffix, bgr)[1].tobytes())
    return path


def square(value: int = 255, dtype: type = np.uint8) -> np.ndarray:
    mask = np.zeros((24, 32), dtype)
    mask[4:14, 6:26] = value
    return mask


def stacks(folder: Path, slices: int = 30, side: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """ISBI's training volume and labels: 255 = interior, 0 = membrane."""
    volume = np.random.default_rng(0).integers(0, 255, (slices, side, side)).astype(np.uint8)
    labels = np.full((slices, side, side), 255, np.uint8)
    labels[:, ::8] = labels[:, :, ::10] = 0
    folder.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(folder / "train-volume.tif", volume, photometric="minisblack")
    tifffile.imwrite(folder / "train-labels.tif", labels, photometric="minisblack")
    tifffile.imwrite(folder / "test-volume.tif", volume[::-1], photometric="minisblack")
    return volume, labels


def test_isbi_slices_are_split_by_blocks(tmp_path: Path) -> None:
    volume, labels = stacks(tmp_path / "download" / "ISBI-2012-challenge")
    prepared = prepare("isbi2012", tmp_path / "download", tmp_path / "out")
    pairs = dataset.find_pairs(tmp_path / "out")
    assert (prepared.found, len(pairs)) == (60, 30)
    assert kinds(prepared) == {"no mask": [f"test-volume.tif slice {number}" for number in range(30)]}
    for index, pair in enumerate(pairs):
        np.testing.assert_array_equal(dataset.read_picture(pair.picture), volume[index])
        np.testing.assert_array_equal(dataset.read_mask(pair.mask), labels[index] // 255)
    assert [pair.side for pair in pairs] == ["train"] * 24 + ["test"] * 6
    assert [pair.group for pair in pairs[::6]] == [f"slices {n:02}-{n + 5:02}" for n in range(0, 30, 6)]
    for fold in range(5):
        sides = [dataset.side(pair, 0.2, fold) for pair in pairs]
        assert all(len(set(sides[start : start + 6])) == 1 for start in range(0, 30, 6))


def test_isbi_stacks_of_other_lengths_and_polarity_are_named(tmp_path: Path) -> None:
    source = tmp_path / "em"
    volume, labels = stacks(source, 12)
    tifffile.imwrite(source / "train-labels.tif", 255 - labels[:10], photometric="minisblack")
    (source / "test-volume.tif").unlink()
    prepared = prepare("isbi2012", source, tmp_path / "out")
    assert len(prepared.rows) == 10
    assert kinds(prepared)["no mask"] == ["train-volume.tif slice 10", "train-volume.tif slice 11"]
    assert len(kinds(prepared)["mask not binary"]) == 10
    assert "255 may be membrane here" in prepared.problems[-1].detail
    assert [row.group for row in prepared.rows] == [f"slices {n:02}-{n + 1:02}" for n in range(0, 10, 2) for _ in "ab"]

    whole = (source / "train-volume.tif").read_bytes()
    (source / "train-volume.tif").write_bytes(whole[: len(whole) // 4])
    cut = prepare("isbi2012", source, tmp_path / "cut")
    assert kinds(cut)["unreadable"] == [f"slice-{number:02}" for number in range(10)]
    tifffile.imwrite(source / "train-volume.tif", volume[0])
    with pytest.raises(ValueError, match="instead of a stack of gray slices"):
        prepare("isbi2012", source, tmp_path / "no")
    (source / "train-volume.tif").unlink()
    with pytest.raises(ValueError, match=r"lacks train-volume\.tif or train-labels\.tif"):
        prepare("isbi2012", source, tmp_path / "no")


@pytest.mark.parametrize(
    ("images", "masks"), [("images", "masks"), ("image", "label"), ("Img", "Labels"), ("imgs", "segmentations")]
)
@pytest.mark.parametrize("beside", ["", "_mask", "_segmentation"])
def test_two_folders_in_any_spelling(images: str, masks: str, beside: str, tmp_path: Path) -> None:
    source = tmp_path / "mine"
    for number in range(3):
        save(source / images / f"p{number}.PNG".replace(".PNG", ".png"), gray(number))
        save(source / masks / f"p{number}{beside}.tif", square(1))
    prepared = prepare("folder", source, tmp_path / "out")
    assert (len(prepared.rows), prepared.problems) == (3, ())
    pair = dataset.find_pairs(tmp_path / "out")[1]
    np.testing.assert_array_equal(dataset.read_picture(pair.picture), gray(1))
    np.testing.assert_array_equal(dataset.read_mask(pair.mask), square(1))


def test_masks_beside_pictures_in_every_format(tmp_path: Path) -> None:
    source = tmp_path / "mine"
    colour = np.dstack([gray(1), gray(2), gray(3)])
    deep = gray(4).astype(np.uint16) * 257
    pictures = {
        "a.png": gray(5), "b.tif": deep, "c.bmp": colour, "d.gif": gray(6), "e.webp": colour, "f.jpeg": gray(7),
        "g.tiff": colour.astype(np.uint16) * 200, "h.tif": deep.astype(np.float32) / 7, "ü i.png": deep,
    }  # fmt: skip
    for name, values in pictures.items():
        path = save(source / name, values)
        save(source / f"{path.stem}_mask.{'gif' if name == 'a.png' else 'png'}", square())
    save(source / "deeper" / "x.png", gray(8))
    prepared = prepare("folder", source, tmp_path / "out")
    assert kinds(prepared) == {
        "in a subfolder": ["deeper/x.png"],
        "values changed": ["h.tif"],
        "same picture twice": ["images/e.png", "images/ü i.png"],  # the same values as c.bmp and b.tif
    }
    pairs = {pair.picture.stem: pair for pair in dataset.find_pairs(tmp_path / "out")}
    assert sorted(pairs) == sorted(Path(name).stem for name in pictures)
    for name, values in pictures.items():
        pair = pairs[Path(name).stem]
        np.testing.assert_array_equal(dataset.read_mask(pair.mask), square(1))
        written = dataset.read_picture(pair.picture)
        if name == "h.tif":
            assert written.dtype == np.uint16
            assert np.corrcoef(written.ravel(), values.ravel())[0, 1] > 0.999999
        elif name != "f.jpeg":
            np.testing.assert_array_equal(written, values, err_msg=name)


def test_parts_patients_and_groups(tmp_path: Path) -> None:
    source, out = tmp_path / "mine", tmp_path / "out"
    names = ["anna/1", "anna/2", "berta/1", "val/carl/1", "test/2", "9"]
    for seed, name in enumerate(names):
        save(source / "images" / f"{name}.png", gray(seed))
        save(source / "masks" / f"{name}.png", square())
    save(source / "train" / "images" / "t.png", gray(50))
    save(source / "train" / "masks" / "t.png", square())
    prepared = prepare("folder", source, out)
    assert {Path(row.picture).stem: (row.group, row.split) for row in prepared.rows} == {
        "anna_1": ("anna", ""), "anna_2": ("anna", ""), "berta_1": ("berta", ""), "val_carl_1": ("carl", "val"),
        "test_2": ("test/2", "test"), "9": ("9", ""), "train_t": ("train/t", "train"),
    }  # fmt: skip
    (source / "groups.csv").write_text("picture,group\nimages/9.png,p1\nt,p1\nghost.png,p2\n")
    prepared = prepare("folder", source, tmp_path / "grouped")
    rows = {Path(row.picture).stem: row for row in prepared.rows}
    assert rows["9"].group == rows["train_t"].group == "p1"
    assert rows["9"].split == rows["train_t"].split == "train"
    assert kinds(prepared)["moved with its group"] == ["images/9.png"]
    assert kinds(prepared)["group of no picture"] == ["ghost.png"]
    assert len(kinds(prepared)["no group"]) == 5
    for text, sentence in [
        ("file,patient\n", "line 1 is not picture,group"),
        ("picture,group\na,\n", "line 2 names no picture or no group"),
        ("picture,group\na,1\na,2\n", "line 3: a is in two groups"),
    ]:
        (source / "groups.csv").write_text(text)
        with pytest.raises(ValueError, match=sentence):
            prepare("folder", source, tmp_path / "no")


@pytest.mark.parametrize("where", ["{part}/{kind}", "{kind}/{part}"])
def test_parts_may_use_the_same_names(where: str, tmp_path: Path) -> None:
    source, seeds = tmp_path / "mine", {}
    for part in ("train", "val", "test"):
        for name in ("1", "2", f"anna/{part}"):
            seeds[f"{part}_{name.replace('/', '_')}"] = len(seeds)
            save(source / where.format(part=part, kind="images") / f"{name}.png", gray(len(seeds) - 1))
            save(source / where.format(part=part, kind="masks") / f"{name}.png", square())
    prepared = prepare("folder", source, tmp_path / "out")
    pairs = dataset.find_pairs(tmp_path / "out")
    assert {pair.picture.stem for pair in pairs} == set(seeds)
    for pair in pairs:
        part, name = pair.picture.stem.split("_", 1)
        np.testing.assert_array_equal(dataset.read_picture(pair.picture), gray(seeds[pair.picture.stem]))
        patient = name.startswith("anna")
        assert (pair.group, pair.split) == (("anna", "test") if patient else (f"{part}/{name}", part))
    assert set(kinds(prepared)) == {"moved with its group"}  # the patient who is in all parts
    assert len(prepared.problems) == 2


def test_everything_odd_is_named(tmp_path: Path) -> None:
    source, out = tmp_path / "mine", tmp_path / "out"
    for seed, name in enumerate(["good", "empty", "full", "labels", "soft", "lost", "two", "wide", "cut", "none"]):
        save(source / "images" / f"{name}.png", gray(seed))
    for name in ("good", "two", "cut", "none"):
        save(source / "masks" / f"{name}.png", square())
    save(source / "images" / "twin.png", gray(77))
    save(source / "images" / "good.bmp", gray(77))
    save(source / "masks" / "twin.png", square())
    save(source / "masks" / "empty.png", square(0))
    save(source / "masks" / "full.png", np.full((24, 32), 255, np.uint8))
    save(source / "masks" / "labels.png", square(1) + (gray(3) > 200).astype(np.uint8))
    save(source / "masks" / "soft.png", cv2.GaussianBlur(square(), (0, 0), 2))
    save(source / "masks" / "two_mask.png", square())
    save(source / "masks" / "wide.png", np.zeros((24, 33), np.uint8))
    save(source / "masks" / "ghost.png", square())
    cut = source / "images" / "cut.png"
    cut.write_bytes(cut.read_bytes()[:-40])
    (source / "images" / "none.png").write_bytes(b"")
    (source / "images" / "notes.txt").write_text("x")
    (source / "images" / "._good.png").write_bytes(b"\0")
    prepared = prepare("folder", source, out)
    assert kinds(prepared) == {
        "not a picture": ["images/notes.txt"],
        "several masks": ["images/two.png"],
        "no mask": ["images/lost.png"],
        "mask without picture": ["masks/ghost.png"],
        "name already taken": ["images/good.png"],
        "unreadable": ["images/cut.png", "images/none.png"],
        "size mismatch": ["images/wide.png"],
        "empty mask": ["images/empty.png"],
        "mask covers everything": ["images/full.png"],
        "mask not binary": ["images/labels.png", "images/soft.png"],
        "same picture twice": ["images/twin.png"],
    }
    assert prepared.found == 12
    assert len(prepared.rows) == 6


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".gif", ".webp", ".tif", ".bmp"])
def test_a_file_cut_short_is_not_filled_up(suffix: str, tmp_path: Path) -> None:
    values = cv2.resize(gray(1), (320, 240))
    path = save(tmp_path / f"p{suffix}", values)
    read_values(path)
    whole = path.read_bytes()
    for share in (0.3, 0.7, 0.95):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(ValueError, match=f"p{suffix}"):
            read_values(path)


def test_tiffs_of_several_pages_and_unusual_kinds(tmp_path: Path) -> None:
    path = tmp_path / "p.tif"
    tifffile.imwrite(path, np.stack([gray(1)] * 4), photometric="minisblack")
    with pytest.raises(ValueError, match="holds 4 pictures"):
        read_values(path)
    tifffile.imwrite(path, square(1).astype(bool), photometric="minisblack")
    np.testing.assert_array_equal(read_values(path), square())
    tifffile.imwrite(path, gray(1), photometric="miniswhite")
    np.testing.assert_array_equal(read_values(path), 255 - gray(1))
    tifffile.imwrite(path, square(1).astype(bool))  # 1 bit, said to be black by the writer's default
    mask, odd = read_mask(path)
    np.testing.assert_array_equal(mask, square(1))
    assert odd == "0 is said to be white in it; its values count as they are stored"
    tifffile.imwrite(path, np.stack([gray(1), gray(2), gray(3)]), photometric="rgb", planarconfig="separate")
    np.testing.assert_array_equal(read_values(path), np.dstack([gray(1), gray(2), gray(3)]))
    colours = np.zeros((3, 256), np.uint16)
    colours[:, 1] = (255 << 8, 128 << 8, 0)
    tifffile.imwrite(path, square(1), photometric="palette", colormap=colours)
    assert read_values(path)[5, 8].tolist() == [255, 128, 0]
    with Image.fromarray(gray(1)) as first, Image.fromarray(gray(2)) as second:
        first.save(tmp_path / "p.gif", save_all=True, append_images=[second])
    with pytest.raises(ValueError, match="holds several pictures"):
        read_values(tmp_path / "p.gif")


@pytest.mark.parametrize(
    ("values", "lossy", "marked", "odd"),
    [
        ([0, 0, 1], False, [0, 0, 1], ""),
        ([0, 255, 255], False, [0, 1, 1], ""),
        ([0, 7, 7], False, [0, 1, 1], ""),
        ([0, 1, 2], False, [0, 1, 1], "3 values (0, 1, 2); marked is all labels but 0"),
        ([1, 2, 2], False, [1, 1, 1], "2 values (1, 2); marked is all labels but 0"),
        ([*range(0, 256, 5)], False, [0] * 26 + [1] * 26, "marked is what is over half of the range"),
        ([*range(100)], False, [0] + [1] * 99, "marked is all labels but 0"),
        ([0, 3, 252, 255], True, [0, 0, 1, 1], ""),
        ([0, 100, 200, 255], True, [0, 0, 1, 1], "50.0 % of the pixels are neither black nor white"),
    ],
)
def test_what_a_mask_file_marks(values: list[int], lossy: bool, marked: list[int], odd: str) -> None:
    mask, said = binary(np.array([values], np.uint8), lossy)
    assert mask[0].tolist() == marked
    assert odd in said
    assert bool(odd) == bool(said)
    red = np.zeros((1, len(values), 3), np.uint8)
    red[..., 0] = values
    np.testing.assert_array_equal(binary(red, lossy)[0], mask)


def test_instance_labels_of_sixteen_bits_are_all_marked() -> None:
    assert binary(np.arange(400, dtype=np.uint16)[None])[0].sum() == 399


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.uint32, np.float32, np.float64])
@pytest.mark.parametrize("labels", [31, 100, 301])
def test_labels_of_any_type_are_all_marked(dtype: type, labels: int, tmp_path: Path) -> None:
    values = np.arange(labels).astype(dtype)[None].repeat(4, axis=0)
    mask, odd = binary(values)
    assert mask.sum() == 4 * (labels - 1)
    assert odd.endswith("marked is all labels but 0")
    tifffile.imwrite(tmp_path / "m.tif", values, photometric="minisblack")
    np.testing.assert_array_equal(read_mask(tmp_path / "m.tif")[0], mask)


@pytest.mark.parametrize(
    ("dtype", "full"), [(np.int32, 255), (np.uint32, 65535), (np.float32, 1.0), (np.float32, 0.93), (np.float64, 254.5)]
)
def test_soft_edges_of_any_type_are_cut_at_half(dtype: type, full: float) -> None:
    values = np.linspace(0, full, 64).astype(dtype)[None]
    mask, odd = binary(values)
    assert mask[0].tolist() == [0] * 32 + [1] * 32
    assert odd.endswith("marked is what is over half of the range")
    if values.dtype.kind == "f":
        holes = np.append(values, np.nan).astype(dtype)[None]
        assert binary(holes)[0][0].tolist() == [0] * 32 + [1] * 32 + [0]


def test_values_that_png_cannot_keep_are_spread() -> None:
    values = np.array([[-5.0, np.nan, 5.0, np.inf]], np.float32)
    kept, said = png_values(values)
    assert kept.tolist() == [[0, 0, 65535, 65535]]
    assert said == "float32 values -5..5 spread over 16 bits"
    assert png_values(np.zeros((2, 2), np.int32))[0].max() == 0
    assert png_values(gray(1)) == (pytest.approx(gray(1)), "")
