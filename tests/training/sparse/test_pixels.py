"""From images to the values of inputs."""

import numpy as np
import pytest
from rounding import EPSILON
from training.sparse.networks import toy, toy_examples

from lth.training.sparse.pixels import gather, lay_out, normalize
from lth.training.sparse.work import columns_of, examples_of


def images_of(count: int, pixels: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, pixels), dtype=np.uint8)


@pytest.mark.parametrize("pixels", [1, 15, 16, 37, 784])
@pytest.mark.parametrize("columns", [32, 64])
def test_gather_takes_rows_as_columns(pixels: int, columns: int) -> None:
    images = images_of(100, pixels)
    numbers = np.random.default_rng(1).integers(0, 100, columns)
    found = np.zeros((pixels, columns), np.uint8)
    gather(images, numbers, found)
    assert np.array_equal(found, images[numbers].T)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
def test_sets_are_laid_out_with_copies_of_the_last_example(count: int) -> None:
    images = images_of(count, 37)
    blocks = lay_out(images, 64)
    assert blocks.shape == (-(-count // 64), 37, 64)
    numbers = np.minimum(np.arange(len(blocks) * 64), count - 1)
    assert np.array_equal(blocks.swapaxes(1, 2).reshape(-1, 37), images[numbers])


def allowed(mean, deviation):
    """Five roundings: of factor, offset and sum here, and of difference and quotient there."""
    return 5 * EPSILON * (255 + mean) / deviation


def test_only_inputs_with_weights_are_normalized() -> None:
    network = toy(density=0.12).network
    examples, outputs = toy_examples(64, 37, 5), np.full((len(network.number), 32), np.nan)
    pixels = images_of(37, 32)
    normalize(network, pixels, examples, outputs)
    inputs = network.first[1]
    assert 5 < inputs < 32
    mean, deviation = float(np.float32(33.3)), float(np.float32(78.5))
    expected = (pixels[network.number[:inputs]] - mean) / deviation
    assert np.abs(outputs[:inputs] - expected).max() <= allowed(mean, deviation)
    assert np.isnan(outputs[inputs:]).all()


def test_a_pixel_may_have_a_mean_and_deviation_of_its_own() -> None:
    draw, network = np.random.default_rng(0), toy(density=1.0).network
    mean, deviation = draw.uniform(0, 255, 37), draw.uniform(1, 99, 37)
    images = images_of(40, 37)
    examples = examples_of(images, np.zeros(40), mean, deviation, np.float64)
    outputs = np.zeros((len(network.number), 32))
    normalize(network, images[:32].T.copy(), examples, outputs)
    mean, deviation = (value.astype(np.float32).astype(float) for value in (mean, deviation))
    expected = (images[:32] - mean) / deviation
    assert (np.abs(outputs[:37] - expected.T) <= allowed(mean, deviation)[:, None]).all()


def test_black_pixels_are_0_where_images_are_only_scaled() -> None:
    network = toy(density=1.0, dtype=np.float32).network
    images = np.zeros((64, 37), np.uint8)
    examples = examples_of(images, np.zeros(64), np.zeros(()), np.float32(255), np.float32)
    outputs = np.full((len(network.number), columns_of(np.float32)), np.nan, np.float32)
    normalize(network, images.T.copy(), examples, outputs)
    assert (outputs[:37].view(np.uint32) == 0).all()
