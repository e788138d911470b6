"""What an environment costs while it is there: the planned resources times the public prices in `prices.yaml`."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from scripts.common.environments import Environment
from scripts.common.errors import UserError
from scripts.scan import plans
from scripts.scan.plans import Plan

PRICES = Path(__file__).with_name("prices.yaml")
HOURS_PER_MONTH = 730
RUN_HOURS = 2
"""How long a run may take on a real account: Lambda may keep its network interfaces for 45 minutes."""


@dataclass(frozen=True, slots=True)
class Line:
    """All resources of one type that have a price: how many there are, and how many units are billed."""

    type: str
    resources: int
    units: int
    price: Mapping[str, Any]

    @property
    def per_hour(self) -> Decimal:
        """US dollars an hour."""
        dollars = Decimal(str(self.price["price"])) * self.units
        return dollars if self.price["per"] == "hour" else dollars / HOURS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is planned, and what of it has a price; the counters are by type of resource."""

    region: str
    lines: Sequence[Line] = ()
    by_use: Counter[str] = field(default_factory=Counter)
    part_of_others: Counter[str] = field(default_factory=Counter)
    not_estimated: Counter[str] = field(default_factory=Counter)

    @property
    def resources(self) -> int:
        """How many resources are planned."""
        others = (self.by_use, self.part_of_others, self.not_estimated)
        return sum(line.resources for line in self.lines) + sum(counter.total() for counter in others)

    @property
    def per_hour(self) -> Decimal:
        """US dollars an hour, for what has a price by time."""
        return sum((line.per_hour for line in self.lines), Decimal())

    def __str__(self) -> str:
        """The sum in one line, and what is missing in it."""
        hours = f"${self.per_hour:.2f} an hour, ${self.per_hour * RUN_HOURS:.2f} for {RUN_HOURS} hours"
        missing = f"; not estimated: {', '.join(sorted(self.not_estimated))}" if self.not_estimated else ""
        return f"{hours}, and requests, data and execution time, of which there is little{missing}"

    def as_json(self) -> dict[str, Any]:
        """The same for the report."""
        return {
            "resources": self.resources,
            "dollars_per_hour": f"{self.per_hour:.4f}",
            "priced": [
                {"type": line.type, "resources": line.resources, "units": line.units, **_texts(line.price)}
                for line in self.lines
            ],
            "billed_by_use": dict(self.by_use),
            "part_of_others": dict(self.part_of_others),
            "not_estimated": dict(self.not_estimated),
        }

    def as_table(self) -> Table:
        """The prices for a person to check."""
        shown = Table(title="Estimated cost, from public list prices", title_justify="left")
        for heading in ("resource", "count", "billed", "price", "$ per hour", "region and date of the price"):
            shown.add_column(heading, justify="right" if heading in {"count", "billed", "$ per hour"} else "left")
        for line in self.lines:
            price = line.price
            shown.add_row(
                line.type.removeprefix("aws_"),
                str(line.resources),
                str(line.units),
                f"${price['price']} per {price['per']}",
                f"{line.per_hour:.4f}",
                f"{price['region']}, {price['date']}",
            )
        shown.add_section()
        shown.add_row("sum", str(sum(line.resources for line in self.lines)), "", "", f"{self.per_hour:.4f}", "")
        regions = {str(line.price["region"]) for line in self.lines} - {"all", self.region}
        other = f" Prices of {', '.join(sorted(regions))}; {self.region} may differ." if regions else ""
        unknown = ", ".join(f"{count} {name}" for name, count in sorted(self.not_estimated.items()))
        shown.caption = (
            f"An estimate.{other} Billed by use: {self.by_use.total()} resources. Without a price of their own: "
            f"{self.part_of_others.total()}. Not estimated: {unknown or 'none'}. Pages: {PRICES.name}."
        )
        shown.caption_justify = "left"
        return shown


def of_environment(environment: Environment, console: Console) -> Estimate:
    """Plan every unit on a temporary local AWS, which needs nothing of the account, and price what is planned.

    Raises UserError where a unit cannot be planned.
    """
    with tempfile.TemporaryDirectory(prefix="verify-plans-") as folder:
        plans.make(environment, Path(folder), console)
        return of_plans(plans.read(Path(folder)), environment.region)


def of_plans(found: Iterable[Plan], region: str, prices: Path = PRICES) -> Estimate:
    """Price the resources of plans; what the table does not know is not estimated, and never counts as free."""
    known = _read(prices)
    counters = {name: Counter[str]() for name in ("by_use", "part_of_others", "not_estimated")}
    units: Counter[str] = Counter()
    resources: Counter[str] = Counter()
    for kind, values, counts in _planned(found):
        price = known["prices"].get(kind)
        if price and all(values.get(name) == value for name, value in price.get("only", {}).items()):
            resources[kind] += 1
            units[kind] += counts[price["each"]]
        elif price or kind in known["part_of_others"]:
            counters["part_of_others"][kind] += 1
        else:
            counters["by_use" if kind in known["by_use"] else "not_estimated"][kind] += 1
    lines = [Line(kind, count, units[kind], known["prices"][kind]) for kind, count in sorted(resources.items())]
    return Estimate(region, lines, **counters)


def _planned(found: Iterable[Plan]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, int]]]:
    """Type and values of each resource, and how often it is billed, by what is counted.

    The subnets of an endpoint are not known before they exist: then those of its unit count, at least one.
    """
    for plan in found:
        planned = list(_resources(plan.content["planned_values"].get("root_module", {})))
        subnets = sum(one["type"] == "aws_subnet" for one in planned)
        for one in planned:
            values = one.get("values", {})
            zones = len(values.get("subnet_ids") or ()) or max(subnets, 1)
            metrics = sum(bool(query.get("metric")) for query in values.get("metric_query") or ())
            yield one["type"], values, {"resource": 1, "zone": zones, "metric": max(metrics, 1)}


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (one for one in module.get("resources", []) if one["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _read(prices: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(prices.read_text(encoding="utf-8"))
    for kind, price in found["prices"].items():
        if missing := {"price", "per", "each", "what", "region", "date", "page"} - price.keys():
            raise UserError(f"{prices}: {kind} has no {', '.join(sorted(missing))}")
    return found


def _texts(price: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in price.items() if name != "only"}
