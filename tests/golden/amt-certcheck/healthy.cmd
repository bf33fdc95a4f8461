amt-certcheck captures/contoso/pki/provisioning-good.pem --suffix contoso.com --hashes captures/contoso/pki/pc01-hashes.txt --now 2009-01-14T12:00:00Z
