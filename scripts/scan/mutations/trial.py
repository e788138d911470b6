"""The whole trial: every check passes on the unmutated copy, then each mutant is given to its checks."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from scripts.common.errors import UserError
from scripts.scan.mutations import checks, scan, seeding
from scripts.scan.mutations.catalogue import SCAN, Mutation, is_terraform_test
from scripts.scan.mutations.checks import Kill
from scripts.scan.mutations.engine import Engine

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of one mutation: which checks killed it, or why that is inconclusive."""

    mutation: Mutation
    kills: tuple[Kill, ...]
    problem: str = ""

    @property
    def missed(self) -> tuple[str, ...]:
        """The checks that should have killed it and did not."""
        killers = {kill.check for kill in self.kills}
        return tuple(check for check in self.mutation.checks if check not in killers)

    @property
    def killed(self) -> bool:
        """Whether any check killed it."""
        return bool(self.kills)

    @property
    def as_expected(self) -> bool:
        """Whether every check that should have killed it did."""
        return not self.missed and not self.problem


class Trial:
    """Runs the checks of a repository in copies below a folder."""

    def __init__(self, repository: Path, folder: Path, progress: Progress, jobs: int) -> None:
        self._repository = repository
        self._folder = folder
        self._progress = progress
        self._jobs = jobs
        self._unmutated = folder / "unmutated"
        self._engine = Engine(self._unmutated)

    def run(self, mutations: Sequence[Mutation]) -> list[Verdict]:
        """A verdict on each; UserError where a check proves nothing because it fails without a mutation."""
        self._check_fit(mutations)
        seeding.copy_tree(self._repository, self._unmutated)
        self._prepare(mutations)
        scanned: Mapping[str, Kill] = {}
        if any(SCAN in one.checks for one in mutations):
            self._progress("scanning every mutated module at once")
            scanned = scan.kills(mutations, self._repository, self._folder / "scan")
        # Those that need a local AWS take longest, so they come first.
        longest_first = sorted(mutations, key=lambda one: not any("/integration/" in check for check in one.checks))
        verdicts = self._side_by_side({one.id: self._task(one, scanned) for one in longest_first})
        return [verdicts[one.id] for one in mutations]

    def _check_fit(self, mutations: Sequence[Mutation]) -> None:
        """Refuse entries that no longer fit the repository, before anything takes time."""
        for one in mutations:
            for check in one.checks:
                if check != SCAN and not (self._repository / check.partition("::")[0]).is_file():
                    raise UserError(f"The catalogue entry {one.id} is out of date: there is no check {check}.")
            changed = self._folder / "changed" / f"{one.id}.tf"
            changed.parent.mkdir(parents=True, exist_ok=True)
            changed.write_text(seeding.seeded(one, self._repository), encoding="utf-8")
        self._engine.expect_syntax(self._folder / "changed")

    def _prepare(self, mutations: Sequence[Mutation]) -> None:
        """Initialise the modules, and see that every check passes where nothing is mutated."""
        used = sorted({check for one in mutations for check in one.checks if check != SCAN})
        modules = {check.split("/")[1] for check in used if is_terraform_test(check)}
        for module in sorted(modules | {one.module for one in mutations if one.module}):
            self._engine.initialise(module)
        self._progress(f"running {len(used)} checks on the unmutated copy")

        def unmutated(check: str) -> Callable[[], Kill | None]:
            return lambda: checks.runner_of(check, self._engine)(self._unmutated, "the unmutated copy")

        for check, kill in self._side_by_side({check: unmutated(check) for check in used}).items():
            if kill:
                raise UserError(f"{check} fails on the unmutated copy ({kill.by}): fix that first.")

    def _task(self, mutation: Mutation, scanned: Mapping[str, Kill]) -> Callable[[], Verdict]:
        def judge() -> Verdict:
            found = (scanned[mutation.id],) if mutation.id in scanned else ()
            try:
                verdict = Verdict(mutation, (*found, *self._kills(mutation)))
            except UserError as error:
                verdict = Verdict(mutation, (), str(error))
            self._progress(line(verdict))
            return verdict

        return judge

    def _kills(self, mutation: Mutation) -> list[Kill]:
        root = self._folder / mutation.id
        needs_tree = any(check != SCAN and not is_terraform_test(check) for check in mutation.checks)
        (seeding.copy_tree if needs_tree else seeding.copy_modules)(self._repository, root)
        seeding.seed(mutation, root)
        try:
            if mutation.checks == [SCAN] and mutation.module:
                self._engine.expect_valid(root, mutation.module, mutation.id)
            runs = [checks.runner_of(check, self._engine) for check in mutation.checks if check != SCAN]
            return [kill for run in runs if (kill := run(root, mutation.id))]
        finally:
            rmtree(root, ignore_errors=True)

    def _side_by_side[T](self, tasks: Mapping[str, Callable[[], T]]) -> dict[str, T]:
        """Run tasks on every processor; the first error ends them all."""
        with ThreadPoolExecutor(self._jobs) as pool:
            futures: dict[Future[T], str] = {pool.submit(task): name for name, task in tasks.items()}
            try:
                return {futures[done]: done.result() for done in as_completed(futures)}
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def line(verdict: Verdict) -> str:
    """One verdict in a line."""
    if verdict.problem:
        return f"{verdict.mutation.id}: INCONCLUSIVE: {verdict.problem}"
    killed = "; ".join(str(kill) for kill in verdict.kills)
    missed = f" (missed by {', '.join(verdict.missed)})" if verdict.missed else ""
    return f"{verdict.mutation.id}: {f'killed by {killed}' if killed else 'SURVIVED'}{missed}"
