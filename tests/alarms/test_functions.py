"""A function that starts in this process leaves the process as it was."""

import importlib
import sys

from tests.alarms.functions import modules_of_its_own


def test_other_tests_find_the_library_that_they_imported() -> None:
    name = "csvbatch.aws.secrets"
    before = importlib.import_module(name)
    with modules_of_its_own():
        assert importlib.import_module(name) is not before
    assert sys.modules[name] is before
    assert importlib.import_module("csvbatch.aws").secrets is before
    assert importlib.import_module("csvbatch").aws.secrets is before
