"""The strategies. A new one is a file and a line here."""

from lth.study.strategies.continued import Continued
from lth.study.strategies.early import Early
from lth.study.strategies.iterative import Iterative
from lth.study.strategies.oneshot import Oneshot
from lth.study.strategies.random import Random
from lth.study.strategies.rewind import Rewind

Strategy = Iterative | Continued | Oneshot | Early | Random | Rewind
