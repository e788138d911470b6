"""The whole trial: guards that hold without any weakness, then every mutation before them."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from scripts.scan.mutations import guards, scan, seeding
from scripts.scan.mutations.catalogue import SCAN, Mutation, is_terraform_test
from scripts.scan.mutations.engine import Engine
from scripts.scan.mutations.errors import GuardError, MutationError
from scripts.scan.mutations.guards import Catch

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutation: which guards noticed, or why that cannot be said."""

    mutation: Mutation
    catches: tuple[Catch, ...]
    problem: str = ""

    @property
    def missed(self) -> tuple[str, ...]:
        """The guards that ought to have noticed."""
        noticed = {catch.guard for catch in self.catches}
        return tuple(guard for guard in self.mutation.caught_by if guard not in noticed)

    @property
    def survived(self) -> bool:
        """Whether no guard noticed, as far as is known."""
        return not self.catches

    @property
    def held(self) -> bool:
        """Whether every guard that ought to have noticed did."""
        return not self.missed and not self.problem


class Trial:
    """Runs the guards of a repository in copies below a folder of its own."""

    def __init__(self, repository: Path, folder: Path, progress: Progress, jobs: int) -> None:
        self._repository = repository
        self._folder = folder
        self._progress = progress
        self._jobs = jobs
        self._unmutated = folder / "unmutated"
        self._engine = Engine(repository, self._unmutated)

    def run(self, mutations: Sequence[Mutation]) -> list[Verdict]:
        """A verdict on each; raises CatalogueError or GuardError where no guard can be trusted."""
        self._check_fit(mutations)
        seeding.copy_tree(self._repository, self._unmutated)
        self._prepare(mutations)
        scanned: Mapping[str, Catch] = {}
        if any(SCAN in one.caught_by for one in mutations):
            self._progress("scanning every mutated module at once")
            scanned = scan.catches(mutations, self._repository, self._folder / "scan")
        # Those before the local AWS take longest, so that they come first.
        longest_first = sorted(mutations, key=lambda one: not any("/integration/" in guard for guard in one.caught_by))
        verdicts = self._side_by_side({one.identifier: self._task(one, scanned) for one in longest_first})
        return [verdicts[one.identifier] for one in mutations]

    def _check_fit(self, mutations: Sequence[Mutation]) -> None:
        """Before anything takes time: each entry still fits the repository."""
        for one in mutations:
            for guard in one.caught_by:
                if guard != SCAN and not (self._repository / guard.partition("::")[0]).is_file():
                    raise GuardError(f"{one.identifier} is to be caught by {guard}, and there is no such file.")
            changed = self._folder / "changed" / f"{one.identifier}.tf"
            changed.parent.mkdir(parents=True, exist_ok=True)
            changed.write_text(seeding.seeded(one, self._repository), encoding="utf-8")
        self._engine.expect_syntax(self._folder / "changed")

    def _prepare(self, mutations: Sequence[Mutation]) -> None:
        """Initialise the modules, and see that the guards notice nothing where nothing was weakened."""
        used = sorted({guard for one in mutations for guard in one.caught_by if guard != SCAN})
        modules = {guard.split("/")[1] for guard in used if is_terraform_test(guard)}
        for module in sorted(modules | {one.module for one in mutations if one.module}):
            self._engine.initialise(module)
        self._progress(f"running the {len(used)} guards named, where nothing was weakened")

        def unweakened(guard: str) -> Callable[[], Catch | None]:
            return lambda: guards.runner_of(guard, self._engine)(self._unmutated, "the unmutated copy")

        for guard, catch in self._side_by_side({guard: unweakened(guard) for guard in used}).items():
            if catch:
                raise GuardError(f"{guard} fails where nothing was weakened ({catch.by}): mend that first.")

    def _task(self, mutation: Mutation, scanned: Mapping[str, Catch]) -> Callable[[], Verdict]:
        def judge() -> Verdict:
            found = (scanned[mutation.identifier],) if mutation.identifier in scanned else ()
            try:
                verdict = Verdict(mutation, (*found, *self._catches(mutation)))
            except MutationError as error:
                verdict = Verdict(mutation, (), str(error))
            self._progress(line(verdict))
            return verdict

        return judge

    def _catches(self, mutation: Mutation) -> list[Catch]:
        root = self._folder / mutation.identifier
        needs_tree = any(guard != SCAN and not is_terraform_test(guard) for guard in mutation.caught_by)
        (seeding.copy_tree if needs_tree else seeding.copy_modules)(self._repository, root)
        seeding.seed(mutation, root)
        try:
            if mutation.caught_by == (SCAN,) and mutation.module:
                self._engine.expect_valid(root, mutation.module, mutation.identifier)
            runs = [guards.runner_of(guard, self._engine) for guard in mutation.caught_by if guard != SCAN]
            return [catch for run in runs if (catch := run(root, mutation.identifier))]
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
        return f"{verdict.mutation.identifier}: NOT JUDGED: {verdict.problem}"
    caught = "; ".join(str(catch) for catch in verdict.catches)
    missed = f" (missed by {', '.join(verdict.missed)})" if verdict.missed else ""
    return f"{verdict.mutation.identifier}: {f'caught by {caught}' if caught else 'SURVIVED'}{missed}"
