amt-hellocap captures/hello/row18-empty-list.pcapng --format status
