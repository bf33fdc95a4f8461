amt-hellocap captures/hello/good-restart-and-loss.pcapng --format csv
