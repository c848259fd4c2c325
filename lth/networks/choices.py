"""The networks, which settings choose by `name`."""

from lth.networks.conv import Conv2, Conv4, Conv6
from lth.networks.lenet import Lenet
from lth.networks.resnet import Resnet18
from lth.networks.small_conv import SmallConv2, SmallConv4, SmallConv6
from lth.networks.small_resnet import SmallResnet18
from lth.networks.small_vgg import SmallVgg19
from lth.networks.vgg import Vgg19

Network = (
    Lenet
    | Conv2
    | Conv4
    | Conv6
    | Resnet18
    | Vgg19
    | SmallConv2
    | SmallConv4
    | SmallConv6
    | SmallResnet18
    | SmallVgg19
)
