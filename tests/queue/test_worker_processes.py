"""Real workers, killed without warning: what they held is done by the next one, and every effect is there once."""

import signal
import socket
import time

import pytest

from cloudstore.queue.models import Job
from tests.queue.conftest import all_done, eventually, states

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("operations")]
REDIS = "redis://127.0.0.1:6379/9"
RABBIT = "amqp://guest:guest@127.0.0.1:5672//"


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def holes(number):
    return [f"dug-{hole}" for hole in sorted(range(number), key=str)]


def test_a_worker_killed_in_the_middle_loses_nothing(make_yard):
    yard = make_yard()
    yard.dig(range(8), tenths=2)
    yard.dig([8], tenths=30)
    worker = yard.start("work", "--threads", "2")
    eventually(lambda: yard.traces("begun-8-") and states().get("leased"), 40)
    yard.kill(worker)
    assert states().get("leased", 0) >= 1, "it died with a job in its hands"
    yard.start("work", "--threads", "2")
    eventually(all_done, 40)
    assert yard.traces("dug-") == holes(9)
    assert Job.objects.get(kwargs__hole=8).attempts >= 1


def test_ctrl_c_and_sigterm_let_the_running_job_end(make_yard):
    yard = make_yard()
    yard.dig([0], tenths=15)
    worker = yard.start("work")
    eventually(lambda: yard.traces("begun-0-"), 40)
    worker.send_signal(signal.SIGTERM)
    worker.wait(20)
    assert (states(), yard.traces("dug-")) == ({"done": 1}, ["dug-0"])


def test_work_longer_than_its_lease_is_not_taken_away(make_yard):
    """The lease is four seconds in this story, the work takes six."""
    yard = make_yard()
    yard.dig([0], tenths=60)
    yard.start("work")
    eventually(all_done, 60)
    assert len(yard.traces("begun-0-")) == 1


def test_leads_do_not_wait_behind_videos(make_yard):
    yard = make_yard()
    yard.dig(range(3), tenths=40, queue="render")
    yard.start("work", "--threads", "2")
    eventually(lambda: yard.traces("begun-"), 40)
    yard.dig([7])
    eventually(lambda: yard.traces("dug-7"), 3.5)
    assert len(yard.traces("dug-")) == 1, "no film was ready before"


def test_two_clocks_and_two_relays_tick_once(make_yard):
    yard = make_yard()
    for _ in range(2):
        yard.start("work", "--relay-only")
    eventually(lambda: Job.objects.filter(name="yard.tick").exists(), 40)
    time.sleep(3)
    assert Job.objects.filter(name="yard.tick").count() == 1, "nobody works, so every period joins the waiting job"


def test_a_broker_that_is_away_leaves_the_bells_unrung(make_yard):
    yard = make_yard("redis://127.0.0.1:1/0")
    yard.dig([0])
    yard.start("work", "--relay-only")
    log = yard.folder / "log"
    eventually(lambda: "this turn failed" in log.read_text(), 60)
    yard.dig([1])  # asking needs no broker
    assert states() == {"ready": 2}


@pytest.mark.parametrize("broker", [REDIS, RABBIT], ids=["redis", "rabbitmq"])
def test_bells_lost_with_the_broker_ring_again(make_yard, broker):
    yard = _yard_at(make_yard, broker)
    yard.start("work", "--relay-only")
    yard.dig(range(5))
    eventually(lambda: not Job.objects.filter(state="ready", name="yard.dig", rung_at=None).exists(), 40)
    _lose_everything(yard, broker)
    worker = yard.celery("-P", "prefork")
    eventually(all_done, 60)
    assert yard.traces("dug-") == holes(5)
    _warmly(worker)


@pytest.mark.parametrize("broker", [REDIS, RABBIT], ids=["redis", "rabbitmq"])
def test_a_killed_celery_worker_is_taken_over_from_and_long_work_keeps_its_lease(make_yard, broker):
    yard = _yard_at(make_yard, broker)
    yard.start("work", "--relay-only")
    yard.dig(range(4), tenths=60)
    first = yard.celery("-P", "prefork")
    eventually(lambda: len(yard.traces("begun-")) >= 2, 60)
    yard.kill(first)
    second = yard.celery("-P", "threads")
    eventually(all_done, 60)
    assert yard.traces("dug-") == holes(4)
    assert len(yard.traces("begun-")) <= 6, "work under a living lease was begun again"
    _warmly(second)


def _warmly(worker):
    worker.send_signal(signal.SIGTERM)
    worker.wait(20)


def _yard_at(make_yard, broker):
    port = 6379 if broker == REDIS else 5672
    if not answers(port):
        pytest.skip(f"nothing answers on port {port}")
    yard = make_yard(broker)
    _lose_everything(yard, broker)
    return yard


def _lose_everything(yard, broker):
    """Every message of this story's queues is gone."""
    if broker == REDIS:
        import redis

        with redis.Redis.from_url(REDIS) as server:
            for key in server.scan_iter(f"{yard.environment['YARD_PREFIX']}*"):
                server.delete(key)
        return
    from kombu import Connection

    with Connection(RABBIT) as connection, connection.channel() as channel:
        for name in ("default", "render"):
            channel.queue_declare(queue=name, durable=True, auto_delete=False)
            channel.queue_purge(queue=name)
