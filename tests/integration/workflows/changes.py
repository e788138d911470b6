"""What is proposed in a pull request, and which jobs are played."""

from tests.support.changed_tree import ChangedTree
from tests.support.platform import DEV
from tests.support.workflows.jobs import Job


def of_dev(job: Job) -> bool:
    """What is played: the checks of a pull request are the other tests, and production has an account of its own."""
    environment = job.matrix.get("environment", job.key if job.calls else DEV.name)
    return job.key != "checks" and environment == DEV.name


def every_half_hour(tree: ChangedTree) -> None:
    tree.edit(f"live/{DEV.name}/eventbridge/terragrunt.hcl", r"rate\(15 minutes\)", "rate(30 minutes)")
