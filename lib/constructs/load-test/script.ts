// The script of a load test: users that request one path, and the verdict that becomes the exit code.

/** The script, the same for all tests: variables carry the parameters. Source: Locust, "Writing a locustfile". */
export const LOAD_SCRIPT = `"""Users that ask for one path and think; the exit code is the verdict: 0 kept, 1 missed."""
import os
import random


def whole_milliseconds(response_time):
    """Locust rounds 100 ms and more to 10 ms, so that 204 would pass as 200."""
    return round(response_time)


def verdict(requests, failures, quantile_ms, limit_ms, workers_lost):
    """Why the promise was missed; nothing where it was kept."""
    reasons = []
    if workers_lost > 0:
        reasons.append(f"{workers_lost} workers were lost, so that less was asked than was meant")
    if requests == 0:
        reasons.append("no request was made")
    if failures > 0:
        reasons.append(f"{failures} of {requests} requests failed")
    if quantile_ms > limit_ms:
        reasons.append(f"the quantile took {quantile_ms} ms, promised are {limit_ms} ms")
    return reasons


def main():
    import gevent
    import locust
    import locust.contrib.fasthttp
    import locust.runners
    import locust.stats

    locust.stats.bucket_response_time = whole_milliseconds
    quantile = float(os.environ["LOAD_QUANTILE"])
    limit_ms = float(os.environ["LOAD_LIMIT_MS"])
    think_seconds = float(os.environ["LOAD_THINK_SECONDS"])
    path = os.environ["LOAD_PATH"]
    lost = []
    # by itself each user reads all authorities: 20 ms of a core and 830 KiB for every one of thousands
    tls = locust.contrib.fasthttp.insecure_ssl_context_factory()

    class Visitor(locust.FastHttpUser):
        ssl_context_factory = staticmethod(lambda **_: tls)

        def wait_time(self):
            return random.expovariate(1 / think_seconds)

        def on_start(self):
            # else all would ask as they come, on top of those who are there already
            gevent.sleep(self.wait_time())

        @locust.task
        def visit(self):
            self.client.get(path)

    @locust.events.test_stopping.add_listener
    def count_workers(environment, **_):
        """Locust goes on with those that are left, and ends early, without a word in its exit code, when none is."""
        if isinstance(environment.runner, locust.runners.MasterRunner):
            lost.append(environment.parsed_options.expect_workers - environment.runner.worker_count)

    @locust.events.quitting.add_listener
    def judge(environment, **_):
        if isinstance(environment.runner, locust.runners.WorkerRunner):
            return
        total = environment.stats.total
        time = total.get_response_time_percentile(quantile) or 0
        reasons = verdict(total.num_requests, total.num_failures, time, limit_ms, max(lost, default=0))
        # the tables are written once a second: without the last one they would say something else
        gevent.sleep(2 * locust.stats.CSV_STATS_INTERVAL_SEC)
        print(f"{total.num_requests} requests, {total.num_failures} failed, {quantile:g} of them within {time} ms")
        for reason in reasons:
            print("missed:", reason)
        environment.process_exit_code = 1 if reasons else 0

    return Visitor


if os.environ.get("LOAD_PATH") is not None:
    Visitor = main()
`;
