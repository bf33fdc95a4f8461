amt-hellocap captures/hello/row17-two-pids.pcapng
