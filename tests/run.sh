#!/bin/bash
# tests/run.sh [--quick]: install what is missing, build, and run the tests.
#
#   gcc        built with warnings as errors; every test
#   clang      built with warnings as errors
#   sanitize   gcc with the address and undefined behaviour sanitizers; every test
#   thread     gcc with the thread sanitizer; the programs of suite `tsan` (Criterion's own
#              threads crash under it, so those are plain programs)
#
# --quick runs the first only. Each in a folder of its own, build-test-NAME, kept for the next
# run. A build counts as one test, a program as many as it reports. The last line is
# "N passed, N failed"; status 0 means that none failed.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
exec </dev/null
# The system's python3 has the modules; another one that a shell has set up has not.
unset PYTHONHOME PYTHONPATH
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1

case "${1:-}" in
'') builds='gcc clang sanitize thread' ;;
--quick) builds='gcc' ;;
*)
    sed -n '2,/^set/p' "$0" | sed -n 's/^# \{0,1\}//p' >&2
    exit 2
    ;;
esac

passed=0 failed=0
good() { passed=$((passed + 1)); }
bad() {
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$*"
}
finish() {
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}
trap 'bad "interrupted"; finish' INT TERM

.ci/install test || bad "packages are missing (see above)"
for tool in meson ninja gcc /usr/bin/python3; do
    command -v "$tool" >/dev/null || {
        bad "$tool is missing: nothing can be built"
        finish
    }
done
meson=$(command -v /usr/bin/meson || command -v meson)

# build NAME COMPILER OPTIONS...: configure (once) and compile without a warning.
build() {
    local folder=build-test-$1 compiler=$2 name=$1
    shift 2
    printf '== %s: build\n' "$name"
    if ! command -v "$compiler" >/dev/null; then
        bad "build $name: $compiler is missing"
        return 1
    fi
    if [ ! -f "$folder/build.ninja" ]; then
        rm -rf "$folder"
        local log
        if ! log=$(CC=$compiler "$meson" setup "$folder" --werror -Ddaemon=enabled \
            -Dportaudio=enabled "$@" 2>&1); then
            printf '%s\n' "$log" | tail -n 20
            rm -rf "$folder"
            bad "build $name: meson setup"
            return 1
        fi
    fi
    if ! ninja -k 0 -C "$folder" >"$folder/compile.log" 2>&1; then
        grep -E -A 4 '^[^ ].*(error|warning): |undefined reference' "$folder/compile.log" | head -n 80
        bad "build $name"
        return 1
    fi
    good
}

# run NAME OPTIONS...: the tests of a build, counted from meson's log of them.
run() {
    local folder=build-test-$1 name=$1 counts
    shift
    printf '== %s: test\n' "$name"
    rm -f "$folder/meson-logs/testlog.json"
    "$meson" test -C "$folder" --no-rebuild --print-errorlogs "$@"
    if ! counts=$(/usr/bin/python3 tests/count.py "$folder/meson-logs/testlog.json" "$name"); then
        bad "test $name: meson left no log"
        return 1
    fi
    printf '%s\n' "$counts" | sed '$d'
    set -- $(printf '%s\n' "$counts" | tail -n 1)
    passed=$((passed + $1)) failed=$((failed + $2))
}

export ASAN_OPTIONS=halt_on_error=1:abort_on_error=1:detect_leaks=1:allocator_may_return_null=1
export UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1

for name in $builds; do
    case $name in
    gcc) build gcc gcc && run gcc ;;
    clang) build clang clang ;;
    sanitize)
        build sanitize gcc --buildtype=debugoptimized -Db_sanitize=address,undefined &&
            run sanitize --timeout-multiplier 4
        ;;
    thread)
        build thread gcc --buildtype=debugoptimized -Db_sanitize=thread || continue
        if "$meson" test -C build-test-thread --no-rebuild --list --suite tsan 2>/dev/null |
            grep -q tsan; then
            run thread --suite tsan --timeout-multiplier 4
        else
            printf 'skipped: thread: no program in suite tsan\n'
        fi
        ;;
    esac
done
finish
