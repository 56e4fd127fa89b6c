"""Ten thousand requests of every sort against a running server, and what they leave behind: nothing."""

import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile

REQUESTS = 10_000
BINARY = sys.argv[1]


def run(data, *arguments):
    command = [BINARY, "--data", data, *arguments, "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def ask(host, method, path, headers=None, body=None):
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    told = answer.read()
    connection.close()
    return answer.status, told.decode(), dict(answer.getheaders())


def gauge(metrics, name):
    return next(float(line.split()[1]) for line in metrics.splitlines() if line.startswith(f"roundsman_{name} "))


def main():
    with tempfile.TemporaryDirectory() as folder:
        data = str(pathlib.Path(folder) / "data")
        admin = run(data, "init", "--org", "Green", "--site", "Garden", "--admin", "wang")
        keys = []
        # Several people, as one is served at most so fast.
        for name in ("ERP", "BI", "Night"):
            run(data, "person", "add", "--name", name, "--role", "manager", "--site", "Garden")
            scopes = [word for scope in ("cases:read", "metrics:read") for word in ("--scope", scope)]
            keys.append(run(data, "key", "add", "--name", name, "--person", name, *scopes)["key"])
        server = subprocess.Popen(
            [BINARY, "--data", data, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True
        )
        try:
            host = server.stdout.readline().strip().removeprefix("listening on http://")
            storm(host, keys)
            one_more(host, keys[0], admin)
        finally:
            server.terminate()
            assert server.wait() == 0


def scrape(host, key):
    status, metrics, headers = ask(host, "GET", "/metrics", {"Authorization": f"Bearer {key}"})
    assert status == 200, metrics
    assert headers["content-type"].startswith("text/plain; version=0.0.4"), headers
    return metrics


def storm(host, keys):
    scrape(host, keys[0])
    before = scrape(host, keys[0])
    statuses = {}
    for number in range(REQUESTS):
        bearer = {"Authorization": f"Bearer {keys[number % len(keys)]}"}
        wrong = json.dumps({"login": f"nobody{number % 40}", "password": "x"})
        method, path, headers, body = [
            ("GET", "/v1/cases", bearer, None),
            ("GET", "/v1/cases/nothing", bearer, None),
            ("GET", "/healthz", {}, None),
            ("GET", "/login", {}, None),
            ("GET", f"/nowhere/{number}", {}, None),
            ("GET", "/v1/cases", {"Authorization": "Bearer rmk_x"}, None),
            ("POST", "/v1/cases", bearer, "{}"),
            ("POST", "/v1/sync", {}, "x"),
            ("DELETE", "/v1/cases", {}, None),
            ("POST", "/v1/login", {"Content-Type": "application/json"}, wrong if number < 400 else "{}"),
        ][number % 10]
        status, told, _ = ask(host, method, path, headers, body)
        statuses[status] = statuses.get(status, 0) + 1
        assert status < 500, (method, path, status, told)
    after = scrape(host, keys[0])
    for name in ("sessions", "open_files", "hint_streams"):
        assert gauge(after, name) <= gauge(before, name), f"{name}: {gauge(before, name)} {gauge(after, name)}"
    series = sum(line.startswith("roundsman_http_requests_total") for line in after.splitlines())
    assert series < 60, f"{series} series: a label follows the path that was asked"
    print(f"{REQUESTS} requests: {statuses}")
    for accept in ("text/plain", "application/openmetrics-text"):
        headers = {"Authorization": f"Bearer {keys[0]}", "Accept": accept}
        assert ask(host, "GET", "/metrics", headers)[0] == 200
    checked = subprocess.run(["promtool", "check", "metrics"], input=after, text=True, capture_output=True)
    print(checked.stdout, checked.stderr)
    assert checked.returncode == 0, "promtool does not take /metrics"


def one_more(host, key, admin):
    """Nobody reads the counters without being let in, and signing in opens one session, which signing out ends."""
    assert ask(host, "GET", "/metrics")[0] == 401
    credentials = json.dumps({"login": "wang", "password": admin["admin"]["one_time_password"]})
    before = gauge(scrape(host, key), "sessions")
    status, told, headers = ask(host, "POST", "/v1/login", {"Content-Type": "application/json"}, credentials)
    assert status == 200, told
    assert gauge(scrape(host, key), "sessions") == before + 1
    cookie = headers["set-cookie"].split(";")[0]
    opened = json.loads(told)
    status, told, _ = ask(host, "POST", "/v1/logout", {"Cookie": cookie, "X-CSRF-Token": opened["csrf"]})
    assert status == 200, told
    assert gauge(scrape(host, key), "sessions") == before
    print("sessions:", before, "and one more while somebody is signed in")


if __name__ == "__main__":
    os.environ.pop("ROUNDSMAN_DATA", None)
    main()
