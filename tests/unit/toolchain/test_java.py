import hashlib
from pathlib import Path

import pytest

from scripts.toolchain import java
from scripts.toolchain.java import H2_VERSION, MISSING, find_h2, find_java


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that is all of PATH, on a machine without Java and with an empty cache."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.delenv("CSVBATCH_TEST_H2_JAR", raising=False)
    return folder


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def library_of(home: Path) -> Path:
    library = home / "lib" / "server" / "libjvm.so"
    library.parent.mkdir(parents=True)
    library.touch()
    return library


def maven(machine: Path, jar: bytes) -> None:
    """Put a Maven on PATH that says so when it is called, and whose jar has these bytes."""
    program(
        machine / "mvn",
        'for option; do case "$option" in -DoutputDirectory=*) folder="${option#*=}" ;; esac; done\n'
        f'/bin/mkdir -p "$folder"; printf %s "{jar.decode()}" > "$folder/h2-{H2_VERSION}.jar"\n'
        f'echo called >> "{machine}/calls"',
    )


def test_java_is_taken_from_java_home_or_from_beside_the_program_on_path(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_java() is None
    program(tmp_path / "jdk" / "bin" / "java", "exit 0")
    (machine / "java").symlink_to(tmp_path / "jdk" / "bin" / "java")
    assert find_java() is None, "it has no library"
    library = library_of(tmp_path / "jdk")
    assert find_java() == library
    other = library_of(tmp_path / "other")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "other"))
    assert find_java() == other


def test_h2_is_downloaded_once_and_only_taken_if_it_is_the_pinned_one(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert find_h2(print) is None, "there is no Maven"
    maven(machine, b"another jar")
    assert find_h2(print) is None
    assert "is not the jar that is pinned" in capsys.readouterr().out
    monkeypatch.setattr(java, "H2_DIGEST", hashlib.sha256(b"the jar").hexdigest())
    maven(machine, b"the jar")
    jar = find_h2(print)
    assert jar is not None
    assert (jar.read_bytes(), find_h2(print)) == (b"the jar", jar)
    assert (machine / "calls").read_text().count("called") == 2


def test_a_download_that_fails_is_reported_and_no_jar(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program(machine / "mvn", "echo no network >&2; exit 1")
    assert find_h2(print) is None
    said = capsys.readouterr().out
    assert "could not be downloaded" in said
    assert "no network" in said


def test_a_jar_may_be_named(machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jar = tmp_path / "h2.jar"
    jar.write_bytes(b"the jar")
    monkeypatch.setenv("CSVBATCH_TEST_H2_JAR", str(jar))
    assert find_h2(print) is None, "it is not the pinned one"
    monkeypatch.setattr(java, "H2_DIGEST", hashlib.sha256(b"the jar").hexdigest())
    assert find_h2(print) == jar


def test_what_is_missing_comes_with_every_way_out() -> None:
    for way in ("default-jre-headless", "maven", "CSVBATCH_TEST_H2_JAR", "CSVBATCH_TEST_ORACLE_WIRE=no"):
        assert way in MISSING
