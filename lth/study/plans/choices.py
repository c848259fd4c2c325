"""The kinds of files, by the names that the files themselves have for them."""

from lth.study.plans.claims import Claims
from lth.study.plans.dataset import Dataset
from lth.study.plans.figure import Figure
from lth.study.plans.mask import Mask
from lth.study.plans.metrics import Metrics
from lth.study.plans.report import Report
from lth.study.plans.rewound import Rewound
from lth.study.plans.run import Run
from lth.study.plans.table import Table
from lth.study.plans.theta0 import Theta0

PLANS = {
    "dataset": Dataset,
    "theta0": Theta0,
    "rewound": Rewound,
    "mask": Mask,
    "run": Run,
    "table": Table,
    "figure": Figure,
    "metrics": Metrics,
    "report": Report,
    "claims": Claims,
}
