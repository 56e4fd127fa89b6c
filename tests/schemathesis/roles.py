"""Signs every role in as a person would, and writes what shows who they are: one line each, `role header value…`.

    roles.py URL FOLDER SETTINGS

FOLDER holds what `roundsman person add --json` printed, a file for each role. SETTINGS is written for schemathesis:
names of what is in the data, so that requests reach more than what is not there.
"""

import http.cookiejar
import json
import pathlib
import sys
import urllib.request

base, folder = sys.argv[1], pathlib.Path(sys.argv[2])
# All there are at the time of writing; one that the server does not know is refused, and the run fails.
described = json.load(urllib.request.urlopen(base + "/openapi.json"))
SCOPES = described["components"]["schemas"]["Scope"]["enum"]


class Program:
    """A program that holds a session."""

    def __init__(self) -> None:
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.csrf = ""

    def post(self, path: str, **body: object) -> dict[str, object]:
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self.csrf}
        request = urllib.request.Request(base + path, json.dumps(body).encode(), headers)
        answer = json.load(self.opener.open(request))
        self.csrf = answer.get("csrf", self.csrf)
        return answer

    def get(self, path: str) -> dict[str, object]:
        return json.load(self.opener.open(base + path))

    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)


for person in sorted(folder.glob("*.json")):
    role = person.stem
    told = json.loads(person.read_text())
    password = f"{role} and its long password"
    program = Program()
    program.post("/v1/login", login=role, password=told["one_time_password"])
    program.post("/v1/password", old=told["one_time_password"], new=password)
    key = program.post("/v1/keys", name="schemathesis", scopes=SCOPES)["key"]
    print(role, f"Authorization:Bearer {key}", sep="\t")
    if role == "manager":
        cases = program.get("/v1/cases?limit=20")["cases"]
        details = [program.get("/v1/cases/" + case["number"]) for case in cases]
        refused = program.get("/v1/quarantine?state=all")["changes"]
        people = program.get("/v1/people")["people"]
        known = {
            "path.case": [case["number"] for case in cases] + [case["id"] for case in cases],
            "path.order": [order["id"] for case in details for order in case["orders"]],
            "path.hash": [photo["sha256"] for case in details for photo in case["photos"]],
            "path.change": [change["id"] for change in refused],
            "query.site": sorted({case["site"]["id"] for case in cases}),
            "body.site": sorted({case["site"]["id"] for case in cases}),
            "body.assignee": [person["id"] for person in people],
            "path.person": [person["id"] for person in people if person["name"] == "spare"],
            "path.device": [device["id"] for device in program.get("/v1/devices")["devices"]],
        }
        known = {name: values for name, values in known.items() if values}
        with open(sys.argv[3], "w") as settings:
            for name, values in known.items():
                print(f'[dictionaries."{name}"]\nvalues = {json.dumps(values)}', file=settings)
            print("[parameters]", file=settings)
            for name in known:
                print(f'"{name}" = {{ dictionary = "{name}", probability = 0.8 }}', file=settings)
        print("session", f"Cookie:{program.cookie()}", f"X-CSRF-Token:{program.csrf}", sep="\t")
print("nobody")
