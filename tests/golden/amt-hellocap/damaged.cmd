head -c 700 captures/hello/row21-no-call-back.pcapng | amt-hellocap -r -
