"""Finds Java and H2, which only the tests of the Oracle store need: a machine without them can do all the rest."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from scripts.common.commands import CommandError, run
from scripts.common.locks import only_one
from scripts.common.paths import path_folders, user_cache

H2_VERSION = "2.3.232"
H2_DIGEST = "8dae62d22db8982c3dcb3826edb9c727c5d302063a67eef7d63d82de401f07d3"
"""SHA-256 of the jar."""
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_JAR = "CSVBATCH_TEST_H2_JAR"
MISSING = (
    "install a Java runtime and Maven (Debian: default-jre-headless and maven) and run make setup, or name H2 "
    f"{H2_VERSION}'s jar in {_JAR}; CSVBATCH_TEST_ORACLE_WIRE=no leaves these tests out and needs neither"
)
"""What to do if there is no Java or no H2."""


def find_java() -> Path | None:
    """Java's library, from JAVA_HOME or beside the `java` on PATH; None without one."""
    homes = [Path(home)] if (home := os.environ.get("JAVA_HOME")) else []
    program = shutil.which("java", path=os.pathsep.join(path_folders()))
    homes += [Path(program).resolve().parents[1]] if program else []
    for candidate in homes:
        library = candidate / "lib" / "server" / "libjvm.so"
        if library.is_file():
            return library
    return None


def find_h2(report: Callable[[str], None]) -> Path | None:
    """H2's jar: the one that is named, the cache's, or downloaded by Maven once on this machine; None without it.

    Maven goes where this machine's settings send it. https://maven.apache.org/plugins/maven-dependency-plugin/
    """
    if named := os.environ.get(_JAR):
        return _checked(Path(named))
    jar = user_cache() / "tools" / f"h2-{H2_VERSION}.jar"
    if found := _checked(jar):
        return found
    maven = shutil.which("mvn", path=os.pathsep.join(path_folders()))
    if maven is None:
        return None
    with only_one(jar.parent / "h2.lock"):
        if found := _checked(jar):
            return found
        report(f"H2 {H2_VERSION}: downloading it with Maven, once on this machine")
        folder = jar.parent / "h2-unfinished"
        copy = [maven, "--batch-mode", "--quiet", _COPY, f"-Dartifact=com.h2database:h2:{H2_VERSION}"]
        try:
            run(
                [*copy, f"-DoutputDirectory={folder}", f"-Dmaven.repo.local={folder / 'repository'}"],
                limit_seconds=300,
                cwd=jar.parent,
            )
        except CommandError as error:
            report(f"H2 {H2_VERSION} could not be downloaded: {error}")
            return None
        downloaded = folder / f"h2-{H2_VERSION}.jar"
        if _checked(downloaded):
            downloaded.rename(jar)
        else:
            report(f"H2 {H2_VERSION} is not the jar that is pinned, and is not used")
        shutil.rmtree(folder, ignore_errors=True)
        return _checked(jar)


def _checked(jar: Path) -> Path | None:
    if jar.is_file() and hashlib.sha256(jar.read_bytes()).hexdigest() == H2_DIGEST:
        return jar
    return None
