"""A real Chromium, driven through its own pipe: nothing of it listens anywhere."""

import base64
import json
import os
import select
import shutil
import subprocess
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new", "--disable-gpu", "--disable-dev-shm-usage",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-default-apps", "--no-default-browser-check",
    "--remote-debugging-pipe", "--hide-scrollbars", "--disable-extensions",
)  # fmt: skip


def find():
    """Return where a Chromium is, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Chromium:
    """One browser. Its commands come in through a pipe and its answers and events go out of one."""

    def __init__(self, path, profile):
        to_read, self.write_end = os.pipe()
        self.read_end, to_write = os.pipe()

        def take_pipes():  # the browser reads from 3 and writes to 4
            a, b = os.dup(to_read), os.dup(to_write)
            os.dup2(a, 3)
            os.dup2(b, 4)

        alone = ["--no-sandbox"] if os.geteuid() == 0 else []  # there is none for root
        self.process = subprocess.Popen(
            [path, *FLAGS, *alone, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=take_pipes,
            close_fds=False,
        )
        os.close(to_read)
        os.close(to_write)
        self.number, self.rest, self.events = 0, b"", []

    def send(self, method, session=None, **params):
        """Give a command, and return its answer."""
        self.number += 1
        command = {"id": self.number, "method": method, "params": params}
        if session:
            command["sessionId"] = session
        os.write(self.write_end, json.dumps(command).encode() + b"\0")
        number = self.number
        while True:
            message = self.receive(60)
            assert message is not None, f"no answer to {method}"
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            self.events.append(message)

    def receive(self, seconds):
        """Return the next message, or None."""
        end = time.monotonic() + seconds
        while b"\0" not in self.rest:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.read_end], [], [], left)[0]:
                return None
            found = os.read(self.read_end, 1 << 20)
            assert found, "the browser is gone"
            self.rest += found
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def close(self):
        """End the browser."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.write_end)
        os.close(self.read_end)


class Tab:
    """One page of a browser, with what it asked for and what it complained of."""

    def __init__(
        self, browser, width=1440, height=900, scheme="light", scripts=True, reduced=False
    ):
        self.browser = browser
        target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self.target = target
        self.session = browser.send("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.send(f"{domain}.enable")
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        if reduced:
            features.append({"name": "prefers-reduced-motion", "value": "reduce"})
        self.send("Emulation.setEmulatedMedia", features=features)
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)

    def send(self, method, **params):
        """Give a command to the page."""
        return self.browser.send(method, session=self.session, **params)

    def open(self, address):
        """Load a page, and wait until it is there."""
        self.browser.events.clear()
        self.send("Page.navigate", url=address)
        end = time.monotonic() + 100
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events()):
            assert time.monotonic() < end, "the page did not load"
            message = self.browser.receive(1)
            if message:
                self.browser.events.append(message)

    def events(self):
        """Return what the page told so far."""
        return [e for e in self.browser.events if e.get("sessionId") == self.session]

    def listen(self, seconds=0.3):
        """Take in what is told in the meantime."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            message = self.browser.receive(left)
            if message:
                self.browser.events.append(message)

    @property
    def requests(self):
        """Addresses that the page asked for; a data address is in the page itself."""
        sent = [e["params"] for e in self.events() if e["method"] == "Network.requestWillBeSent"]
        return [p["request"]["url"] for p in sent if not p["request"]["url"].startswith("data:")]

    @property
    def complaints(self):
        """What went to the console, and what was thrown."""
        kinds = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
        return [e["params"] for e in self.events() if e["method"] in kinds]

    def ask(self, expression):
        """Return what a JavaScript expression is, waiting for promises."""
        found = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, expression, seconds=100):
        """Wait until a JavaScript expression is true."""
        end = time.monotonic() + seconds
        while not self.ask(expression):
            assert time.monotonic() < end, f"never true: {expression}"
            time.sleep(0.02)

    def press(self, key, code=None, text=""):
        """Press a key and let it go."""
        number = KEYS.get(key, 0)
        about = {"key": key, "code": code or key, "windowsVirtualKeyCode": number}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **about)
        self.send("Input.dispatchKeyEvent", type="keyUp", **about)

    def point(self, kind, x, y, held=True):
        """Move, press or release the pointer."""
        self.send(
            "Input.dispatchMouseEvent",
            type=kind, x=x, y=y, button="left", buttons=int(held), clickCount=1,
        )  # fmt: skip

    def click(self, x, y):
        """Press and release at a place."""
        self.point("mouseMoved", x, y, held=False)
        self.point("mousePressed", x, y)
        self.point("mouseReleased", x, y, held=False)

    def place(self, selector):
        """Return left, top, width and height of an element on the screen, scrolled to."""
        return self.ask(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center', behavior: 'instant'});"
            " const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; })()"
        )

    def picture(self, path=None, whole=True):
        """Return a PNG of the page."""
        found = self.send("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        content = base64.b64decode(found)
        if path is not None:
            path.write_bytes(content)
        return content

    def close(self):
        """Close the page."""
        self.browser.send("Target.closeTarget", targetId=self.target)


KEYS = {
    "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35,
    "PageUp": 33, "PageDown": 34, " ": 32, "Tab": 9, "Enter": 13,
}  # fmt: skip
