"""The data sets that lth can obtain by itself, by name."""

from lth.data.sources.cifar_10 import Cifar10
from lth.data.sources.cifar_100 import Cifar100
from lth.data.sources.digits import Digits
from lth.data.sources.fashion_mnist import FashionMnist
from lth.data.sources.mnist import Mnist

SOURCES = {
    "digits": Digits,
    "mnist": Mnist,
    "fashion-mnist": FashionMnist,
    "cifar-10": Cifar10,
    "cifar-100": Cifar100,
}
