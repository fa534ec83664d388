"""A form post is carried out once, however often it arrives."""

import threading
import uuid

import pytest
from django.db import connection
from django.test import Client

from partners.models import Enquiry
from slp.history.models import Submission


@pytest.fixture
def enquiry(db):
    return Enquiry.objects.create(
        name="A. Chief", email="chief@pd.example", agency_name="Elm PD", us_state="VA", message="Hello"
    )


@pytest.fixture
def url(enquiry):
    return f"/admin/desk/enquiries/{enquiry.reference}/do/close/"


def body(**fields):
    return {"once": str(uuid.uuid4()), "seen_status": "new", "reason": "Wrong office.", **fields}


def test_a_repeated_post_is_sent_to_where_the_first_went(client_of, officer, enquiry, url):
    client, data = client_of(officer), body()
    first = client.post(url, data)
    again = client.post(url, data)
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"]
    assert Enquiry.objects.get().version == 2


def test_a_refused_post_may_be_corrected_with_the_same_key(client_of, officer, enquiry, url):
    client, key = client_of(officer), str(uuid.uuid4())
    assert client.post(url, body(once=key, reason="")).status_code == 422
    assert not Submission.objects.exists()
    assert client.post(url, body(once=key)).status_code == 302


def test_a_key_of_somebody_else_opens_nothing(client_of, officer, second_officer, enquiry, url):
    data = body()
    client_of(officer).post(url, data)
    other = client_of(second_officer).post(url, data)
    assert other["Location"] == url  # where they were, not where the first person went


@pytest.mark.parametrize("key", ["", "not-a-uuid"])
def test_a_post_without_a_key_still_works(client_of, officer, enquiry, url, key):
    assert client_of(officer).post(url, body(once=key)).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_move(officer, enquiry, url):
    data, answers = body(), []

    def click():
        client = Client()
        client.force_login(officer)
        answers.append(client.post(url, data).status_code)
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert answers == [302] * 4
    assert Enquiry.objects.get().version == 2
    assert Submission.objects.count() == 1
