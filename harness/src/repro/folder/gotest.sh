# Runs a test file with `go test`, beside the module that names the SDK and its locked packages: TOOLS and CLIENTS are not used, as Go
# brings its framework along; ENVIRONMENT is not, as Go keeps packages in the user's own cache; FILE.
set -eu
GOFLAGS='-mod=readonly -buildvcs=false' GOTOOLCHAIN=local GOWORK=off go test -c -o test.bin . >&2 || exit 2
# Nothing of the user's environment but PATH: no keys, no proxies, no settings.
exec env -i PATH="$PATH" HOME="$PWD" NO_PROXY='*' no_proxy='*' LANG=C.UTF-8 ./test.bin -test.v
