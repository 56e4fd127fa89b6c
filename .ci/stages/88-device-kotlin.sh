# The device library for Kotlin: sources are generated and compiled with the thin layer, the tests and the example, and
# every scenario of ffi/scenarios.json is lived through on a real JVM against a running server.
if ! command -v java >/dev/null; then
    apt-get update -qq
    if ! DEBIAN_FRONTEND=noninteractive apt-get install -y -qq default-jre-headless >/dev/null; then
        echo "absent: a JVM, and it could not be installed; skipped"
        exit 77
    fi
fi
if ! ffi/kotlin/kotlin.sh tools >"$CARGO_TARGET_DIR/kotlin.log" 2>&1; then
    cat "$CARGO_TARGET_DIR/kotlin.log"
    # Only a registry that cannot be reached is a reason to skip: a pin that no longer exists must fail.
    if grep -q -e 'Retrying (' -e 'connection broken' -e 'Temporary failure' "$CARGO_TARGET_DIR/kotlin.log"; then
        echo "absent: the Kotlin compiler or JNA, skipped"
        exit 77
    fi
    exit 1
fi
rm -rf "$CARGO_TARGET_DIR/kotlin/generated"
ffi/generate.sh kotlin "$CARGO_TARGET_DIR/kotlin/generated"
jar="$CARGO_TARGET_DIR/kotlin/tests.jar"
ffi/kotlin/kotlin.sh compile "$jar" ffi/kotlin/src/test/kotlin ffi/kotlin/examples

export ROUNDSMAN_ROOT="$PWD" ROUNDSMAN="$CARGO_TARGET_DIR/debug/roundsman"
mkdir -p "$CARGO_TARGET_DIR/scenarios"
export ROUNDSMAN_RESULTS="$CARGO_TARGET_DIR/scenarios/kotlin.json"
rm -f "$ROUNDSMAN_RESULTS"
ffi/kotlin/kotlin.sh run "$jar" roundsman.MainKt
python3 ffi/scenarios.py "$CARGO_TARGET_DIR/scenarios"
