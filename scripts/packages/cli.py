"""The `lambda-packages` command."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.common.errors import UserError, run_main
from scripts.packages.architectures import DEFAULT, TARGETS, asked_for
from scripts.packages.build import BYTES_PER_MB, Job, build, megabytes
from scripts.packages.files import cache_folder
from scripts.packages.manifest import Place, read_manifest
from scripts.packages.project import NoCheckoutError, Project, find_project

DEFAULT_BUDGET_MB = 80

_Run = Callable[[argparse.Namespace], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; exit status 1 with a message on standard error where it fails."""
    options = _parser().parse_args(arguments)

    def body() -> int:
        try:
            options.run(options)
        except OSError as error:
            raise UserError(f"{error.filename or 'the system'}: {error.strerror}") from error
        return 0

    return run_main("lambda-packages", body)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lambda-packages",
        description="Package the Lambda functions: the same content gives the same digest on any machine.",
    )
    common = argparse.ArgumentParser(add_help=False)
    add: Callable[..., object] = common.add_argument
    add("--architecture", choices=sorted(TARGETS), help="Lambda architecture (default: each that an env.hcl names)")
    add("--output", type=Path, metavar="DIR", help="folder of the packages (default: dist/lambda in the checkout)")
    add("--project", type=Path, metavar="DIR", help="the checkout (default: the one around the current folder)")
    one = argparse.ArgumentParser(add_help=False, parents=[common])
    one.add_argument("name", metavar="NAME", help="function, such as batch_processor")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: _Run, text: str, parent: argparse.ArgumentParser) -> Callable[..., object]:
        added = commands.add_parser(name, parents=[parent], help=text, description=f"{text[0].upper()}{text[1:]}.")
        added.set_defaults(run=run)
        return added.add_argument

    add = command("build", _build, "build the packages that are out of date", common)
    add("names", nargs="*", metavar="NAME", help="functions (default: all)")
    budget = f"largest unzipped size of a package (default: {DEFAULT_BUDGET_MB})"
    add("--budget-mb", type=int, default=DEFAULT_BUDGET_MB, metavar="MB", help=budget)
    command("digest", _digest, "print the digest of a package's content", one)
    command("verify", _verify, "compare a zip and its bill of materials with the manifest", one)
    add = command("licences", _licences, "list all licences of packages and tools; fail on one not allowed", common)
    tools = "virtual environment of tools; may be repeated (default: .venv, .venv-scan and others of the checkout)"
    add("--tools", type=Path, action="append", metavar="DIR", help=tools)
    add = command("upload", _upload, "upload a package, unless the bucket has it", one)
    add("--bucket", required=True, metavar="BUCKET", help="the artifacts bucket")
    return parser


# These commands load what they alone need: an unchanged build takes less time than loading the AWS SDK.


def _build(options: argparse.Namespace) -> None:
    project = _project(options)
    output = _output(options)
    for architecture in _architectures(options):
        job = Job(project, TARGETS[architecture], output, cache_folder(), options.budget_mb * BYTES_PER_MB)
        for manifest, written in build(job, options.names):
            print(
                f"{manifest.name} {architecture} {'written' if written else 'unchanged'}: "
                f"{megabytes(manifest.size_bytes)}, {megabytes(manifest.unzipped_bytes)} unzipped, "
                f"content {manifest.content_digest}, {output / architecture / manifest.zip}"
            )


def _digest(options: argparse.Namespace) -> None:
    print(read_manifest(_place(options)).content_digest)


def _verify(options: argparse.Namespace) -> None:
    from scripts.packages.verify import verify

    manifest, _ = verify(_place(options))
    print(f"{manifest.name} {manifest.architecture}: zip and manifest agree, content {manifest.content_digest}")


def _licences(options: argparse.Namespace) -> None:
    from scripts.packages.licences import check, installed, shipped
    from scripts.packages.sources import function_names

    project = _project(options)
    output = _output(options)
    names = function_names(project.lambdas)
    used = [one for architecture in _architectures(options) for one in shipped(output, architecture, names)]
    for environment in options.tools or project.environments():
        used += installed(environment, project.identity().name)
    for one in used:
        print(f"{one.where:<16} {one.name:<28} {one.version:<14} {one.licence}")
    check(used)
    print(f"{len(used)} uses, every licence allowed")


def _upload(options: argparse.Namespace) -> None:
    from scripts.packages.upload import upload

    place = _place(options)
    uri, written = upload(place, options.bucket, lambda line: print(f"{place.name}: {line}", flush=True))
    print(f"{uri} {'written' if written else 'exists already'}")


def _project(options: argparse.Namespace) -> Project:
    return Project(options.project) if options.project else find_project(Path.cwd())


def _output(options: argparse.Namespace) -> Path:
    return options.output or _project(options).root / "dist" / "lambda"


def _architectures(options: argparse.Namespace) -> tuple[str, ...]:
    if options.architecture:
        return (options.architecture,)
    try:
        return asked_for(_project(options).root / "live")
    except NoCheckoutError:
        if options.output:
            return (DEFAULT,)
        raise


def _place(options: argparse.Namespace) -> Place:
    architectures = _architectures(options)
    if len(architectures) > 1:
        raise UserError(
            f"the environments use {' and '.join(architectures)}: name one, such as --architecture {architectures[0]}"
        )
    return Place(_output(options), architectures[0], options.name)
