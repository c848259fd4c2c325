"""The kinds of figures, which settings choose by `kind`."""

from lth.report.figures.curves import Curves
from lth.report.figures.density import Density
from lth.report.figures.histogram import Histogram
from lth.report.figures.table import Table

Figure = Density | Curves | Histogram | Table
