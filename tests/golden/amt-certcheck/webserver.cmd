amt-certcheck captures/contoso/pki/pc01.pem captures/contoso/pki/issuing-ca.pem --profile webserver --host pc01.contoso.com --crl-file captures/contoso/pki/issuing-ca.crl --now 2026-12-01T00:00:00Z
