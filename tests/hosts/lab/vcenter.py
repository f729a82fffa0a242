# SPDX-License-Identifier: LGPL-2.1-or-later
"""The front door of a vCenter, run on a host of the lab: it tells who it is over HTTPS and refuses
every login, writing what was sent to a file. Enough to see a worker's libvirt come all the way.

Usage: vcenter.py CERTIFICATE KEY FILE; prints a line when it listens.
"""

import http.server
import ssl
import sys

ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
    'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>{}</soapenv:Body></soapenv:Envelope>'
)
ABOUT = {
    "name": "VMware vCenter Server", "fullName": "VMware vCenter Server 6.7.0", "vendor": "VMware, Inc.",
    "version": "6.7.0", "build": "1", "osType": "linux-x64", "productLineId": "vpx",
    "apiType": "VirtualCenter", "apiVersion": "6.7",
}  # fmt: skip
OBJECTS = {"rootFolder": "Folder", "propertyCollector": "PropertyCollector"}
REFUSED = (
    "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>Cannot complete login due to "
    "an incorrect user name or password.</faultstring></soapenv:Fault>"
)


def content():
    about = "".join(f"<{key}>{value}</{key}>" for key, value in ABOUT.items())
    objects = {key: f'<{key} type="{kind}">{key}</{key}>' for key, kind in OBJECTS.items()}
    return (
        f'<RetrieveServiceContentResponse xmlns="urn:vim25"><returnval>{objects["rootFolder"]}'
        f"{objects['propertyCollector']}<about>{about}</about>"
        '<sessionManager type="SessionManager">SessionManager</sessionManager></returnval>'
        "</RetrieveServiceContentResponse>"
    )


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with open(sys.argv[3], "a") as file:
            file.write(body + "\n")
        known = "RetrieveServiceContent" in body
        data = ENVELOPE.format(content() if known else REFUSED).encode()
        self.send_response(200 if known else 500)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *ignored):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("", 443), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print("listening", flush=True)
    server.serve_forever()
