# The console in a real browser, over a server with the sample imported: both languages, phone and desk width,
# light and dark, keyboard, contrast. Pictures of every page stay in $SCREENSHOTS if that is set.
if ! command -v npm >/dev/null; then
    echo "absent: npm, skipped"
    exit 77
fi
if ! command -v chromium >/dev/null || ! fc-list :lang=zh 2>/dev/null | grep -q .; then
    if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fontconfig; } >/dev/null; then
        echo "absent: chromium or a Chinese font, and they could not be installed; skipped"
        exit 77
    fi
fi
if ! (cd tests/browser && npm ci --no-audit --no-fund --silent); then
    echo "absent: the packages of tests/browser, skipped"
    exit 77
fi

# The whole workspace, so that libraries are built with the features that the tests have built them with.
cargo build --workspace --bins --locked
roundsman="$CARGO_TARGET_DIR/debug/roundsman"
work="$(mktemp -d)"
server=
trap '[[ -z $server ]] || kill "$server"; rm -rf "$work"' EXIT
export ROUNDSMAN_DATA="$work/data"

"$roundsman" init --org "锦绣物业" --site "锦绣花园" >/dev/null
"$roundsman" import --map nyc311 --site "锦绣花园" server/src/demo/sample/nyc311.csv >/dev/null
"$roundsman" person add --json --name "林晓芸" --role reception --site "锦绣花园" --login lin >"$work/person.json"
"$CARGO_TARGET_DIR/debug/refuse" "$ROUNDSMAN_DATA"
: >"$work/serve.txt"
"$roundsman" serve --listen 127.0.0.1:0 >"$work/serve.txt" 2>"$work/serve.log" &
server=$!
for _ in {1..100}; do
    grep -q '^listening on ' "$work/serve.txt" && break
    kill -0 "$server" || { cat "$work/serve.log"; exit 1; }
    sleep 0.1
done
ROUNDSMAN_URL="$(sed -n 's/^listening on //p' "$work/serve.txt")"
export ROUNDSMAN_URL ROUNDSMAN_LOGIN=lin ROUNDSMAN_PASSWORD="锦绣花园东门的门牌"
export SCREENSHOTS="${SCREENSHOTS:-$work/screenshots}"

# The tour wants a password that holds, so the one-time password is replaced as a person would do it.
python3 - "$work/person.json" <<'PYTHON'
import http.cookiejar, json, os, re, sys, urllib.parse, urllib.request

once = json.load(open(sys.argv[1]))["one_time_password"]
base, new = os.environ["ROUNDSMAN_URL"], os.environ["ROUNDSMAN_PASSWORD"]
browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def send(path, **fields):
    page = browser.open(base + path).read().decode()
    fields["csrf"] = re.search('name="csrf" value="([^"]*)"', page)[1]
    return browser.open(base + path, urllib.parse.urlencode(fields).encode()).geturl()


assert send("/login", login="lin", password=once) == base + "/password"
assert send("/password", old=once, new=new, again=new) == base + "/"
PYTHON
(cd tests/browser && CHROMIUM="$(command -v chromium)" node console.mjs)
kill -TERM "$server"
wait "$server"
server=
