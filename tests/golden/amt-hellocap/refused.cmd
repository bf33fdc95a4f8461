amt-hellocap captures/hello/row10-refused.pcapng
