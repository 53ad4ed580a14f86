"""Rotation in the style of AWS's templates for Secrets Manager: four steps, each of which can be repeated.

Secrets Manager invokes such a function once for each step of each secret. Here one event names all secrets, and all
steps run in one invocation. That is in favour of the template: it has one start instead of twelve.
"""

import json
import os
import urllib.request
import uuid
from datetime import datetime, timedelta, timezone

import boto3

service_client = boto3.client("secretsmanager")
events_client = boto3.client("events")


def lambda_handler(event, context):
    config = json.loads(os.environ["ROTATION_CONFIG"])
    application = config["applications"][0]
    access_token = service_client.get_secret_value(SecretId=application["accessToken"])["SecretString"]
    losant = Losant(config["losantApiUrl"], application["id"], access_token)
    for arn in event["secrets"]:
        token = str(uuid.uuid4())
        create_secret(losant, arn, token)
        set_secret(losant, arn, token)
        test_secret(losant, arn, token)
        finish_secret(arn, token)
    return {"rotated": len(event["secrets"])}


class Losant:
    def __init__(self, url, application_id, access_token):
        self.base = f"{url}/applications/{application_id}"
        self.access_token = access_token

    def call(self, path, body=None, access_token=None):
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Authorization": f"Bearer {access_token or self.access_token}",
        }
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.base + path, data, headers)) as answer:
            return json.load(answer)


def create_secret(losant, arn, token):
    current = json.loads(service_client.get_secret_value(SecretId=arn, VersionStage="AWSCURRENT")["SecretString"])
    try:
        service_client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")
    except service_client.exceptions.ResourceNotFoundException:
        old = losant.call(f"/tokens/{current['tokenId']}")
        expires = datetime.now(timezone.utc) + timedelta(days=365)
        made = losant.call(
            "/tokens",
            {
                "name": old["name"],
                "scope": old["scope"],
                "expirationDate": expires.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            },
        )
        value = json.dumps({"token": made["token"], "tokenId": made["id"]})
        service_client.put_secret_value(
            SecretId=arn, ClientRequestToken=token, SecretString=value, VersionStages=["AWSPENDING"]
        )


def set_secret(losant, arn, token):
    """Losant knows the token since it was created, so there is nothing to set."""


def test_secret(losant, arn, token):
    service_client.get_secret_value(SecretId=arn, VersionId=token, VersionStage="AWSPENDING")


def finish_secret(arn, token):
    metadata = service_client.describe_secret(SecretId=arn)
    current = next(
        (version for version, stages in metadata["VersionIdsToStages"].items() if "AWSCURRENT" in stages), None
    )
    if current == token:
        return
    service_client.update_secret_version_stage(
        SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
    )
    events_client.put_events(
        Entries=[
            {
                "Source": "template",
                "DetailType": "Losant API Token Rotated",
                "Detail": json.dumps({"secret": arn, "version": token}),
            }
        ]
    )
