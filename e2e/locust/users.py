# Users who think, each request on a connection of its own, and what became of all of them: to the millisecond, with our own lag.
import json
import os
import random
import re
import time

import gevent
from locust import FastHttpUser, events, stats, task

THINK_SECONDS = float(os.environ["THINK_SECONDS"])
TARGETS = os.environ["TARGETS"].split(",")
RESULT = os.environ["RESULT"]
LAG_PERIOD_SECONDS = 0.02

# Locust keeps 100 ms and more in steps of 10 ms: 204 ms would read 200.
stats.bucket_response_time = round

random.seed(1)
reported = {"wait": [], "service": []}
lags = []


def think():
    """Exponential, so that many users together are random arrivals."""
    return random.expovariate(1 / THINK_SECONDS)


class Visitor(FastHttpUser):
    def __init__(self, environment):
        self.host = random.choice(TARGETS)
        super().__init__(environment)

    def wait_time(self):
        return think()

    def on_start(self):
        # Else all would ask as they come, on top of those who are there already.
        gevent.sleep(think())

    @task
    def visit(self):
        # kube-proxy chooses a pod for each connection. Kept, the pods' shares would stay as uneven as they fell at first.
        self.client.get("/", headers={"Connection": "close"})


@events.request.add_listener
def read_server_timing(response, exception, **_):
    if exception is None:
        for name, milliseconds in re.findall(r"(\w+);dur=([\d.]+)", response.headers.get("Server-Timing", "")):
            reported[name].append(float(milliseconds))


@events.spawning_complete.add_listener
def begin(**_):
    for kept in (*reported.values(), lags):
        kept.clear()


@events.init.add_listener
def watch_lag(**_):
    def watch():
        while True:
            due = time.perf_counter() + LAG_PERIOD_SECONDS
            gevent.sleep(LAG_PERIOD_SECONDS)
            lags.append((time.perf_counter() - due) * 1000)

    gevent.spawn(watch)


@events.quitting.add_listener
def report(environment, **_):
    total = environment.stats.total
    with open(RESULT, "w", encoding="utf-8") as file:
        json.dump(
            {
                "requests": total.num_requests,
                "failures": total.num_failures,
                "errors": {str(error.error): error.occurrences for error in environment.stats.errors.values()},
                "seconds": total.last_request_timestamp - total.start_time,
                "responseMilliseconds": total.response_times,
                "p98": total.get_response_time_percentile(0.98),
                "waitMilliseconds": reported["wait"],
                "serviceMilliseconds": reported["service"],
                "lagMilliseconds": lags,
            },
            file,
        )
