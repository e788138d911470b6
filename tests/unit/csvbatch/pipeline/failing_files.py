"""Files of which one fails and another must not, as the tests of failures drop them."""

from pathlib import Path

from csvbatch.contract.yaml_file import load_contracts
from csvbatch.store import Batch
from scripts.common.paths import REPOSITORY
from tests.support.pipeline import Pipeline, recipients, sequential_reading

CONTRACTS = load_contracts(REPOSITORY / "lambdas" / "contracts")
HEADER = b"nhs_number,name,address,date_of_birth,consent,dose,distance_km,updated_at\n"


def batch_of(pipeline: Pipeline, name: str) -> Batch:
    (batch,) = [one for one in pipeline.store.latest_batches(100) if one.object_key.endswith(f"/{name}")]
    return batch


def drop_two(pipeline: Pipeline, folder: Path) -> dict[tuple[object, ...], object]:
    """Drop `bad.csv` before `good.csv`; gives what of the good one belongs in the table."""
    pipeline.drop("bad.csv", recipients(folder, rows=20, seed=1))
    good = recipients(folder, rows=20, seed=2)
    pipeline.drop("good.csv", good)
    return sequential_reading(good, CONTRACTS["recipients"])[0]
