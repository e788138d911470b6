"""The environment as Terraform applied it, and the things of others beside it, on a local AWS that enforces IAM."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.integration.ci_roles.integration import APPLY, PLAN, Integration
from tests.integration.least_privilege.conftest import prepared_dev
from tests.integration.platform.conftest import cache, moments
from tests.support.moments import Moments

__all__ = ["cache", "moments"]


@contextmanager
def prepared_integration(moments: Moments) -> Iterator[Integration]:
    """With sessions of both roles, as jobs of the repository get them."""
    with prepared_dev(moments, Integration) as made:
        made.make_things_of_others()
        for role in (PLAN, APPLY):
            assert made.role(role, "sts").get_caller_identity()["Arn"].endswith(f"{role}/made-up")
        yield made


@pytest.fixture(scope="session")
def integration(moments: Moments) -> Iterator[Integration]:
    """Shared by all tests that only ask; calls that would change it are denied."""
    with prepared_integration(moments) as made:
        yield made
