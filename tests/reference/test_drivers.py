"""Published relative weights: the worked examples of the R package rwa on Motor Trend's road tests of 32 cars.

Data: Henderson & Velleman 1981, Biometrics 37 (R's mtcars). Weights: M. Chan, rwa, "Introduction to Relative Weights
Analysis" and "Regression methods", https://martinctc.github.io/rwa/articles/.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from dbt_project.methods.perceptions.relative_weights import drivers_of, relative_weights

# Miles per gallon, cylinders, displacement, horse power, weight, gears.
CARS = """
21.0 6 160.0 110 2.620 4 | 21.0 6 160.0 110 2.875 4 | 22.8 4 108.0 93 2.320 4 | 21.4 6 258.0 110 3.215 3
18.7 8 360.0 175 3.440 3 | 18.1 6 225.0 105 3.460 3 | 14.3 8 360.0 245 3.570 3 | 24.4 4 146.7 62 3.190 4
22.8 4 140.8 95 3.150 4 | 19.2 6 167.6 123 3.440 4 | 17.8 6 167.6 123 3.440 4 | 16.4 8 275.8 180 4.070 3
17.3 8 275.8 180 3.730 3 | 15.2 8 275.8 180 3.780 3 | 10.4 8 472.0 205 5.250 3 | 10.4 8 460.0 215 5.424 3
14.7 8 440.0 230 5.345 3 | 32.4 4 78.7 66 2.200 4 | 30.4 4 75.7 52 1.615 4 | 33.9 4 71.1 65 1.835 4
21.5 4 120.1 97 2.465 3 | 15.5 8 318.0 150 3.520 3 | 15.2 8 304.0 150 3.435 3 | 13.3 8 350.0 245 3.840 3
19.2 8 400.0 175 3.845 3 | 27.3 4 79.0 66 1.935 4 | 26.0 4 120.3 91 2.140 5 | 30.4 4 95.1 113 1.513 5
15.8 8 351.0 264 3.170 5 | 19.7 6 145.0 175 2.770 5 | 15.0 8 301.0 335 3.570 5 | 21.4 4 121.0 109 2.780 4
"""
COLUMNS = ("mpg", "cyl", "disp", "hp", "wt", "gear")
PUBLISHED = [
    ({"cyl": 0.2284797, "disp": 0.2221469, "hp": 0.2321744, "gear": 0.0963886}, 0.7791896),
    ({"cyl": 0.2096904, "disp": 0.1883043, "hp": 0.1799590, "wt": 0.2706812}, 0.8486348),
]


@pytest.mark.parametrize(("weights", "r_squared"), PUBLISHED)
def test_miles_per_gallon(weights: dict[str, float], r_squared: float) -> None:
    cars = np.array(
        [[float(value) for value in car.split()] for car in CARS.replace("\n", "|").split("|") if car.strip()]
    )
    chosen = cars[:, [COLUMNS.index(name) for name in (*weights, "mpg")]]
    joint = np.corrcoef(chosen.T)
    found = relative_weights(joint[:-1, :-1], joint[:-1, -1])
    assert dict(zip(weights, found.tolist(), strict=True)) == pytest.approx(weights, abs=5e-8)
    assert found.sum() == pytest.approx(r_squared, abs=5e-8)


def test_satisfaction_is_driven_by_quality_and_value_in_real_answers(shared: Path) -> None:
    # ECSI's 250 answers about a mobile operator: means and index of METHODS, section 4; weights sum to R2.
    file = shared / "data" / "mobi_ecsi" / "mobi.csv"
    if not file.is_file():
        pytest.skip(f"no answers at {file}")
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    satisfaction = np.array([[float(row[f"CUSA{item}"]) for item in (1, 2, 3)] for row in rows])
    assert satisfaction.mean(axis=0) == pytest.approx([7.988, 7.128, 7.316], abs=5e-4)
    assert (satisfaction.mean() - 1) / 9 * 100 == pytest.approx(71.970, abs=5e-4)
    names = ("IMAG1", "PERQ1", "PERQ7", "PERV2", "CUEX1")
    drivers = np.array([[float(row[name]) for name in names] for row in rows])
    found = drivers_of(satisfaction.mean(axis=1), drivers, names=names, seed=1, draws=200)
    assert found.n == 250
    assert found.weights.sum() == pytest.approx(found.r_squared)
    assert found.is_significant[[1, 2, 3]].all()
