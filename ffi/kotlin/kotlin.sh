#!/usr/bin/env bash
# What this machine needs for Kotlin without Gradle: compiler, coroutines and JNA, under target/kotlin.
#
#   ffi/kotlin/kotlin.sh tools                   fetches them
#   ffi/kotlin/kotlin.sh compile OUT.jar FILE…   compiles with the library's own sources, generated ones included
#   ffi/kotlin/kotlin.sh run OUT.jar CLASS …     runs it with the library as it is built for this machine
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
target="${CARGO_TARGET_DIR:-$here/../../target}"
tools="$target/kotlin"
# The compiler comes inside this wheel of the Python registry: the one place that also serves machines without Maven.
wheel=kotlin-jupyter-kernel==0.19.0.944
jars="$tools/wheel/run_kotlin_kernel/jars"
compiler="$jars/kotlin-jupyter-kernel-0.19.0-944-all.jar"
jna=/usr/share/java/jna.jar
libraries="$jna:$(printf '%s:' "$jars"/kotlin-stdlib-*.jar)$compiler"

case "$1" in
tools)
    if [[ ! -e "$compiler" ]]; then
        mkdir -p "$tools"
        python3 -m pip download --quiet --disable-pip-version-check --no-deps --retries 1 --timeout 20 \
            -d "$tools" "$wheel"
        (cd "$tools" && python3 -m zipfile -e kotlin_jupyter_kernel-*.whl wheel)
    fi
    if [[ ! -e "$jna" ]]; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq libjna-java >/dev/null
    fi
    ;;
compile)
    out="$2"
    shift 2
    java -Xmx1g -cp "$jars/*" org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -no-stdlib -no-reflect -nowarn -jvm-target 17 \
        -classpath "$libraries" -d "$out" "$target/kotlin/generated" "$here/src/main/kotlin" "$@"
    ;;
run)
    out="$2"
    shift 2
    exec java "-Djna.library.path=$target/debug" -Djna.boot.library.path=/usr/lib/x86_64-linux-gnu/jni \
        -cp "$out:$libraries" "$@"
    ;;
esac
