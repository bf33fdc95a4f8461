amt-certcheck captures/contoso/pki/provisioning.pem --format csv --suffix contoso.com --now 2009-01-14T12:00:00Z
