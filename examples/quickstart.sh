#!/bin/bash
# From a fresh clone to a running stream: install what is missing, build, let sinewd filter a
# shipped recording, and show what a subscriber in another language gets.
#
# Leaves build/cli/sinew, build/daemon/sinewd, and quickstart.wav (what was heard). Status 0: all
# of it worked.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
unset PYTHONHOME PYTHONPATH
daemon=

say() { printf '\n== %s\n' "$*"; }
fail() {
    printf '\nquickstart: FAILED: %s\n' "$*" >&2
    exit 1
}
clean_up() {
    [ -n "$daemon" ] && kill "$daemon" 2>/dev/null
}
trap clean_up EXIT
trap 'fail interrupted' INT TERM

say 'Installing what is missing'
.ci/install use || fail 'packages are missing (see above)'
# /usr/bin first: a meson of another Python may not find its modules
export PATH=/usr/bin:$PATH

say 'Building (about a minute)'
if [ ! -f build/build.ninja ]; then
    log=$(meson setup build -Dtests=false 2>&1) || {
        printf '%s\n' "$log" >&2
        fail 'meson setup'
    }
fi
# A terminal shows ninja's progress in one line; elsewhere it would be hundreds.
quiet=--quiet
[ -t 1 ] && quiet=
ninja -C build $quiet || fail 'the build'
[ -x build/daemon/sinewd ] || fail 'sinewd was not built: ZeroMQ or jansson is missing'

say 'Starting sinewd: examples/sinewd.yaml'
sed -n '/^publish/,$p' examples/sinewd.yaml
build/daemon/sinewd -c examples/sinewd.yaml &
daemon=$!
sleep 0.5
kill -0 "$daemon" 2>/dev/null || fail 'sinewd did not start (see above)'

say 'What arrives: examples/subscribe.py speech --wav quickstart.wav'
/usr/bin/python3 examples/subscribe.py speech --wav quickstart.wav --wait 20 ||
    fail 'the subscriber got no stream'
wait "$daemon" || fail 'sinewd ended with an error'
daemon=

say 'Before and after: the level of three bands'
/usr/bin/python3 examples/levels.py examples/data/speech-noise.wav quickstart.wav ||
    fail 'quickstart.wav is not what it should be'

cat <<END

The programs are build/cli/sinew and build/daemon/sinewd. To call them by name in this shell:
  export PATH=$PWD/build/cli:$PWD/build/daemon:\$PATH

quickstart: all is well. Listen to examples/data/speech-noise.wav and quickstart.wav.
END
