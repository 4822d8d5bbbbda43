# Runs a test file with pytest and an SDK that is set up: TOOLS, where pytest is or will be installed; CLIENTS, the folder with
# its lock file; ENVIRONMENT, that of the SDK; FILE.
set -eu
tools=$1 clients=$2 environment=$3 file=$4
if [ ! -e "$tools/complete" ]; then
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
        -r "$clients/pytest-streamspec/requirements-dev.lock"
    touch "$tools/complete"
fi
packages=$("$environment/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# Nothing of the user's environment but PATH: no keys, no proxies, no settings.
exec env -i PATH="$PATH" HOME="$PWD" NO_PROXY='*' no_proxy='*' LANG=C.UTF-8 PYTHONPATH="$packages" \
    PYTHONDONTWRITEBYTECODE=1 "$tools/bin/python" -m pytest -q -p no:cacheprovider "$file"
