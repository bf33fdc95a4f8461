amt-hellocap captures/hello/good-whole-story.pcapng --server 10.1.0.5
