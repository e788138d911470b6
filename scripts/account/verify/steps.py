"""The steps of a run, in their order; each is the command that a person would type, or checks what AWS says."""

import sys

from scripts.account import checks, commands
from scripts.account.oracle_credentials import read_credentials
from scripts.account.verify import cost, denials, inventory
from scripts.account.verify.context import Context, Step
from scripts.account.verify.loading import compare, drop, wait
from scripts.common.commands import CommandError, run
from scripts.common.errors import UserError
from scripts.common.paths import command
from scripts.state import state_lock
from scripts.terragrunt import every_unit, plan_units, runner
from scripts.terragrunt.every_unit import Limits

PACKAGE_LIMIT_SECONDS = 900
APPLYING = Limits(3600, grace_seconds=600)
DESTROYING = Limits(5400, grace_seconds=600)
"""Lambda may keep a function's network interfaces for 45 minutes."""


def _package(context: Context) -> str:
    built = [command("lambda-packages"), "build"]
    try:
        run(built, limit_seconds=PACKAGE_LIMIT_SECONDS, environment=context.target.variables)
    except CommandError as error:
        raise UserError(f"The packages could not be built: {error}") from error
    return "the packages are built"


def _estimate(context: Context) -> str:
    """Price what will be made, and ask; nothing is made before this step has passed."""
    environment = context.environment
    there = [one for one in inventory.states(context.account) if one.kind == "state" and not one.is_expected]
    if there:
        raise UserError(
            f"{environment.name} is in use: {'; '.join(map(str, there))}. This command destroys the environment at its "
            "end, so it starts with an empty one only. Give it an environment of its own "
            "(docs/how-to/add-an-environment.md), or destroy this one: "
            f"verify-account {environment.name} --aws {context.target.kind} --from destroy"
        )
    try:
        estimate = cost.of_environment(environment, context.console)
    except UserError as error:
        context.say(
            f"the plan without the account failed, so the number of resources and the cost are unknown: {error}"
        )
        planned, price = "an unknown number of resources", "unknown"
    else:
        context.console.print(estimate.as_table())
        context.record.facts["estimate"] = estimate.as_json()
        planned, price = f"{estimate.resources} resources", str(estimate)
    context.say(f"{planned}; estimated cost: {price}")
    _confirm(
        context,
        f"Make {planned} of {environment.name} in account {environment.account_id}, region {environment.region}, at "
        f"{context.target.name}, and destroy them at the end? Estimated cost: {price}. Type yes: ",
        "nothing was created",
    )
    return f"{planned}, estimated cost {price}"


def _confirm(context: Context, question: str, otherwise: str) -> None:
    if not context.options.is_confirmed:
        print(question, end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip() != "yes":
            raise UserError(f"not confirmed: {otherwise}")
    context.record.is_confirmed = True


def _preflight(context: Context) -> str:
    missing = [one for one in checks.run(context.account, checks.BEFORE_APPLY) if one.is_missing]
    if missing:
        raise UserError("\n".join(map(str, missing)))
    return "account, quota and packages are ready"


def _backend(context: Context) -> str:
    runner.bootstrap(context.environment, context.target.variables)
    what = "state bucket and lock table" if state_lock.of(context.environment).in_table else "state bucket"
    return f"{what} {context.environment.state_name}"


def _apply(context: Context) -> str:
    variables = context.target.variables
    added = every_unit.apply(context.environment, variables, context.say, APPLYING)
    return f"{len(context.environment.units())} units, {added} resources added"


def _secret(context: Context) -> str:
    credentials = context.options.credentials
    if credentials is None and context.target.needs_credentials:
        if not sys.stdin.isatty():
            raise UserError(
                "The credentials of the database are needed: give --credentials FILE, with the JSON that "
                "put-oracle-secret reads."
            )
        print("The credentials of the database, which go into the secret and nowhere else", file=sys.stderr)
        credentials = read_credentials(sys.stdin)
    commands.put_secret(
        context.account.names.secret, credentials or commands.MADE_UP_CREDENTIALS, context.target.variables
    )
    return f"{context.account.names.secret} has a value"


def _migrate(context: Context) -> str:
    return commands.migrate(context.environment.name, context.target.variables)


def _denials(context: Context) -> str:
    facts = context.record.facts
    found = list(denials.answers(context.account, context.account.names.data_bucket, facts["key"], facts["rejected"]))
    for answer in found:
        context.say(str(answer))
    if wrong := [answer for answer in found if answer.problem]:
        raise UserError("\n".join(map(str, wrong)))
    return f"{len(found)} calls by 3 identities, each answered as it must be"


def _second_plan(context: Context) -> str:
    plans, status = plan_units.plan(context.environment, context.target.variables, context.console)
    if status != 0:
        raise UserError("not every unit could be planned; see above")
    changed = [one.unit for one in plans if one.counts != (0, 0, 0) or one.changes_outputs]
    if changed:
        context.console.print(plan_units.table(context.environment, plans))
        raise UserError(f"a second plan is not empty: {', '.join(changed)}")
    return f"{len(plans)} units, no changes"


def _destroy(context: Context) -> str:
    if not context.record.is_confirmed:
        environment = context.environment
        there = [one for one in inventory.take(context.account) if not one.is_expected]
        for one in there:
            context.say(str(one))
        _confirm(
            context,
            f"Destroy {environment.name}, of which {len(there)} resources and states are listed above, in account "
            f"{environment.account_id}, region {environment.region}, at {context.target.name}? Type yes: ",
            "nothing was destroyed",
        )
    variables = context.target.variables
    destroyed = every_unit.destroy(context.environment, variables, context.say, DESTROYING)
    return f"{destroyed} resources destroyed"


def _inventory(context: Context) -> str:
    found = inventory.take_after_destroy(context.account)
    context.record.facts["inventory"] = [one.as_json() for one in found]
    for one in found:
        context.say(f"{'stays' if one.is_expected else 'LEFT'}: {one}")
    left = [one for one in found if not one.is_expected]
    if left:
        raise UserError(f"{len(left)} resources are left: {'; '.join(map(str, left))}")
    return f"nothing is left but {len(found)} that are meant to stay; the database keeps its tables and rows"


STEPS: tuple[Step, ...] = (
    Step("package", "Build the packages", _package),
    Step("estimate", "Estimate the cost, and ask", _estimate),
    Step("preflight", "Check account, quota and packages", _preflight),
    Step("backend", "Create the state backend", _backend),
    Step("apply", "Apply every unit", _apply),
    Step("secret", "Put the credentials into the secret", _secret),
    Step("migrate", "Create ledger and tables", _migrate),
    Step("drop", "Drop a file", drop),
    Step("wait", "Wait until its batch is closed", wait),
    Step("compare", "Compare the rows", compare),
    Step("denials", "Have calls denied", _denials),
    Step("plan", "Plan again", _second_plan),
    Step("destroy", "Destroy every unit", _destroy),
    Step("inventory", "Look for what is left", _inventory),
)
NAMES = tuple(step.name for step in STEPS)
CLEANING = ("destroy", "inventory")
"""The steps that --keep leaves out."""
