for f in sms1 client-sms2 summer damaged client-ccm mixed nul-tail; do amt-logview --records captures/logs/$f.log; done
