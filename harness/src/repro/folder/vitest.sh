# Runs a test file with Vitest and an SDK that is set up: TOOLS, where Vitest is or will be installed; CLIENTS, the folder with
# its lock file; ENVIRONMENT, that of the SDK; FILE.
set -eu
tools=$1 clients=$2 environment=$3 file=$4
if [ ! -e "$tools/complete" ]; then
    rm -rf "$tools"
    mkdir -p "$tools"
    cp "$clients/vitest-streamspec/package.json" "$clients/vitest-streamspec/package-lock.json" "$tools"
    (cd "$tools" && npm ci --silent --no-audit --no-fund --ignore-scripts)
    touch "$tools/complete"
fi
# What the SDK brings comes first, and what it does not bring is Vitest's.
mkdir node_modules
for package in "$environment"/* "$tools/node_modules"/* "$tools/node_modules/.bin"; do
    name=$(basename "$package")
    [ -e "node_modules/$name" ] || ln -s "$package" "node_modules/$name"
done
exec env -i PATH="$PATH" HOME="$PWD" NO_PROXY='*' no_proxy='*' LANG=C.UTF-8 NO_COLOR=1 \
    node_modules/.bin/vitest run "$file"
