"""The `lambda-packages` command."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.packages.architectures import DEFAULT, asked_for
from scripts.packages.cache import cache_folder
from scripts.packages.errors import CheckoutError, PackagingError
from scripts.packages.manifest import Place, read_manifest
from scripts.packages.project import Project, find_project
from scripts.packages.size import BYTES_PER_MB, megabytes
from scripts.packages.target import TARGETS

DEFAULT_BUDGET_MB = 80


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what went wrong is said on standard error, with exit status 1."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except PackagingError as error:
        print(f"lambda-packages: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"lambda-packages: {error.filename or 'the system'}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lambda-packages",
        description="Packages the Lambda functions: the same contents give the same digest, wherever built.",
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--architecture",
        choices=sorted(TARGETS),
        help="Lambda's processor (default: each that an environment's env.hcl asks for)",
    )
    common.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder of all packages (default: dist/lambda in the checkout)",
    )
    common.add_argument(
        "--project",
        type=Path,
        metavar="DIR",
        help="the checkout (default: the one that the current folder is in)",
    )
    one = argparse.ArgumentParser(add_help=False, parents=[common])
    one.add_argument("name", metavar="NAME", help="function, such as batch_processor")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build = commands.add_parser("build", parents=[common], help="make packages, where anything changed")
    build.add_argument("names", nargs="*", metavar="NAME", help="functions (default: all)")
    build.add_argument(
        "--budget-mb",
        type=int,
        default=DEFAULT_BUDGET_MB,
        metavar="MB",
        help=f"most that a package may take unzipped (default: {DEFAULT_BUDGET_MB})",
    )
    build.set_defaults(run=_build)

    digest = commands.add_parser("digest", parents=[one], help="print the digest of a package's content")
    digest.set_defaults(run=_digest)

    verify = commands.add_parser("verify", parents=[one], help="check that zip and manifest agree")
    verify.set_defaults(run=_verify)

    licences = commands.add_parser(
        "licences",
        parents=[common],
        help="list what each package ships and the tools use, with licences; refuse others",
    )
    licences.add_argument(
        "--tools",
        type=Path,
        action="append",
        metavar="DIR",
        help="virtual environment of tools; may be repeated (default: those of the checkout)",
    )
    licences.set_defaults(run=_licences)

    upload = commands.add_parser("upload", parents=[one], help="put a package into a bucket, unless it is there")
    upload.add_argument("--bucket", required=True, metavar="BUCKET", help="the artifacts bucket")
    upload.set_defaults(run=_upload)
    return parser


# Each command loads what it alone needs: a build with nothing to do takes less time than loading the AWS SDK.


def _build(options: argparse.Namespace) -> None:
    from scripts.packages.build import Job, build
    from scripts.packages.progress import progress

    project = _project(options)
    output = options.output or project.output
    for architecture in _architectures(options):
        job = Job(project, TARGETS[architecture], output, cache_folder(), options.budget_mb * BYTES_PER_MB)
        with progress() as report:
            packages = build(job, options.names, report)
        for built in packages:
            manifest = built.manifest
            print(
                f"{manifest.name} {manifest.architecture} {'written' if built.written else 'unchanged'}: "
                f"{megabytes(manifest.size_bytes)}, {megabytes(manifest.unzipped_bytes)} unzipped, "
                f"content {manifest.content_digest}, {output / manifest.architecture / manifest.zip}"
            )


def _digest(options: argparse.Namespace) -> None:
    print(read_manifest(_place(options)).content_digest)


def _verify(options: argparse.Namespace) -> None:
    from scripts.packages.verify import verify

    manifest, _ = verify(_place(options))
    print(f"{manifest.name} {manifest.architecture}: zip and manifest agree, content {manifest.content_digest}")


def _licences(options: argparse.Namespace) -> None:
    from scripts.packages.identity import read_identity
    from scripts.packages.licences import check, installed, shipped
    from scripts.packages.sources import function_names

    project = _project(options)
    own = read_identity(project.pyproject, cache_folder()).name
    output = options.output or project.output
    names = function_names(project.lambdas)
    used = [one for architecture in _architectures(options) for one in shipped(output, architecture, names)]
    for environment in options.tools or project.environments:
        used += installed(environment, own)
    for one in used:
        print(f"{one.where:<16} {one.name:<28} {one.version:<14} {one.licence}")
    check(used)
    print(f"{len(used)} uses, every licence allowed")


def _upload(options: argparse.Namespace) -> None:
    from scripts.packages.upload import upload

    place = _place(options)
    uploaded = upload(place, options.bucket, lambda line: print(f"{place.name}: {line}", flush=True))
    print(f"{uploaded.uri} {'written' if uploaded.written else 'is there already'}")


def _project(options: argparse.Namespace) -> Project:
    return Project(options.project) if options.project else find_project(Path.cwd())


def _architectures(options: argparse.Namespace) -> tuple[str, ...]:
    if options.architecture:
        return (options.architecture,)
    try:
        return asked_for(_project(options).live)
    except CheckoutError:
        if options.output:
            return (DEFAULT,)
        raise


def _place(options: argparse.Namespace) -> Place:
    output = options.output or _project(options).output
    architectures = _architectures(options)
    if len(architectures) > 1:
        raise PackagingError(
            f"the environments ask for {' and '.join(architectures)}: say which is meant, --architecture "
            f"{architectures[0]} for example"
        )
    return Place(output, architectures[0], options.name)
