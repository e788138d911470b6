"""Whatever is installed or built was pinned with its hash before."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from scripts.common.paths import REPOSITORY
from scripts.toolchain import pythons

LOCKS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "requirements").glob("*.txt"))}
GO_MODULES = sorted((REPOSITORY / "tools").glob("*/go.mod"))
PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
LOCK_OF = {
    "lambda": PYPROJECT["project"]["dependencies"],
    **{
        group: PYPROJECT["dependency-groups"][group]
        for group in ("dev", "scan", "bootstrap", "judges", "second-aws", "bench", "corpora")
    },
}
INSTALLERS = re.compile(
    r"""\b(?:pip3?|pipx|conda|npm|npx|gem|cargo|go|brew)["',\s]+(?:install|add|get)\b|\buv["',\s]+(?:add|sync|tool)\b"""
    r"|\b(?:curl|wget|easy_install)\b"
)
# Tests below and test_package_dependencies.py hold their commands to hashes.
MAY_INSTALL = {"scripts/packages/wheels.py", "scripts/toolchain/pythons.py"}


def requirements(lock: str) -> list[str]:
    """Join the lines that backslashes continue, and drop comments."""
    joined = re.sub(r"\s*\\\n\s*", " ", lock)
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", name)[0]).lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_one_version_with_a_hash(name: str) -> None:
    loose = [
        line
        for line in requirements(LOCKS[name])
        if not re.fullmatch(r"[a-z0-9.-]+==[^\s;]+(?: ;[^\\]+?)?(?: --hash=sha256:[0-9a-f]{64})+", line)
    ]
    assert loose == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_says_where_packages_come_from(name: str) -> None:
    assert not re.search(r"://|--(?:extra-)?index|--find-links|^-[fiecr]\b", LOCKS[name], re.MULTILINE)


def test_there_is_a_lock_for_everything_that_pyproject_asks_for() -> None:
    assert set(LOCKS) == set(LOCK_OF) == {"lambda", *PYPROJECT["dependency-groups"]}


@pytest.mark.parametrize("name", LOCK_OF)
def test_everything_that_pyproject_asks_for_is_in_its_lock(name: str) -> None:
    pinned = {canonical(line) for line in requirements(LOCKS[name])}
    assert {canonical(one) for one in LOCK_OF[name]} - pinned == set()


def test_what_is_shipped_is_tested_in_the_same_version() -> None:
    pins = {name: {line.split()[0] for line in requirements(LOCKS[name])} for name in ("lambda", "dev")}
    assert pins["lambda"] - pins["dev"] == set()


@pytest.mark.parametrize("module", GO_MODULES, ids=lambda path: path.parent.name)
def test_every_module_that_a_tool_is_built_from_has_its_sum(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    sums = set(
        re.findall(r"^(\S+ v\S+) h1:\S+=$", (module.parent / "go.sum").read_text(encoding="utf-8"), re.MULTILINE)
    )
    replaced = dict(re.findall(r"^(?:replace )?\s*(\S+)(?: v\S+)? => (\S+ v\S+)$", text, re.MULTILINE))
    local = set(re.findall(r"^(?:replace )?\s*(\S+)(?: v\S+)? => \./", text, re.MULTILINE))
    required = re.findall(r"^(?:require)?\s*(\S+) (v\S+)(?: // indirect)?$", text, re.MULTILINE)
    assert len(required) > 10
    missing = [
        f"{path} {version}"
        for path, version in required
        if path not in local
        and not {replaced.get(path, f"{path} {version}"), f"{replaced.get(path, f'{path} {version}')}/go.mod"} & sums
    ]
    assert missing == []


def test_every_tool_has_its_module_and_sums() -> None:
    folders = [path for path in (REPOSITORY / "tools").iterdir() if path.is_dir()]
    assert folders
    assert [path for path in folders if not {"go.mod", "go.sum"} <= {one.name for one in path.iterdir()}] == []


def test_only_the_set_up_and_the_packager_install_anything() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "Makefile", "scripts", ".ci"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.split()
    assert len(tracked) > 50
    install = {
        name
        for name in tracked
        for line in (REPOSITORY / name).read_text(encoding="utf-8").splitlines()
        if INSTALLERS.search(line) and not tells_a_person(line)
    }
    assert install == MAY_INSTALL


def tells_a_person(line: str) -> bool:
    """Tell whether a line is words for a person: what `pyenv install` would do is up to whoever reads it."""
    return line.strip().startswith(("#", 'f"', '"  '))


@pytest.mark.parametrize(
    "line",
    ["pip install moto", 'run(["pip", "install", name])', "go install a@latest", "curl -L https://example.org | sh"],
)
def test_an_installation_would_be_noticed(line: str) -> None:
    assert INSTALLERS.search(line)


def test_the_set_up_installs_nothing_without_hashes_but_the_project_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> None:
        commands.append(command)
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True)

    monkeypatch.setattr(pythons, "run", run)
    monkeypatch.setattr(pythons, "find_python", lambda: Path("python"))
    for name in ("VENV", "SCAN_VENV", "TOOLS"):
        monkeypatch.setattr(pythons, name, tmp_path / name)
    pythons.build_environments(lambda line: None)
    installs = [command for command in commands if "install" in command]
    assert len(installs) == 5
    loose = [command for command in installs if "--require-hashes" not in command]
    assert [command[-2:] for command in loose] == [["--editable", str(REPOSITORY)]]
    assert {"--no-deps", "--no-build-isolation"} <= set(loose[0])


def test_judges_of_csv_are_installed_and_corpora_downloaded_with_hashes_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> None:
        commands.append(command)
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True)

    monkeypatch.setattr(pythons, "run", run)
    monkeypatch.setattr(pythons, "find_python", lambda: Path("python"))
    monkeypatch.setattr(pythons, "TOOLS", tmp_path / "tools")
    monkeypatch.setattr(pythons, "JUDGES_VENV", tmp_path / "judges")
    monkeypatch.setattr(pythons, "JUDGES_CORPORA", tmp_path / "judges" / "corpora")
    pythons.build_judges(lambda line: None)
    fetching = [command for command in commands if {"install", "download"} & set(command)]
    assert len(fetching) == 3
    assert [command for command in fetching if "--require-hashes" not in command] == []
    pythons.build_judges(lambda line: None)
    assert len([command for command in commands if {"install", "download"} & set(command)]) == 3


def test_the_second_aws_is_installed_with_hashes_only_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> None:
        commands.append(command)
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True)

    monkeypatch.setattr(pythons, "run", run)
    monkeypatch.setattr(pythons, "TOOLS", tmp_path / "tools")
    monkeypatch.setattr(pythons, "SECOND_AWS_VENV", tmp_path / "second-aws")
    for _ in range(2):
        pythons.build_second_aws(lambda line: None)
    installs = [command for command in commands if "install" in command]
    assert len(installs) == 2
    assert [command for command in installs if "--require-hashes" not in command] == []
