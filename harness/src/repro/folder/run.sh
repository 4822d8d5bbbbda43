#!/bin/sh
# Installs the SDK beside this file, plays the answer on 127.0.0.1, makes the call, and prints what its caller sees.
set -eu
cd "$(dirname "$0")"
{%- for step in alone.install %}
{%- if let Some(made) = step.makes %}
if [ ! -e {{ made }} ]; then
    { {% for command in step.commands %}{{ command }}{% if !loop.last %} &&
        {% endif %}{% endfor %}; } || { rm -rf {{ made }}; exit 1; }
fi
{%- else %}
{%- for command in step.commands %}
{{ command }}
{%- endfor %}
{%- endif %}
{%- endfor %}
mkdir -p seen
{%- if let Some((command, seconds)) = program %}
# Nothing of the user's environment but PATH: no keys, no proxies, no settings.
env -i PATH="$PATH" HOME="$PWD/seen" NO_PROXY='*' no_proxy='*' LANG=C.UTF-8 \
{%- if let Some(variable) = trust %}
    {{ variable }}="$PWD/authority.pem" \
{%- endif %}
    python3 play.py script.json --deadline {{ seconds }} --log seen/transcript.json -- {{ command }} |
    tee seen/output.txt
{%- else %}
{%- if control %}
echo "The same error as a plain HTTP response:"
python3 play.py control.json --log seen/control-transcript.json -- python3 call.py --control --out seen/control.json
echo "The answer that breaks:"
{%- endif %}
python3 play.py script.json --log seen/transcript.json -- python3 call.py --out seen/observed.json
{%- endif %}
