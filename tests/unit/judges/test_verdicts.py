from pathlib import Path

import pytest

from tests.judges.__main__ import main
from tests.judges.verdicts import Verdict, known, record, table

FIRST = Verdict("somebody else's reader", 100, 97, 3, 0)


def test_each_judge_has_a_line_with_what_it_said_last(tmp_path: Path) -> None:
    record("b", [Verdict("b", 1, 1, 0, 0)], tmp_path)
    record("a", [FIRST, Verdict("another", 5, 4, 0, 1)], tmp_path)
    record("b", [Verdict("b", 2, 2, 0, 0)], tmp_path)
    verdicts = list(known(tmp_path))
    assert [one for _, one in verdicts] == [FIRST, Verdict("another", 5, 4, 0, 1), Verdict("b", 2, 2, 0, 0)]
    head, first, *_ = table(verdicts)
    assert head.split()[:3] == ["judge", "asked", "agreed"]
    assert first.split()[3:-1] == ["100", "97", "3", "0"]


def test_an_unknown_judge_is_refused_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["oracles"])
    assert "no judge is called oracles: use requests, oracle, csv, second-aws" in capsys.readouterr().err
