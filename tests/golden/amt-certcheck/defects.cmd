amt-certcheck captures/contoso/pki/provisioning.pem --suffix contoso.com --server SCCM01.contoso.com --firmware 3.2.1 --firmware 5.2 --now 2009-01-14T12:00:00Z
