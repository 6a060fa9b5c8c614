"""The same bits on other machines: the self-test of a package of every form, without a processor's newer instructions.

Numpy chooses its loops by the processor's features, and can be told to leave them unused: what then runs is what runs
on an older machine. (Loops of BLAS and of the mathematics library would differ; frozen pieces use neither.)
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from homeostat.monitoring.frozen import Array, Blend, Linear, Logistic, Project, Staged
from homeostat.monitoring.package import freeze, write
from homeostat.monitoring.prediction.exporting import from_gaussian_process, from_trees

USED = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
READ = """
import pathlib, sys
from homeostat.monitoring.package import read
print(read(pathlib.Path(sys.argv[1])).content_hash)
"""


def test_the_self_test_holds_on_an_older_processor(
    rows: Array, parts: dict[str, Any], tmp_path: Path
) -> None:
    z = parts["steps"][0].apply(rows)
    truth = np.sin(z[:, 0]) + z[:, 1]
    process = GaussianProcessRegressor(
        ConstantKernel(1.0) * Matern(1.0, nu=2.5) + WhiteKernel(0.1), optimizer=None
    )
    forms = (
        from_gaussian_process(process.fit(z, truth), np.zeros(4)),
        from_trees(HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=5).fit(z, truth)),
        Staged(
            steps=(Project(loadings=np.linalg.qr(z.T[:, :2])[0]),),
            form=Linear(coefficients=[1.0, 0.3], center=[0.0, 0.0], intercept=0.1),
        ),
    )
    blend = Logistic(form=Blend(forms=forms, weights=[0.3, 0.3, 0.4]))
    package = freeze(rows, **(parts | {"form": blend}))
    path = tmp_path / "model.json"
    write(package, path)
    environment = os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(USED), "OPENBLAS_CORETYPE": "Prescott"}
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == package.content_hash, done.stderr
