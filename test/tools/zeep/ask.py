"""Asks an X-Road SOAP service with a stock client: the description alone says how. Prints name, status and id of the answer as JSON."""
import json
import sys

import requests
from zeep import Client, Settings
from zeep.exceptions import Fault
from zeep.transports import Transport

wsdl, endpoint, certificate, key, authority, code, message_id = sys.argv[1:]
session = requests.Session()
session.cert = (certificate, key)
session.verify = authority
# Else a bundle named in the environment goes before it.
session.trust_env = False

client = Client(wsdl, transport=Transport(session=session), settings=Settings(strict=True))
service = client.create_service(next(iter(client.wsdl.bindings)), endpoint)
headers = {
    "client": {"objectType": "SUBSYSTEM", "xRoadInstance": "EE", "memberClass": "COM", "memberCode": "10137319", "subsystemCode": "pank"},
    "service": {"objectType": "SERVICE", "xRoadInstance": "EE", "memberClass": "GOV", "memberCode": "70006317", "subsystemCode": "FI-prh", "serviceCode": "lihtandmed_v2", "serviceVersion": "v1"},
    "userId": "EE47101010033",
    "id": message_id,
    "issue": "case 7",
    "protocolVersion": "4.0",
}
try:
    answer = service.lihtandmed_v2(keha={"ariregistri_kood": code}, _soapheaders=headers)
except Fault as fault:
    print(json.dumps({"fault": fault.code}))
    sys.exit(0)
companies = answer.body.keha.ettevotjad
item = companies.item[0] if companies and companies.item else None
print(json.dumps({"id": answer.header.id, "issue": answer.header.issue, "found": answer.body.keha.leitud_ettevotjate_arv, "name": item.evnimi if item else None, "status": item.staatus if item else None}))
