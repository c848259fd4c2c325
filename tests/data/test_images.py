"""Folders of images: what is read is what torchvision's ImageFolder would read."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torchvision.datasets
import yaml
from pictures import all_images, picture, save
from PIL import Image

from lth import settings
from lth.data import arrays, images
from lth.data.prepare import describe

TOP = Path(__file__).parents[2]


def refused(folder: Path, message: str) -> None:
    """Reading the folder fails with just this message."""
    with pytest.raises(ValueError) as caught:
        images.read(folder)
    assert str(caught.value) == message


@pytest.mark.parametrize("side", ["train", "test"])
def test_images_and_labels_are_those_of_torchvision(pets: Path, side: str) -> None:
    data = images.read(pets).arrays()
    pairs = list(torchvision.datasets.ImageFolder(str(pets / side)))
    theirs = np.stack([np.asarray(image).transpose(2, 0, 1) for image, _ in pairs])
    assert np.array_equal(data[f"{side}_images"], theirs)
    assert data[f"{side}_labels"].tolist() == [label for _, label in pairs]


def test_examples_are_sorted_by_class_then_by_path(pets: Path) -> None:
    data = images.read(pets)
    assert data.train_labels.tolist() == [0, 0, 0, 1, 1, 1]
    paths = [pets / "train" / "cat" / file for file in ("0.PNG", "1.png", "old/0.png")]
    first = [np.asarray(Image.open(path)).transpose(2, 0, 1) for path in paths]
    assert np.array_equal(data.train_images[:3], first)


def convert(folder: Path, mode: str, side: str = "*") -> None:
    for path in all_images(folder, side):
        save(Image.open(path).convert(mode), path)


@pytest.mark.parametrize(("mode", "values"), [("L", 256), ("1", 2)])
def test_images_that_are_all_grey_have_no_channels(pets: Path, mode: str, values: int) -> None:
    convert(pets, mode)
    data = images.read(pets)
    assert (data.train_images.shape, data.test_images.shape) == ((6, 5, 6), (2, 5, 6))
    assert len(np.unique(data.train_images)) <= values
    first = Image.open(pets / "train" / "cat" / "0.PNG").convert("L")
    assert np.array_equal(data.train_images[0], np.asarray(first))
    assert describe(pets).shape == (5, 6)


def test_grey_images_among_colour_become_colour(pets: Path) -> None:
    convert(pets, "L", side="test")
    data = images.read(pets)
    assert (data.train_images.shape, data.test_images.shape) == ((6, 3, 5, 6), (2, 3, 5, 6))
    assert (data.test_images == data.test_images[:, :1]).all()
    first = Image.open(pets / "test" / "cat" / "7.png")
    assert np.array_equal(data.test_images[0, 0], np.asarray(first))


def test_a_palette_is_looked_up(pets: Path) -> None:
    before = images.read(pets)
    for path in all_images(pets, side="test"):
        with Image.open(path) as image:
            save(image.quantize(), path)
        with Image.open(path) as image:
            assert image.mode == "P"
    assert np.array_equal(images.read(pets).test_images, before.test_images)


HIDDEN = [
    ".DS_Store",
    "train/.DS_Store",
    "train/cat/.DS_Store",
    "train/cat/._1.png",
    "test/.cache/1.txt",
    "train/dog/.old/1.png",
]


def test_hidden_files_and_folders_do_not_count(pets: Path) -> None:
    before = describe(pets)
    for file in HIDDEN:
        (pets / file).parent.mkdir(exist_ok=True)
        (pets / file).write_bytes(b"hidden")
    (pets / "README.txt").write_text("beside train and test there may be anything")
    assert describe(pets) == before


def test_the_digest_depends_on_every_image_and_class(pets: Path) -> None:
    digests = [describe(pets).digest]
    save(picture(5, 6, 3), pets / "test" / "dog" / "7.png")
    digests.append(describe(pets).digest)
    (pets / "train" / "cat" / "1.png").rename(pets / "train" / "dog" / "2.png")
    digests.append(describe(pets).digest)
    assert len(set(digests)) == 3


# Folders that are no data set


@pytest.mark.parametrize("side", ["train", "test"])
def test_a_folder_without_train_or_test_is_refused(pets: Path, side: str) -> None:
    shutil.rmtree(pets / side)
    layout = f"a data set of images lies in {pets}/train/CLASS/* and {pets}/test/CLASS/*"
    refused(pets, f"{pets / side}: no such folder; {layout}")
    (pets / side).mkdir()
    refused(pets, f"{pets / side}: expected a folder for each class, found none")


@pytest.mark.parametrize(("side", "other"), [("train", "test"), ("test", "train")])
def test_a_class_that_is_on_one_side_only_is_named(pets: Path, side: str, other: str) -> None:
    save(picture(5, 6, 3), pets / side / "bird" / "0.png")
    fault = f"class 'bird' is in {side} and not in {other}"
    refused(pets, f"{pets}: {fault}; both need the same classes")


def test_a_single_class_is_refused(pets: Path) -> None:
    for side in ("train", "test"):
        shutil.rmtree(pets / side / "dog")
    refused(pets, f"{pets}: expected at least 2 classes in train and test, got 1")


@pytest.mark.parametrize("side", ["train", "test"])
def test_an_empty_class_is_named(pets: Path, side: str) -> None:
    path = pets / side / "dog"
    shutil.rmtree(path)
    path.mkdir()
    mend = "put some there, or remove the class from train and test"
    refused(pets, f"{path}: no images; {mend}")


@pytest.mark.parametrize("file", ["labels.csv", "old/Thumbs.db", "2.gif", "no-extension"])
def test_a_file_that_is_no_image_is_named(pets: Path, file: str) -> None:
    path = pets / "train" / "dog" / file
    path.write_bytes(b"")
    extensions = ".jpg, .jpeg, .png, .ppm, .bmp, .pgm, .tif, .tiff, .webp"
    refused(pets, f"{path}: expected an image ({extensions}); convert it, or move it away")


def test_a_file_beside_the_classes_is_named(pets: Path) -> None:
    path = save(picture(5, 6, 3), pets / "test" / "0.png")
    fault = "lies beside the folders of the classes"
    refused(pets, f"{path}: {fault}; move it into one of them, or away")


@pytest.mark.parametrize("side", ["train", "test"])
def test_images_of_another_size_are_named_with_both_sizes(pets: Path, side: str) -> None:
    path = save(picture(5, 7, 3), pets / side / "dog" / "9.png")
    first = pets / "train" / "cat" / "0.PNG"
    fault = f"expected 6x5 pixels as in {first}, got 7x5"
    refused(pets, f"{path}: {fault}; all images must be of one size")


# A large one, where it is there


def test_cifar_10_as_jpeg_is_what_the_catalog_says() -> None:
    folder = TOP / "data" / "cifar-10-jpeg"
    if not folder.exists():
        pytest.skip("the images of CIFAR-10 are not in data/cifar-10-jpeg")
    catalog = yaml.safe_load((TOP / "workflow" / "catalog" / "datasets.yaml").read_text())
    data = images.read(folder)
    source = settings.plain(arrays.source_of(data))
    assert source == catalog["datasets"]["cifar-10-jpeg"]
    counts = [np.bincount(labels).tolist() for labels in (data.train_labels, data.test_labels)]
    assert counts == [[5_000] * 10, [1_000] * 10]
    means = data.train_images.mean(axis=(0, 2, 3)) / 255
    known = [0.4914, 0.4822, 0.4465]  # those of CIFAR-10, which JPEG hardly moves
    assert means == pytest.approx(known, abs=2e-3)
