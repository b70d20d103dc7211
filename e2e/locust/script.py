# What the script of a load test makes of Locust: how a response time is judged, with its rounding and without, and what users share.
import importlib.util
import json
import sys

from geventhttpclient.url import URL
from locust import events, stats
from locust.env import Environment

path, milliseconds = sys.argv[1], float(sys.argv[2])
plain = stats.bucket_response_time
spec = importlib.util.spec_from_file_location("script", path)
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)
ours = stats.bucket_response_time


def judge(rounding):
    stats.bucket_response_time = rounding
    environment = Environment(events=events)
    for _ in range(100):
        environment.stats.log_request("GET", "/", milliseconds, 0)
    events.quitting.fire(environment=environment)
    p98 = environment.stats.total.get_response_time_percentile(0.98)
    return {"p98": p98, "exitCode": environment.process_exit_code}


def tls_of(user):
    return user.client.client.clientpool.get_client(URL(user.host))._connection_pool.ssl_context


script.Visitor.host = "https://localhost"
users = [script.Visitor(Environment(events=events)) for _ in range(2)]
answer = {"ours": judge(ours), "plain": judge(plain), "oneContext": tls_of(users[0]) is tls_of(users[1])}
print(json.dumps(answer))
