"""Inputs and results on object storage: moto's server, which speaks S3, on loopback."""

import os

import boto3
import pytest
from moto.server import ThreadedMotoServer

BUCKET = "nodes"
LOGIN = {"aws_access_key_id": "somebody", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
INPUTS = ("sample.osm.pbf", "population.tif")
SCORES = "data/processed/sample/scores.parquet"
TABLES = "run/data/processed/sample/"


@pytest.fixture(scope="module")
def store():
    """A bucket on loopback, and the options of Snakemake by which its results go there."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client("s3", endpoint_url=url, **LOGIN)
    client.create_bucket(Bucket=BUCKET)
    yield client, url
    server.stop()


def options(url):
    """Return how Snakemake is told of the bucket, and who is asking."""
    told = ("--default-storage-provider", "s3", "--default-storage-prefix", f"s3://{BUCKET}/run")
    return told, {
        "SNAKEMAKE_STORAGE_S3_ENDPOINT_URL": url,
        "SNAKEMAKE_STORAGE_S3_ACCESS_KEY": LOGIN["aws_access_key_id"],
        "SNAKEMAKE_STORAGE_S3_SECRET_KEY": LOGIN["aws_secret_access_key"],
        # the machine's own proxies are for other hosts
        "NO_PROXY": "127.0.0.1",
    }


def stored(client):
    """Return what lies in the bucket: bytes by key."""
    listed = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    keys = [one["Key"] for page in listed for one in page.get("Contents", [])]
    return {key: client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


def from_the_bucket(city):
    city["source"]["file"] = f"s3://{BUCKET}/in/{INPUTS[0]}"
    city["people"]["raster"]["file"] = f"s3://{BUCKET}/in/{INPUTS[1]}"


def test_inputs_and_results_on_object_storage(demo, fresh, store):
    client, url = store
    for name in INPUTS:
        path = fresh.folder / "tests/data/sample_town" / name
        client.upload_file(str(path), BUCKET, f"in/{name}")
        path.unlink()
    fresh.edit("config/cities/sample.yaml", from_the_bucket)
    told, env = options(url)
    cores = ("--cores", str(os.cpu_count()))
    fresh.snakemake(*cores, *told, "--", SCORES, env=env)

    made = {key.removeprefix(TABLES): data for key, data in stored(client).items() if key.endswith(".parquet")}
    assert "scores.parquet" in made and len(made) > 20
    # nothing lies here but what the bucket has
    assert not (fresh.folder / "data/processed").exists()
    alone = demo.folder / "data/processed/sample"
    assert [name for name, data in made.items() if data != (alone / name).read_bytes()] == []

    again = fresh.snakemake(*cores, *told, "--", SCORES, env=env)
    assert "Nothing to be done" in again.stdout + again.stderr

    # nor of a page, and of a folder
    pages = ("reports/sample.html", "data/processed/sample/csv")
    fresh.snakemake(*cores, *told, "--", *pages, env=env)
    again = fresh.snakemake(*cores, *told, "--", *pages, env=env)
    assert "Nothing to be done" in again.stdout + again.stderr
    assert {"run/reports/sample.html", "run/data/processed/sample/csv/scores.csv"} <= stored(client).keys()

    # a job that fails leaves the last good files, there too
    before = stored(client)
    script = fresh.folder / "scripts/score_candidates.py"
    script.write_text(script.read_text(encoding="utf-8") + "\nraise SystemExit(1)\n", encoding="utf-8")
    failed = fresh.snakemake(*cores, *told, "--forcerun", "score_candidates", "--", SCORES, env=env, check=False)
    assert failed.returncode != 0
    after = stored(client)
    assert {key for key, data in before.items() if key.startswith("run/data") and after.get(key) != data} == set()
