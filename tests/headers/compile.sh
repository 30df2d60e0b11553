#!/bin/bash
# compile.sh CC CXX INCLUDE: each public header compiles alone, as every C and C++ that a user
# may have, with warnings as errors. "sinew/sinew.h" is one of them. TAP.
set -u
cc=$1 cxx=$2 include=$3
warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wundef -Werror'
n=0

# check LANGUAGE STANDARD HEADER COMPILER...
check() {
    local language=$1 standard=$2 header=$3 errors
    shift 3
    n=$((n + 1))
    if errors=$(printf '#include "sinew/%s"\nint main(void);\n' "$header" |
        "$@" -x "$language" -std="$standard" $warnings -I "$include" -fsyntax-only - 2>&1); then
        echo "ok $n - $header as $standard"
    else
        printf '%s\n' "$errors" | sed 's/^/# /'
        echo "not ok $n - $header as $standard"
    fi
}

for path in "$include"/sinew/*.h; do
    header=${path##*/}
    for standard in c11 c17 gnu17; do
        check c "$standard" "$header" $cc -Wstrict-prototypes -Wmissing-prototypes
    done
    check c++ c++17 "$header" $cxx
done
echo "1..$n"
