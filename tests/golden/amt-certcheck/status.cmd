amt-certcheck captures/contoso/pki/provisioning-good.pem --suffix contoso.com --hashes captures/contoso/pki/pc01-hashes.txt --firmware 5.2 --now 2009-01-14T12:00:00Z --format status
